// Sheets that rise from the bottom of the phone: list rows, emoji, attachments, the menu of a message.
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

export const EMOJI = ["👍", "🙏", "😊", "😀", "😂", "❤️", "🎉", "👌", "😢", "😟", "😷", "🤒", "🦷", "💊", "🩺", "📅", "⏰", "🚗", "✅", "❌", "👋", "🙂", "😉", "🌼"];
const ATTACHMENTS = [
  ["photo", { type: "image" }, "image", "#a2489c"],
  ["document", { type: "document", filename: "rapor.pdf" }, "document", "#6a58d6"],
  ["voice", { type: "audio" }, "audio", "#e0702a"],
  ["location", { type: "location" }, "location", "#1f9d5b"],
  ["video", { type: "video" }, "video", "#c4404f"],
  ["contact", { type: "contacts" }, "contacts", "#2b86c5"],
  ["sticker", { type: "sticker" }, "sticker", "#12938a"],
  ["poll", { type: "unsupported" }, "list", "#b98514"],
];

function open(screen, content, label) {
  const close = () => back.remove();
  const back = h("div", {
    class: "sheet-back", "data-testid": "sheet",
    onclick: (event) => event.target === back && close(),
    onkeydown: (event) => event.key === "Escape" && close(),
  }, h("div", { class: "sheet", role: "dialog", "aria-label": label }, content(close)));
  screen.append(back);
  back.querySelector("button")?.focus();
}

export function listSheet(screen, button, choose) {
  open(screen, (close) => [
    h("h3", { dir: "auto" }, button.text),
    ...button.sections.flatMap((section) => [
      section.title ? h("h4", { dir: "auto" }, section.title) : null,
      ...section.rows.map((item) => h("button", {
        class: "sheet-row", type: "button", "data-testid": "list-row", "data-row-id": item.id,
        onclick: () => { close(); choose(item); },
      }, h("span", { class: "grow", dir: "auto" }, item.title, item.description ? h("small", {}, item.description) : null), h("i", { class: "ring" }))),
    ]),
  ], button.text);
}

const emojiGrid = (emoji, choose) => h("div", { class: "emoji-grid" }, emoji.map((sign) => h("button", { type: "button", "data-testid": "emoji", onclick: () => choose(sign) }, sign)));

export function emojiSheet(screen, choose) {
  open(screen, (close) => [emojiGrid(EMOJI, (sign) => { close(); choose(sign); })], t("emoji"));
}

/** `send(action)` sends a sample at once; `pick()` asks for a file of this computer. */
export function attachSheet(screen, send, pick) {
  const own = (close) => h("button", { type: "button", "data-testid": "attach-file", onclick: () => { close(); pick(); } }, h("i", { style: "background:#4b5f6b" }, icon("folder")), t("own_file"));
  open(screen, (close) => [h("div", { class: "attachments" }, own(close), ATTACHMENTS.map(([name, action, picture, colour]) => h("button", {
    type: "button", "data-testid": `attach-${name}`, onclick: () => { close(); send(action); },
  }, h("i", { style: `background:${colour}` }, icon(picture)), t(name))))], t("attach"));
}

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏", "✅", "🎉"];
const EDITABLE = ["text", "image", "video", "document"];

/** What one may do with a message: react, take the reaction back, reply, and change or delete an own one. */
export function messageSheet(screen, message, { reply, react, edit, remove }) {
  const mine = !message.from_business;
  const line = (name, picture, act) => (close) => h("button", { class: "sheet-row", type: "button", "data-testid": `menu-${name}`, onclick: () => { close(); act(); } }, icon(picture), t(name));
  const lines = [
    message.reactions.patient && line("unreact", "close", () => react("")),
    line("reply", "reply", reply),
    mine && EDITABLE.includes(message.type) && line("edit", "pencil", edit),
    mine && line("remove", "bin", remove),
  ];
  open(screen, (close) => [
    emojiGrid(QUICK, (sign) => { close(); react(sign); }),
    ...lines.filter(Boolean).map((make) => make(close)),
  ], t("react"));
}

/** A form of the clinic. What it asks is the clinic's secret here, so one answer stands for all of them. */
export function formSheet(screen, button, submit) {
  const answer = h("textarea", { class: "field", rows: 3, dir: "auto", placeholder: t("form_answer"), "aria-label": t("form_answer"), "data-testid": "form-answer" });
  const agree = h("input", { type: "checkbox", "data-testid": "form-agree" });
  open(screen, (close) => [
    h("h3", { dir: "auto" }, button.text),
    h("form", { class: "sheet-form", onsubmit: (event) => { event.preventDefault(); close(); submit({ answer: answer.value.trim(), agree: agree.checked }); } },
      answer, h("label", {}, agree, t("form_agree")), h("button", { class: "button", "data-testid": "form-send" }, t("send"))),
  ], button.text);
}
