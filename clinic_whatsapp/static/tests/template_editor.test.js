import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryAllValues, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { cutText } from "@clinic_whatsapp/message_text";
import { dropNumber, findNumbers, getNextNumber, makeSample } from "@clinic_whatsapp/template_editor/variables";

describe.current.tags("desktop");

const HELPERS = [
    ["patient_name", "Name of the patient"],
    ["appointment_date", "Date of the appointment"],
    ["preference_link", "Link to the preferences"],
];
const LANGUAGES = [
    ["tr", "Turkish"],
    ["en", "English"],
    ["de", "German"],
];
const BODY = ".o_clinic_text[data-place=body]";
const VALUE = ".o_clinic_value[data-place=body]";
const PHONE = ".o_clinic_phone_preview";
const PAUSE = 300; // milliseconds, as in live_text.js

class Template extends models.Model {
    _name = "clinic.whatsapp.template";

    name = fields.Char({ default: "hello" });
    language = fields.Selection({ selection: LANGUAGES, default: "tr" });
    status = fields.Selection({ selection: [["draft", "Draft"], ["approved", "Approved"]], default: "draft" });
    account_id = fields.Many2one({ relation: "account" });
    company_id = fields.Many2one({ relation: "res.company" });
    model_name = fields.Char({ default: "res.partner" });
    header_type = fields.Selection({ selection: [["none", "None"], ["text", "Text"]], default: "none" });
    header_text = fields.Char();
    header_file = fields.Binary();
    body = fields.Text();
    edit_problem = fields.Char();
    problems = fields.Json();
    bubble = fields.Json();
    variable_ids = fields.One2many({ relation: "clinic.whatsapp.template.variable", relation_field: "template_id" });
    button_ids = fields.One2many({ relation: "clinic.whatsapp.template.button", relation_field: "template_id" });

    _onChanges = {
        body(record) {
            record.bubble = { ...EMPTY, body: record.body || "" };
            record.problems = (record.body || "").includes("!") ? [{ place: "body", text: "No shouting.", code: 7 }] : [];
        },
        button_ids() {},
        variable_ids() {},
    };
}

class Account extends models.Model {
    _name = "account";
    name = fields.Char();
    _records = [{ id: 1, name: "Reception" }];
}

class Variable extends models.Model {
    _name = "clinic.whatsapp.template.variable";

    template_id = fields.Many2one({ relation: "clinic.whatsapp.template" });
    button_id = fields.Many2one({ relation: "clinic.whatsapp.template.button" });
    place = fields.Selection({ selection: [["header", "Header"], ["body", "Text"], ["button", "Button"]] });
    index = fields.Integer();
    source = fields.Selection({ selection: [["field", "Field"], ["helper", "Computed"], ["text", "Text"]] });
    field_path = fields.Char();
    helper = fields.Selection({ selection: HELPERS });
    text = fields.Char();
    fallback = fields.Char();
    sample = fields.Char();
}

class Button extends models.Model {
    _name = "clinic.whatsapp.template.button";

    template_id = fields.Many2one({ relation: "clinic.whatsapp.template" });
    sequence = fields.Integer();
    kind = fields.Selection({ selection: [["quick_reply", "Quick reply"], ["url", "Opens a page"], ["phone", "Calls"]] });
    text = fields.Char();
    url = fields.Char();
    phone_number = fields.Char();
    code = fields.Char();
    flow_id = fields.Char();
    action = fields.Selection({ selection: [["none", "Only a reply"], ["confirm", "Confirms"]] });
    variable_ids = fields.One2many({ relation: "clinic.whatsapp.template.variable", relation_field: "button_id" });
}

const EMPTY = { header: "", body: "", footer: "", buttons: [], media: false, location: false };
const LINES = ["place", "index", "source", "field_path", "helper", "text", "fallback", "sample"];
const VALUES = `<list>${LINES.map((name) => `<field name="${name}"/>`).join("")}</list>`;
const COLUMNS = ["sequence", "kind", "text", "url", "phone_number", "code", "flow_id", "action"];
const FORM = `
    <form>
        <field name="company_id" invisible="1"/><field name="model_name" invisible="1"/>
        <field name="header_type"/><field name="header_file" invisible="1"/>
        <field name="problems" widget="clinic_template_problems" options="{'places': ['name']}"/>
        <widget name="clinic_template_languages"/>
        <field name="header_text" widget="clinic_template_text" options="{'limit': 60, 'line': true, 'variables_in': 'header'}"/>
        <field name="edit_problem" invisible="1"/>
        <field name="body" widget="clinic_template_text" options="{'limit': 60, 'variables_in': 'body'}" readonly="edit_problem"/>
        <field name="variable_ids" widget="clinic_template_variables">${VALUES}</field>
        <field name="button_ids" widget="clinic_template_buttons">
            <list>${COLUMNS.map((name) => `<field name="${name}"/>`).join("")}<field name="variable_ids">${VALUES}</field></list>
        </field>
        <field name="bubble" widget="clinic_template_phone"/>
    </form>`;

defineMailModels();
defineModels([Template, Account, Variable, Button]);

const helper = (id, index, code, sample) => ({ id, place: "body", index, source: "helper", helper: code, sample });

function keep(values = {}) {
    Template._records = [{ id: 1, name: "hello", language: "tr", status: "draft", bubble: EMPTY, problems: [], ...values }];
}

const mountForm = (resId) => mountView({ type: "form", resModel: "clinic.whatsapp.template", resId, arch: FORM });

/** Catch what is saved. */
function watchSaves() {
    const saved = [];
    onRpc("clinic.whatsapp.template", "web_save", ({ args }) => {
        saved.push(args[1]);
    });
    return saved;
}

async function save() {
    await contains(".o_form_button_save").click();
    await animationFrame();
}

async function write(text) {
    await contains(`${BODY} textarea`).edit(text, { confirm: false });
    await advanceTime(PAUSE);
    await animationFrame();
}

async function insert(choice) {
    await contains(`${BODY} .o_clinic_insert`).click();
    await contains(choice).click();
    await animationFrame();
}

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
    expect(values).toMatchObject({ place: "body", index: 1, source: "helper", helper: "patient_name", field_path: false });
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
        Button._records = ["A", "B", "C"].map((text, index) => ({ id: index + 1, text, kind: "quick_reply", sequence: 10 }));
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
        Button._records = [{ id: 1, kind: "url", text: "A", url: "https://a.org/{{1}}", sequence: 10, variable_ids: [5] }];
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
