// FiftyOne saves what was annotated in a photo every three seconds, and forgets the rest when the photo is left. Leaving
// waits until all is saved.
(function () {
  const PATIENCE = 10000; // milliseconds, after which the photo is left all the same
  const LOOK = 50; // between two looks whether all is saved
  const leaving = ["Escape", "ArrowLeft", "ArrowRight"];
  const typing = 'input, textarea, select, [contenteditable="true"]';
  const doors = '[data-cy="nav-left-button"], [data-cy="nav-right-button"], [data-cy="explore"]';

  const unsaved = () => document.querySelector('[data-cy="annotation-save-state"][data-settled="false"]');
  const listOpen = () => [...document.querySelectorAll('[role="listbox"]')].some((each) => each.getClientRects().length);
  const again = new WeakSet();
  let waiting = false;

  function leaves({ type, key, target }) {
    if (!target.closest) return false;
    if (type === "keydown") return leaving.includes(key) && !listOpen() && (key === "Escape" || !target.closest(typing));
    return Boolean(target.closest(doors)) || target.matches('[data-cy="modal"]');
  }

  function hold(event) {
    if (again.has(event) || !leaves(event) || !unsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    waiting = true;
    const { target } = event;
    const until = Date.now() + PATIENCE;
    const look = () => {
      if (unsaved() && Date.now() < until) return setTimeout(look, LOOK);
      waiting = false;
      const copy = new event.constructor(event.type, event);
      again.add(copy);
      (target.isConnected ? target : document.body).dispatchEvent(copy);
    };
    look();
  }

  for (const type of ["keydown", "click"]) window.addEventListener(type, hold, true);
})();
