// Which rows are in view: six facets, ranges of measures, a search, an order.

const FACETS = ["distortion", "severity", "level", "status", "reason", "content"];
const chosen = Object.fromEntries(FACETS.map((facet) => [facet, new Set()]));
let terms = [];

const ORDERS = {
  "score-up": ["Score, worst first", (row) => standing(row), 1],
  "score-down": ["Score, best first", (row) => standing(row), -1],
  severity: ["Severity, worst first", (row) => worst(row) * 1e6 + severeShare(row), -1],
  regions: ["Regions, most first", (row) => row.regions.length, -1],
  name: ["Name", null, 1],
  run: ["Order of the run", (row) => row.index, 1],
  ...(copies.size > 0 ? { copies: ["Same content together", (row) => copies.get(row.sha)?.[0].index ?? null, 1] } : {}),
};
const MEASURED = shared.measures.map((about, number) => ({ ...about, number }))
  .filter(({ number }) => rows.some((row) => measured(row, number) !== null));
for (const { name, title, number } of MEASURED) {
  ORDERS[`measure-${name}-up`] = [`${visible(title)}, lowest first`, (row) => measured(row, number), 1];
  ORDERS[`measure-${name}-down`] = [`${visible(title)}, highest first`, (row) => measured(row, number), -1];
}
const collator = new Intl.Collator("en", { numeric: true });

const severeShare = (row) => row.regions.filter((region) => rank(region.severity) === worst(row)).length;

const allows = (facet, value) => chosen[facet].size === 0 || chosen[facet].has(value);

const regionFits = (region) => allows("distortion", kindOf(region).name) && allows("severity", severityOf(region));

const filteredByRegion = () => chosen.distortion.size + chosen.severity.size > 0;

// For each facet the values by which this row would be found, given the choices in the facet's partner.
const VALUES = {
  distortion: (row) => {
    const fitting = row.regions.filter((region) => allows("severity", severityOf(region)));
    const values = new Set(fitting.map((region) => kindOf(region).name));
    if (row.regions.length === 0 && lookedFor(row) && chosen.severity.size === 0) values.add(NONE_FOUND);
    return values;
  },
  severity: (row) => {
    const fitting = row.regions.filter((region) => allows("distortion", kindOf(region).name));
    return new Set(fitting.map(severityOf));
  },
  level: (row) => new Set([row.level ?? NO_LEVEL]),
  status: (row) => new Set([row.state]),
  reason: reasonsOf,
  content: (row) => new Set(copies.has(row.sha) ? [REPEATED] : []),
};

function inRanges(row) {
  return [...ranges].every(([name, [least, most]]) => {
    const value = measured(row, MEASURED.find((measure) => measure.name === name).number);
    return value !== null && (least === null || value >= least) && (most === null || value <= most);
  });
}

const chosenIn = (facet, values) => chosen[facet].size === 0 || [...values].some((value) => chosen[facet].has(value));

// Distortion and severity must be met by one and the same region, so they count as one test here.
function tests(row) {
  const bare = chosen.distortion.has(NONE_FOUND) && chosen.severity.size === 0 && VALUES.distortion(row).has(NONE_FOUND);
  return {
    region: !filteredByRegion() || bare || row.regions.some(regionFits),
    level: chosenIn("level", VALUES.level(row)),
    status: chosenIn("status", VALUES.status(row)),
    reason: chosenIn("reason", VALUES.reason(row)),
    content: chosenIn("content", VALUES.content(row)),
    measures: inRanges(row),
    text: terms.every((term) => haystack(row).includes(term)),
  };
}

// The rows in view, in order, and for each facet how many rows each value would leave.
function select(order) {
  const view = [];
  const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Map()]));
  for (const row of rows) {
    const passed = tests(row);
    const missed = Object.keys(passed).filter((test) => !passed[test]);
    if (missed.length === 0) view.push(row);
    for (const facet of FACETS) {
      const own = facet === "distortion" || facet === "severity" ? "region" : facet;
      if (missed.some((test) => test !== own)) continue;
      for (const value of VALUES[facet](row)) counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1);
    }
  }
  return { view: sorted(view, order), counts };
}

function sorted(view, order) {
  const [, key, direction] = ORDERS[order];
  if (key === null) return view.sort((one, other) => collator.compare(one.name, other.name) || one.index - other.index);
  const keys = new Map(view.map((row) => [row, key(row)]));
  return view.sort((one, other) => {
    const [mine, theirs] = [keys.get(one), keys.get(other)];
    if (mine === null || theirs === null) return (mine === null) - (theirs === null) || one.index - other.index;
    return (mine - theirs) * direction || one.index - other.index;
  });
}
