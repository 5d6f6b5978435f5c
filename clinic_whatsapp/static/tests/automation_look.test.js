import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { AutomationLook } from "@clinic_whatsapp/automation_look/automation_look";
import { MainComponentsContainer } from "@web/core/main_components_container";

describe.current.tags("desktop");

const MODEL = "clinic.whatsapp.automation";

class Visit extends models.Model {
    _name = "visit";
    name = fields.Char();
    _records = [
        { id: 1, name: "Deniz, Monday" },
        { id: 2, name: "Ali, Tuesday" },
    ];
}

class Automation extends models.Model {
    _name = MODEL;
    name = fields.Char();
    trigger = fields.Selection({
        selection: [
            ["before", "an appointment is coming up"],
            ["keyword", "a patient writes a keyword"],
            ["followup", "a treatment plan says so"],
        ],
    });
    _records = [{ id: 5, name: "Reminder", trigger: "before" }];
}

defineMailModels();
defineModels([Automation, Visit]);

const about = { name: "Reminder", is_active: false, may_switch: true };
const bubble = (body) => ({ header: "", body, footer: "", buttons: ["Yes"], media: false, location: false });
const preview = (id = 1, values = {}) => ({
    ...about,
    model: "visit",
    model_name: "Visit",
    domain: [],
    record: { id, name: "Deniz, Monday" },
    hint: "",
    steps: [
        {
            id: 9,
            title: "Reminder text",
            when: "1 day before",
            due: "Mon 9 Mar 12:00",
            state: "ready",
            reason: false,
            label: "",
            advice: "",
            bubble: bubble(`Dear patient of visit ${id}`),
            kinds: ["quick_reply"],
            picture: false,
            ...values,
        },
    ],
});
const row = (key, reason) => ({
    key,
    res_id: 2,
    about: `Visit ${key}`,
    partner_id: 7,
    patient: `Patient ${key}`,
    due: "Mon 9 Mar 12:00",
    step: "1 day before",
    reason,
    detail: false,
});
const forecast = (values = {}) => ({
    ...about,
    mode: "ahead",
    intro: "In the next 30 days.",
    found: 3,
    judged: 3,
    reached: 2,
    reached_label: "would get it",
    left: 1,
    left_label: "would not",
    groups: [
        { reason: false, label: "They get it", advice: "", count: 2 },
        { reason: "no_optin", label: "No opt-in", advice: "Ask the patient.", count: 1 },
    ],
    cost: {
        label: "to Meta at the most",
        lines: [{ category: "utility", label: "Utility", count: 2, cost: "€ 1.00" }],
        total: "€ 1.00",
        is_complete: true,
        hint: "By the prices of the number.",
    },
    rows: [row("a", false), row("b", "no_optin"), row("c", false)],
    ...values,
});

async function look(tab, answers = {}) {
    onRpc(MODEL, "get_preview", ({ args }) => answers.preview?.(args[1]) || preview(args[1]));
    onRpc(MODEL, "get_forecast", () =>
        typeof answers.forecast === "function" ? answers.forecast() : answers.forecast || forecast()
    );
    onRpc(MODEL, "action_switch_on", ({ args }) => {
        expect.step(["switched on", args[0]]);
        return true;
    });
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(AutomationLook, { automationId: 5, tab, onSwitched: () => expect.step("told") });
    await animationFrame();
    await animationFrame();
}

test("each message is shown as the patient of a record reads it, and when it leaves", async () => {
    await look("preview");
    expect(".modal-title").toHaveText("Reminder");
    expect(".o_clinic_look_step header").toHaveText(/1 day before\s*Mon 9 Mar 12:00\s*Reminder text/);
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 1");
    expect(".o_clinic_phone_button .fa-reply").toHaveCount(1);
    expect(".o_clinic_look_obstacle").toHaveCount(0);
});

test("another record can be chosen, and what keeps its message from leaving is said", async () => {
    const denied = { label: "No opt-in", advice: "Ask the patient.", reason: "no_optin", state: "denied" };
    await look("preview", { preview: (id) => preview(id || 1, id === 2 ? denied : {}) });
    await contains(".o_clinic_look_record input").click();
    await contains(".o-autocomplete--dropdown-item:contains('Ali, Tuesday')").click();
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 2");
    expect(".o_clinic_look_obstacle").toHaveText(/No opt-in\s*Ask the patient\./);
});

test("who would get it is counted, with reasons and cost, and can be narrowed down to one reason", async () => {
    await look("forecast");
    expect(queryAllTexts(".o_clinic_look_figure strong")).toEqual(["2", "1", "€ 1.00"]);
    expect(".o_clinic_look_row").toHaveCount(3);
    await contains(".o_clinic_look_group[data-reason='no_optin']").click();
    expect(".o_clinic_look_row").toHaveCount(1);
    expect(".o_clinic_look_row").toHaveText(/Patient b/);
    expect(".o_clinic_look_row").toHaveText(/No opt-in/);
    await contains(".o_clinic_look_group[data-reason='no_optin']").click();
    expect(".o_clinic_look_row").toHaveCount(3);
    await contains(".o_clinic_look_group[data-reason='ready']").click();
    expect(".o_clinic_look_row").toHaveCount(2);
});

