// The line at the bottom: text, emoji, attachments, and the message that is being answered.
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { quote } from "./bubble.js";
import { attachSheet, emojiSheet } from "./sheet.js";

const drafts = new Map();

/** `send(action)` returns a promise; `title` is the clinic's name; `key` names the draft. */
export function composer(screen, title, key, send) {
  let answered = null;
  const input = h("textarea", {
    rows: 1, dir: "auto", placeholder: t("message"), "aria-label": t("message"), "data-testid": "composer-input",
    oninput: changed,
    onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    },
  });
  const button = h("button", { class: "send", type: "submit", disabled: true, title: t("send"), "aria-label": t("send"), "data-testid": "composer-send" }, icon("send"));
  const quoted = h("div", { class: "composer-quote", hidden: true, "data-testid": "composer-quote" });
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); submit(); } },
    h("div", { class: "composer-box" }, quoted, h("div", { class: "composer-line" },
      h("button", { class: "icon-button", type: "button", title: t("emoji"), "aria-label": t("emoji"), "data-testid": "emoji-open", onclick: () => emojiSheet(screen, insert) }, icon("smile")),
      input,
      h("button", { class: "icon-button", type: "button", title: t("attach"), "aria-label": t("attach"), "data-testid": "attach-open", onclick: () => attachSheet(screen, act) }, icon("clip")))),
    button);

  function changed() {
    drafts.set(key, input.value);
    button.disabled = !input.value.trim();
    input.style.height = "";
    input.style.height = `${Math.min(132, input.scrollHeight)}px`;
  }

  function insert(sign) {
    input.setRangeText(sign, input.selectionStart, input.selectionEnd, "end");
    changed();
    input.focus();
  }

  async function act(action) {
    const reply_to = answered?.id ?? "";
    answer(null);
    await send({ ...action, reply_to });
  }

  async function submit() {
    const text = input.value.trim();
    if (!text) return;
    const before = answered;
    input.value = "";
    changed();
    try {
      await act({ text });
    } catch (error) {
      input.value = text;
      answer(before);
      changed();
      throw error;
    }
  }

  function answer(message) {
    answered = message;
    quoted.hidden = !message;
    quoted.replaceChildren();
    if (!message) return;
    const reply = { from_business: message.from_business, text: message.text || t(`media_${message.media}`) };
    quoted.append(quote(reply, title), h("button", { class: "icon-button", type: "button", title: t("close"), "aria-label": t("close"), onclick: () => answer(null) }, icon("close")));
    input.focus();
  }

  input.value = drafts.get(key) ?? "";
  requestAnimationFrame(changed);
  return { element: h("div", { class: "composer" }, form), answer, focus: () => input.focus({ preventScroll: true }) };
}
