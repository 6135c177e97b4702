"use strict";
for (const pair of document.querySelectorAll(".pair")) {
  const copy = pair.querySelector("img.copy");
  const slider = pair.parentElement.querySelector("input");
  const cut = () => { copy.style.clipPath = `inset(0 0 0 ${slider.value}%)`; };
  slider.addEventListener("input", cut);
  cut();
  for (const box of pair.querySelectorAll("i")) {
    const [x1, y1, x2, y2] = box.dataset.box.split(" ").map(Number);
    Object.assign(box.style, {
      left: `${x1 * 100}%`, top: `${y1 * 100}%`, width: `${(x2 - x1) * 100}%`, height: `${(y2 - y1) * 100}%`,
    });
  }
}