test("a name leads to what that patient would read", async () => {
    await look("forecast");
    await contains(".o_clinic_look_row_name:contains('Patient a')").click();
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 2");
    expect("[data-tab='preview']").toHaveClass("active");
    expect("[data-tab='preview']").toHaveAttribute("aria-pressed", "true");
});

test("a visit that is still to begin something leads nowhere, its patient is named all the same", async () => {
    await look("forecast", { forecast: forecast({ rows: [{ ...row("a", false), res_id: false }] }) });
    expect(".o_clinic_look_row_name").toHaveText("Patient a");
    expect("button.o_clinic_look_row_name").toHaveCount(0);
});

test("it is switched on from among its figures, once, and the screen hears of it", async () => {
    await look("preview");
    expect(".o_clinic_look_switch_on").toHaveCount(0);
    await contains(".o_clinic_look_next").click();
    await animationFrame();
    await contains(".o_clinic_look_switch_on").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps([["switched on", [5]], "told"]);
});

test("who may not switch it on is not offered to, and what is on is not offered again", async () => {
    await look("forecast", { forecast: forecast({ is_active: true }) });
    expect(".o_clinic_look_switch_on, .o_clinic_look_next").toHaveCount(0);
});

test("many rows come page by page, and that not all were looked at is said", async () => {
    const rows = Array.from({ length: 120 }, (_, number) => row(`n${number}`, false));
    await look("forecast", { forecast: forecast({ rows, found: 4000, judged: 1000 }) });
    expect(".o_clinic_look_row").toHaveCount(50);
    expect(".o_clinic_look_rest").toHaveText(/1000 of 4000/);
    expect(".o_clinic_look_more").toHaveText("and 70 more messages");
    await contains(".o_clinic_look_more").click();
    expect(".o_clinic_look_row").toHaveCount(100);
});

test("what cannot be foretold is said, without figures", async () => {
    const unknown = { mode: "unknown", intro: "This cannot be foretold.", groups: [], rows: [] };
    await look("forecast", { forecast: forecast(unknown) });
    expect(".o_clinic_look_forecast").toHaveText("This cannot be foretold.");
    expect(".o_clinic_look_figure").toHaveCount(0);
});

test("what could not be loaded is said, and can be tried again", async () => {
    let isDown = true;
    const answer = () => {
        if (isDown) {
            throw makeServerError({ message: "You may not see it." });
        }
        return preview();
    };
    await look("preview", { preview: answer });
    expect(".o_clinic_look_none").toHaveText(/You may not see it/);
    isDown = false;
    await contains(".o_clinic_look_none button").click();
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText(/Dear patient/);
});

test("one tab that cannot be loaded leaves the other alone, and is not asked for again by itself", async () => {
    const answer = () => {
        expect.step("asked");
        throw makeServerError({ message: "You may not see them." });
    };
    await look("preview", { forecast: answer });
    await contains("[data-tab='forecast']").click();
    await animationFrame();
    expect("[role='alert']").toHaveText(/You may not see them/);
    await contains("[data-tab='preview']").click();
    expect("[role='alert']").toHaveCount(0);
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 1");
    await contains("[data-tab='forecast']").click();
    expect("[role='alert']").toHaveText(/You may not see them/);
    expect.verifySteps(["asked"]);
});

test("trying again asks about the record that was chosen", async () => {
    let isDown = true;
    const answer = (id = 1) => {
        if (id === 2 && isDown) {
            throw makeServerError({ message: "Not now." });
        }
        return preview(id);
    };
    await look("forecast", { preview: answer });
    await contains(".o_clinic_look_row_name:contains('Patient a')").click();
    await animationFrame();
    expect("[role='alert']").toHaveText(/Not now/);
    isDown = false;
    await contains("[role='alert'] button").click();
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 2");
});

test("a late answer to an earlier question is not shown", async () => {
    const first = new Deferred();
    await look("preview", { preview: (id) => (id ? preview(id) : first) });
    await contains("[data-tab='forecast']").click();
    await animationFrame();
    await contains(".o_clinic_look_row_name:contains('Patient a')").click();
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 2");
    first.resolve(preview(1));
    await animationFrame();
    expect(".o_clinic_phone_text").toHaveText("Dear patient of visit 2");
});

test("what is being loaded is not asked for twice", async () => {
    const answer = new Deferred();
    const ask = () => {
        expect.step("asked");
        return answer;
    };
    await look("forecast", { forecast: ask });
    await contains("[data-tab='preview']").click();
    await contains("[data-tab='forecast']").click();
    answer.resolve(forecast());
    await animationFrame();
    expect(".o_clinic_look_row").toHaveCount(3);
    expect.verifySteps(["asked"]);
});

test("occasions are grouped by what they happen to; plans have a form of their own", async () => {
    onRpc(MODEL, "web_save", ({ args }) => expect.step(args[1]));
    await mountView({
        type: "form",
        resModel: MODEL,
        resId: 5,
        arch: `<form><field name="trigger" widget="clinic_automation_trigger"/></form>`,
    });
    expect(queryAllTexts("optgroup option")).toEqual(["an appointment is coming up", "a patient writes a keyword"]);
    await contains(".o_clinic_automation_trigger").select("keyword");
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ trigger: "keyword" }]);
});
