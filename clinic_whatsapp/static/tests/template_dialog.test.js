import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    makeServerError,
    mockService,
    mountWithCleanup,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const CONVERSATION = "clinic.whatsapp.conversation";
const LOCK = { reason: "window_closed", label: "24 hours are over", advice: "Send an approved template or call." };
const input = (index) => `.o_clinic_template_field input[data-index='${index}']`;
const preview = ".o_clinic_template_preview .o_clinic_bubble_text";
const send = ".o_clinic_template_send";

const UTILITY = { language: "tr", category: "utility" };
const HELLO = { id: 1, ...UTILITY, title: "Greeting", text: "Dear [Name], hello!", about: "patient" };
const REMINDER = { id: 2, ...UTILITY, title: "Reminder", text: "[Name], see you at [Time].", about: "appointment" };
const VISITS = [
    { id: 31, name: "Fri 6 Mar 2026 10:00" },
    { id: 32, name: "Mon 9 Mar 2026 15:30" },
];

const GONE = 33; // an appointment that was deleted

/** The server's side: what can be sent, what it says, and what was sent. */
const server = {
    open() {
        this.templates = [HELLO, REMINDER];
        this.calls = [];
        this.obstacle = null;
        this.answer = { id: 900, state: "queued", problem: false, advice: false };
        this.error = null;
        this.gate = null;
    },
    getDraft(templateId, recordId) {
        const name = { index: 1, label: "Name", value: "Ayse" };
        if (templateId === HELLO.id) {
            return { ...this.describe(HELLO, "Dear {{1}}, *hello*!"), variables: [name], records: [], res_id: false };
        }
        const visit = recordId || 31;
        const time = { index: 2, label: "Time", value: visit === 31 ? "10:00" : "15:30" };
        const draft = this.describe(REMINDER, "{{1}}, see you at {{2}}.");
        return { ...draft, variables: [name, time], records: VISITS, res_id: visit };
    },
    describe({ id, title }, text) {
        return { id, title, text, buttons: ["I am coming"], obstacle: this.obstacle };
    },
};

beforeEach(() => {
    server.open();
    clinic.headers[7].patient = { id: 5, name: "Ayse Demir" };
    clinic.headers[7].company_id = serverState.companies[0].id;
    clinic.locks[7] = LOCK;
    onRpc(CONVERSATION, "get_templates", () => {
        if (server.error) {
            throw server.error;
        }
        return server.templates;
    });
    onRpc(CONVERSATION, "get_template_draft", ({ args: [, templateId, recordId] }) => {
        if (recordId === GONE) {
            throw makeServerError({ message: "This is no appointment of this patient." });
        }
        return server.getDraft(templateId, recordId);
    });
    onRpc(CONVERSATION, "action_send_template", async ({ args: [[id], ...args], kwargs }) => {
        server.calls.push([id, ...args, kwargs.urgent_reason]);
        server.seen = kwargs.context.clinic_whatsapp_seen_id;
        await server.gate;
        if (server.error) {
            throw server.error;
        }
        return server.answer;
    });
});

async function openThread() {
    await mountWithCleanup(MainComponentsContainer);
    await mountThread();
}

async function openDialog() {
    await openThread();
    await contains(".o_clinic_composer_templates").click();
    await animationFrame();
}

async function choose(title) {
    await contains(`.o_clinic_template_item:contains('${title}')`).click();
    await animationFrame();
}

async function type(index, text) {
    await contains(input(index)).edit(text, { confirm: false, instantly: true });
    await animationFrame();
}

test("outside the window the composer offers a template instead of a text", async () => {
    await openThread();
    await contains(".o_clinic_composer_lock .o_clinic_composer_choose_template").click();
    await animationFrame();
    expect(".o_clinic_template_dialog .modal-title").toHaveText("Send a template to Ayse Demir");
    expect(queryAllTexts(".o_clinic_template_item_title")).toEqual(["Greeting", "Reminder"]);
});

test("another lock offers no template, and inside the window there is a button beside the text", async () => {
    clinic.locks[7] = { ...LOCK, reason: "stop_all" };
    await openThread();
    expect(".o_clinic_composer_choose_template").toHaveCount(0);
    clinic.locks[7] = null;
    await getService("clinic_whatsapp").threads.get(7).refresh();
    await settle();
    expect(".o_clinic_composer_templates").toBeEnabled();
    expect(".o_clinic_composer_choose_template").toHaveCount(0);
});

test("an unknown sender is to be found out first", async () => {
    clinic.headers[7].patient = false;
    await openThread();
    expect(".o_clinic_composer_patient_first").toHaveText("Choose the patient first");
    expect(".o_clinic_composer_choose_template").toHaveCount(0);
    expect(".o_clinic_composer_templates").not.toBeEnabled();
    expect(".o_clinic_composer_templates").toHaveAttribute("title", "Choose the patient first");
});

