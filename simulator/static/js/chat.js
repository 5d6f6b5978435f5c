// The conversation on the screen of the phone.
import { avatar, h, icon, place, toast } from "./dom.js";
import { dayName, t } from "./i18n.js";
import { row } from "./bubble.js";
import { composer } from "./composer.js";
import { formSheet, listSheet, messageSheet } from "./sheet.js";

const NEAR_BOTTOM = 120;

/**
 * Draws a chat. `send(action)` does what the patient does; `played(message)` tells that a voice message was heard; `back()`
 * leaves the chat.
 * Returns the element and what may change later: upsert(message), typing(until).
 */
export function chatView(screen, waId, chat, messages, { send, played, back }) {
  const known = new Map(messages.map((message) => [message.id, message]));
  const thread = h("div", { class: "thread", "data-testid": "thread" });
  const subtitle = h("small", { "data-testid": "chat-status" }, t("business"));
  const line = composer(screen, chat.verified_name, `${waId}:${chat.phone_number_id}`, send);
  const actions = {
    press: (message, button) => press(screen, message, button, send),
    played: (message) => message.from_business && message.voice && played(message),
    menu: (message) => messageSheet(screen, message, {
      reply: () => line.answer(message),
      react: (emoji) => send({ reaction: { message_id: message.id, emoji } }),
      edit: () => line.edit(message),
      remove: () => send({ revoke: { message_id: message.id } }),
    }),
  };
  const rows = new Map();
  const days = new Map();
  const notice = h("div", { class: "notice" }, t("notice"));
  let typingTimer = 0;

  /**
   * The row of a message; the one that stands there stays while it shows the same, so that a film plays on and a button
   * that is being pressed does not go away. Whether the clinic's message was read is not shown on the patient's phone.
   */
  function rowOf(message) {
    const text = JSON.stringify(message.from_business ? { ...message, status: "" } : message);
    const drawn = rows.get(message.id);
    if (drawn?.text === text) {
      drawn.element.dataset.status = message.status;
      return drawn.element;
    }
    const element = row(message, chat.verified_name, actions);
    rows.set(message.id, { text, element });
    return element;
  }

  function dayOf(name) {
    if (!days.has(name)) days.set(name, h("div", { class: "day", "data-testid": "day" }, name));
    return days.get(name);
  }

  function draw() {
    const elements = [notice];
    let day = "";
    let side = null;
    for (const message of known.values()) {
      const today = dayName(message.timestamp);
      if (today !== day) {
        elements.push(dayOf(today));
        [day, side] = [today, null];
      }
      const element = rowOf(message);
      element.classList.toggle("first", message.from_business !== side);
      side = message.from_business;
      elements.push(element);
    }
    place(thread, elements);
  }

  const toBottom = () => { thread.scrollTop = thread.scrollHeight; };
  let atBottom = true;
  thread.addEventListener("scroll", () => { atBottom = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR_BOTTOM; });
  // A picture or film gets its height when it has loaded.
  for (const name of ["load", "loadedmetadata"]) thread.addEventListener(name, () => atBottom && toBottom(), true);

  function upsert(message) {
    if (JSON.stringify(known.get(message.id)) === JSON.stringify(message)) return;
    const isNew = !known.has(message.id);
    const near = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR_BOTTOM;
    known.set(message.id, message);
    const scroll = thread.scrollTop;
    draw();
    thread.scrollTop = scroll;
    if (isNew && message.from_business) typing(0);
    if (isNew) thread.querySelector(`[data-message-id="${CSS.escape(message.id)}"]`).classList.add("fresh");
    if (isNew && (near || !message.from_business)) toBottom();
  }

  function typing(until) {
    clearTimeout(typingTimer);
    const left = until * 1000 - Date.now();
    const on = left > 0;
    subtitle.textContent = on ? t("typing") : t("business");
    thread.querySelector(".typing-dots")?.remove();
    if (!on) return;
    thread.append(h("div", { class: "typing-dots", "data-testid": "typing" }, h("i"), h("i"), h("i")));
    toBottom();
    typingTimer = setTimeout(() => typing(0), left);
  }

  const element = h("div", { class: "view chat-view", "data-testid": "chat", "data-number": chat.phone_number_id },
    h("div", { class: "bar chat-bar" },
      h("button", { class: "icon-button", type: "button", title: t("back"), "aria-label": t("back"), "data-testid": "chat-back", onclick: back }, icon("back")),
      avatar(chat.verified_name, chat.phone_number_id),
      h("div", { class: "chat-who" },
        h("b", { style: "--check:#008069" }, h("span", { dir: "auto", "data-testid": "chat-title" }, chat.verified_name), icon("verified", "verified")), subtitle)),
    thread, line.element);
  draw();
  requestAnimationFrame(() => { toBottom(); typing(chat.typing_until ?? 0); });
  if (matchMedia("(hover: hover)").matches) requestAnimationFrame(line.focus);
  return { element, upsert, typing };
}

function press(screen, message, button, send) {
  if (button.kind === "list") {
    listSheet(screen, button, (item) => send({ list: { message_id: message.id, row_id: item.id } }));
  } else if (button.kind === "send_location") {
    send({ type: "location", reply_to: message.id });
  } else if (button.kind === "quick_reply" || button.kind === "reply") {
    send({ button: { message_id: message.id, index: button.index } });
  } else if (button.kind === "request_contact_info") {
    send({ type: "contacts", share_number: true, reply_to: message.id });
  } else if (button.kind === "flow") {
    formSheet(screen, button, (answers) => send({ flow: { message_id: message.id, answers } }));
  } else if (button.kind === "copy_code" || button.kind === "otp") {
    navigator.clipboard?.writeText(button.code ?? "");
    toast(t("copied"));
  }
}
