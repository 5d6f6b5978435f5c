// The card "this phone": what its owner may do to it.
import { h, toast } from "./dom.js";
import { expireWindow, setProfile } from "./api.js";
import { t } from "./i18n.js";
import { option, toggle } from "./switches.js";

// Shown switch, field of the phone, and whether the switch means the opposite of the field.
const SWITCHES = [
  ["online", "online", false],
  ["reads", "reads", false],
  ["on_whatsapp", "not_on_whatsapp", true],
  ["hide", "hide_number", false],
  ["blocks", "blocks", false],
];

/** Draws the card for a phone; `chat` is the open chat or null. */
export function drawProfile(card, phone, chat) {
  card.hidden = !phone;
  if (!phone) return;
  const change = (values) => setProfile(phone.wa_id, values);
  const name = h("input", { class: "field", value: phone.name, autocomplete: "off", "aria-label": t("profile_name"), placeholder: t("profile_name"), "data-testid": "profile-name", onchange: () => change({ name: name.value.trim() }) });
  const lines = SWITCHES.map(([key, field, opposite]) => {
    const usual = field === "online" || field === "reads";
    const control = toggle(phone[field] !== opposite, t(`profile_${key}`), `profile-${key}`, (on) => change({ [field]: on !== opposite }));
    return option({ title: t(`profile_${key}`), help: t(`profile_${key}_help`), control, active: phone[field] !== usual });
  });
  if (chat) lines.push(windowLine(phone, chat));
  card.replaceChildren(h("div", { class: "card-head" }, h("h2", {}, t("profile_title"))), name, h("div", { class: "options" }, lines));
}

function windowLine(phone, chat) {
  const end = async () => {
    await expireWindow(phone.wa_id, chat);
    toast(t("profile_window_done"));
  };
  const control = h("button", { class: "button quiet", type: "button", "data-testid": "profile-window", onclick: end }, t("end"));
  return option({ title: t("profile_window"), help: t("profile_window_help"), control });
}
