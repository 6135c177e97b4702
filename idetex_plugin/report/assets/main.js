// Wires the page: one state, one refresh.

function refresh() {
  const { view, counts } = select(orders.value);
  showView(view);
  showCounts(counts);
  showChosen(changed);
  const all = plural(rows.length, "photo");
  byId("count").textContent = view.length === rows.length ? all : `${view.length.toLocaleString("en")} of ${all}`;
  byId("nothing").hidden = view.length > 0;
  byId("nothing").textContent = rows.length ? "No photo fits these filters." : "This run has no photos.";
}

function changed() {
  const bar = document.querySelector(".toolbar");
  const top = byId("photos").getBoundingClientRect().top - bar.getBoundingClientRect().height - 60;
  if (top < 0) scrollBy({ top });
  refresh();
}

function setUp() {
  const options = Object.entries(ORDERS).map(([value, [text]]) => h("option", { value, text }));
  const ofMeasures = options.filter(({ value }) => value.startsWith("measure-"));
  orders.append(...options.filter((option) => !ofMeasures.includes(option)));
  if (ofMeasures.length > 0) orders.append(h("optgroup", { label: "Measures" }, ofMeasures));
  orders.addEventListener("change", changed);
  search.addEventListener("input", () => { terms = search.value.toLowerCase().split(/\s+/).filter(Boolean); changed(); });
  byId("boxes-toggle").addEventListener("click", toggleBoxes);
  byId("large-boxes").addEventListener("click", toggleBoxes);
  byId("help-open").addEventListener("click", KEYS["?"]);
  byId("filters-toggle").addEventListener("click", () => showFilters(!byId("filters").classList.contains("shown")));
  document.addEventListener("keydown", onKey);
  showHead(changed);
  buildFacets(changed);
  setUpList();
  setUpTips();
  setUpLarge();
  refresh();
  const asked = Number(/^#photo-(\d+)$/.exec(location.hash)?.[1]);
  const position = grid.view.findIndex((row) => row.index === asked - 1);
  if (position >= 0) showLarge(position);
}

setUp();
