// What is asked of a row everywhere.

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

const measured = (row, number) => row.measures[number] ?? null;

// Three digits, in whole numbers from 1,000, and nothing under .0001.
const amount = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en")
  : String(Number(Math.abs(value) < 0.001 ? value.toFixed(4) : value.toPrecision(3))));

function regionWords(region) {
  const confidence = region.confidence === null ? "confidence not known" : `confidence ${percent(region.confidence)}`;
  return [visible(kindOf(region).name), region.severity ?? "severity not stated", confidence];
}
