// Boxes over a picture: an SVG exactly as large as the picture, with relative coordinates and lines of constant width.

const DASHES = { 1: "2 4", 2: "9 5", 3: null, 0: null };
const TAG_HEIGHT = 17;

// A picture as large as fits the stage; the boxes lie over it.
function framed(row, source) {
  const [width, height] = row.size;
  const image = h("img", { src: source, alt: "", decoding: "async", draggable: "false" });
  const frame = h("div", { class: "frame", style: { "--ratio": String(width / height) } }, image, overlay(row));
  return { frame, image };
}

const missing = (row) =>
  h("div", { class: "missing" }, h("span", { class: "mark", "aria-hidden": "true", text: "⌀" }),
    h("span", {}, "No picture"), foreign(row.picture.missing, "span", { class: "why" }));

function overlay(row) {
  const layer = svg("svg", { class: "boxes", role: "group", "aria-label": "Damaged regions" });
  const tags = [];
  const bySize = row.regions.toSorted((one, other) => area(other.box) - area(one.box));
  for (const region of bySize) layer.append(drawn(region, tags));
  return layer;
}

const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);

const percentBox = ([x1, y1, x2, y2]) => ({
  x: `${x1 * 100}%`, y: `${y1 * 100}%`, width: `${(x2 - x1) * 100}%`, height: `${(y2 - y1) * 100}%`,
});

function drawn(region, tags) {
  const kind = kindOf(region);
  const place = percentBox(region.box);
  const dash = DASHES[rank(region.severity)];
  const label = regionWords(region).join(", ");
  return svg("g", { class: "region", "data-region": region.number, role: "img", "aria-label": `Region ${region.number}: ${label}` },
    svg("rect", { ...place, class: "halo", stroke: kind.ink, "stroke-dasharray": dash }),
    svg("rect", { ...place, class: "line", stroke: kind.colour, fill: kind.colour, "stroke-dasharray": dash }),
    tag(region, kind, tags));
}

// The code of the distortion in a corner of its box, beside the tags that are already there.
function tag(region, kind, tags) {
  const [x1, y1, x2] = region.box;
  const right = x1 > 0.8;
  const width = 10 + 7.5 * kind.code.length;
  const [x, y] = [right ? x2 : x1, Math.min(y1, 0.93)];
  const near = tags.filter((other) => other.right === right && Math.abs(other.x - x) < 0.1 && Math.abs(other.y - y) < 0.07);
  const shift = near.reduce((sum, other) => sum + other.width + 1, 0);
  tags.push({ x, y, width, right });
  const left = right ? -shift - width : shift;
  return svg("svg", { class: "tag", x: `${x * 100}%`, y: `${y * 100}%`, overflow: "visible" },
    svg("rect", { x: left, y: 0, width, height: TAG_HEIGHT, fill: kind.colour }),
    svg("text", { x: left + width / 2, y: 12.5, fill: kind.ink, "text-anchor": "middle", text: kind.code }));
}

// Boxes of a description's finding, shown for as long as the finding is pointed at.
function preview(layer, boxes, kind) {
  for (const box of boxes) {
    layer.append(svg("rect", { ...percentBox(box), class: "preview", stroke: kind.colour }));
  }
}

const tip = byId("tip");

function showTip(region, target) {
  const kind = kindOf(region);
  const [name, severity, confidence] = regionWords(region);
  tip.replaceChildren(
    h("strong", {}, swatch(kind), name), h("span", { text: `${capital(severity)} · ${confidence}` }),
    region.effect ? foreign(region.effect, "span") : "");
  (target.closest("dialog") ?? document.body).append(tip);
  tip.hidden = false;
  const box = target.querySelector(".line").getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const below = box.bottom + 6 + size.height < innerHeight ? box.bottom + 6 : Math.max(4, box.top - size.height - 6);
  tip.style.setProperty("left", `${Math.max(4, Math.min(box.left, innerWidth - size.width - 4))}px`);
  tip.style.setProperty("top", `${Math.min(below, innerHeight - size.height - 4)}px`);
}

function hideTip() {
  tip.hidden = true;
}

const swatch = (kind) => h("span", { class: "swatch", style: { background: kind.colour }, "aria-hidden": "true" });
