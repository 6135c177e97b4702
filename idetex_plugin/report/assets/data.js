// The rows, and what is asked of a row everywhere.

const shared = JSON.parse(byId("shared").textContent);
const rows = Array.from(document.querySelectorAll("script.row"), (element, index) => {
  const row = JSON.parse(element.textContent);
  row.index = index;
  row.regions.forEach((region, number) => { region.number = number + 1; });
  element.remove();
  return row;
});

const NONE_FOUND = "No damage found";
const NOT_STATED = "Not stated";
const NO_LEVEL = "No level";
const REPEATED = "Same content as another";
const STATES = { ok: "Assessed", failed: "Failed", skipped: "Skipped" };

const kindOf = (region) => shared.distortions[region.type];
const severityOf = (region) => region.severity ?? NOT_STATED;
const rank = (severity) => shared.severities.indexOf(severity) + 1;
const worst = (row) => Math.max(0, ...row.regions.map((region) => rank(region.severity)));
const levelRank = (level) => shared.levels.indexOf(level) + 1;
const lookedFor = (row) => row.tasks.grounding?.[0] === "ok";

// The score, or the level's own weight where the engine gave no probabilities; null without either.
const standing = (row) => row.score ?? (row.level ? levelRank(row.level) : null);

function reasonsOf(row) {
  const tasks = Object.values(row.tasks).filter(([state]) => state === "failed" || state === "partial").map(([, reason]) => reason);
  return new Set(row.failure ? [row.failure[0], ...tasks] : tasks);
}

// Photos of the same content, by its hash; only those that are there more than once.
const copies = new Map();
for (const row of rows.filter(({ sha }) => sha)) {
  if (copies.has(row.sha)) copies.get(row.sha).push(row); else copies.set(row.sha, [row]);
}
for (const [sha, same] of copies) if (same.length === 1) copies.delete(sha);

const twinsOf = (row) => (copies.get(row.sha) ?? []).filter((other) => other !== row);

const measured = (row, number) => row.measures[number] ?? null;

// Three digits, in whole numbers from 1,000, and nothing under .0001.
const amount = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en")
  : String(Number(Math.abs(value) < 0.001 ? value.toFixed(4) : value.toPrecision(3))));

// Everything of a row that the search looks through, lower case, made when first asked for.
function haystack(row) {
  if (row.haystack === undefined) {
    const { description } = row;
    row.haystack = [
      row.name, row.failure?.[1] ?? "", row.level ?? "", description?.text ?? "", description?.content ?? "",
      ...row.notes, ...reasonsOf(row),
      ...Object.values(row.tasks).map(([, , message]) => message),
      ...row.regions.flatMap((region) => [kindOf(region).name, region.severity ?? "", region.effect]),
      ...row.answers.map(([question, choice]) => shared.questions[question].options[choice]),
    ].join("\n").toLowerCase();
  }
  return row.haystack;
}

function thumbnailOf(row) {
  const { thumbnail } = row.picture;
  if (thumbnail !== "#") return thumbnail;
  return `data:image/jpeg;base64,${byId(`pixels-${row.index + 1}`).textContent}`;
}

function regionWords(region) {
  const confidence = region.confidence === null ? "confidence not known" : `confidence ${percent(region.confidence)}`;
  return [visible(kindOf(region).name), region.severity ?? "severity not stated", confidence];
}
