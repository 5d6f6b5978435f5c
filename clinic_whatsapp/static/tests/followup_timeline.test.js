import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAll, queryAllTexts } from "@odoo/hoot-dom";
import { mockDate } from "@odoo/hoot-mock";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");

const step = (id, title, state, values = {}) => ({
    id,
    title,
    when: "1 day later",
    due_at: "2026-03-10 09:00:00",
    state,
    label: state,
    tone: "info",
    reason: false,
    advice: false,
    is_moved: false,
    is_editable: state === "planned",
    ...values,
});
const course = (id, values = {}) => ({
    id,
    name: "After a filling",
    state: "running",
    state_label: "Under way",
    reason: false,
    started_at: "2026-03-02 09:00:00",
    stopped_at: false,
    started_by: "Reception",
    visit_at: false,
    is_off: false,
    is_editable: true,
    steps: [step(11, "Advice", "read", { tone: "success" }), step(12, "Control visit", "planned")],
    ...values,
});

class FollowedPatient extends models.Model {
    _name = "followed.patient";
    name = fields.Char();
    timeline = fields.Json();
    _records = [{ id: 1, name: "Deniz", timeline: [] }];
}

defineMailModels();
defineModels([FollowedPatient]);
beforeEach(() => mockDate("2026-03-05 12:00:00"));

const show = async (...courses) => {
    FollowedPatient._records[0].timeline = courses;
    await mountView({
        type: "form",
        resModel: "followed.patient",
        resId: 1,
        arch: `<form><field name="name"/><field name="timeline" widget="clinic_followup_timeline"/></form>`,
    });
};

/** Note which change of a course is asked for. */
const listen = (...methods) => {
    for (const method of methods) {
        onRpc("clinic.followup", method, ({ args }) => {
            expect.step([method, ...args]);
            return true;
        });
    }
};

test("each message shows its title, its state and its moment", async () => {
    await show(course(1));
    expect(queryAllTexts(".o_clinic_followup_title")).toEqual(["Advice", "Control visit"]);
    expect(queryAllTexts(".o_clinic_followup_state")).toEqual(["read", "planned"]);
    expect(".o_clinic_followup_step:last time").toHaveText(/Mar 10, 2026/);
    expect(".o_clinic_followup header").toHaveText(/started by Reception/);
});

test("only what is planned can be moved or skipped", async () => {
    await show(course(1));
    expect(".o_clinic_followup_skip").toHaveCount(1);
    expect(".o_clinic_followup_step:last .o_clinic_followup_move").toHaveCount(1);
});

test("the buttons of a message say which one they are about", async () => {
    await show(course(1), course(2));
    for (const button of queryAll(".o_clinic_followup_move, .o_clinic_followup_skip")) {
        const [title] = button.closest(".o_clinic_followup_step").querySelectorAll(".o_clinic_followup_title");
        expect(button).toHaveAttribute("aria-describedby", title.id);
        expect(`[id='${title.id}']`).toHaveCount(1);
    }
});

test("a message is skipped after a question", async () => {
    listen("action_skip_step");
    await show(course(1));
    await contains(".o_clinic_followup_skip").click();
    expect(".modal").toHaveText(/Control visit/);
    expect.verifySteps([]);
    await contains(".modal .btn-primary").click();
    expect.verifySteps([["action_skip_step", [1], 12]]);
});

test("a message is moved to another moment", async () => {
    listen("action_move_step");
    await show(course(1));
    await contains(".o_clinic_followup_move").click();
    await contains(".modal input").edit("03/12/2026 10:30");
    await contains(".o_clinic_followup_confirm").click();
    expect.verifySteps([["action_move_step", [1], 12, "2026-03-12 09:30:00"]]);
});

test("nothing is moved into the past", async () => {
    await show(course(1, { steps: [step(12, "Control visit", "planned", { due_at: "2026-03-05 08:00:00" })] }));
    await contains(".o_clinic_followup_move").click();
    expect(".o_clinic_followup_confirm").not.toBeEnabled();
    expect(".modal [role=alert]").toHaveText(/still to come/);
});

test("a plan is stopped after a question, and a stopped one goes on", async () => {
    listen("action_stop", "action_resume");
    await show(course(1), course(2, { state: "stopped", state_label: "Stopped", reason: "The patient has a complaint" }));
    expect(".o_clinic_followup_reason").toHaveText("The patient has a complaint");
    await contains(".o_clinic_followup:first .o_clinic_followup_stop").click();
    await contains(".modal .btn-primary").click();
    await contains(".o_clinic_followup:last .o_clinic_followup_resume").click();
    await contains(".modal .btn-primary").click();
    expect.verifySteps([
        ["action_stop", [1]],
        ["action_resume", [2]],
    ]);
});

test("who may only look sees no button", async () => {
    const steps = [step(12, "Control visit", "planned", { is_editable: false })];
    await show(course(1, { is_editable: false, steps }));
    expect(".o_clinic_followup").toHaveCount(1);
    expect(".o_clinic_followup button").toHaveCount(0);
});

test("what was not sent says why", async () => {
    const reason = { tone: "danger", reason: "No consent", advice: "Ask the patient at the desk." };
    await show(course(1, { steps: [step(12, "Control visit", "skipped", reason)] }));
    expect(".o_clinic_followup_step").toHaveText(/No consent\. Ask the patient at the desk\./);
});

test("without a plan it says what one is good for", async () => {
    await show();
    expect(".o_clinic_followup_timeline").toHaveText(/No treatment plan has been started/);
});
