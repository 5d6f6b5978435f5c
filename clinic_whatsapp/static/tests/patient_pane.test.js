import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    makeServerError,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import { PatientPane } from "@clinic_whatsapp/inbox/patient_pane/patient_pane";
import { clinic, sendNews, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

class Appointment extends models.Model {
    _name = "clinic.appointment";
}
defineModels([Appointment]);

const CONVERSATION = "clinic.whatsapp.conversation";
const PATIENT = {
    id: 31,
    name: "Ayse Demir",
    phone: "+905300000001",
    birth_date: "1990-05-01",
    age: 35,
    language: "Turkish",
    home_branch: "Besiktas",
    is_minor: false,
    needs_guardian: false,
    deceased_on: false,
    notes: "",
};
const VISIT = {
    id: 51,
    start: "2026-03-06 09:00:00",
    stop: "2026-03-06 09:30:00",
    state: "booked",
    state_label: "Booked",
    service: "Cleaning",
    practitioner: "Dr. Ak",
    branch: "Besiktas",
    move_requested: false,
};
const COURSE = {
    id: 71,
    name: "After a filling",
    state: "running",
    state_label: "Under way",
    reason: false,
    started_at: "2026-03-01 09:00:00",
    started_by: "Reception",
    visit_at: false,
    is_off: false,
    is_editable: true,
    steps: [
        {
            id: 72,
            title: "Control visit",
            when: "9 days later",
            due_at: "2026-03-10 09:00:00",
            state: "planned",
            label: "Planned",
            tone: "info",
            reason: false,
            advice: false,
            is_moved: false,
            is_editable: true,
        },
    ],
};
const NOBODY = {
    patient: false,
    badges: [],
    obstacle: false,
    next_appointments: [],
    past_appointments: [],
    family: [],
    tags: [],
    other_conversations: [],
    similar: [],
};

/** The server's side; returns what it was asked. */
function servePane(values = {}) {
    const calls = [];
    const pane = { ...NOBODY, ...values };
    onRpc(CONVERSATION, "get_patient_pane", ({ args: [[id]] }) => {
        calls.push(`get_patient_pane ${id}`);
        return structuredClone(pane);
    });
    return { calls, pane };
}

async function mountPane(props = {}) {
    clinic.headers[7].company_id = serverState.companies[0].id;
    await mountWithCleanup(PatientPane, { props: { conversationId: 7, ...props } });
    await settle();
    await animationFrame();
}

test("the patient: who it is, and the way to the form", async () => {
    mockService("action", { doAction: (request, { props }) => expect.step([request, props.resId]) });
    servePane({ patient: { ...PATIENT, needs_guardian: true }, tags: [{ id: 1, name: "VIP", color: 3 }] });
    await mountPane();
    expect(".o_clinic_pane_name").toHaveText("Ayse Demir");
    expect(queryAllTexts(".o_clinic_pane_fact")).toEqual(["+905300000001", "Born on May 1, 1990 (35)", "Turkish", "Besiktas"]);
    expect(".o_clinic_pane_guardian").toHaveText("A guardian decides");
    expect(".o_clinic_pane_tags").toHaveText("VIP");
    await contains(".o_clinic_pane_open").click();
    expect.verifySteps([["clinic_whatsapp.action_patient", 31]]);
});

test("what is noted about the patient is text, in its lines and its direction", async () => {
    servePane({ patient: { ...PATIENT, notes: "Call after five\n<b>مرحبا</b>" } });
    await mountPane();
    expect(".o_clinic_pane_notes").toHaveText("Call after five\n<b>مرحبا</b>");
    expect(".o_clinic_pane_notes b").toHaveCount(0);
    expect(".o_clinic_pane_notes").toHaveAttribute("dir", "auto");
});

test("without notes about the patient nothing stands there", async () => {
    servePane({ patient: PATIENT });
    await mountPane();
    expect(".o_clinic_pane_notes").toHaveCount(0);
});

test("what was agreed to at the desk stands in the thread at once", async () => {
    const action = { name: "action_give_consent", label: "Spoken to staff", args: [], context: {}, kind: "main" };
    const badge = { code: "appointment", name: "Appointments", state: "none", label: "Not asked", tone: "secondary", source: false, date: false, until: false, actions: [action] };
    onRpc("res.partner", "action_give_consent", () => true);
    servePane({ patient: PATIENT, badges: [badge] });
    await mountPane();
    const before = clinic.calls.filter((call) => call === "get_thread 7").length;
    await contains(".o_clinic_consent_badge button:contains(Spoken to staff)").click();
    await settle();
    expect(clinic.calls.filter((call) => call === "get_thread 7")).toHaveLength(before + 1);
});

test("consent: every purpose with its state, and its own actions for this patient in this branch", async () => {
    const action = { name: "action_give_consent", label: "Spoken to staff", args: [], context: { clinic_purpose: "appointment" }, kind: "main" };
    const badge = { code: "appointment", name: "Appointments", state: "none", label: "Not asked", tone: "secondary", source: false, date: false, until: false, actions: [action] };
    onRpc("res.partner", "action_give_consent", ({ args, kwargs }) => {
        expect.step([args[0], kwargs.context.clinic_purpose, kwargs.context.allowed_company_ids]);
        return true;
    });
    const { calls } = servePane({ patient: PATIENT, badges: [badge] });
    await mountPane();
    expect(".o_clinic_consent_badge").toHaveText(/Appointments[\s\S]*Not asked/);
    await contains(".o_clinic_consent_badge button:contains(Spoken to staff)").click();
    await animationFrame();
    expect.verifySteps([[[31], "appointment", [serverState.companies[0].id]]]);
    expect(calls).toHaveLength(2); // the answer is shown at once
});

test("what keeps us from writing is said", async () => {
    servePane({
        patient: PATIENT,
        obstacle: { state: "closed", title: "You cannot write: No opt-in", reason: "no_optin", law: "KVKK art. 5", next: "Ask.", action: false },
    });
    await mountPane();
    expect(".o_clinic_write_obstacle").toHaveText(/No opt-in/);
});

test("appointments are confirmed by their own action", async () => {
    onRpc("clinic.appointment", "action_confirm", ({ args }) => {
        expect.step(args[0]);
        return true;
    });
    const { calls } = servePane({ patient: PATIENT, next_appointments: [VISIT, { ...VISIT, id: 52, state: "confirmed" }] });
    await mountPane();
    expect(".o_clinic_pane_visit:first").toHaveText(/Fri, Mar 6, 2026[\s\S]*Booked[\s\S]*Cleaning · Dr\. Ak · Besiktas/);
    expect(".o_clinic_pane_visit button:contains(Confirm)").toHaveCount(1);
    await contains(".o_clinic_pane_visit button:contains(Confirm)").click();
    await animationFrame();
    expect.verifySteps([[51]]);
    expect(calls).toHaveLength(2);
});

test("an appointment is cancelled only after one was asked", async () => {
    onRpc("clinic.appointment", "action_cancel", ({ args }) => {
        expect.step(args[0]);
        return true;
    });
    servePane({ patient: PATIENT, next_appointments: [VISIT] });
    await mountPane();
    await contains(".o_clinic_pane_cancel").click();
    await contains(".modal .btn-secondary:contains(Keep it)").click();
    expect.verifySteps([]);
    await contains(".o_clinic_pane_cancel").click();
    await contains(".modal .btn-primary").click();
    await animationFrame();
    expect.verifySteps([[51]]);
});

test("moving and booking open the appointment's form in this branch, and show what came of it", async () => {
    mockService("action", {
        doAction({ res_model: model, res_id: id, target, context }, { onClose }) {
            expect.step([model, id, target, context.default_patient_id, context.allowed_company_ids]);
            return onClose();
        },
    });
    const { calls } = servePane({ patient: PATIENT, next_appointments: [VISIT] });
    await mountPane();
    await contains(".o_clinic_pane_move").click();
    await contains(".o_clinic_pane_book").click();
    const branch = [serverState.companies[0].id];
    expect.verifySteps([
        ["clinic.appointment", 51, "new", 31, branch],
        ["clinic.appointment", false, "new", 31, branch],
    ]);
    expect(calls).toHaveLength(3);
});

test("who wants another time stands out, and earlier visits are folded", async () => {
    servePane({
        patient: PATIENT,
        next_appointments: [{ ...VISIT, move_requested: true }],
        past_appointments: [{ ...VISIT, id: 41, state: "done", state_label: "Done" }],
    });
    await mountPane();
    expect(".o_clinic_pane_wish").toHaveText("Wants another time");
    expect(queryFirst(".o_clinic_pane_past").open).toBe(false);
    expect(".o_clinic_pane_past .o_clinic_pane_visit button").toHaveCount(0);
});

test("family and other conversations lead there", async () => {
    mockService("action", { doAction: (request, { props }) => expect.step([request, props.resId]) });
    servePane({
        patient: PATIENT,
        family: [
            { id: 33, name: "Can Demir", relation: "guardian", is_patient: false },
            { id: 34, name: "Ece Demir", relation: "number", is_patient: true },
        ],
        other_conversations: [{ id: 8, name: "Reception · Kadikoy", state: "closed", last_at: "2026-01-01 10:00:00" }],
    });
    await mountPane({ onOpenConversation: (id) => expect.step(["conversation", id]) });
    expect(queryAllTexts(".o_clinic_pane_family .o_clinic_pane_row_detail")).toEqual(["Guardian", "Same number"]);
    await contains("[data-partner-id='33']").click();
    await contains("[data-partner-id='34']").click();
    await contains(".o_clinic_pane_others button").click();
    expect.verifySteps([
        ["contacts.action_contacts", 33],
        ["clinic_whatsapp.action_patient", 34],
        ["conversation", 8],
    ]);
});

test("an unknown sender: whoever may be meant is offered, and chosen by a person", async () => {
    const { calls, pane } = servePane({ similar: [{ id: 31, name: "Ayse Demir", phone: "0530", birth_date: "1990-05-01" }] });
    onRpc(CONVERSATION, "action_link_patient", ({ args: [[id], partnerId] }) => {
        expect.step([id, partnerId]);
        Object.assign(pane, { patient: PATIENT, similar: [] });
        return true;
    });
    await mountPane();
    expect(".o_clinic_finder").toHaveText(/Who is this\?[\s\S]*Ayse Demir[\s\S]*0530 · born on May 1, 1990/);
    await contains(".o_clinic_finder_patient").click();
    await settle();
    expect.verifySteps([[7, 31]]);
    expect(".o_clinic_pane_name").toHaveText("Ayse Demir");
    expect(".o_clinic_finder").toHaveCount(0);
    expect(calls.length).toBeGreaterThan(1);
});

test("several patients with the number: they are offered first, each once", async () => {
    servePane({
        family: [{ id: 32, name: "Can Demir", relation: "number", is_patient: true }],
        similar: [31, 32].map((id) => ({ id, name: `Patient ${id}`, phone: "", birth_date: false })),
    });
    await mountPane();
    expect(queryAllAttributes(".o_clinic_finder_patient", "data-partner-id")).toEqual(["32", "31"]);
});

test("an unknown sender: patients are searched by name and phone", async () => {
    onRpc("res.partner", "search_read", ({ kwargs }) => {
        expect.step(JSON.stringify(kwargs.domain));
        return [{ id: 35, name: "Deniz", phone: "0531", birth_date: false }];
    });
    servePane({ similar: [{ id: 31, name: "Ayse Demir", phone: "", birth_date: false }] });
    await mountPane();
    await contains(".o_clinic_finder_query").edit("den", { confirm: false, instantly: true });
    await advanceTime(400);
    await animationFrame();
    expect.verifySteps(['[["is_patient","=",true],"|",["name","ilike","den"],["phone","ilike","den"]]']);
    expect(queryAllAttributes(".o_clinic_finder_patient", "data-partner-id")).toEqual(["35"]);
});

test("an unknown sender becomes a new patient", async () => {
    clinic.headers[7].name = "Ayşe 🌸";
    servePane();
    onRpc(CONVERSATION, "action_create_patient", ({ args: [[id], vals] }) => {
        expect.step([id, vals]);
        return 36;
    });
    await mountPane();
    await contains(".o_clinic_finder_new").click();
    expect(".o_clinic_finder_name").toHaveValue("Ayşe 🌸");
    await contains(".o_clinic_finder_name").edit("Ayşe Demir", { confirm: false });
    const birth = queryFirst(".o_clinic_finder_birth");
    birth.value = "1990-05-01";
    birth.dispatchEvent(new InputEvent("input"));
    await animationFrame();
    await contains(".o_clinic_finder_form button[type=submit]").click();
    await settle();
    expect.verifySteps([[7, { name: "Ayşe Demir", birth_date: "1990-05-01" }]]);
});

test("what the server refuses is said, and nothing is lost", async () => {
    onRpc(CONVERSATION, "action_create_patient", () => {
        throw makeServerError({ type: "AccessError", message: "You may only read." });
    });
    servePane();
    await mountPane();
    await contains(".o_clinic_finder_new").click();
    await contains(".o_clinic_finder_name").edit("Ayse", { confirm: false });
    await contains(".o_clinic_finder_form button[type=submit]").click();
    await animationFrame();
    expect(".o_clinic_finder [role=alert]").toHaveText("You may only read.");
    expect(".o_clinic_finder_name").toHaveValue("Ayse");
    expect(".o_clinic_finder_form button[type=submit]").toBeEnabled();
});

test("a conversation can be about somebody else", async () => {
    servePane({ patient: PATIENT });
    await mountPane();
    expect(".o_clinic_finder").toHaveCount(0);
    await contains(".o_clinic_pane_change").click();
    expect(".o_clinic_finder").toHaveCount(1);
    await contains(".o_clinic_pane_change").click();
    expect(".o_clinic_finder").toHaveCount(0);
});

test("news about the conversation or the patient refresh the pane, other news do not", async () => {
    const { calls } = servePane({ patient: PATIENT });
    await mountPane();
    await sendNews({ conversation_ids: [8], partner_ids: [99] });
    expect(calls).toHaveLength(1);
    await sendNews({ conversation_ids: [8], partner_ids: [31] });
    await sendNews({ conversation_ids: [7], partner_ids: [] });
    expect(calls).toHaveLength(3);
});

test("a pane that may not be read says so and shows nobody", async () => {
    onRpc(CONVERSATION, "get_patient_pane", () => {
        throw makeServerError({ type: "AccessError", message: "Not your branch." });
    });
    await mountPane();
    expect(".o_clinic_pane_problem").toHaveText(/Not your branch\./);
    expect(".o_clinic_pane_head, .o_clinic_finder").toHaveCount(0);
});

test("names that others chose are harmless text", async () => {
    const name = "<img src='x' onerror='alert(1)'/>\u202eevil";
    servePane({
        patient: { ...PATIENT, name },
        tags: [{ id: 1, name, color: 0 }],
        family: [{ id: 33, name, relation: "ward", is_patient: true }],
        next_appointments: [{ ...VISIT, service: name }],
    });
    await mountPane();
    expect(".o_clinic_pane img").toHaveCount(0);
    expect(queryFirst(".o_clinic_pane_name bdi").textContent).toBe(name);
    for (const el of document.querySelectorAll(".o_clinic_pane_tags li, .o_clinic_pane_row_main, .o_clinic_pane_visit")) {
        expect(el.matches("bdi") || Boolean(el.querySelector("bdi"))).toBe(true);
    }
});

test("a treatment plan under way is shown, and changed in its place", async () => {
    const { calls } = servePane({ patient: PATIENT, followups: [COURSE] });
    onRpc("clinic.followup", "action_skip_step", ({ args }) => {
        expect.step(args);
        return true;
    });
    await mountPane();
    expect(".o_clinic_pane_followups .o_clinic_followup_title").toHaveText("Control visit");
    await contains(".o_clinic_followup_skip").click();
    await contains(".modal .btn-primary").click();
    await settle();
    expect.verifySteps([[[71], 72]]);
    expect(calls).toHaveLength(2);
});

test("without a plan under way there is nothing about a treatment", async () => {
    servePane({ patient: PATIENT, followups: [] });
    await mountPane();
    expect(".o_clinic_pane_followups").toHaveCount(0);
});
