// Keyboard, pointer and scrolling, wherever the rows come from.

const orders = byId("sort");
const search = byId("search");

function setBoxes(on) {
  document.body.classList.toggle("bare", !on);
  for (const id of ["boxes-toggle", "large-boxes"]) byId(id).setAttribute("aria-pressed", String(on));
  hideTip();
}

const toggleBoxes = () => setBoxes(document.body.classList.contains("bare"));

// On a narrow window the filters are a sheet that comes and goes.
function showFilters(on) {
  byId("filters").classList.toggle("shown", on);
  byId("filters-toggle").setAttribute("aria-expanded", String(on));
}

const step = (by) => { if (large.open) showLarge(grid.active + by); else activate(grid.active + by); };

const KEYS = {
  j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1),
  ArrowDown: () => large.open || activate(Math.min(grid.active + grid.columns, grid.view.length - 1)),
  ArrowUp: () => large.open || activate(grid.active < grid.columns ? grid.active : grid.active - grid.columns),
  Home: () => large.open || activate(0), End: () => large.open || activate(grid.view.length - 1),
  Enter: () => large.open || (grid.view.length && showLarge(grid.active)),
  "/": () => { large.close(); search.focus(); search.select(); },
  Escape: () => showFilters(false), "?": () => byId("help").showModal(), b: toggleBoxes, z: () => large.open && toggleZoom(),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || byId("help").open) return;
  const { target, key } = event;
  const typing = target.matches("input:not([type=checkbox]), select, textarea");
  if (typing) {
    if (key === "Escape" || (key === "Enter" && target === search)) { activate(0); event.preventDefault(); }
    return;
  }
  if (key === "Enter" && target.matches("button:not(.name), a, summary, input")) return;
  if (key === "Escape" && large.open) return;
  const scrolls = ["ArrowUp", "ArrowDown", "Home", "End"].includes(key) && large.open;
  if (!Object.hasOwn(KEYS, key) || scrolls) return;
  event.preventDefault();
  KEYS[key]();
}

function setUpList() {
  list.addEventListener("click", (event) => {
    const element = event.target.closest(".card");
    if (element) showLarge(grid.view.findIndex((row) => row.index === Number(element.dataset.row)));
  });
  list.addEventListener("focusin", (event) => {
    const element = event.target.closest(".card");
    const position = element ? grid.view.findIndex((row) => row.index === Number(element.dataset.row)) : -1;
    if (position >= 0 && position !== grid.active) { grid.active = position; draw(); }
  });
  let waiting = false;
  addEventListener("scroll", () => {
    hideTip();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  }, { passive: true });
  new ResizeObserver(relayout).observe(list);
}

function setUpTips() {
  const regionAt = (event) => event.target.closest?.(".region");
  for (const [enter, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(enter, (event) => {
      const target = regionAt(event);
      if (!target) return;
      const card = target.closest(".card");
      const row = card ? rows[card.dataset.row] : grid.view[grid.active];
      showTip(row.regions[target.dataset.region - 1], target);
    });
    document.addEventListener(leave, (event) => regionAt(event) && hideTip());
  }
}
