// WhatsApp's text formatting: *bold*, _italic_, ~strike~, ```code```, and links.
import { h } from "./dom.js";

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/u;
const MARKS = [
  ["code", /```([^]+?)```/u],
  ["strong", /(?<![\p{L}\p{N}*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\p{L}\p{N}*])/u],
  ["em", /(?<![\p{L}\p{N}_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\p{L}\p{N}_])/u],
  ["s", /(?<![\p{L}\p{N}~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\p{L}\p{N}~])/u],
];

/** The nodes of a text. Never interprets HTML. */
export function rich(text) {
  const found = [["a", LINK], ...MARKS]
    .map(([tag, pattern]) => ({ tag, match: pattern.exec(text) }))
    .filter(({ match }) => match)
    .sort((a, b) => a.match.index - b.match.index)[0];
  if (!found) return text ? [document.createTextNode(text)] : [];
  const { tag, match } = found;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [...rich(before), mark(tag, match), ...rich(after)];
}

function mark(tag, match) {
  if (tag === "a") return h("a", { href: match[0], target: "_blank", rel: "noopener noreferrer" }, match[0]);
  if (tag === "code") return h("code", {}, match[1]);
  return h(tag, {}, ...rich(match[1]));
}

/** One to three emoji and nothing else are shown large. */
export const onlyEmoji = (text) => /^(\p{Extended_Pictographic}(\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*){1,3}$/u.test(text.trim());