test("one sees what the patient is going to read, and what is changed at once", async () => {
    await openDialog();
    await choose("Reminder");
    expect(preview).toHaveText("Ayse, see you at 10:00.");
    expect(queryAllTexts(".o_clinic_template_preview .o_clinic_bubble_button")).toEqual(["I am coming"]);
    expect(queryAllTexts(".o_clinic_template_field label")).toEqual(["Appointment", "Name", "Time"]);
    await type(2, "half past ten");
    expect(preview).toHaveText("Ayse, see you at half past ten.");
});

test("what was shown is sent, and the dialog closes", async () => {
    const [seen] = clinic.add({ body: "Hello?" });
    await openDialog();
    await choose("Reminder");
    await type(1, "Ayse Hanim");
    await contains(send).click();
    await settle();
    expect(server.calls).toEqual([[7, 2, { 1: "Ayse Hanim", 2: "10:00" }, 31, undefined]]);
    expect(server.seen).toBe(seen, { message: "what comes later keeps waiting" });
    expect(".o_clinic_template_dialog").toHaveCount(0);
});

test("another appointment fills in anew what follows from it", async () => {
    await openDialog();
    await choose("Reminder");
    await type(1, "Ayse Hanim");
    await type(2, "10:15");
    await contains(".o_clinic_template_record").select("32");
    await animationFrame();
    expect(preview).toHaveText("Ayse Hanim, see you at 15:30.");
    await contains(send).click();
    await settle();
    expect(server.calls[0]).toEqual([7, 2, { 1: "Ayse Hanim", 2: "15:30" }, 32, undefined]);
});

test("a gap is shown and is not sent", async () => {
    await openDialog();
    await choose("Greeting");
    await type(1, "  ");
    expect(preview).toHaveText("Dear …, hello!");
    expect(input(1)).toHaveClass("is-invalid");
    expect(send).not.toBeEnabled();
    await press("Enter");
    await settle();
    expect(server.calls).toEqual([]);
});

test("the list is searched without case and accents, and Enter takes the first", async () => {
    server.templates = [HELLO, { ...REMINDER, title: "Ağrı hatırlatma" }];
    await openDialog();
    expect(".o_clinic_template_search").toBeFocused();
    await contains(".o_clinic_template_search").edit("AGRI", { confirm: false, instantly: true });
    await animationFrame();
    expect(".o_clinic_template_item").toHaveCount(1);
    await press("Enter");
    await animationFrame();
    expect(preview).toHaveText("Ayse, see you at 10:00.");
    await contains(".o_clinic_template_search").edit("nothing such", { confirm: false, instantly: true });
    await animationFrame();
    expect(".o_clinic_template_list .o_clinic_templates_none").toHaveCount(1);
});

test("without an approved template one learns who adds them", async () => {
    server.templates = [];
    await openDialog();
    expect(".o_clinic_templates_empty").toHaveText(/Add starter templates/);
    expect(send).toHaveCount(0);
});

test("what is refused stays in the dialog with its reason", async () => {
    server.answer = { id: 901, state: "blocked", problem: "Patient asked to stop", advice: "Call instead." };
    await openDialog();
    await choose("Greeting");
    await type(1, "Ayse Hanim");
    await contains(send).click();
    await settle();
    expect(".o_clinic_template_problem").toHaveText("Patient asked to stop\nCall instead.");
    expect(input(1)).toHaveValue("Ayse Hanim");
    expect(send).toBeEnabled();
});

test("an error of the server stays in the dialog, and nothing typed is lost", async () => {
    await openDialog();
    await choose("Greeting");
    await type(1, "Ayse Hanim");
    server.error = makeServerError({ message: "Choose another one." });
    await contains(send).click();
    await settle();
    expect(".o_clinic_template_problem").toHaveText(/Choose another one/);
    expect(preview).toHaveText("Dear Ayse Hanim, hello!");
});

test("a list that cannot be fetched says why, and is asked for again", async () => {
    server.error = makeServerError({ message: "Not now." });
    await openDialog();
    expect(".o_clinic_template_problem_title").toHaveText("Not now.");
    server.error = null;
    await contains(".o_clinic_templates_none button").click();
    await animationFrame();
    expect(".o_clinic_template_item").toHaveCount(2);
});

test("a dialog that was closed goes on where one stopped, until it is sent", async () => {
    await openDialog();
    await choose("Reminder");
    await type(1, "Ayse Hanim");
    await contains(".modal-footer .btn-secondary").click();
    expect(".o_clinic_template_dialog").toHaveCount(0);
    await contains(".o_clinic_composer_templates").click();
    await animationFrame();
    expect(preview).toHaveText("Ayse Hanim, see you at 10:00.");
    await contains(send).click();
    await settle();
    await contains(".o_clinic_composer_templates").click();
    await animationFrame();
    expect(".o_clinic_template_preview").toHaveCount(0);
    await choose("Reminder");
    expect(preview).toHaveText("Ayse, see you at 10:00.");
});

