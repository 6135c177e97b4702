// Small marks that stand for a level, a distortion, a severity.

const levelPill = (level) =>
  level ? h("span", { class: `pill level-${level}`, text: capital(level) }) : h("span", { class: "pill", text: NO_LEVEL });

const codeOf = (kind) =>
  h("span", { class: "code", style: { background: kind.colour, color: kind.ink }, "aria-hidden": "true", text: kind.code });

const severityMark = (severity) =>
  h("span", { class: "pips", "aria-hidden": "true", text: "●".repeat(rank(severity)) + "○".repeat(3 - rank(severity)) });
