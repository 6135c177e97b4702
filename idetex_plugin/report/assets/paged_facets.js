// The sidebar and the head of the paged report; counts are those of the whole run.

function facetGroups() {
  const { facets } = about;
  const present = (facet, values) => values.filter((value) => facets[facet][value]);
  const kinds = about.shared.distortions.filter((kind) => kind.group !== "Other" || facets.distortion[kind.name]);
  const known = new Set(kinds.map(({ name }) => name));
  const others = Object.keys(facets.distortion).filter((name) => !known.has(name) && name !== NONE_FOUND);
  return [
    ["distortion", "Distortion", [
      ...[...new Set(kinds.map(({ group }) => group))].flatMap((group) => [
        { heading: group }, ...kinds.filter((kind) => kind.group === group).map((kind) => ({ value: kind.name, kind }))]),
      ...others.map((value) => ({ value })), { heading: "" }, { value: NONE_FOUND }]],
    ["severity", "Severity", present("severity", [...about.shared.severities, NOT_STATED]).toReversed().map((value) => ({ value, severity: value }))],
    ["level", "Level", present("level", [...about.shared.levels, NO_LEVEL_ASKED]).map((value) => ({ value, level: value, label: value ? null : NO_LEVEL }))],
    ["status", "Status", present("status", Object.keys(STATES)).map((value) => ({ value, label: STATES[value] }))],
    ["reason", "Reason of failure", Object.keys(facets.reason).sort().map((value) => ({ value, label: capital(words(value)) }))],
    ["content", "Duplicates", present("content", [REPEATED]).map((value) => ({ value }))],
  ].filter(([, , options]) => options.some(({ value }) => value !== undefined));
}

function choice(facet, option, changed) {
  const { value, kind } = option;
  const count = about.facets[facet][value] ?? 0;
  const box = h("input", { type: "checkbox", "data-facet": facet, "data-value": value });
  box.addEventListener("change", () => {
    if (box.checked) chosen[facet].add(value); else chosen[facet].delete(value);
    changed();
  });
  const mark = kind ? codeOf(kind)
    : option.severity && option.severity !== NOT_STATED ? severityMark(option.severity)
      : option.level ? h("span", { class: `dot level-${option.level}` }) : null;
  return h("label", { class: count ? "choice" : "choice none", title: kind?.meaning || null }, box, mark,
    foreign(option.label ?? capital(value), "span", { class: "label" }),
    h("span", { class: "number", text: count.toLocaleString("en") }),
    h("span", { class: "gauge", "aria-hidden": "true", style: { "--share": String(about.photos ? count / about.photos : 0) } }));
}

function buildFacets(changed) {
  const known = about.shared.measures.filter(({ name }) => about.ends[name]);
  const withEnds = known.map((measure) => ({ ...measure, least: about.ends[measure.name][0], most: about.ends[measure.name][1] }));
  byId("filters").replaceChildren(...facetGroups().map(([facet, title, options]) =>
    h("fieldset", { class: `facet facet-${facet}` }, h("legend", { text: title }),
      options.map((option) => option.heading === undefined ? choice(facet, option, changed)
        : h("p", { class: "group", text: option.heading })))), ...rangesOfMeasures(withEnds, changed));
}

function clearFilters() {
  for (const facet of FACETS) chosen[facet].clear();
  ranges.clear();
  wish.text = "";
  search.value = "";
}

function showChosen(changed) {
  for (const box of document.querySelectorAll("#filters input[data-facet]")) box.checked = chosen[box.dataset.facet].has(box.dataset.value);
  const buttons = FACETS.flatMap((facet) => [...chosen[facet]].map((value) => {
    const text = facet === "status" ? STATES[value] : visible(capital(facet === "reason" ? words(value) : value || NO_LEVEL));
    return chosenButton(text, () => chosen[facet].delete(value), changed);
  }));
  buttons.push(...rangesChosen(changed));
  if (buttons.length > 0 || wish.text) {
    const clear = h("button", { class: "link", id: "clear", text: "Clear all" });
    clear.addEventListener("click", () => { clearFilters(); changed(); search.focus(); });
    buttons.push(clear);
  }
  byId("chosen").replaceChildren(...buttons);
}

function showHead(changed) {
  byId("judge").append("Judged by ", foreign(`${about.model} (${about.fingerprint.slice(0, 12)})`));
  const share = (count) => (about.photos ? percent(count / about.photos) : "–");
  const tile = (value, label, note, tag = "div") =>
    h(tag, { class: "tile" }, h("b", { text: value }), h("span", { text: label }), h("small", { text: note }));
  const failures = tile(about.failed.toLocaleString("en"), "failed", share(about.failed), about.failed ? "button" : "div");
  failures.addEventListener("click", () => { clearFilters(); if (about.failed) chosen.status.add("failed"); changed(); });
  byId("tiles").append(
    tile(about.photos.toLocaleString("en"), about.photos === 1 ? "photo" : "photos", ""),
    tile(about.mean === null ? "–" : about.mean.toFixed(2), "mean score", `of 5, ${plural(about.scored, "photo")}`),
    tile(about.damaged.toLocaleString("en"), "with damage", share(about.damaged)), failures);
  const counts = about.shared.levels.map((level) => [level, about.facets.level[level] ?? 0]);
  if (counts.every(([, count]) => count === 0)) return;
  byId("levels").append(
    h("div", { class: "stack", "aria-hidden": "true" }, counts.filter(([, count]) => count > 0).map(([level, count]) =>
      h("span", { class: `part level-${level}`, style: { "flex-grow": String(count) } }))),
    h("figcaption", {}, counts.map(([level, count]) => h("span", {}, h("span", { class: `dot level-${level}`, "aria-hidden": "true" }),
      `${capital(level)} `, h("b", { text: count.toLocaleString("en") })))));
}
