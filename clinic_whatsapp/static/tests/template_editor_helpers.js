import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

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
const KINDS = [
    ["quick_reply", "Quick reply"],
    ["url", "Opens a page"],
    ["phone", "Calls"],
];
export const BODY = ".o_clinic_text[data-place=body]";
export const VALUE = ".o_clinic_value[data-place=body]";
export const PHONE = ".o_clinic_phone_preview";
const PAUSE = 300; // milliseconds, as in live_text.js

export class Template extends models.Model {
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
            const isLoud = (record.body || "").includes("!");
            record.problems = isLoud ? [{ place: "body", text: "No shouting.", code: 7 }] : [];
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

export class Variable extends models.Model {
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

export class Button extends models.Model {
    _name = "clinic.whatsapp.template.button";

    template_id = fields.Many2one({ relation: "clinic.whatsapp.template" });
    sequence = fields.Integer();
    kind = fields.Selection({ selection: KINDS });
    text = fields.Char();
    url = fields.Char();
    phone_number = fields.Char();
    code = fields.Char();
    flow_id = fields.Char();
    action = fields.Selection({ selection: [["none", "Only a reply"], ["confirm", "Confirms"]] });
    variable_ids = fields.One2many({ relation: "clinic.whatsapp.template.variable", relation_field: "button_id" });
}

export const EMPTY = { header: "", body: "", footer: "", buttons: [], media: false, location: false };
const LINES = ["place", "index", "source", "field_path", "helper", "text", "fallback", "sample"];
const VALUES = `<list>${LINES.map((name) => `<field name="${name}"/>`).join("")}</list>`;
const COLUMNS = ["sequence", "kind", "text", "url", "phone_number", "code", "flow_id", "action"];
const FORM = `
    <form>
        <field name="company_id" invisible="1"/><field name="model_name" invisible="1"/>
        <field name="header_type"/><field name="header_file" invisible="1"/>
        <field name="problems" widget="clinic_template_problems" options="{'places': ['name']}"/>
        <widget name="clinic_template_languages"/>
        <field name="header_text" widget="clinic_template_text"
               options="{'limit': 60, 'line': true, 'variables_in': 'header'}"/>
        <field name="edit_problem" invisible="1"/>
        <field name="body" widget="clinic_template_text"
               options="{'limit': 60, 'variables_in': 'body'}" readonly="edit_problem"/>
        <field name="variable_ids" widget="clinic_template_variables">${VALUES}</field>
        <field name="button_ids" widget="clinic_template_buttons">
            <list>
                ${COLUMNS.map((name) => `<field name="${name}"/>`).join("")}
                <field name="variable_ids">${VALUES}</field>
            </list>
        </field>
        <field name="bubble" widget="clinic_template_phone"/>
    </form>`;

/** Define what the form of a template needs. */
export function setupTemplates() {
    defineMailModels();
    defineModels([Template, Account, Variable, Button]);
}

export function helper(id, index, code, sample) {
    return { id, place: "body", index, source: "helper", helper: code, sample };
}

export function keep(values = {}) {
    const empty = { status: "draft", bubble: EMPTY, problems: [] };
    Template._records = [{ id: 1, name: "hello", language: "tr", ...empty, ...values }];
}

export function mountForm(resId) {
    return mountView({ type: "form", resModel: "clinic.whatsapp.template", resId, arch: FORM });
}

/** Catch what is saved. */
export function watchSaves() {
    const saved = [];
    onRpc("clinic.whatsapp.template", "web_save", ({ args }) => {
        saved.push(args[1]);
    });
    return saved;
}

export async function save() {
    await contains(".o_form_button_save").click();
    await animationFrame();
}

export async function write(text) {
    await contains(`${BODY} textarea`).edit(text, { confirm: false });
    await advanceTime(PAUSE);
    await animationFrame();
}

export async function insert(choice) {
    await contains(`${BODY} .o_clinic_insert`).click();
    await contains(choice).click();
    await animationFrame();
}
