import { _t } from "@web/core/l10n/translation";
import { cleanLine } from "./bubble/outside";

/**
 * WhatsApp's plain text for the screen: links, *bold*, _italic_, ~struck~ and ```monospaced```.
 *
 * The text is cut into pieces that templates escape on their own; no HTML is ever built from what a patient wrote.
 */

const LINK = String.raw`(?<link>(?:https?:\/\/|www\.)[^\s<>"“”]*[^\s<>"“”.,;:!?'’)\]\}*_~])`;
const MONOSPACED = "```(?<monospaced>[^`]+)```";
const STYLED = String.raw`(?<mark>[*_~])(?=\S)(?<inner>(?:(?!\k<mark>)[^\n])+)(?<=\S)\k<mark>`;
const NOT_IN_A_WORD = String.raw`(?<![\p{L}\p{N}])(?:${MONOSPACED}|${STYLED})(?![\p{L}\p{N}])`;
const MARKED = new RegExp(`${LINK}|${NOT_IN_A_WORD}`, "giu");
const CLASSES = { "*": "fw-bold", _: "fst-italic", "~": "text-decoration-line-through" };

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;
const MAX_BIG_EMOJI = 3;

/**
 * @param {string} text
 * @param {string} [className] what the pieces have in common
 * @returns {{text: string, className: string, href?: string}[]}
 */
export function cutText(text, className = "") {
    const pieces = [];
    let end = 0;
    for (const match of text.matchAll(MARKED)) {
        pieces.push({ text: text.slice(end, match.index), className });
        pieces.push(...cutMarked(match.groups, className));
        end = match.index + match[0].length;
    }
    pieces.push({ text: text.slice(end), className });
    return pieces.filter((piece) => piece.text);
}

function cutMarked({ link, monospaced, mark, inner }, className) {
    if (link) {
        return [{ text: link, href: /^http/i.test(link) ? link : `https://${link}`, className }];
    }
    if (monospaced) {
        return [{ text: monospaced, className: `${className} font-monospace` }];
    }
    return cutText(inner, `${className} ${CLASSES[mark]}`);
}

/** Tell whether a text is one to three emoji and nothing else: WhatsApp shows those larger. */
export function isBigEmoji(text) {
    if (!text || text.length > 40 || !EMOJI_ONLY.test(text)) {
        return false;
    }
    const characters = [...new Intl.Segmenter().segment(text.replace(/\s/g, ""))];
    return characters.length <= MAX_BIG_EMOJI;
}

const MAX_QUOTE = 100; // characters
const KINDS = {
    image: _t("Picture"),
    video: _t("Video"),
    audio: _t("Sound"),
    sticker: _t("Sticker"),
    document: _t("Document"),
    location: _t("Location"),
    contacts: _t("Contact"),
};

/** @returns {{id: number, preview: string}} what a text shows of the message that it answers */
export function makeQuote({ id, body, media, type }) {
    const line = (body || "").split("\n")[0] || cleanLine(media?.name);
    const characters = [...line];
    const cut = characters.length > MAX_QUOTE ? `${characters.slice(0, MAX_QUOTE).join("")}…` : line;
    return { id, preview: cut || String(KINDS[type] ?? _t("Message")) };
}

/** Count characters as WhatsApp does: an emoji is not two. */
export function countCharacters(text) {
    return [...text].length;
}
