// Small helpers to build elements. Text always goes in as text, never as HTML.

const ICONS = {
  back: '<path d="M20 12H5m6-6-6 6 6 6"/>',
  send: '<path d="M4 4.5 20.5 12 4 19.5l1.8-6L13 12l-7.2-1.5z" fill="currentColor" stroke="none"/>',
  smile: '<circle cx="12" cy="12" r="9"/><path d="M8 14.5c1.8 2.5 6.2 2.5 8 0M9 9.5v.01M15 9.5v.01"/>',
  clip: '<path d="m20 11-8.3 8.3a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4L14 7.5"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
  down: '<path d="m6 9 6 6 6-6"/>',
  reply: '<path d="M10 5 4 11l6 6M4 11h9a7 7 0 0 1 7 7v1"/>',
  link: '<path d="M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"/>',
  call: '<path d="M5 4h4l1.7 4.5L8.5 10a12 12 0 0 0 5.5 5.5l1.5-2.2L20 15v4a1.5 1.5 0 0 1-1.6 1.5C10.5 20 4 13.5 3.5 5.6A1.5 1.5 0 0 1 5 4z"/>',
  list: '<path d="M8 6h12M8 12h12M8 18h12M4 6v.01M4 12v.01M4 18v.01"/>',
  copy: '<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15H4V5a1 1 0 0 1 1-1h10v1"/>',
  image: '<rect x="3" y="4" width="18" height="16" rx="3"/><circle cx="9" cy="10" r="1.8"/><path d="m4 18 5.5-5 3.5 3 3-2.5L21 18"/>',
  document: '<path d="M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M8.5 13h7M8.5 17h5"/>',
  audio: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>',
  location: '<path d="M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>',
  contacts: '<circle cx="12" cy="8" r="4"/><path d="M4 20c.8-4 4-6 8-6s7.2 2 8 6"/>',
  sticker: '<path d="M14 20.5H7A3.5 3.5 0 0 1 3.5 17V7A3.5 3.5 0 0 1 7 3.5h10A3.5 3.5 0 0 1 20.5 7v7zM14 20.5V17a3 3 0 0 1 3-3h3.5"/>',
  video: '<rect x="3" y="6" width="12" height="12" rx="3"/><path d="m15 11 6-3.5v9L15 13"/>',
  play: '<path d="M8 5.5v13l11-6.5z" fill="currentColor" stroke-linejoin="round"/>',
  pause: '<path d="M8 6v12M16 6v12" stroke-width="3.4"/>',
  music: '<path d="M9 18V6l10-2v12"/><circle cx="6.5" cy="18" r="2.5"/><circle cx="16.5" cy="16" r="2.5"/>',
  order: '<path d="M5 8h14l-1.2 11a1 1 0 0 1-1 1H7.2a1 1 0 0 1-1-1zM9 8a3 3 0 0 1 6 0"/>',
  form: '<rect x="5" y="3" width="14" height="18" rx="2"/><path d="M9 8h6M9 12h6M9 16h3"/>',
  forward: '<path d="m14 5 6 6-6 6M20 11h-9a7 7 0 0 0-7 7v1"/>',
  ban: '<circle cx="12" cy="12" r="8.5"/><path d="m6 6 12 12"/>',
  pencil: '<path d="m4 20 1-4.5L16 4.5l3.5 3.5L8.5 19zM14 6.5 17.5 10"/>',
  bin: '<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5"/>',
  folder: '<path d="M3.5 6a1 1 0 0 1 1-1h5l2 2.5h8a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1z"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  power: '<path d="M12 3v9M6.5 6.5a8 8 0 1 0 11 0"/>',
  phone: '<rect x="6" y="2.5" width="12" height="19" rx="3"/><path d="M11 18.5h2"/>',
  up_right: '<path d="M7 17 17 7M9 7h8v8"/>',
  down_left: '<path d="M17 7 7 17M15 17H7V9"/>',
};
const FILLED = {
  verified: '<path fill="currentColor" d="m12 1.5 2.7 2.2 3.5-.3.9 3.4 3 1.9-1.4 3.3 1.4 3.3-3 1.9-.9 3.4-3.5-.3L12 22.5l-2.7-2.2-3.5.3-.9-3.4-3-1.9L3.3 12 1.9 8.7l3-1.9.9-3.4 3.5.3z"/><path d="m7.8 12.2 2.9 2.9 5.5-5.8" fill="none" stroke="var(--check, #fff)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>',
  battery: '<rect x="2" y="7" width="18" height="10" rx="3" fill="none" stroke="currentColor" stroke-width="1.6" opacity=".6"/><rect x="4" y="9" width="12" height="6" rx="1.5" fill="currentColor"/><path d="M22 10.5v3" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>',
  signal: '<path fill="currentColor" d="M3 16h3v4H3zM8 12.5h3V20H8zM13 9h3v11h-3zM18 5h3v15h-3z"/>',
};
const TICKS = {
  sent: '<svg viewBox="0 0 18 13" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d="m5 7 3.3 3.5L15 2.5"/></svg>',
  delivered: '<svg viewBox="0 0 18 13" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d="m1 7 3.3 3.5L11 2.5M8.3 10.5 17 2.5M7 9l1.3 1.5"/></svg>',
};