test("what cannot be gone on with is said, and one chooses again", async () => {
    await openThread();
    const { drafts } = getService("clinic_whatsapp").threads.get(7);
    drafts.write("7.template", JSON.stringify({ templateId: 2, recordId: GONE, typed: { 2: { 1: "Ayse Hanim" } } }));
    await contains(".o_clinic_composer_templates").click();
    await animationFrame();
    expect(".o_clinic_template_problem").toHaveText("This is no appointment of this patient.");
    await choose("Reminder");
    expect(".o_clinic_template_problem").toHaveCount(0);
    expect(preview).toHaveText("Ayse Hanim, see you at 10:00.");
});

test("a template that is not offered any more is let go of", async () => {
    await openThread();
    const { drafts } = getService("clinic_whatsapp").threads.get(7);
    drafts.write("7.template", JSON.stringify({ templateId: 99, recordId: false, typed: {} }));
    await contains(".o_clinic_composer_templates").click();
    await animationFrame();
    expect(".o_clinic_template_draft").toHaveText(/Choose a template/);
});

test("two clicks send once", async () => {
    server.gate = new Deferred();
    await openDialog();
    await choose("Greeting");
    await contains(send).click();
    await animationFrame();
    expect(send).not.toBeEnabled();
    await press("Enter");
    server.gate.resolve();
    await settle();
    expect(server.calls).toHaveLength(1);
});

test("what keeps it from leaving is said before one types, with what one can do at the desk", async () => {
    const context = { clinic_purpose: "appointment" };
    const action = { name: "action_consent_tablet", label: "Sign on the tablet", args: [], context };
    server.obstacle = { reason: "no_optin", label: "No opt-in", advice: "Ask the patient at the desk.", action };
    const wizard = { type: "ir.actions.act_window", res_model: "clinic.consent.wizard", target: "new" };
    onRpc("res.partner", "action_consent_tablet", ({ args, kwargs }) => {
        expect.step([args[0][0], kwargs.context.clinic_purpose, kwargs.context.allowed_company_ids[0]]);
        return wizard;
    });
    mockService("action", {
        doAction(request, { onClose }) {
            expect.step(request.res_model);
            server.obstacle = null; // the patient has signed
            return onClose();
        },
    });
    await openDialog();
    await choose("Greeting");
    expect(".o_clinic_template_obstacle").toHaveText(/No opt-in/);
    expect(send).not.toBeEnabled();
    await type(1, "Ayse Hanim");
    await contains(".o_clinic_template_act").click();
    await animationFrame();
    expect.verifySteps([[5, "appointment", serverState.companies[0].id], "clinic.consent.wizard"]);
    expect(".o_clinic_template_obstacle").toHaveCount(0);
    expect(input(1)).toHaveValue("Ayse Hanim");
    expect(send).toBeEnabled();
});

test("a screen that is loaded anew on the way opens the dialog again", async () => {
    const action = { name: "action_give_consent", label: "Spoken to staff", args: [], context: {} };
    server.obstacle = { reason: "no_optin", label: "No opt-in", advice: "Ask.", action };
    onRpc("res.partner", "action_give_consent", () => ({ type: "ir.actions.act_window", target: "new" }));
    mockService("action", {
        doAction(request, { onClose }) {
            onClose({ noReload: true });
            getService("dialog").closeAll({ noReload: true });
        },
    });
    await openDialog();
    await choose("Greeting");
    await type(1, "Ayse Hanim");
    await contains(".o_clinic_template_act").click();
    await animationFrame();
    expect(".o_clinic_template_dialog").toHaveCount(0);
    await mountThread();
    await animationFrame();
    expect(input(1)).toHaveValue("Ayse Hanim");
});

test("what is too late for today leaves with a reason", async () => {
    server.obstacle = { reason: "quiet_hours", label: "Outside the hours", advice: "Wait.", action: false };
    await openDialog();
    await choose("Greeting");
    expect(send).toHaveText("Send now");
    expect(send).not.toBeEnabled();
    await contains(".o_clinic_template_reason").edit("The doctor is away", { confirm: false, instantly: true });
    await animationFrame();
    await contains(send).click();
    await settle();
    expect(server.calls).toEqual([[7, 1, { 1: "Ayse" }, false, "The doctor is away"]]);
});

test("names and values are text, never markup or a pattern", async () => {
    server.templates = [{ ...HELLO, title: "<b>x</b>", text: "<img src='x' onerror='alert(1)'/>" }];
    await openDialog();
    expect(queryFirst(".o_clinic_template_item_title bdi").textContent).toBe("<b>x</b>");
    await type(1, "$& <b>{{2}}</b>");
    expect(preview).toHaveText("Dear $& <b>{{2}}</b>, hello!");
    expect(".o_clinic_template_dialog img, .o_clinic_template_dialog b").toHaveCount(0);
});
