// What a message carries besides words: pictures, films, sound, files, places and cards.
import { avatar, h, icon } from "./dom.js";
import { t } from "./i18n.js";

const BARS = [5, 9, 14, 8, 17, 11, 6, 13, 18, 9, 15, 7, 12, 16, 8, 11, 5, 14, 10, 7, 13, 6, 9, 4];

/** The element for `message.media`, or null. `played()` is called once when a voice message begins to play. */
export function media(message, played) {
  const kind = message.media;
  if (!kind) return null;
  if (kind === "location") return place(message.location, message.template);
  if (kind === "contacts") return h("div", { class: "cards", "data-testid": "bubble-contacts" }, message.contacts.map(card));
  if (!message.media_url) return placeholder(message);
  if (kind === "image" || kind === "sticker") return picture(message);
  if (kind === "video") return fallBack(h("video", { class: "media-film", src: message.media_url, controls: true, preload: "metadata", playsinline: true, "data-testid": "bubble-video" }), message);
  if (kind === "audio") return sound(message, played);
  return file(message);
}

/** A file that cannot be shown here: it has expired, or lies somewhere on the internet, where this page does not look. */
function placeholder(message) {
  const large = ["image", "video", "sticker"].includes(message.media);
  const name = message.filename || (message.link ? new URL(message.link).hostname : t(`media_${message.media}`));
  return h("div", { class: large ? "media-picture" : "media", "data-testid": "bubble-placeholder" }, icon(message.media), h("span", { dir: "auto" }, name));
}

function fallBack(element, message) {
  element.addEventListener("error", () => element.replaceWith(placeholder(message)));
  return element;
}

function picture(message) {
  const image = h("img", { class: message.media === "sticker" ? "media-sticker" : "media-image", src: message.media_url, alt: message.text || t(`media_${message.media}`), "data-testid": "bubble-image" });
  if (message.media === "sticker") return fallBack(image, message);
  return h("a", { class: "media-link", href: message.media_url, target: "_blank", rel: "noopener noreferrer" }, fallBack(image, message));
}

function file(message) {
  const name = message.filename || t("media_document");
  const ending = /\.(\w{1,5})$/.exec(name)?.[1] ?? "";
  return h("a", { class: "media file", href: message.media_url, download: name, "data-testid": "bubble-file" }, icon("document"),
    h("span", { class: "file-text", dir: "auto" }, name, h("small", {}, [ending.toUpperCase(), size(message.size)].filter(Boolean).join(" · "))));
}

/** A file's size in the language's own way. */
export function size(bytes) {
  if (!bytes) return "";
  const language = document.documentElement.lang || "en";
  const number = (value) => value.toLocaleString(language, { maximumFractionDigits: 1 });
  return bytes < 1024 * 1024 ? `${number(Math.max(0.1, bytes / 1024))} KB` : `${number(bytes / 1024 / 1024)} MB`;
}

function sound(message, played) {
  const audio = h("audio", { src: message.media_url, preload: "metadata" });
  const time = h("small", {}, "0:00");
  const bars = h("span", { class: "sound-bars" }, BARS.map((height) => h("i", { style: `height:${height}px` })));
  const button = h("button", { class: "sound-play", type: "button", title: t("play"), "aria-label": t("play"), "data-testid": "bubble-play", onclick: () => (audio.paused ? audio.play() : audio.pause()) }, icon("play"));
  const show = (seconds) => { time.textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`; };
  const paint = () => {
    const part = audio.duration ? audio.currentTime / audio.duration : 0;
    [...bars.children].forEach((bar, index) => bar.classList.toggle("done", index < part * BARS.length));
    show(audio.paused && !audio.currentTime ? audio.duration || 0 : audio.currentTime);
  };
  for (const name of ["loadedmetadata", "timeupdate", "ended"]) audio.addEventListener(name, paint);
  for (const name of ["play", "pause"]) audio.addEventListener(name, () => button.replaceChildren(icon(audio.paused ? "play" : "pause")));
  audio.addEventListener("play", played, { once: true });
  return h("div", { class: "media sound", "data-testid": "bubble-audio" }, button, h("span", { class: "sound-line" }, bars, time), icon(message.voice ? "audio" : "music"), audio);
}

/** A map; at the head of a template the place is named on it, elsewhere its name is the text of the message. */
function place(location, isHeader) {
  const where = location ? `${location.latitude}, ${location.longitude}` : "";
  const lines = isHeader ? [location.name, location.address].filter(Boolean) : [];
  return h("div", { class: "media-picture map", title: where, "data-testid": "bubble-map" }, icon("location"),
    lines.length ? h("span", { dir: "auto" }, lines.join(", ")) : null);
}

function card(contact) {
  const name = contact.name || contact.phones[0] || t("media_contacts");
  const lines = [...contact.phones, ...contact.emails, contact.organization].filter((line) => line && line !== name);
  return h("div", { class: "contact-card" }, avatar(name, name), h("span", { class: "file-text", dir: "auto" }, h("b", {}, name), lines.map((line) => h("small", {}, line))));
}
