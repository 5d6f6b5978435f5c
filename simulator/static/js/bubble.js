// One message as WhatsApp draws it: bubble, quote, media, ticks, and the buttons below it.
import { h, icon, onLongPress, tick } from "./dom.js";
import { clock, t } from "./i18n.js";
import { media } from "./media.js";
import { onlyEmoji, rich } from "./richtext.js";

const BUTTON_ICONS = { quick_reply: "reply", reply: "reply", url: "link", phone_number: "call", list: "list", copy_code: "copy", otp: "copy", send_location: "location", request_contact_info: "contacts", flow: "form" };
const OWN_LABELS = { send_location: "share_location", request_contact_info: "share_number" };

/** A row of the thread. `actions`: press(message, button), menu(message), played(message). `title` is the clinic's name. */
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
    message.forwarded && h("div", { class: "forwarded", "data-testid": "bubble-forwarded" }, icon("forward"), t("forwarded")),
    message.reply_to && quote(message.reply_to, title),
    message.revoked ? deleted(mine) : media(message, () => actions.played(message)),
    message.header && h("div", { class: "bubble-header", dir: "auto" }, rich(message.header)),
    h("div", { class: "bubble-text", dir: "auto", "data-testid": "bubble-text" }, rich(text)),
    message.footer && h("div", { class: "bubble-footer", dir: "auto" }, message.footer),
    h("div", { class: "meta" }, message.edited && h("span", { "data-testid": "bubble-edited" }, t("edited")), h("time", { "data-testid": "bubble-time" }, clock(message.timestamp)), mine && tick(message.status)),
    message.reaction && h("span", { class: "reaction", "data-testid": "bubble-reaction" }, message.reaction),
    h("button", { class: "more", type: "button", title: t("more"), "aria-label": t("more"), "data-testid": "bubble-more", hidden: message.revoked, onclick: () => actions.menu(message) }, icon("down")),
  );
  if (!message.revoked) onLongPress(bubble, () => actions.menu(message));
  const buttons = message.buttons.map((button) => bubbleButton(message, button, actions));
  element.append(h("div", { class: "group" }, bubble, buttons.length ? h("div", { class: "buttons" }, buttons) : null));
  return element;
}

function bubbleClasses(message) {
  const large = message.type === "text" && !message.reply_to && onlyEmoji(message.text);
  const bare = !message.text && !message.revoked;
  const marks = [message.footer && "has-footer", large && "big-emoji", message.edited && "edited", message.media && bare && "media-only", message.media === "sticker" && message.media_url && "sticker-only"];
  return ["bubble", ...marks.filter(Boolean)].join(" ");
}

/** The message that is quoted; `heading` instead of whose it is. */
export function quote(reply, title, heading = "") {
  const ofMe = !reply.from_business;
  return h("div", { class: `quote${ofMe ? " of-me" : ""}`, "data-testid": "bubble-quote" },
    h("b", { dir: "auto" }, heading || (ofMe ? t("you") : title)),
    h("span", { dir: "auto" }, rich(reply.text)));
}

const deleted = (mine) => h("div", { class: "deleted", "data-testid": "bubble-deleted" }, icon("ban"), t(mine ? "deleted_by_me" : "deleted"));

function bubbleButton(message, button, actions) {
  const common = { class: "bubble-button", "data-testid": "bubble-button", "data-index": button.index, "data-kind": button.kind };
  const label = h("span", { dir: "auto" }, button.text || t(OWN_LABELS[button.kind] ?? "copy_code"));
  const picture = icon(BUTTON_ICONS[button.kind] ?? "reply");
  if (button.kind === "url") return h("a", { ...common, href: button.url, target: "_blank", rel: "noopener noreferrer" }, picture, label);
  if (button.kind === "phone_number") return h("a", { ...common, href: `tel:${button.phone}` }, picture, label);
  return h("button", { ...common, type: "button", onclick: () => actions.press(message, button) }, picture, label);
}
