import { describe, expect, test } from "@odoo/hoot";
import { countCharacters, cutText, isBigEmoji } from "@clinic_whatsapp/message_text";

describe.current.tags("headless");

const cut = (text) => cutText(text).map((piece) => [piece.text, (piece.href ?? piece.className).trim()]);

test("plain text is one piece", () => {
    expect(cut("Hello,\nhow are you?")).toEqual([["Hello,\nhow are you?", ""]]);
    expect(cut("")).toEqual([]);
});

test("links are links, without the punctuation that follows them", () => {
    expect(cut("See https://clinic.example.com/a?b=1_2_3. Or (www.example.com)!")).toEqual([
        ["See ", ""],
        ["https://clinic.example.com/a?b=1_2_3", "https://clinic.example.com/a?b=1_2_3"],
        [". Or (", ""],
        ["www.example.com", "https://www.example.com"],
        [")!", ""],
    ]);
});

test("only web addresses become links", () => {
    expect(cut("javascript:alert(1) data:text/html,x file:///etc")).toEqual([
        ["javascript:alert(1) data:text/html,x file:///etc", ""],
    ]);
});

test("WhatsApp's marks are styles", () => {
    expect(cut("*bold* _slanted_ ~gone~ ```code```")).toEqual([
        ["bold", "fw-bold"],
        [" ", ""],
        ["slanted", "fst-italic"],
        [" ", ""],
        ["gone", "text-decoration-line-through"],
        [" ", ""],
        ["code", "font-monospace"],
    ]);
});

test("styles and links nest", () => {
    expect(cutText("*see _this_ https://example.com*").map(({ text, className, href }) => [text, className.trim(), href])).toEqual([
        ["see ", "fw-bold", undefined],
        ["this", "fw-bold fst-italic", undefined],
        [" ", "fw-bold", undefined],
        ["https://example.com", "fw-bold", "https://example.com"],
    ]);
});

test("stars and underscores inside words and sums stay as they are", () => {
    for (const text of ["2*3*4", "snake_case_name", "* item", "a * b * c", "**", "*open"]) {
        expect(cut(text)).toEqual([[text, ""]]);
    }
});

test("one to three emoji are shown large", () => {
    expect(isBigEmoji("👍")).toBe(true);
    expect(isBigEmoji("👨‍👩‍👧 ❤️ 🇹🇷")).toBe(true);
    expect(isBigEmoji("👍👍👍👍")).toBe(false);
    expect(isBigEmoji("👍 ok")).toBe(false);
    expect(isBigEmoji("12")).toBe(false);
    expect(isBigEmoji("")).toBe(false);
});

test("an emoji counts as the characters that WhatsApp counts", () => {
    expect(countCharacters("a👍")).toBe(2);
});
