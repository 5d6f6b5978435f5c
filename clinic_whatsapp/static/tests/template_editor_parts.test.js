import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryAllValues } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, onRpc } from "@web/../tests/web_test_helpers";
import {
    BODY,
    Button,
    EMPTY,
    keep,
    mountForm,
    PHONE,
    save,
    setupTemplates,
    Template,
    Variable,
    watchSaves,
    write,
} from "./template_editor_helpers";

describe.current.tags("desktop");

setupTemplates();

describe("buttons", () => {
    const BUTTON = ".o_clinic_button";

    async function add(kind) {
        await contains(".o_clinic_button_add").click();
        await contains(`.o-dropdown--menu [data-kind=${kind}]`).click();
        await animationFrame();
    }

    test("of every kind are added, and quick replies stay together", async () => {
        const saved = watchSaves();
        keep({ body: "Hello" });
        await mountForm(1);
        await add("quick_reply");
        await contains(`${BUTTON}[data-position='1'] [data-name=text]`).edit("Yes");
        await add("phone");
        await contains(`${BUTTON}[data-position='2'] [data-name=text]`).edit("Call");
        await contains(`${BUTTON}[data-position='2'] [data-name=phone_number]`).edit("+90 212 000 00 00");
        await add("quick_reply");
        await contains(`${BUTTON}[data-position='2'] [data-name=text]`).edit("No");
        expect(queryAllValues(`${BUTTON} [data-name=text]`)).toEqual(["Yes", "No", "Call"]);
        await save();
        const written = saved[0].button_ids.map(([, , { text, kind, sequence }]) => ({ text, kind, sequence }));
        expect(written.sort((a, b) => a.sequence - b.sequence)).toEqual([
            { text: "Yes", kind: "quick_reply", sequence: 10 },
            { text: "No", kind: "quick_reply", sequence: 20 },
            { text: "Call", kind: "phone", sequence: 30 },
        ]);
    });

    test("change their places", async () => {
        const reply = { kind: "quick_reply", sequence: 10 };
        Button._records = ["A", "B", "C"].map((text, index) => ({ id: index + 1, text, ...reply }));
        keep({ body: "Hello", button_ids: [1, 2, 3] });
        await mountForm(1);
        await contains(`${BUTTON}[data-position='3'] [title='Move up']`).click();
        expect(queryAllValues(`${BUTTON} [data-name=text]`)).toEqual(["A", "C", "B"]);
        await contains(`${BUTTON}[data-position='1'] .o_clinic_button_remove`).click();
        expect(queryAllValues(`${BUTTON} [data-name=text]`)).toEqual(["C", "B"]);
    });

    test("the end of an address is a variable of its own", async () => {
        const saved = watchSaves();
        keep({ body: "Hello" });
        await mountForm(1);
        await add("url");
        await contains(`${BUTTON} [data-name=text]`).edit("Preferences");
        await contains(`${BUTTON} [data-name=url]`).edit("https://example.org/p/{{1}}");
        await animationFrame();
        await contains(`${BUTTON} .o_clinic_value [data-name=choice]`).select("helper:preference_link");
        await save();
        const [[, , button]] = saved[0].button_ids;
        expect(button.url).toBe("https://example.org/p/{{1}}");
        expect(button.variable_ids[0][2]).toMatchObject({ place: "button", index: 1, helper: "preference_link" });
    });

    test("an address without a variable keeps none", async () => {
        Variable._records = [{ id: 5, place: "button", index: 1, source: "text", button_id: 1 }];
        const address = { url: "https://a.org/{{1}}", variable_ids: [5] };
        Button._records = [{ id: 1, kind: "url", text: "A", sequence: 10, ...address }];
        keep({ body: "Hello", button_ids: [1] });
        const saved = watchSaves();
        await mountForm(1);
        expect(`${BUTTON} .o_clinic_value`).toHaveCount(1);
        await contains(`${BUTTON} [data-name=url]`).edit("https://a.org/");
        await animationFrame();
        expect(`${BUTTON} .o_clinic_value`).toHaveCount(0);
        await save();
        expect(saved[0].button_ids[0][2].variable_ids).toEqual([[2, 5]]);
    });

    test("what is wrong with one stands below it", async () => {
        Button._records = [{ id: 1, kind: "quick_reply", text: "A", sequence: 10 }];
        keep({ body: "Hello", button_ids: [1], problems: [{ place: "button:1", text: "Too short." }] });
        await mountForm(1);
        expect(`${BUTTON} .o_clinic_problems`).toHaveText("Too short.");
    });
});

