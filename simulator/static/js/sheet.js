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

export function attachSheet(screen, send) {
  open(screen, (close) => [h("div", { class: "attachments" }, ATTACHMENTS.map(([name, action, picture, colour]) => h("button", {
    type: "button", "data-testid": `attach-${name}`, onclick: () => { close(); send(action); },
  }, h("i", { style: `background:${colour}` }, icon(picture)), t(name))))], t("attach"));
}

export function messageSheet(screen, { reply, react }) {
  open(screen, (close) => [
    emojiGrid(["👍", "❤️", "😂", "😮", "😢", "🙏", "✅", "🎉"], (sign) => { close(); react(sign); }),
    h("button", { class: "sheet-row", type: "button", "data-testid": "menu-reply", onclick: () => { close(); reply(); } }, icon("reply"), t("reply")),
  ], t("react"));
}
