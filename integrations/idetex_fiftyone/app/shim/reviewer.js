// The name under which is decided in this window. FiftyOne keeps the windows of one App in step, what a panel remembers
// included, so the name is kept here, and everything that the plugin is asked to do carries it. A new window starts with
// the name that was given last in this browser.
(function () {
  const KEY = "idetex-reviewer";
  const OURS = "@idetex/idetex/";
  const LONGEST = 100;

  if (sessionStorage.getItem(KEY) === null) sessionStorage.setItem(KEY, localStorage.getItem(KEY) || "");
  const name = () => sessionStorage.getItem(KEY).trim();

  function keep(value) {
    sessionStorage.setItem(KEY, value);
    localStorage.setItem(KEY, value);
  }

  function signed(address, options) {
    if (!name() || !String(address).includes("/operators/execute")) return options;
    if (!options || typeof options.body !== "string" || !options.body.includes(OURS)) return options;
    const body = JSON.parse(options.body);
    if (!String(body.operator_uri).startsWith(OURS)) return options;
    return { ...options, body: JSON.stringify({ ...body, params: { ...body.params, reviewer: name() } }) };
  }

  window.idetexReviewer = { name, keep };

  const ask = window.fetch;
  window.fetch = function (address, options) {
    return ask.call(this, address, signed(address, options));
  };

  if (!window.__fop__) return;
  const { createElement, useState } = window.React;
  const line = "var(--fo-palette-text-secondary, #888)";
  const styles = {
    label: { display: "flex", flexDirection: "column", gap: 8 },
    input: {
      font: "inherit", color: "inherit", background: "transparent", border: `1px solid ${line}`, borderRadius: 4,
      padding: "6px 10px", width: 180,
    },
  };

  function IdetexReviewer({ schema }) {
    const [value, change] = useState(name());
    const typed = ({ target }) => {
      keep(target.value);
      change(target.value);
    };
    const input = { value, onChange: typed, placeholder: schema.view.otherwise, maxLength: LONGEST, style: styles.input };
    return createElement("label", { style: styles.label }, "Reviewer in this window", createElement("input", input));
  }

  window.__fop__.registerComponent({ name: "IdetexReviewer", component: IdetexReviewer, type: window.__fop__.PluginComponentType.Component, activator: () => true });
})();
