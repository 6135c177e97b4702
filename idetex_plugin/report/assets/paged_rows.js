// The rows of one page at a time, asked of the server, and what is chosen.

const FACETS = ["distortion", "severity", "level", "status", "reason", "content"];
const NO_LEVEL_ASKED = "";
let about = null;
let shared = { distortions: [], severities: [], levels: [], questions: [], models: [], measures: [] };
let rows = [];
let MEASURED = [];
const chosen = Object.fromEntries(FACETS.map((facet) => [facet, new Set()]));
const wish = { text: "", order: "run", page: 0 };

const allows = (facet, value) => chosen[facet].size === 0 || chosen[facet].has(value);
const regionFits = (region) => allows("distortion", kindOf(region).name) && allows("severity", severityOf(region));
const filteredByRegion = () => chosen.distortion.size + chosen.severity.size > 0;
const twinsOf = () => [];
const thumbnailOf = (row) => row.picture.thumbnail;

function asked() {
  const words = new URLSearchParams();
  if (wish.text) words.set("q", wish.text);
  words.set("sort", wish.order);
  for (const facet of FACETS) for (const value of chosen[facet]) words.append(facet, value);
  for (const [name, [least, most]] of ranges) {
    if (least !== null) words.set(`least-${name}`, String(least));
    if (most !== null) words.set(`most-${name}`, String(most));
  }
  return words;
}

async function tell(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

async function fetchRows() {
  const words = asked();
  words.set("page", String(wish.page));
  return tell(`rows?${words}`);
}

const fetchCount = async () => (await tell(`count?${asked()}`)).count;

function take(found) {
  shared = found.shared;
  MEASURED = shared.measures.map((of, number) => ({ ...of, number }));
  rows = found.rows.map((row, index) => {
    row.regions.forEach((region, number) => { region.number = number + 1; });
    return Object.assign(row, { index });
  });
}
