// The line at the bottom: text, emoji, attachments, and the message that is being answered.
import { h, icon, toast } from "./dom.js";
import { t } from "./i18n.js";
import { quote } from "./bubble.js";
import { attachSheet, emojiSheet } from "./sheet.js";

const drafts = new Map();
const MOST_BYTES = 100 * 1024 * 1024;
const KINDS = [["image/webp", "sticker"], ["image/", "image"], ["video/", "video"], ["audio/", "audio"]];
const kindOf = (mime) => KINDS.find(([start]) => mime.startsWith(start))?.[1] ?? "document";

const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

/** `send(action)` returns a promise; `title` is the clinic's name; `key` names the draft. */
export function composer(screen, title, key, send) {
  let answered = null;
  let edited = null;
  const input = h("textarea", {
    rows: 1, dir: "auto", placeholder: t("message"), "aria-label": t("message"), "data-testid": "composer-input",
    oninput: changed,
    onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    },
  });
  const button = h("button", { class: "send", type: "submit", disabled: true, title: t("send"), "aria-label": t("send"), "data-testid": "composer-send" }, icon("send"));
  const picker = h("input", { type: "file", hidden: true, "data-testid": "attach-input", onchange: attach });
  const quoted = h("div", { class: "composer-quote", hidden: true, "data-testid": "composer-quote" });
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); submit(); } }, picker,
    h("div", { class: "composer-box" }, quoted, h("div", { class: "composer-line" },
      h("button", { class: "icon-button", type: "button", title: t("emoji"), "aria-label": t("emoji"), "data-testid": "emoji-open", onclick: () => emojiSheet(screen, insert) }, icon("smile")),
      input,
      h("button", { class: "icon-button", type: "button", title: t("attach"), "aria-label": t("attach"), "data-testid": "attach-open", onclick: () => attachSheet(screen, act, () => picker.click()) }, icon("clip")))),
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

  /** Sends a file of this computer; what stands in the line becomes its caption. */
  async function attach() {
    const file = picker.files[0];
    picker.value = "";
    if (!file) return;
    if (file.size > MOST_BYTES) { toast(t("file_too_large")); return; }
    const caption = input.value.trim();
    await act({ type: kindOf(file.type), mime_type: file.type || "application/octet-stream", filename: file.name, caption, data: await base64(file) });
    if (!caption) return;
    input.value = "";
    changed();
  }

  async function submit() {
    const text = input.value.trim();
    if (!text) return;
    const before = { answered, edited };
    input.value = "";
    changed();
    try {
      if (edited) await change(text);
      else await act({ text });
    } catch (error) {
      if (before.edited) edit(before.edited);
      else answer(before.answered);
      input.value = text;
      changed();
      throw error;
    }
  }

  async function change(text) {
    const message_id = edited.id;
    answer(null);
    await send({ edit: { message_id, text } });
  }

  function answer(message) {
    [answered, edited] = [message, null];
    if (message) above(message, title, () => answer(null));
    else quoted.hidden = true;
  }

  function edit(message) {
    [answered, edited] = [null, message];
    above(message, title, () => { input.value = ""; changed(); answer(null); });
    input.value = message.text;
    changed();
  }

  /** Shows above the line which message this is about. */
  function above(message, name, leave) {
    const about = { from_business: message.from_business, text: message.text || t(`media_${message.media}`) };
    quoted.hidden = false;
    quoted.replaceChildren(quote(about, edited ? "" : name, edited && t("editing")), h("button", { class: "icon-button", type: "button", title: t("close"), "aria-label": t("close"), onclick: leave }, icon("close")));
    input.focus();
  }

  input.value = drafts.get(key) ?? "";
  requestAnimationFrame(changed);
  return { element: h("div", { class: "composer" }, form), answer, edit, focus: () => input.focus({ preventScroll: true }) };
}
