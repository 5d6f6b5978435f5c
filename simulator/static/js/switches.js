// The controls of the cards: a line with a title, a word of help and a switch, choices, or a small form.
import { h } from "./dom.js";

/** A line of a card. `wide` goes below the title, `control` beside it. */
export function option({ title, help, control = null, wide = null, active = false, testid }) {
  return h("div", { class: `option${active ? " active" : ""}`, "data-testid": testid },
    h("div", {}, h("div", { class: "option-title" }, title), help ? h("div", { class: "option-help" }, help) : null),
    control ?? h("span"),
    wide ? h("div", { class: "option-wide" }, wide) : null);
}

export const toggle = (on, label, testid, change) => h("button", {
  class: "switch", type: "button", role: "switch", "aria-checked": on ? "true" : "false", "aria-label": label, "data-testid": testid, onclick: () => change(!on),
});

/** Buttons of which one is chosen. `choices`: [[value, label], …]. */
export const segments = (value, choices, testid, change) => h("div", { class: "segments", role: "group", "data-testid": testid },
  choices.map(([key, label]) => h("button", { type: "button", "aria-pressed": key === value ? "true" : "false", "data-value": String(key), onclick: () => change(key) }, label)));

export const select = (value, choices, testid, change = () => {}, label = "") => h("select", { class: "field", "data-testid": testid, "aria-label": label, onchange: (event) => change(event.target.value) },
  choices.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));

export const countField = (testid, label) => h("input", { class: "field count", type: "number", min: 1, max: 999, value: 1, "data-testid": testid, "aria-label": label });
