// Ranges of the plain measures, and the buttons that take a filter back.

const ranges = new Map(); // name of a measure to [least, most], null for an open end

// An empty end is open. known: measures with the least and the most that any photo has, which the empty fields show.
function rangesOfMeasures(known, changed) {
  if (known.length === 0) return [];
  return [h("details", { class: "facet facet-measures" }, h("summary", { text: "Measures" }), known.map((measure) => {
    const ends = ["least", "most"].map((word, end) => {
      const input = h("input", { type: "number", step: "any", "data-measure": measure.name, "data-end": String(end),
        "aria-label": `${measure.title}, ${word}`, placeholder: amount(measure[word]) });
      input.addEventListener("change", () => {
        const range = ranges.get(measure.name) ?? [null, null];
        range[end] = input.value === "" ? null : Number(input.value);
        if (range.every((value) => value === null)) ranges.delete(measure.name); else ranges.set(measure.name, range);
        changed();
      });
      return input;
    });
    return h("div", { class: "range", title: measure.meaning || null },
      foreign(measure.unit ? `${measure.title} (${measure.unit})` : measure.title, "span", { class: "label" }), ends);
  }))];
}

// A button for each chosen range; fields whose end is open are emptied.
function rangesChosen(changed) {
  for (const input of document.querySelectorAll("#filters input[data-measure]")) {
    const end = ranges.get(input.dataset.measure)?.[Number(input.dataset.end)] ?? null;
    if (end === null && input.value !== "") input.value = "";
  }
  return [...ranges].map(([name, range]) => chosenButton(visible(rangeWords(name, range)), () => ranges.delete(name), changed));
}

function rangeWords(name, [least, most]) {
  const { title } = MEASURED.find((measure) => measure.name === name);
  if (least !== null && most !== null) return `${title} ${amount(least)} to ${amount(most)}`;
  return least === null ? `${title} at most ${amount(most)}` : `${title} at least ${amount(least)}`;
}

function chosenButton(text, remove, changed) {
  const button = h("button", { class: "chip remove", "aria-label": `Remove the filter ${text}` }, text, h("span", { "aria-hidden": "true", text: " ✕" }));
  button.addEventListener("click", () => { remove(); changed(); byId("filters").focus(); });
  return button;
}
