// The phone's first screens: nobody chosen yet, or the list of chats.
import { avatar, h, icon, tick } from "./dom.js";
import { clock, dayName, t } from "./i18n.js";
import { rich } from "./richtext.js";

export function welcomeView() {
  return h("div", { class: "view" }, h("div", { class: "bar list-bar" }, h("h2", {}, t("chats"))),
    h("div", { class: "welcome" }, icon("phone"), h("h2", {}, t("welcome_title")), h("p", {}, t("welcome_text"))));
}

/** `data` is what the simulator knows of the phone; `open(chat)` opens one. */
export function listView(data, name, open) {
  const withMessages = data.chats.filter((chat) => chat.last).sort((a, b) => b.last.timestamp - a.last.timestamp);
  const silent = [...data.chats.filter((chat) => !chat.last), ...data.contacts];
  return h("div", { class: "view", "data-testid": "chat-list" },
    h("div", { class: "bar list-bar" }, h("h2", {}, t("chats")), h("div", { class: "me" }, h("span", { dir: "auto" }, name), avatar(name, data.phone.wa_id))),
    h("div", { class: "chats" },
      withMessages.map((chat) => chatRow(chat, open)),
      silent.length ? h("div", { class: "chats-title" }, t("business_numbers")) : null,
      silent.map((chat) => chatRow(chat, open)),
      !withMessages.length && !silent.length ? h("p", { class: "empty", style: "padding:24px" }, t("no_numbers")) : null));
}

function chatRow(chat, open) {
  const last = chat.last;
  const unread = chat.unread > 0;
  const today = last && dayName(last.timestamp) === t("today");
  return h("button", {
    class: `chat-row${unread ? " unread" : ""}`, type: "button", "data-testid": "chat-row", "data-number": chat.phone_number_id, onclick: () => open(chat),
  },
    avatar(chat.verified_name, chat.phone_number_id),
    h("span", { class: "chat-name" }, h("span", { dir: "auto" }, chat.verified_name), icon("verified", "verified")),
    last ? h("time", {}, today ? clock(last.timestamp) : dayName(last.timestamp)) : h("time"),
    preview(chat),
    unread ? h("span", { class: "badge", "data-testid": "unread" }, chat.unread) : h("span"));
}

function preview(chat) {
  if (chat.typing_until * 1000 > Date.now()) return h("span", { class: "chat-preview typing" }, t("typing"));
  const last = chat.last;
  if (!last) return h("span", { class: "chat-preview" }, h("span", { dir: "auto" }, chat.display_phone_number));
  const text = last.text === last.media && last.media ? t(`media_${last.media}`) : last.text;
  return h("span", { class: "chat-preview" }, last.from_business ? null : tick(last.status), h("span", { dir: "auto" }, rich(text)));
}
