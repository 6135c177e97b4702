// What is said of one photo: level, regions, answers, description, status.

const section = (title, ...children) => h("section", {}, h("h3", { text: title }), ...children);

const named = (type) => {
  const kind = shared.distortions[type];
  return h("span", { class: "named" }, codeOf(kind), foreign(kind.name));
};

const severityWords = (severity) =>
  h("span", { class: "severity" }, severity ? severityMark(severity) : null, severity ?? NOT_STATED);

const bar = (label, share, { own = false, tone = "", meaning = "chosen" } = {}) =>
  h("li", { class: `share ${own ? "own" : ""}` },
    h("span", { class: "label" }, h("span", { class: "tick", "aria-hidden": "true", text: own ? "✓" : "" }), foreign(label), own ? h("span", { class: "hidden", text: ` (${meaning})` }) : null),
    share === null ? null : h("span", { class: `gauge ${tone}`, "aria-hidden": "true", style: { "--share": String(share) } }),
    share === null ? null : h("span", { class: "number", text: percent(share) }));

function quality(row) {
  if (!row.level) return null;
  return section("Quality",
    h("p", { class: "verdict big" }, levelPill(row.level),
      row.score === null ? h("span", { class: "muted", text: "no score: the engine gave no probabilities" })
        : h("span", { class: "score" }, h("b", { text: row.score.toFixed(2) }), h("small", { class: "muted", text: " of 5" }))),
    row.levels ? h("ul", { class: "shares" }, shared.levels.map((level, index) =>
      bar(capital(level), row.levels[index], { own: level === row.level, tone: `level-${level}` }))) : null);
}

function regions(row) {
  if (row.regions.length === 0) {
    return lookedFor(row) ? section("Regions", h("p", { class: "muted", text: "Looked for, and none found." })) : null;
  }
  return section(plural(row.regions.length, "region"), h("ol", { class: "regions" }, row.regions.map((region) =>
    h("li", { class: "item", tabindex: "0", "data-point": region.number },
      h("div", { class: "line" }, named(region.type), severityWords(region.severity)),
      h("div", { class: "line muted" }, h("span", { text: region.place }),
        h("span", { text: region.confidence === null ? "confidence not known" : `${percent(region.confidence)} confident` })),
      region.effect ? foreign(region.effect, "p", { class: "effect" }) : null))));
}

// What the photo may have, reported or not.
function presence(row) {
  if (row.presence.length === 0) return null;
  const reported = new Set(row.regions.map(({ type }) => type));
  return section("How probable each type is",
    h("ul", { class: "shares" }, row.presence.map(([type, share]) =>
      bar(shared.distortions[type].name, share, { own: reported.has(type), meaning: "reported" }))),
    h("small", { class: "muted", text: "✓ is reported. Types may differ in how probable they must be for that." }));
}

function answers(row) {
  if (row.answers.length === 0) return null;
  return section("Answers", row.answers.map(([number, choice, shares]) => {
    const { question, options } = shared.questions[number];
    return h("div", { class: "answer" }, foreign(question, "p", { class: "question" }),
      h("ul", { class: "shares" }, options.map((option, index) =>
        bar(option, shares.length ? shares[index] : null, { own: index === choice }))));
  }));
}

function description(row) {
  const said = row.description;
  if (!said) return null;
  return section("Description",
    foreign(said.content, "p"),
    said.findings.length ? h("ol", { class: "regions" }, said.findings.map((finding, index) =>
      h("li", { class: "item", tabindex: finding.boxes.length ? "0" : null, "data-finding": index },
        h("div", { class: "line" }, named(finding.type), severityWords(finding.severity)),
        finding.effect ? foreign(finding.effect, "p", { class: "effect" }) : null,
        finding.boxes.length ? h("p", { class: "muted", text: plural(finding.boxes.length, "box", "boxes") }) : null))) : null,
    said.key.length ? h("p", { class: "key" }, h("span", { class: "muted", text: "Key distortions " }), said.key.map(named)) : null,
    h("p", { class: "key" }, h("span", { class: "muted", text: "Verdict " }), levelPill(said.verdict)),
    h("details", {}, h("summary", { text: "As written" }), foreign(said.text, "p", { class: "written" })));
}

// What a thinking model wrote before its answers, which no answer is read from.
function reasoning(row) {
  if (!row.reasoning?.length) return null;
  return section("Reasoning", row.reasoning.map(([tasks, text]) =>
    h("details", {}, h("summary", { text: `Before ${tasks}` }), foreign(text, "p", { class: "written" }))));
}

const UNITS = new Set(["bits", "MP", "B"]); // those that are said after a number

function measuresOf(row) {
  const known = MEASURED.filter(({ number }) => measured(row, number) !== null);
  if (known.length === 0) return null;
  return section("Measures", h("dl", { class: "facts measures" }, known.map(({ title, unit, meaning, number }) => [
    foreign(title, "dt", { title: meaning || null }), h("dd", { text: [amount(measured(row, number)), UNITS.has(unit) ? unit : ""].join(" ").trim() })])));
}

const STATE_MARKS = { ok: "✓", failed: "✕", skipped: "–" };

function statuses(row) {
  const line = (name, [state, reason, message]) => h("li", { class: `status ${state}` },
    h("span", { class: "mark", "aria-hidden": "true", text: STATE_MARKS[state] }),
    h("div", {}, h("b", { text: capital(name) }), ` ${state}`, reason ? `: ${words(reason)}` : null,
      message ? foreign(message, "p", { class: "muted" }) : null));
  return section("Status", h("ul", { class: "statuses" },
    row.failure ? line("photo", ["failed", ...row.failure]) : null,
    Object.entries(row.tasks).map(([name, [state, reason, message]]) =>
      line(name, [state, reason, message === row.failure?.[1] ? "" : message]))));
}

const TWINS_NAMED = 5;

function twinsShown(row) {
  const names = twinsOf(row).map((other) => other.name);
  const more = names.length - TWINS_NAMED;
  return names.slice(0, TWINS_NAMED).join("; ") + (more > 0 ? `; and ${plural(more, "other")}` : "");
}

function facts(row) {
  const { model, engine, fingerprint } = shared.models[row.model];
  const [width, height] = row.size;
  const pairs = [
    ["File", row.name], ["Size", width ? `${width} × ${height} px` : null], ["Format", row.format], ["Kind", row.kind], ["Notes", row.notes.join("; ")],
    ["Same content as", twinsShown(row)],
    ["Model", model], ["Engine", engine], ["Fingerprint", fingerprint], ["SHA-256", row.sha],
  ].filter(([, value]) => value);
  return section("Photo", h("dl", { class: "facts" }, pairs.map(([key, value]) => [h("dt", { text: key }), foreign(value, "dd")])));
}

function panelOf(row) {
  const parts = [quality(row), regions(row), presence(row), answers(row), description(row), reasoning(row), measuresOf(row), statuses(row), facts(row)];
  if (row.state === "failed") parts.unshift(parts.splice(parts.length - 2, 1)[0]);
  return parts.filter((part) => part !== null);
}
