// The rows of the page itself.

const shared = JSON.parse(byId("shared").textContent);
const rows = Array.from(document.querySelectorAll("script.row"), (element, index) => {
  const row = JSON.parse(element.textContent);
  row.index = index;
  row.regions.forEach((region, number) => { region.number = number + 1; });
  element.remove();
  return row;
});

// Photos of the same content, by its hash; only those that are there more than once.
const copies = new Map();
for (const row of rows.filter(({ sha }) => sha)) {
  if (copies.has(row.sha)) copies.get(row.sha).push(row); else copies.set(row.sha, [row]);
}
for (const [sha, same] of copies) if (same.length === 1) copies.delete(sha);

const twinsOf = (row) => (copies.get(row.sha) ?? []).filter((other) => other !== row);

// Everything of a row that the search looks through, lower case, made when first asked for.
function haystack(row) {
  if (row.haystack === undefined) {
    const { description } = row;
    row.haystack = [
      row.name, row.failure?.[1] ?? "", row.level ?? "", description?.text ?? "", description?.content ?? "",
      ...row.notes, ...reasonsOf(row),
      ...Object.values(row.tasks).map(([, , message]) => message),
      ...row.regions.flatMap((region) => [kindOf(region).name, region.severity ?? "", region.effect]),
      ...row.answers.map(([question, choice]) => shared.questions[question].options[choice]),
    ].join("\n").toLowerCase();
  }
  return row.haystack;
}

function thumbnailOf(row) {
  const { thumbnail } = row.picture;
  if (thumbnail !== "#") return thumbnail;
  return `data:image/jpeg;base64,${byId(`pixels-${row.index + 1}`).textContent}`;
}
