// The sidebar and the head of the page.

// Choices of each facet, in their own order; what no row has is left out, a distortion of the vocabulary never.
function facetGroups() {
  const present = (facet) => new Set(rows.flatMap((row) => [...VALUES[facet](row)]));
  const severities = present("severity");
  const levels = present("level");
  const states = present("status");
  const distortions = present("distortion");
  const kinds = shared.distortions.filter((kind) => kind.group !== "Other" || distortions.has(kind.name));
  const groups = [...new Set(kinds.map((kind) => kind.group))];
  return [
    ["distortion", "Distortion", [
      ...groups.flatMap((group) => [
        { heading: group },
        ...kinds.filter((kind) => kind.group === group).map((kind) => ({ value: kind.name, kind })),
      ]),
      { heading: "" }, { value: NONE_FOUND },
    ]],
    ["severity", "Severity", [...shared.severities, NOT_STATED].filter((value) => value !== NOT_STATED || severities.has(value))
      .toReversed().map((value) => ({ value, severity: value }))],
    ["level", "Level", [...shared.levels, NO_LEVEL].filter((value) => value !== NO_LEVEL || levels.has(value))
      .map((value) => ({ value, level: value }))],
    ["status", "Status", Object.keys(STATES).filter((value) => states.has(value)).map((value) => ({ value, label: STATES[value] }))],
    ["reason", "Reason of failure", [...present("reason")].sort().map((value) => ({ value, label: capital(words(value)) }))],
    ["content", "Duplicates", copies.size ? [{ value: REPEATED }] : []],
  ].filter(([, , options]) => options.some((option) => option.value !== undefined));
}

function choice(facet, option, changed) {
  const { value, kind } = option;
  const box = h("input", { type: "checkbox", "data-facet": facet, "data-value": value });
  box.addEventListener("change", () => {
    if (box.checked) chosen[facet].add(value); else chosen[facet].delete(value);
    changed();
  });
  const mark = kind ? codeOf(kind)
    : option.severity && option.severity !== NOT_STATED ? severityMark(option.severity)
      : option.level && option.level !== NO_LEVEL ? h("span", { class: `dot level-${option.level}` }) : null;
  return h("label", { class: "choice", title: kind?.meaning || null }, box, mark,
    foreign(option.label ?? capital(value), "span", { class: "label" }),
    h("span", { class: "number", "data-count": `${facet}:${value}` }), h("span", { class: "gauge", "aria-hidden": "true" }));
}

// A measure with the least and the most that any photo has of it.
function withEnds(known) {
  const values = rows.map((row) => measured(row, known.number)).filter((value) => value !== null);
  const of = (end) => values.reduce((one, other) => end(one, other));
  return { ...known, least: of(Math.min), most: of(Math.max) };
}

function buildFacets(changed) {
  byId("filters").replaceChildren(...facetGroups().map(([facet, title, options]) =>
    h("fieldset", { class: `facet facet-${facet}` }, h("legend", { text: title }),
      options.map((option) => option.heading === undefined ? choice(facet, option, changed)
        : h("p", { class: "group", text: option.heading })))), ...rangesOfMeasures(MEASURED.map(withEnds), changed));
}

function showCounts(counts) {
  for (const box of document.querySelectorAll("#filters input[data-facet]")) {
    const { facet, value } = box.dataset;
    const count = counts[facet].get(value) ?? 0;
    const label = box.closest("label");
    box.checked = chosen[facet].has(value);
    label.classList.toggle("none", count === 0 && !box.checked);
    label.querySelector(".number").textContent = count.toLocaleString("en");
    label.querySelector(".gauge").style.setProperty("--share", String(rows.length ? count / rows.length : 0));
  }
}

function showChosen(changed) {
  const buttons = FACETS.flatMap((facet) => [...chosen[facet]].map((value) => {
    const text = facet === "status" ? STATES[value] : visible(capital(facet === "reason" ? words(value) : value));
    return chosenButton(text, () => chosen[facet].delete(value), changed);
  }));
  buttons.push(...rangesChosen(changed));
  if (buttons.length > 0 || terms.length > 0) {
    const clear = h("button", { class: "link", id: "clear", text: "Clear all" });
    clear.addEventListener("click", () => { clearFilters(); changed(); byId("search").focus(); });
    buttons.push(clear);
  }
  byId("chosen").replaceChildren(...buttons);
}

function clearFilters() {
  for (const facet of FACETS) chosen[facet].clear();
  ranges.clear();
  terms = [];
  byId("search").value = "";
}

function showHead(changed) {
  // Photos that could not be read reached no engine.
  const asked = shared.models.filter(({ engine }) => engine);
  const judges = (asked.length ? asked : shared.models).map(({ model, engine, fingerprint }) =>
    `${model}${engine ? ` on ${engine}` : ""} (${fingerprint.slice(0, 12)})`);
  byId("judge").append("Judged by ", foreign(judges.join(", ") || "nobody"));
  const scores = rows.map((row) => row.score).filter((score) => score !== null);
  const mean = scores.length ? (scores.reduce((sum, score) => sum + score, 0) / scores.length).toFixed(2) : "–";
  const damaged = rows.filter((row) => row.regions.length > 0).length;
  const failed = rows.filter((row) => row.state === "failed").length;
  const share = (count) => (rows.length ? percent(count / rows.length) : "–");
  const tile = (value, label, note, tag = "div") =>
    h(tag, { class: "tile" }, h("b", { text: value }), h("span", { text: label }), h("small", { text: note }));
  const failures = tile(failed.toLocaleString("en"), "failed", share(failed), failed ? "button" : "div");
  failures.addEventListener("click", () => { clearFilters(); if (failed) chosen.status.add("failed"); changed(); });
  byId("tiles").append(
    tile(rows.length.toLocaleString("en"), rows.length === 1 ? "photo" : "photos", ""),
    tile(mean, "mean score", `of 5, ${plural(scores.length, "photo")}`),
    tile(damaged.toLocaleString("en"), "with damage", share(damaged)),
    failures);
  showLevels();
}

function showLevels() {
  const counts = shared.levels.map((level) => [level, rows.filter((row) => row.level === level).length]);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return;
  byId("levels").append(
    h("div", { class: "stack", "aria-hidden": "true" }, counts.filter(([, count]) => count > 0).map(([level, count]) =>
      h("span", { class: `part level-${level}`, style: { "flex-grow": String(count) } }))),
    h("figcaption", {}, counts.map(([level, count]) => h("span", {}, h("span", { class: `dot level-${level}`, "aria-hidden": "true" }),
      `${capital(level)} `, h("b", { text: count.toLocaleString("en") })))));
}
