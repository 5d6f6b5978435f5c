import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryAllValues, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import { cutText } from "@clinic_whatsapp/message_text";
import { dropNumber, findNumbers, getNextNumber, makeSample } from "@clinic_whatsapp/template_editor/variables";
import {
    BODY,
    helper,
    insert,
    keep,
    mountForm,
    PHONE,
    save,
    setupTemplates,
    VALUE,
    Variable,
    watchSaves,
    write,
} from "./template_editor_helpers";

describe.current.tags("desktop");

setupTemplates();

describe("variables of a text", () => {
    test("are found once each, in their order", () => {
        expect(findNumbers("{{2}} {{1}} {{2}} {1} {{x}}")).toEqual([1, 2]);
        expect(findNumbers(false)).toEqual([]);
        expect(getNextNumber("{{1}} {{4}}")).toBe(5);
    });

    test("one that goes leaves no gap", () => {
        expect(dropNumber("{{1}} a {{2}} b {{3}} c {{2}}", 2)).toBe("{{1}} a  b {{2}} c ");
    });

    test("have an example in the language of the text", () => {
        const turkish = { language: "tr", branch: "Kadıköy", isSuffix: false };
        expect(makeSample("patient_name", turkish)).toBe("Ayşe Yılmaz");
        expect(makeSample("branch_name", turkish)).toBe("Kadıköy");
        expect(makeSample("preference_link", { ...turkish, isSuffix: true })).not.toMatch(/https/);
        expect(makeSample("unknown", turkish)).toBe("");
    });
});

test("what is typed is seen on the phone and judged while one goes on typing", async () => {
    await mountForm();
    await write("*Hello* there!");
    expect(`${PHONE} .o_clinic_phone_text`).toHaveText("Hello there!");
    expect(`${PHONE} .fw-bold`).toHaveText("Hello");
    expect(`${BODY} [data-place=body]`).toHaveText("No shouting.");
    expect(`${BODY} textarea`).toBeFocused();
    expect(`${BODY} textarea`).toHaveValue("*Hello* there!");
    await write("Hello there.");
    expect(`${BODY} .o_clinic_problems`).toHaveCount(0);
});

test("what Meta has taken is right until one changes it", async () => {
    keep({ status: "approved", body: "Hello!", problems: [{ place: "body", text: "No shouting.", code: 7 }] });
    await mountForm(1);
    expect(`${BODY} .o_clinic_problems`).toHaveCount(0);
    await write("Hello you!");
    expect(`${BODY} .o_clinic_problems`).toHaveText("No shouting.");
});

test("what cannot be edited now keeps its variables", async () => {
    Variable._records = [helper(1, 1, "patient_name", "Ayşe")];
    keep({ body: "Dear {{1}}, hello", variable_ids: [1], edit_problem: "Meta is reviewing it." });
    await mountForm(1);
    expect(`${VALUE} [data-name=choice]`).toHaveCount(1);
    expect(`${VALUE} .o_clinic_value_remove`).toHaveCount(0);
    expect(`${BODY} textarea`).not.toBeEnabled();
    expect(`${BODY} .o_clinic_insert`).toHaveCount(0);
});

test("a text that was typed a moment ago is saved with the rest", async () => {
    const saved = watchSaves();
    await mountForm();
    await contains(`${BODY} textarea`).edit("At once", { confirm: false });
    expect(".o_form_status_indicator_buttons").not.toHaveClass("invisible");
    await save();
    expect(saved[0].body).toBe("At once");
    expect(".o_form_status_indicator_buttons").toHaveClass("invisible");
});

test("one is told how many characters are left", async () => {
    await mountForm();
    expect(`${BODY} .o_clinic_text_left`).toHaveText("60 characters left");
    await write("a".repeat(58));
    expect(`${BODY} .o_clinic_text_left`).toHaveText("2 characters left");
    expect(`${BODY} .o_clinic_text_left`).toHaveClass("text-warning");
    await write("a".repeat(61));
    expect(`${BODY} .o_clinic_text_left`).toHaveText("-1 characters left");
    expect(`${BODY} .o_clinic_text_left`).toHaveClass("text-danger");
});

test("a value is put where the cursor stands, with its variable and an example", async () => {
    const saved = watchSaves();
    await mountForm();
    await write("Dear , welcome");
    queryFirst(`${BODY} textarea`).setSelectionRange(5, 5);
    await insert("[data-helper=patient_name]");
    expect(`${BODY} textarea`).toHaveValue("Dear {{1}}, welcome");
    expect(`${BODY} textarea`).toBeFocused();
    expect(`${VALUE} [data-name=choice]`).toHaveValue("helper:patient_name");
    expect(`${VALUE} [data-name=sample]`).toHaveValue("Ayşe Yılmaz");
    await save();
    expect(saved[0].body).toBe("Dear {{1}}, welcome");
    const [[command, , values]] = saved[0].variable_ids;
    expect(command).toBe(0);
    const chosen = { source: "helper", helper: "patient_name", field_path: false };
    expect(values).toMatchObject({ place: "body", index: 1, ...chosen });
});

