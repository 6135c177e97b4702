// The grid of photos: only cards near the window exist, so that thousands of rows stay quick.

const GAP = 14;
const list = byId("photos");
const grid = { view: [], active: 0, columns: 1, width: 0, height: 0, cards: new Map() };

function summary(row) {
  const parts = [row.level ? `level ${row.level}` : NO_LEVEL.toLowerCase()];
  if (row.score !== null) parts.push(`score ${row.score.toFixed(1)}`);
  parts.push(row.regions.length || lookedFor(row) ? plural(row.regions.length, "region") : "regions not known");
  if (row.state !== "ok") parts.push(STATES[row.state].toLowerCase());
  return parts.join(", ");
}

// Distortions of a row with their number of regions and worst severity, in order of severity.
function tally(row) {
  const kinds = new Map();
  for (const region of row.regions) {
    const entry = kinds.get(region.type) ?? { kind: kindOf(region), count: 0, severity: 0 };
    entry.count += 1;
    entry.severity = Math.max(entry.severity, rank(region.severity));
    kinds.set(region.type, entry);
  }
  return [...kinds.values()].sort((one, other) => other.severity - one.severity || other.count - one.count);
}

function chips(row) {
  if (row.regions.length === 0) {
    return h("p", { class: "chips muted", text: lookedFor(row) ? NONE_FOUND : "Not looked for" });
  }
  const kinds = tally(row);
  const shown = kinds.slice(0, 3);
  return h("p", { class: "chips" }, shown.map(({ kind, count, severity }) =>
    h("span", { class: "chip", title: visible(`${kind.name}: ${plural(count, "region")}, worst ${shared.severities[severity - 1] ?? NOT_STATED}`) },
      codeOf(kind), severity ? severityMark(shared.severities[severity - 1]) : null)),
  kinds.length > shown.length ? h("span", { class: "muted", text: `+${kinds.length - shown.length}` }) : null);
}

// "a/b/c/photo.jpg" as its last part and the two folders before it. Only Windows' paths have folders before backslashes.
function nameParts(name) {
  const parts = name.split(/^([A-Za-z]:\\|\\\\)/.test(name) ? /[/\\]/ : "/").filter(Boolean);
  const folders = parts.slice(-3, -1);
  return [parts.at(-1) ?? name, (parts.length > 3 ? "…/" : "") + folders.join("/")];
}

function trouble(row) {
  if (row.failure) return [words(row.failure[0]), row.failure[1]];
  const failed = Object.entries(row.tasks).filter(([, [state]]) => state === "failed" || state === "partial");
  if (failed.length === 0) return null;
  return [failed.map(([task, [, reason]]) => `${task}: ${words(reason)}`).join(", "), failed.map(([, [, , message]]) => message).join(" ")];
}

function card(row, position) {
  const source = thumbnailOf(row);
  const problem = trouble(row);
  const id = `card-${row.index}`;
  const [file, folder] = nameParts(row.name);
  const body = source ? framed(row, source) : null;
  body?.image.addEventListener("error", () => body.frame.replaceWith(missing({ picture: { missing: "The thumbnail is not beside the page." } })));
  return h("li", { class: "card", "data-row": row.index, "aria-setsize": grid.view.length, "aria-posinset": position + 1 },
    h("div", { class: "stage" }, body ? body.frame : missing(row)),
    h("div", { class: "info" },
      h("button", { class: "name", id, tabindex: "-1", "aria-describedby": `${id}-summary`, title: visible(row.name) }, foreign(file)),
      foreign(folder, "p", { class: "folder muted" }),
      h("span", { class: "hidden", id: `${id}-summary`, text: summary(row) }),
      h("p", { class: "verdict", "aria-hidden": "true" }, levelPill(row.level), scoreOf(row)),
      problem ? h("p", { class: "trouble", title: visible(problem[1]) }, h("span", { "aria-hidden": "true", text: "✕ " }), capital(visible(problem[0]))) : chips(row)));
}

const scoreOf = (row) => row.score === null ? null
  : h("span", { class: "score" }, h("b", { text: row.score.toFixed(1) }), h("small", { class: "muted", text: "/5" }), meter(row));

const meter = (row) => h("span", { class: `meter level-${row.level}`, style: { "--share": String((row.score - 1) / 4) } });

function measure() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const wide = list.clientWidth;
  grid.columns = Math.max(1, Math.floor((wide + GAP) / (16.5 * rem + GAP)));
  grid.width = (wide - GAP * (grid.columns - 1)) / grid.columns;
  grid.height = Math.round(grid.width * 0.7 + 7.4 * rem);
}

const lineOf = (position) => Math.floor(position / grid.columns);
const topOf = (position) => lineOf(position) * (grid.height + GAP);

function wanted() {
  const above = -list.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor((above - innerHeight / 2) / (grid.height + GAP)) * grid.columns);
  const last = Math.ceil((above + 1.5 * innerHeight) / (grid.height + GAP)) * grid.columns;
  const positions = new Set();
  for (let position = first; position < Math.min(last, grid.view.length); position += 1) positions.add(position);
  if (grid.view.length) positions.add(grid.active);
  return [...positions].sort((one, other) => one - other);
}

// Brings the cards in line with the scroll position; a card that stays is moved, never made again.
function draw() {
  const positions = wanted();
  const needed = new Set(positions.map((position) => grid.view[position].index));
  for (const [index, element] of grid.cards) {
    if (!needed.has(index)) { element.remove(); grid.cards.delete(index); }
  }
  let before = null;
  for (const position of positions) {
    const row = grid.view[position];
    let element = grid.cards.get(row.index);
    if (!element) { element = card(row, position); grid.cards.set(row.index, element); }
    place(element, row, position);
    const next = before ? before.nextElementSibling : list.firstElementChild;
    if (next !== element) list.insertBefore(element, next);
    before = element;
  }
}

function place(element, row, position) {
  const left = (position % grid.columns) * (grid.width + GAP);
  element.style.setProperty("transform", `translate(${left}px, ${topOf(position)}px)`);
  element.style.setProperty("width", `${grid.width}px`);
  element.style.setProperty("height", `${grid.height}px`);
  element.setAttribute("aria-posinset", position + 1);
  element.setAttribute("aria-setsize", grid.view.length);
  element.classList.toggle("active", position === grid.active);
  element.querySelector(".name").tabIndex = position === grid.active ? 0 : -1;
  for (const region of element.querySelectorAll(".region")) {
    region.classList.toggle("dim", filteredByRegion() && !regionFits(row.regions[region.dataset.region - 1]));
  }
}

function relayout() {
  measure();
  const lines = Math.ceil(grid.view.length / grid.columns);
  list.style.setProperty("height", `${Math.max(0, lines * (grid.height + GAP) - GAP)}px`);
  draw();
}

function showView(view) {
  grid.view = view;
  grid.active = 0;
  relayout();
}

// Makes a photo the current one, brings it into sight and gives it the focus.
function activate(position, { focus = true } = {}) {
  if (grid.view.length === 0) return;
  grid.active = Math.max(0, Math.min(position, grid.view.length - 1));
  const top = list.getBoundingClientRect().top + topOf(grid.active);
  const bar = document.querySelector(".toolbar").getBoundingClientRect().bottom + 8;
  if (top < bar) scrollBy({ top: top - bar });
  else if (top + grid.height > innerHeight) scrollBy({ top: top + grid.height + 8 - innerHeight });
  draw();
  if (focus) grid.cards.get(grid.view[grid.active].index).querySelector(".name").focus({ preventScroll: true });
}
