// The large view: one photo with its boxes beside everything said of it.

const large = byId("large");
const stage = byId("large-stage");
const panel = byId("large-panel");

function showLarge(position) {
  activate(position, { focus: false });
  const row = grid.view[grid.active];
  hideTip();
  byId("large-name").replaceChildren(foreign(row.name));
  byId("large-place").textContent = `${(grid.active + 1).toLocaleString("en")} of ${grid.view.length.toLocaleString("en")}`;
  byId("large-previous").disabled = grid.active === 0;
  byId("large-next").disabled = grid.active === grid.view.length - 1;
  showPicture(row);
  panel.replaceChildren(...panelOf(row));
  panel.scrollTop = 0;
  if (!large.open) { large.showModal(); panel.focus(); }
  history.replaceState(null, "", `#photo-${row.index + 1}`);
}

// The thumbnail at once; the original takes its place if it loads and has the shape that was judged.
function showPicture(row) {
  const source = thumbnailOf(row);
  setZoom(false);
  byId("large-zoom").disabled = true;
  if (!source) { stage.replaceChildren(missing(row)); return; }
  const { frame, image } = framed(row, source);
  frame.style.setProperty("--width", `${row.size[0] / devicePixelRatio}px`);
  image.addEventListener("load", () => { byId("large-zoom").disabled = image.naturalWidth < row.size[0]; });
  stage.replaceChildren(frame);
  for (const region of frame.querySelectorAll(".region")) region.setAttribute("tabindex", "0");
  if (!row.picture.original) return;
  const original = new Image();
  original.addEventListener("load", () => {
    if (original.naturalWidth === row.size[0] && original.naturalHeight === row.size[1]) image.src = original.src;
  });
  original.src = row.picture.original;
}

function setZoom(on) {
  stage.classList.toggle("actual", on);
  byId("large-zoom").setAttribute("aria-pressed", String(on));
}

const toggleZoom = () => { if (!byId("large-zoom").disabled) setZoom(!stage.classList.contains("actual")); };

// Pointing at a region in the list marks its box, and the other way round.
function point(target, on) {
  const item = target.closest("[data-point], [data-region], [data-finding]");
  stage.querySelectorAll(".preview").forEach((box) => box.remove());
  large.querySelectorAll(".pointed").forEach((element) => element.classList.remove("pointed"));
  stage.classList.toggle("pointing", on && item !== null);
  if (!on || !item) return;
  const { point: listed, region, finding } = item.dataset;
  if (finding !== undefined) {
    const said = grid.view[grid.active].description.findings[finding];
    const layer = stage.querySelector(".boxes");
    if (layer) preview(layer, said.boxes, shared.distortions[said.type]);
    return;
  }
  for (const element of large.querySelectorAll(`[data-point="${listed ?? region}"], [data-region="${listed ?? region}"]`)) {
    element.classList.add("pointed");
  }
}

function setUpLarge() {
  byId("large-close").addEventListener("click", () => large.close());
  byId("large-previous").addEventListener("click", () => showLarge(grid.active - 1));
  byId("large-next").addEventListener("click", () => showLarge(grid.active + 1));
  byId("large-zoom").addEventListener("click", toggleZoom);
  stage.addEventListener("dblclick", toggleZoom);
  large.addEventListener("close", () => {
    hideTip();
    stage.replaceChildren();
    history.replaceState(null, "", location.href.split("#")[0]);
    activate(grid.active);
  });
  for (const [enter, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    large.addEventListener(enter, (event) => point(event.target, true));
    large.addEventListener(leave, (event) => point(event.target, false));
  }
}