describe("phone", () => {
    test("shows header, text, footer and buttons", async () => {
        keep({ bubble: { ...EMPTY, header: "Visit", body: "Hello\nthere", footer: "Clinic", buttons: ["Yes"] } });
        await mountForm(1);
        expect(`${PHONE} .o_clinic_phone_header`).toHaveText("Visit");
        expect(`${PHONE} .o_clinic_phone_text`).toHaveText("Hello\nthere");
        expect(`${PHONE} .o_clinic_phone_footer`).toHaveText("Clinic");
        expect(queryAllTexts(`${PHONE} .o_clinic_phone_button`)).toEqual(["Yes"]);
    });

    test("hides what does not fit in a list, as WhatsApp does", async () => {
        keep({ bubble: { ...EMPTY, body: "Hello", buttons: ["A", "B", "C", "D"] } });
        await mountForm(1);
        expect(queryAllTexts(`${PHONE} .o_clinic_phone_button`)).toEqual(["A", "B", "See all options"]);
        await contains(`${PHONE} .o_clinic_phone_more`).click();
        expect(queryAllTexts(`${PHONE} .o_clinic_phone_button`)).toEqual(["A", "B", "C", "D", "Show less"]);
    });

    test("writes no HTML of a text", async () => {
        keep({ bubble: { ...EMPTY, body: "<b>a</b>", footer: "<img>", buttons: ["<i>b</i>"] } });
        await mountForm(1);
        expect(`${PHONE} .o_clinic_phone_text`).toHaveText("<b>a</b>");
        expect(`${PHONE} :is(b, img, .o_clinic_phone_footer > *)`).toHaveCount(0);
    });
});

describe("languages", () => {
    function keepTwo() {
        keep({ account_id: 1, body: "Merhaba", bubble: { ...EMPTY, body: "Merhaba" } });
        const english = { id: 2, name: "hello", language: "en", status: "approved", account_id: 1 };
        Template._records.push({ ...english, body: "Hello", bubble: { ...EMPTY, body: "Hello" } });
    }

    test("of a message are tabs with their status", async () => {
        keepTwo();
        await mountForm(1);
        expect(queryAllTexts(".o_clinic_language > span:first-child")).toEqual(["Turkish", "English"]);
        expect(queryAllTexts(".o_clinic_language_status")).toEqual(["Draft", "Approved"]);
        expect(".o_clinic_language_here").toHaveAttribute("data-language", "tr");
    });

    test("one goes to another, and what was written is saved", async () => {
        keepTwo();
        const saved = watchSaves();
        await mountForm(1);
        await write("Merhabalar");
        await contains(".o_clinic_language[data-language=en]").click();
        await animationFrame();
        expect(saved[0].body).toBe("Merhabalar");
        expect(`${BODY} textarea`).toHaveValue("Hello");
        expect(".o_clinic_language_here").toHaveAttribute("data-language", "en");
    });

    test("stand side by side", async () => {
        keepTwo();
        await mountForm(1);
        await contains(".o_clinic_languages_compare").click();
        expect(queryAllTexts(".o_clinic_languages_others figcaption")).toEqual(["Turkish", "English"]);
        await write("Merhabalar");
        expect(queryAllTexts(`.o_clinic_languages_others ${PHONE}`)).toEqual(["Merhabalar", "Hello"]);
    });

    test("a new one begins as a copy", async () => {
        keepTwo();
        onRpc("clinic.whatsapp.template", "copy", ({ args: [[id], values] }) => {
            expect.step([id, values]);
        });
        await mountForm(1);
        await contains(".o_clinic_language_add").click();
        expect(queryAllTexts(".o_clinic_languages_menu .o-dropdown-item")).toEqual(["German"]);
        await contains(".o_clinic_languages_menu [data-language=de]").click();
        await animationFrame();
        expect.verifySteps([[1, { language: "de" }]]);
        expect(".o_clinic_language_here").toHaveAttribute("data-language", "de");
    });
});
