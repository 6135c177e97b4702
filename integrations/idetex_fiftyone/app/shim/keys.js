// One key for each button of the review panel. The panel draws `IdetexKeys` with what each key does to what it shows:
// {turn, press, photo, keys: {A: {operator, params}}, letters, free, redraw}. `turn` grows with every event of the panel;
// `press` names the key whose answer was drawn last.
//
// A key that is pressed while another is at work waits, and is used on what the panel shows after that one. A key that
// was meant for a photo that is gone by then is not used, and the panel says so. A click waits too, but only counts for
// what was shown when it was made.
(function () {
  const PATIENCE = 30000; // milliseconds until an action counts as lost
  const NOTICE = 300; // until the panel says that keys wait
  const SETTLED = 200; // from an answer until it is drawn
  const TRIES = 3; // to draw what is newest
  const REDRAW = 5000; // until such a try counts as lost
  const CHOICE = 2000; // in which the App reports what was chosen from a list, if it was another than before

  class Desk {
    constructor() {
      this.queue = [];
      this.running = null;
      this.shown = null; // the newest drawing, which keys are about
      this.drawn = null; // the last one, which clicks are about
      this.newest = 0;
      this.drawing = null; // the try to draw what is newest
      this.tries = 0;
      this.pressed = 0;
      this.refused = [];
      this.changed = () => {};
      this.blocked = () => false;
      this.working = () => false;
    }

    // The panel has drawn. send(operator, params, done) starts an event; done(error) tells that it has ended.
    show(view, send) {
      this.drawn = view;
      this.send = send;
      if (view.turn < this.newest && this.tries < TRIES) return this.again();
      this.shown = view;
      this.newest = view.turn;
      this.tries = 0;
      this.settle();
    }

    // The panel is gone.
    leave() {
      this.drop("the panel was closed");
      this.shown = null;
      this.drawn = null;
      this.drawing = null;
      this.newest = 0;
    }

    // What was drawn last is older than what was drawn earlier: two answers of the server came in the wrong order. Keys
    // that are pressed meanwhile are meant for the newer one, which was seen first, and wait until it is there again.
    // A try whose answer does not come counts as lost after a while: keys must not wait for it for ever.
    again() {
      if (this.drawing) return;
      const drawing = {};
      this.drawing = drawing;
      const ended = () => {
        if (this.drawing !== drawing) return;
        this.drawing = null;
        this.tries += 1;
        if (this.drawn) this.show(this.drawn, this.send);
      };
      setTimeout(ended, REDRAW);
      this.send(this.drawn.redraw, {}, () => setTimeout(ended, SETTLED));
    }

    press(letter, clicked) {
      if (!this.shown) return false;
      if (!this.shown.letters.includes(letter) && !this.shown.keys[letter]) return false;
      if (!this.running && !this.queue.length) this.refused = [];
      const { photo, turn } = clicked ? this.drawn : this.shown;
      this.queue.push({ letter, clicked, photo, turn });
      this.next();
      return true;
    }

    next() {
      while (!this.running && this.queue.length && this.drawn.turn >= this.newest) {
        const item = this.queue.shift();
        const reason = this.refusal(item);
        if (reason) this.refuse([item], reason);
        else this.start(item);
      }
      this.changed();
    }

    refusal({ letter, clicked, photo, turn }) {
      const { shown } = this;
      if (this.blocked()) return "a form, a list or a photo is open";
      if (photo !== shown.photo && !shown.free.includes(letter)) return "another photo came first";
      if (clicked && turn !== shown.turn) return "another answer came first";
      if (!shown.keys[letter]) return "there is nothing to do for it here";
      return "";
    }

    start(item) {
      const { operator, params, list } = this.shown.keys[item.letter];
      if (list) return list();
      const running = { item, press: `${Date.now()} ${this.pressed++}`, since: Date.now() };
      this.running = running;
      running.late = setTimeout(() => this.fail(running, "it was not answered"), PATIENCE);
      setTimeout(() => this.changed(), NOTICE);
      this.send(operator, { ...params, press: running.press }, (error) => error && this.fail(running, error));
    }

    // Something was chosen from a list, which the App reports a little later: keys wait for that.
    hold() {
      if (!this.shown || this.running) return;
      const running = { item: { letter: "list" }, turn: this.shown.turn, since: Date.now() };
      const late = () => {
        if (this.running !== running) return;
        const age = Date.now() - running.since;
        if (age < CHOICE || (this.working() && age < PATIENCE)) running.late = setTimeout(late, SETTLED);
        else this.running = null;
        this.next();
      };
      this.running = running;
      late();
    }

    get holding() {
      return Boolean(this.running && !this.running.press);
    }

    settle() {
      const { running } = this;
      if (running && (running.press ? this.shown.press === running.press : this.shown.turn > running.turn)) {
        clearTimeout(running.late);
        this.running = null;
      }
      this.next();
    }

    fail(running, reason) {
      if (this.running !== running) return;
      clearTimeout(running.late);
      this.running = null;
      this.queue.unshift(running.item);
      this.drop(reason);
    }

    drop(reason) {
      if (this.queue.length) this.refuse(this.queue.splice(0), reason);
    }

    refuse(items, reason) {
      const letters = items.map((each) => each.letter);
      const last = this.refused[this.refused.length - 1];
      if (last && last.reason === reason) last.letters.push(...letters);
      else this.refused.push({ letters, reason });
      this.changed();
    }

    get words() {
      const { running, queue } = this;
      const waiting = running && Date.now() - running.since >= NOTICE ? `At work: ${[running.item, ...queue].map((each) => each.letter).join(" ")}` : "";
      const refused = this.refused.map(({ letters, reason }) => `Not used: ${letters.join(" ")} (${reason})`);
      return [waiting, ...refused].filter(Boolean).join(". ");
    }
  }

  const desk = new Desk();
  window.idetexKeys = { Desk, desk };

  const busy = '[role="dialog"], [role="listbox"], [role="menu"], [data-cy="modal"]';
  const typing = 'input, textarea, select, [contenteditable="true"]';
  const visible = (element) => element.getClientRects().length > 0;
  const letterOf = (element) => (element.textContent.trim().match(/\u00b7 (\S)$/) || [])[1];
  desk.blocked = () => [...document.querySelectorAll(busy)].some(visible);
  desk.working = () => [...document.querySelectorAll('[role="progressbar"]')].some(visible);

  // Opens the list whose label ends with this letter.
  function open(letter) {
    const labels = [...document.querySelectorAll("label, h6, p, span")];
    for (let around = labels.find((each) => letterOf(each) === letter && visible(each)); around; around = around.parentElement) {
      const list = around.querySelector('[role="combobox"]');
      if (list) return list.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, button: 0 }));
    }
  }

  function used(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  document.addEventListener("keydown", (event) => {
    const option = event.target.closest && event.target.closest('[role="option"]');
    if (option && (event.key === "Enter" || event.key === " ")) desk.hold();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.key.length !== 1) return;
    if (event.target.closest && event.target.closest(typing)) return;
    if ((desk.holding || !desk.blocked()) && desk.press(event.key.toUpperCase(), false)) used(event);
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest('[role="option"]')) desk.hold();
    const button = event.target.closest && event.target.closest("button");
    const letter = button && letterOf(button);
    if (letter && desk.drawn && desk.drawn.keys[letter] && desk.press(letter, true)) used(event);
  }, true);

  if (!window.__fop__) return;
  const { createElement, useEffect, useLayoutEffect, useReducer, useRef } = window.React;

  function IdetexKeys({ schema }) {
    const panel = window.__fosp__.usePanelId();
    const start = window.__foo__.usePanelEvent();
    const [, again] = useReducer((count) => count + 1, 0);
    const { view } = schema;
    useEffect(() => {
      desk.changed = again;
      return () => desk.leave();
    }, []);
    const latest = useRef(start);
    latest.current = start;
    useLayoutEffect(() => { // keys are about what is on the screen
      const bound = Object.entries(view.keys).map(([letter, does]) => [letter, does.operator ? does : { list: () => open(letter) }]);
      desk.show({ ...view, keys: Object.fromEntries(bound) }, (operator, params, done) =>
        latest.current(panel, { operator, params, callback: ({ error, errorMessage }) => {
          done(error ? String(errorMessage || error.message || error) : "");
          return false;
        } }));
    }, [JSON.stringify([view.turn, view.press, view.photo, view.keys])]);
    const colour = desk.refused.length ? "var(--fo-palette-warning-main, #ffa000)" : "inherit";
    return createElement("div", { role: "status", "data-idetex-turn": view.turn, style: { color: colour } }, desk.words);
  }

  window.__fop__.registerComponent({ name: "IdetexKeys", component: IdetexKeys, type: window.__fop__.PluginComponentType.Component, activator: () => true });
})();
