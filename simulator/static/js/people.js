// The card with the patients whose phone one can hold.
import { avatar, formatNumber, h, icon } from "./dom.js";
import { listPhones, setProfile } from "./api.js";
import { t } from "./i18n.js";

export const nameOf = (phone) => phone.name || formatNumber(phone.wa_id);

/** Fills the card; `pick(waId)` takes a phone in hand. Returns refresh(current). */
export function peopleCard(card, pick) {
  let query = "";
  let current = "";

  const list = h("div", { class: "person-list", "data-testid": "person-list" });
  const search = h("input", { class: "field", type: "search", "data-testid": "people-search", oninput: () => { query = search.value.trim(); refresh(); } });
  const number = h("input", { class: "field", type: "tel", inputmode: "tel", autocomplete: "off", "data-testid": "person-number" });
  const name = h("input", { class: "field", autocomplete: "off", "data-testid": "person-name" });
  const problem = h("p", { class: "problem", "data-testid": "person-problem", hidden: true });
  const toggle = h("button", { class: "people-toggle", type: "button", "data-testid": "people-toggle", onclick: () => card.classList.toggle("open") });

  async function add(event) {
    event.preventDefault();
    const digits = number.value.replace(/\D/g, "").replace(/^00/, "");
    problem.hidden = /^[1-9]\d{7,14}$/.test(digits);
    problem.textContent = problem.hidden ? "" : t("bad_number");
    if (!problem.hidden) return;
    await setProfile(digits, name.value.trim() ? { name: name.value.trim() } : {});
    number.value = name.value = "";
    choose(digits);
  }

  function choose(waId) {
    card.classList.remove("open");
    pick(waId);
  }

  function person(phone) {
    return h("button", {
      class: "person", type: "button", "data-testid": "person", "data-wa-id": phone.wa_id,
      "aria-current": phone.wa_id === current ? "true" : "false", onclick: () => choose(phone.wa_id),
    },
      avatar(nameOf(phone), phone.wa_id),
      h("span", { class: "person-text" }, h("span", { class: "person-name", dir: "auto" }, nameOf(phone)), phone.name ? h("span", { class: "person-number" }, formatNumber(phone.wa_id)) : null),
      phone.unread ? h("span", { class: "badge" }, phone.unread) : null);
  }

  function drawToggle(phone) {
    toggle.replaceChildren(
      phone ? avatar(nameOf(phone), phone.wa_id) : icon("phone"),
      h("span", { class: "person-text" }, h("span", { class: "person-name", dir: "auto" }, phone ? nameOf(phone) : t("people_pick")), phone?.name ? h("span", { class: "person-number" }, formatNumber(phone.wa_id)) : null),
      icon("down"));
  }

  async function refresh(waId = current) {
    current = waId;
    const { phones } = await listPhones(query);
    list.replaceChildren(...phones.map(person));
    if (!phones.length) list.append(h("p", { class: "empty" }, t(query ? "people_none_found" : "people_empty")));
    search.hidden = !query && phones.length < 6;
    drawToggle(phones.find((phone) => phone.wa_id === current) ?? (current ? { wa_id: current, name: "" } : null));
  }

  function draw() {
    search.placeholder = t("people_search");
    number.placeholder = t("people_new_number");
    name.placeholder = t("people_new_name");
    for (const field of [search, number, name]) field.setAttribute("aria-label", field.placeholder);
    card.replaceChildren(toggle, h("div", { class: "people-body" },
      h("div", { class: "card-head" }, h("h2", {}, t("people_title"))),
      h("p", { class: "card-note" }, t("people_note")),
      search, list,
      h("form", { class: "person-new", onsubmit: add }, h("p", {}, t("people_new")), number, problem,
        h("div", { class: "row-fields" }, name, h("button", { class: "button quiet", "data-testid": "person-add" }, t("people_open"))))));
    refresh();
  }

  draw();
  return { refresh, draw };
}