test("a field of the record is chosen with Odoo's own field picker", async () => {
    const saved = watchSaves();
    await mountForm();
    await write("Dear ");
    await insert(".o_clinic_insert_field");
    await contains(".o_model_field_selector_popover_item[data-name=name] button").click();
    await animationFrame();
    expect(`${BODY} textarea`).toHaveValue("Dear {{1}}");
    expect(`${VALUE} .o_model_field_selector`).toHaveText("Name");
    await save();
    expect(saved[0].variable_ids[0][2]).toMatchObject({ source: "field", field_path: "name" });
});

test("a number that was typed by hand gets a variable that whoever sends fills in", async () => {
    await mountForm();
    await write("Dear {{1}}, at {{2}}");
    expect(queryAllTexts(`${VALUE} code`)).toEqual(["{{1}}", "{{2}}"]);
    expect(queryAllValues(`${VALUE} [data-name=choice]`)).toEqual(["text", "text"]);
});

test("taking a variable away moves the meaning of the others with their numbers", async () => {
    Variable._records = [helper(1, 1, "patient_name", "Ayşe"), helper(2, 2, "appointment_date", "24 Kasım")];
    keep({ body: "Dear {{1}}, on {{2}} then", variable_ids: [1, 2] });
    const saved = watchSaves();
    await mountForm(1);
    await contains(`${VALUE}[data-index='1'] .o_clinic_value_remove`).click();
    await animationFrame();
    expect(`${BODY} textarea`).toHaveValue("Dear , on {{1}} then");
    expect(queryAllValues(`${VALUE} [data-name=choice]`)).toEqual(["helper:appointment_date"]);
    expect(queryAllValues(`${VALUE} [data-name=sample]`)).toEqual(["24 Kasım"]);
    await save();
    const commands = saved[0].variable_ids.map(([command, id, values]) => [command, id, values?.helper]);
    expect(commands).toEqual([
        [1, 1, "appointment_date"],
        [2, 2, undefined],
    ]);
});

test("a variable that no longer stands in the text says so and keeps its meaning until one decides", async () => {
    Variable._records = [helper(1, 1, "patient_name", "Ayşe")];
    keep({ body: "Dear {{1}}, hello", variable_ids: [1] });
    await mountForm(1);
    await write("Dear you, hello");
    expect(`${VALUE}.o_clinic_value_unused`).toHaveText(/does not stand in the text any more/);
    await write("Dear {{1}}, hello again");
    expect(`${VALUE}.o_clinic_value_unused`).toHaveCount(0);
    expect(`${VALUE} [data-name=choice]`).toHaveValue("helper:patient_name");
});

test("another source forgets what belonged to the one before", async () => {
    Variable._records = [helper(1, 1, "patient_name", "Ayşe")];
    keep({ body: "Dear {{1}}, hello", variable_ids: [1] });
    const saved = watchSaves();
    await mountForm(1);
    await contains(`${VALUE} [data-name=choice]`).select("text");
    await contains(`${VALUE} [data-name=text]`).edit("Dr. Ateş");
    await save();
    expect(saved[0].variable_ids[0][2]).toMatchObject({ source: "text", helper: false, text: "Dr. Ateş" });
});

test("a header takes one variable", async () => {
    keep({ header_type: "text", body: "Hello" });
    await mountForm(1);
    const header = ".o_clinic_text[data-place=header]";
    await contains(`${header} .o_clinic_insert`).click();
    await contains("[data-helper=appointment_date]").click();
    await animationFrame();
    expect(`${header} textarea`).toHaveValue("{{1}}");
    expect(".o_clinic_value[data-place=header]").toHaveCount(1);
    expect(`${header} .o_clinic_insert`).toHaveCount(0);
});

test("a line takes no line break", async () => {
    keep({ header_type: "text", header_text: "Visit", body: "Hello" });
    await mountForm(1);
    await contains(".o_clinic_text[data-place=header] textarea").click();
    await press("Enter");
    expect(".o_clinic_text[data-place=header] textarea").toHaveValue("Visit");
});

test("what is chosen becomes bold", async () => {
    keep({ body: "Please be early" });
    await mountForm(1);
    queryFirst(`${BODY} textarea`).setSelectionRange(10, 15);
    await contains(`${BODY} [data-mark='*']`).click();
    expect(`${BODY} textarea`).toHaveValue("Please be *early*");
    expect(cutText("Please be *early*").at(-1)).toEqual({ text: "early", className: " fw-bold" });
});
