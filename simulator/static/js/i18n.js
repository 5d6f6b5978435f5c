// English and Turkish. The choice is remembered; ?lang=tr in the address decides for this visit.

import en from "./texts/en.js";
import tr from "./texts/tr.js";

const TEXTS = { en, tr };

const stored = () => localStorage.getItem("lang") ?? (navigator.language.startsWith("tr") ? "tr" : "en");
const asked = new URLSearchParams(location.search).get("lang");
let current = TEXTS[asked] ? asked : TEXTS[stored()] ? stored() : "en";

export const language = () => current;

/** The text of a key, with {name} replaced. */
export function t(key, values = {}) {
  const text = TEXTS[current][key] ?? TEXTS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function setLanguage(code) {
  current = code;
  localStorage.setItem("lang", code);
}

/** Fills what index.html leaves empty. */
export function translatePage() {
  document.documentElement.lang = current;
  document.title = t("page_title");
  for (const element of document.querySelectorAll("[data-i18n]")) element.textContent = t(element.dataset.i18n);
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === current);
}

const locale = () => (current === "tr" ? "tr-TR" : "en-GB");
export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
export const clockWithSeconds = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale());

/** "Today", "Yesterday" or the date. */
export function dayName(seconds) {
  const day = new Date(seconds * 1000);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(day).setHours(0, 0, 0, 0)) / 86400000);
  if (days <= 0) return t("today");
  if (days === 1) return t("yesterday");
  return day.toLocaleDateString(locale(), { day: "numeric", month: "long", year: "numeric" });
}
