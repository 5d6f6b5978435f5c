import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const REPLIES = [
    { id: 1, shortcut: "address", text: "Papatya Street 5, Ayse" },
    { id: 2, shortcut: "thanks", text: "Thank you, Ayse" },
    { id: 3, shortcut: "ağrı", text: "Please call us" },
];

const getNames = () => queryAllTexts(".o_clinic_suggestion_name");
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_text"));

async function write(text) {
    await contains(textarea).edit(text, { confirm: false, instantly: true });
    await animationFrame();
}

async function openList(text = "/") {
    clinic.canned = REPLIES;
    await mountThread();
    await write(text);
}

test("a slash offers the replies of this conversation, asked for once", async () => {
    await openList();
    expect(getNames()).toEqual(["/address", "/thanks", "/ağrı"]);
    expect(".o_clinic_suggestion_text:first").toHaveText("Papatya Street 5, Ayse");
    await write("");
    expect(".o_clinic_suggestions").toHaveCount(0);
    await write("/");
    expect(clinic.calls.filter((call) => call.startsWith("get_canned"))).toEqual(["get_canned 7"]);
});

test("typing on filters, by name first, by text too, without accents and case", async () => {
    await openList("/tha");
    expect(getNames()).toEqual(["/thanks"]);
    await write("/AGRI");
    expect(getNames()).toEqual(["/ağrı"]);
    await write("/a");
    expect(getNames()).toEqual(["/address", "/ağrı", "/thanks"]);
    await write("/street");
    expect(getNames()).toEqual(["/address"]);
});

test("arrows choose, Enter takes the reply over and sends nothing", async () => {
    await openList();
    expect(".o_clinic_suggestion.active").toHaveText(/address/);
    await press("ArrowDown");
    await animationFrame();
    expect(".o_clinic_suggestion.active").toHaveText(/thanks/);
    expect(textarea).toHaveAttribute("aria-activedescendant", "o_clinic_suggestion_1");
    await press("ArrowUp");
    await press("ArrowUp");
    await animationFrame();
    expect(".o_clinic_suggestion.active").toHaveText(/ağrı/);
    await press("Enter");
    await animationFrame();
    expect(textarea).toHaveValue("Please call us");
    expect(textarea).toBeFocused();
    expect(".o_clinic_suggestions").toHaveCount(0);
    expect(getSent()).toEqual([]);
    await press("Enter");
    await settle();
    expect(getSent()).toEqual(["action_send_text 7 Please call us"]);
});

test("only the word with the slash is replaced", async () => {
    await openList("Good morning! /thanks");
    await press("Tab");
    await animationFrame();
    expect(textarea).toHaveValue("Good morning! Thank you, Ayse");
    expect(queryFirst(textarea).selectionStart).toBe("Good morning! Thank you, Ayse".length);
});

test("a click takes a reply over", async () => {
    await openList();
    await contains(".o_clinic_suggestion:contains(thanks)").click();
    expect(textarea).toHaveValue("Thank you, Ayse");
    expect(textarea).toBeFocused();
});

test("Esc closes the list and keeps the text; it stays closed for this word", async () => {
    await openList("/t");
    await press("Escape");
    await animationFrame();
    expect(".o_clinic_suggestions").toHaveCount(0);
    await press("h");
    await animationFrame();
    expect(".o_clinic_suggestions").toHaveCount(0);
    expect(textarea).toHaveValue("/th");
    await write("/th and /th");
    expect(".o_clinic_suggestions").toHaveCount(1);
});

test("a slash inside a word is no call for replies, and what matches nothing is sent as it is", async () => {
    await openList("Open 24/7");
    expect(".o_clinic_suggestions").toHaveCount(0);
    await write("/xyz");
    expect(".o_clinic_suggestions").toHaveCount(0);
    await press("Enter");
    await settle();
    expect(getSent()).toEqual(["action_send_text 7 /xyz"]);
});

test("a list that cannot be fetched says why, and is asked for again", async () => {
    let isDown = true;
    onRpc("clinic.whatsapp.canned", "get_canned", () => {
        if (isDown) {
            throw makeServerError({ type: "AccessError", message: "Not yours." });
        }
    });
    await openList();
    expect(".o_clinic_suggestions_problem").toHaveText("Not yours.");
    isDown = false;
    await write("/th");
    expect(getNames()).toEqual(["/thanks"]);
});

test("what the server could not fill in is selected, to be typed over", async () => {
    clinic.canned = [{ id: 1, shortcut: "when", text: "See you on …, Ayse", missing: ["appointment"] }];
    await mountThread();
    await write("So: /when");
    await press("Enter");
    await animationFrame();
    const { value, selectionStart, selectionEnd } = queryFirst(textarea);
    expect(value).toBe("So: See you on …, Ayse");
    expect(value.slice(selectionStart, selectionEnd)).toBe("…");
});

test("the list is labelled, and what it holds is text, never markup", async () => {
    clinic.canned = [{ id: 1, shortcut: "x<b>y</b>", text: "<img src='x' onerror='alert(1)'/>" }];
    await mountThread();
    await write("/");
    expect(".o_clinic_suggestions").toHaveAttribute("role", "listbox");
    expect(".o_clinic_suggestion").toHaveAttribute("aria-selected", "true");
    expect(".o_clinic_suggestions img, .o_clinic_suggestions b").toHaveCount(0);
    expect(".o_clinic_suggestion_text").toHaveText("<img src='x' onerror='alert(1)'/>");
});
