// One message as WhatsApp draws it: bubble, quote, media, ticks, and the buttons below it.
import { h, icon, onLongPress, tick } from "./dom.js";
import { clock, t } from "./i18n.js";
import { onlyEmoji, rich } from "./richtext.js";

const BUTTON_ICONS = { quick_reply: "reply", reply: "reply", url: "link", phone_number: "call", list: "list", copy_code: "copy", otp: "copy", send_location: "location" };

/** A row of the thread. `actions`: press(message, button), quote(message), menu(message). `title` is the clinic's name. */
export function row(message, title, actions) {
  const mine = !message.from_business;
  const text = message.text;
  const classes = ["row", mine && "mine", message.reaction && "reacted", message.buttons.length && "wide"];
  const element = h("div", {
    class: classes.filter(Boolean).join(" "),
    "data-testid": "bubble",
    "data-message-id": message.id,
    "data-from": mine ? "patient" : "clinic",
    "data-type": message.type,
    "data-status": message.status,
  });
  const bubble = h("div", { class: bubbleClasses(message) },
    message.reply_to && quote(message.reply_to, title),
    media(message),
    message.header && h("div", { class: "bubble-header", dir: "auto" }, rich(message.header)),
    h("div", { class: "bubble-text", dir: "auto", "data-testid": "bubble-text" }, rich(text)),
    message.footer && h("div", { class: "bubble-footer", dir: "auto" }, message.footer),
    h("div", { class: "meta" }, h("time", { "data-testid": "bubble-time" }, clock(message.timestamp)), mine && tick(message.status)),
    message.reaction && h("span", { class: "reaction", "data-testid": "bubble-reaction" }, message.reaction),
    h("button", { class: "more", type: "button", title: t("more"), "aria-label": t("more"), "data-testid": "bubble-more", onclick: () => actions.menu(message) }, icon("down")),
  );
  onLongPress(bubble, () => actions.menu(message));
  const buttons = message.buttons.map((button) => bubbleButton(message, button, actions));
  element.append(h("div", { class: "group" }, bubble, buttons.length ? h("div", { class: "buttons" }, buttons) : null));
  return element;
}

function bubbleClasses(message) {
  const large = message.type === "text" && !message.reply_to && onlyEmoji(message.text);
  return ["bubble", message.footer && "has-footer", large && "big-emoji", message.media && !message.text && "media-only"].filter(Boolean).join(" ");
}

export function quote(reply, title) {
  const ofMe = !reply.from_business;
  return h("div", { class: `quote${ofMe ? " of-me" : ""}`, "data-testid": "bubble-quote" },
    h("b", { dir: "auto" }, ofMe ? t("you") : title),
    h("span", { dir: "auto" }, rich(reply.text)));
}

function media(message) {
  const kind = message.media;
  if (!kind) return null;
  if (kind === "image" || kind === "video") return h("div", { class: "media-picture" }, icon(kind));
  if (kind === "location") return h("div", { class: "media-picture map" }, icon("location"));
  const name = message.filename || t(`media_${kind}`);
  return h("div", { class: "media" }, icon(kind), h("span", { dir: "auto" }, name));
}

function bubbleButton(message, button, actions) {
  const common = { class: "bubble-button", "data-testid": "bubble-button", "data-index": button.index, "data-kind": button.kind };
  const label = h("span", { dir: "auto" }, button.kind === "send_location" ? t("share_location") : button.text);
  const picture = icon(BUTTON_ICONS[button.kind] ?? "reply");
  if (button.kind === "url") return h("a", { ...common, href: button.url, target: "_blank", rel: "noopener noreferrer" }, picture, label);
  if (button.kind === "phone_number") return h("a", { ...common, href: `tel:${button.phone}` }, picture, label);
  return h("button", { ...common, type: "button", onclick: () => actions.press(message, button) }, picture, label);
}