/** An element: h("button", {class: "x", onclick: f, "data-testid": "y"}, "text", child, …). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child instanceof Node || typeof child === "string" || typeof child === "number"));
  return element;
}

/** Let a parent hold exactly these elements. Those that stay are not touched: whoever presses one right now presses it. */
export function place(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstChild;
  for (const element of elements) {
    if (element === next) next = next.nextSibling;
    else parent.insertBefore(element, next);
  }
}

export function icon(name, className = "") {
  const template = document.createElement("template");
  const stroke = FILLED[name] ? "" : ' fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"';
  template.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"${stroke}>${FILLED[name] ?? ICONS[name] ?? ICONS.document}</svg>`;
  if (className) template.content.firstChild.setAttribute("class", className);
  return template.content.firstChild;
}

/** The ticks of the patient's own message: sent, delivered, read. */
export function tick(status) {
  const element = h("span", { class: `tick ${status}`, "data-testid": "tick", "data-status": status });
  element.innerHTML = status === "sent" ? TICKS.sent : TICKS.delivered;
  return element;
}

const AVATAR_COLOURS = ["#0a8f7b", "#5b6fd6", "#c2557a", "#b9722a", "#3d8fb5", "#7d5fb2", "#57893a", "#a3574f"];

/** A round picture with initials; the colour belongs to the seed and stays. */
export function avatar(name, seed) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/).filter(Boolean);
  const letters = /^\d/.test(words[0] ?? "") ? name.replace(/\D/g, "").slice(-2) : [words[0], ...words.slice(1).slice(-1)].map((word) => [...(word ?? "")][0] ?? "").join("");
  const hash = [...String(seed)].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 9973, 7);
  const style = `background:${AVATAR_COLOURS[hash % AVATAR_COLOURS.length]}`;
  return h("span", { class: "avatar", style, "aria-hidden": "true" }, letters.toLocaleUpperCase("tr") || "?");
}

/** +90 530 000 00 01 from the digits of a wa_id. */
export function formatNumber(digits) {
  const turkish = /^90(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(digits);
  return turkish ? `+90 ${turkish.slice(1).join(" ")}` : `+${digits}`;
}

/** Calls `act` on a long press, and on the right mouse button. */
export function onLongPress(element, act) {
  let timer = 0;
  const cancel = () => clearTimeout(timer);
  element.addEventListener("touchstart", () => { timer = setTimeout(act, 450); }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) element.addEventListener(name, cancel, { passive: true });
  element.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    cancel();
    if (event.pointerType !== "touch") act();
  });
}

/** Tells something for some seconds, once at a time. */
export function toast(text) {
  const shown = [...document.querySelectorAll(".toast")];
  if (shown.some((element) => element.textContent === text)) return;
  const element = h("div", { class: "toast", "data-testid": "toast" }, text);
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), 5000);
}
