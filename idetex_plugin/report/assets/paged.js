// Wires the paged report: every change asks the server for a page of rows; what comes late is dropped.

const TYPING_PAUSE = 50;
let turn = 0;
let total = 0;

const pager = h("nav", { class: "chosen", "aria-label": "Pages" });
const before = h("button", { class: "button", text: "Previous page" });
const after = h("button", { class: "button", text: "Next page" });
const placeShown = h("span", { class: "muted" });

function showPlace() {
  const pages = Math.max(1, Math.ceil(total / about.per_page));
  placeWords(pages);
  before.disabled = wish.page === 0;
  after.disabled = wish.page + 1 >= pages;
  pager.hidden = pages === 1;
}

function placeWords(pages) {
  placeShown.textContent = `Page ${(wish.page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`;
  const all = plural(about.photos, "photo");
  byId("count").textContent = total === about.photos ? all : `${total.toLocaleString("en")} of ${all}`;
  byId("nothing").hidden = total > 0;
  byId("nothing").textContent = about.photos ? "No photo fits these filters." : "This run has no photos.";
}

async function refresh(counted) {
  turn += 1;
  const mine = turn;
  showChosen(changed);
  document.body.setAttribute("aria-busy", "true");
  try {
    const counting = counted ? fetchCount() : Promise.resolve(total);
    const found = await fetchRows();
    if (mine !== turn) return;
    take(found);
    for (const element of grid.cards.values()) element.remove();
    grid.cards.clear();
    showView(rows);
    total = await counting;
    if (mine === turn) showPlace();
  } catch (error) {
    if (mine !== turn) return;
    byId("count").textContent = `The rows cannot be read: ${error.message}.`;
  } finally {
    if (mine === turn) document.body.removeAttribute("aria-busy");
  }
}

function changed() {
  wish.page = 0;
  scrollTo({ top: 0 });
  refresh(true);
}

function turnTo(page) {
  const pages = Math.max(1, Math.ceil(total / about.per_page));
  const wanted = Math.max(0, Math.min(page, pages - 1));
  if (wanted === wish.page || large.open) return;
  wish.page = wanted;
  scrollTo({ top: 0 });
  refresh(false);
}

async function setUp() {
  about = await tell("about");
  shared = about.shared;
  const options = Object.entries(about.orders).map(([value, title]) => {
    const of = /^measure-(.*)-(up|down)$/.exec(value);
    const known = of && about.shared.measures.find(({ name }) => name === of[1]);
    return h("option", { value, text: of ? `${known?.title ?? of[1]}, ${of[2] === "up" ? "lowest" : "highest"} first` : title });
  });
  orders.append(...options);
  orders.value = wish.order;
  orders.addEventListener("change", () => { wish.order = orders.value; changed(); });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { wish.text = search.value.trim(); changed(); }, TYPING_PAUSE);
  });
  before.addEventListener("click", () => turnTo(wish.page - 1));
  after.addEventListener("click", () => turnTo(wish.page + 1));
  Object.assign(KEYS, { n: () => turnTo(wish.page + 1), p: () => turnTo(wish.page - 1) });
  pager.append(before, placeShown, after);
  byId("photos").after(pager);
  byId("boxes-toggle").addEventListener("click", toggleBoxes);
  byId("large-boxes").addEventListener("click", toggleBoxes);
  byId("help-open").addEventListener("click", KEYS["?"]);
  byId("help").querySelector("dl").append(
    h("dt", {}, h("kbd", { text: "n" }), " ", h("kbd", { text: "p" })), h("dd", { text: "next, previous page" }));
  byId("filters-toggle").addEventListener("click", () => showFilters(!byId("filters").classList.contains("shown")));
  document.addEventListener("keydown", onKey);
  showHead(changed);
  buildFacets(changed);
  setUpList();
  setUpTips();
  setUpLarge();
  await refresh(true);
}

setUp();
