// One key each for the buttons of the review panel: a button whose label ends in " · A" is pressed by the key A.
// Keys do nothing while a form, a menu or a photo is open, or while something is typed.
(function () {
  const busy = '[role="dialog"], [role="listbox"], [role="menu"], [data-cy="modal"]';
  const typing = 'input, textarea, select, [contenteditable="true"]';
  const visible = (element) => element.getClientRects().length > 0;
  function find(letter) {
    const end = "\u00b7 " + letter;
    const ends = (element) => element.textContent.trim().replace(/\s+/g, " ").endsWith(end);
    const button = [...document.querySelectorAll("button")].find((each) => ends(each) && visible(each) && !each.disabled);
    if (button) return () => button.click();
    const label = [...document.querySelectorAll("label, h6, p, span")].find((each) => ends(each) && visible(each));
    for (let around = label; around; around = around.parentElement) {
      const list = around.querySelector('[role="combobox"]');
      if (list) return () => list.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, button: 0 }));
    }
    return null;
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.key.length !== 1) return;
    if (event.target.closest && event.target.closest(typing)) return;
    if ([...document.querySelectorAll(busy)].some(visible)) return;
    const press = find(event.key.toUpperCase());
    if (!press) return;
    event.preventDefault();
    event.stopPropagation();
    press();
  }, true);
})();
