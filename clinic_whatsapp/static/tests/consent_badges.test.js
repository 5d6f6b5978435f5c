import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, mockService, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");

const action = (name, label, kind = "main", args = []) => ({
    name,
    label,
    kind,
    args,
    context: { clinic_purpose: "appointment" },
});
const badge = (code, state, tone, values = {}) => ({
    code,
    name: `About ${code}`,
    state,
    label: state,
    tone,
    source: false,
    date: false,
    until: false,
    actions: [],
    ...values,
});

class ConsentPatient extends models.Model {
    _name = "consent.patient";
    name = fields.Char();
    badges = fields.Json();
    timeline = fields.Json();
    obstacle = fields.Json();
    _records = [
        {
            id: 1,
            name: "Deniz",
            badges: [
                badge("appointment", "granted", "success", {
                    date: "2026-03-01 09:00:00",
                    source: "Tablet at the desk",
                    until: "2028-03-01 09:00:00",
                    actions: [action("action_withdraw_consent", "Withdraw")],
                }),
                badge("health", "none", "secondary", {
                    actions: [
                        action("action_consent_tablet", "Tablet", "main", ["health"]),
                        action("action_consent_link", "Copy a link", "more", ["health"]),
                    ],
                }),
            ],
            timeline: Array.from({ length: 8 }, (_, index) => ({
                id: 100 - index,
                date: "2026-03-01 09:00:00",
                title: "Appointment messages",
                label: index ? "Given" : "Withdrawn",
                tone: index ? "success" : "danger",
                method: "Tablet at the desk",
                by: "Reception",
                acting: index === 1 && "Selin",
                text: false,
                proofs: 0,
            })),
            obstacle: {
                state: "closed",
                title: "You cannot write: No opt-in",
                reason: "no_optin",
                law: "KVKK art. 5",
                next: "Ask the patient at the desk.",
            },
        },
    ];
}

defineMailModels();
defineModels([ConsentPatient]);

const mountPatient = () =>
    mountView({
        type: "form",
        resModel: "consent.patient",
        resId: 1,
        arch: `<form>
            <field name="name"/>
            <field name="obstacle" widget="clinic_write_obstacle"/>
            <field name="badges" widget="clinic_consent_badges"/>
            <field name="timeline" widget="clinic_consent_timeline"/>
        </form>`,
    });

test("every purpose shows its state with date and source", async () => {
    await mountPatient();
    expect(queryAllAttributes(".o_clinic_consent_badge", "data-state")).toEqual(["granted", "none"]);
    expect(".o_clinic_consent_badge:first .badge").toHaveText("granted");
    expect(".o_clinic_consent_badge:first").toHaveText(/Tablet at the desk/);
    expect(".o_clinic_consent_badge:first").toHaveText(/holds until/);
    expect(".o_clinic_consent_badge:last .o_clinic_consent_facts").toHaveCount(0);
});

test("a button says which purpose it is about", async () => {
    onRpc("consent.patient", "action_withdraw_consent", ({ args, kwargs }) => {
        expect.step(["withdraw", args[0], kwargs.context.clinic_purpose]);
        return true;
    });
    await mountPatient();
    await contains(".o_clinic_consent_badge:first button:contains(Withdraw)").click();
    expect.verifySteps([["withdraw", [1], "appointment"]]);
});

test("the other ways stand in a menu and hand their arguments on", async () => {
    onRpc("consent.patient", "action_consent_link", ({ args }) => {
        expect.step(args);
        return true;
    });
    await mountPatient();
    expect(queryAllTexts(".o_clinic_consent_badge:last button")).toEqual(["Tablet", ""]);
    await contains(".o_clinic_consent_badge:last .o_clinic_consent_more").click();
    await contains(".o-dropdown--menu button:contains(Copy a link)").click();
    expect.verifySteps([[[1], "health"]]);
});

test("the timeline shows the newest entries, and a click opens one", async () => {
    mockService("action", { doAction: (request) => expect.step([request.res_model, request.res_id]) });
    await mountPatient();
    expect(".o_clinic_consent_event").toHaveCount(6);
    expect(".o_clinic_consent_event:first").toHaveText(/Withdrawn/);
    expect(".o_clinic_consent_event:eq(1)").toHaveText(/for the patient: Selin/);
    expect(".o_clinic_consent_timeline").toHaveText(/Show all 8 entries/);
    await contains(".o_clinic_consent_event:first button").click();
    expect.verifySteps([["clinic.consent", 100]]);
});

test("what keeps us from writing names the rule, the law and the next step", async () => {
    await mountPatient();
    expect(".o_clinic_write_obstacle").toHaveClass("alert-warning");
    expect(".o_clinic_write_obstacle").toHaveText(/No opt-in/);
    expect(".o_clinic_write_obstacle").toHaveText(/Ask the patient at the desk/);
    expect(".o_clinic_write_obstacle").toHaveText(/KVKK art. 5/);
});

test("where staff can mend what keeps us from writing, the button for it stands beside it", async () => {
    ConsentPatient._records[0].obstacle.action = {
        name: "action_hand_over_notice",
        label: "Record the hand-over",
        args: [],
        context: {},
    };
    onRpc("consent.patient", "action_hand_over_notice", ({ args }) => {
        expect.step(args);
        return true;
    });
    await mountPatient();
    await contains(".o_clinic_write_obstacle button:contains(Record the hand-over)").click();
    expect.verifySteps([[[1]]]);
});
