import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, getMockEnv, makeServerError, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { registry } from "@web/core/registry";
import { settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const WIZARD = "clinic.whatsapp.send.wizard";
const MODEL = "res.partner";
const preview = ".o_clinic_template_preview .o_clinic_bubble_text";
const send = ".o_clinic_template_send";

const HELLO = { id: 1, language: "tr", category: "utility", title: "Greeting", text: "Dear [Name], hello!", about: "patient" };
const NAMES = { 1: "Ayse", 2: "Bora", 3: "Can" };

/** The server's side: who would get it, and what was queued. */
const server = {
    open() {
        this.calls = [];
        this.denied = { 3: { reason: "no_optin", label: "No opt-in", advice: "Ask at the desk." } };
        this.variables = [];
        this.wizard = null;
        this.keys = [];
        this.refusal = null;
        this.batch = 2;
        this.error = null;
        this.gate = null;
    },
    getDraft(ids, rowId) {
        const row = rowId || ids[0];
        const name = { index: 1, label: "Name", value: NAMES[row] || "x", is_fixed: ids.length > 1 };
        return {
            id: 1, title: "Greeting", header: "News", text: "Dear {{1}}, hello!", footer: "Papatya", buttons: ["Yes"],
            variables: [name, ...this.variables], records: [], res_id: false, obstacle: null, row_id: row,
        };
    },
    describe(id, values) {
        const missing = this.variables.some(({ index, is_fixed: isFixed }) => !isFixed && !values[index]);
        const refusal = missing ? { reason: "missing_value", label: "A value is missing", advice: "" } : this.denied[id];
        return {
            id, partner_id: id, name: NAMES[id] || `P${id}`, language: "tr", reason: false, label: "", advice: "",
            ...refusal, state: refusal?.state || (refusal ? "denied" : "ready"),
        };
    },
    getProgress() {
        const { ids, done } = this.wizard;
        return { id: 70, total: ids.length, done, taken: done, denied: 0 };
    },
};

beforeEach(() => {
    server.open();
    onRpc(WIZARD, "get_templates", () => [HELLO]);
    onRpc(WIZARD, "get_draft", ({ args: [, ids, , rowId] }) => server.getDraft(ids, rowId));
    onRpc(WIZARD, "get_recipients", ({ args: [, ids, , values] }) => {
        server.calls.push(["look", ids.length]);
        return ids.map((id) => server.describe(id, values));
    });
    onRpc(WIZARD, "action_begin", ({ args: [model, ids, template, values, key], kwargs }) => {
        server.calls.push(["begin", model, ids, template, values, kwargs.urgent_reason]);
        server.keys.push(key);
        if (server.refusal) {
            return server.refusal;
        }
        server.wizard ||= { ids, done: 0 };
        return server.getProgress();
    });
    onRpc(WIZARD, "action_continue", async ({ args: [[id]] }) => {
        await server.gate;
        if (server.error) {
            throw server.error;
        }
        server.calls.push(["continue", id]);
        server.wizard.done = Math.min(server.wizard.done + server.batch, server.wizard.ids.length);
        return server.getProgress();
    });
    onRpc(WIZARD, "get_result", () =>
        server.wizard.ids.map((id) => ({
            id, partner_id: id, conversation_id: 100 + id, name: NAMES[id] || `P${id}`, state: "taken", problem: "", advice: "",
        }))
    );
    mockService("action", { doAction: ({ res_model: model, res_id: id }) => expect.step([model, id]) });
});

async function open(ids) {
    await mountWithCleanup(MainComponentsContainer);
    const openComposer = registry.category("actions").get("clinic_whatsapp.send_template");
    await openComposer(getMockEnv(), { params: { model: MODEL, ids } });
    await settle();
}

test("one sees who gets it, who does not and why, before anything is queued", async () => {
    await open([1, 2, 3]);
    expect(".modal-title").toHaveText("Send a template (3 selected)");
    expect(".o_clinic_recipients_summary").toHaveText("2 get it, 1 do not.");
    expect(queryAllTexts(".o_clinic_recipients_group[data-state='ready'] .o_clinic_recipient")).toEqual(["Ayse", "Bora"]);
    expect(".o_clinic_recipients_group[data-state='denied']").toHaveText(/No opt-in.*Ask at the desk\..*Can/s);
    expect(send).toHaveText("Send to 2");
    expect(server.calls).toEqual([["look", 3]]);
});

test("a click on a name shows what that patient reads", async () => {
    await open([1, 2, 3]);
    expect(preview).toHaveText("Dear Ayse, hello!");
    expect(".o_clinic_template_header").toHaveText("News");
    expect(".o_clinic_template_footer").toHaveText("Papatya");
    await contains(".o_clinic_recipient:contains('Bora')").click();
    await settle();
    expect(preview).toHaveText("Dear Bora, hello!");
    expect(".o_clinic_recipient.active").toHaveText("Bora");
    expect(server.calls).toEqual([["look", 3]], { message: "nobody is asked about again" });
});

test("the preview is that of somebody who gets it", async () => {
    server.denied = { 1: server.denied[3] };
    await open([1, 2, 3]);
    expect(preview).toHaveText("Dear Bora, hello!");
    await contains(".o_clinic_recipient:contains('Ayse')").click();
    await settle();
    expect(preview).toHaveText("Dear Ayse, hello!", { message: "unless one chooses another" });
});

test("those who may get it get it, batch by batch, and the result has the way to each", async () => {
    await open([1, 2, 3]);
    server.batch = 1;
    await contains(send).click();
    await settle();
    expect(server.calls.slice(1)).toEqual([
        ["begin", MODEL, [1, 2], 1, {}, undefined],
        ["continue", 70],
        ["continue", 70],
    ]);
    expect(".o_clinic_send_summary").toHaveText("2 messages are on their way.");
    expect(".progress").toHaveAttribute("aria-valuenow", "100");
    expect(queryAllTexts(".o_clinic_send_row bdi")).toEqual(["Ayse", "Bora"]);
    expect(send).toHaveCount(0);
    await contains(".o_clinic_send_open:first").click();
    expect(".o_clinic_template_dialog").toHaveCount(0);
    expect.verifySteps([["clinic.whatsapp.conversation", 101]]);
});

test("one sees how far it is", async () => {
    server.gate = new Deferred();
    await open([1, 2, 3]);
    await contains(send).click();
    await animationFrame();
    expect(".o_clinic_send_summary").toHaveText("0 of 2");
    expect(".o_clinic_template_go_on").not.toBeEnabled();
    server.gate.resolve();
    await settle();
    expect(".o_clinic_template_go_on").toHaveCount(0);
});

test("what was cut off is gone on with, and begun only once", async () => {
    await open([1, 2, 3]);
    server.error = makeServerError({ message: "The server is being restarted." });
    await contains(send).click();
    await settle();
    expect(".o_clinic_template_problem").toHaveText(/restarted.*Nobody gets it twice/s);
    server.error = null;
    await contains(".o_clinic_template_go_on").click();
    await settle();
    expect(server.keys).toHaveLength(1);
    expect(".o_clinic_send_summary").toHaveText("2 messages are on their way.");
});

test("many are looked at in batches of a hundred", async () => {
    const ids = Array.from({ length: 250 }, (_, index) => index + 10);
    await open(ids);
    expect(server.calls).toEqual([["look", 100], ["look", 100], ["look", 50]]);
    expect(queryAllTexts(".o_clinic_recipient")).toHaveLength(5);
    await contains(".o_clinic_recipients_more").click();
    expect(queryAllTexts(".o_clinic_recipient")).toHaveLength(250);
});

test("what nothing else says is typed once for all, and they are looked at again", async () => {
    server.variables = [{ index: 2, label: "Text", value: "", is_fixed: false }];
    await open([1, 2]);
    expect(queryAllTexts(".o_clinic_template_field label")).toEqual(["Text"]);
    expect(send).not.toBeEnabled();
    await contains(".o_clinic_template_field input").edit("May 1");
    await settle();
    expect(".o_clinic_recipients_summary").toHaveText("All 2 get it.");
    await contains(send).click();
    await settle();
    expect(server.calls.find(([name]) => name === "begin")[4]).toEqual({ 2: "May 1" });
});

test("to one patient every value can be changed, and Enter sends", async () => {
    await open([1]);
    expect(".modal-title").toHaveText("Send a template to Ayse");
    expect(".o_clinic_recipients").toHaveCount(0);
    await contains(".o_clinic_template_field input").edit("Ayse Hanim", { confirm: false });
    await press("Enter");
    await settle();
    expect(server.calls.find(([name]) => name === "begin")).toEqual(["begin", MODEL, [1], 1, { 1: "Ayse Hanim" }, undefined]);
});

test("what keeps it from the only patient is said, and what is too late for today leaves with a reason", async () => {
    server.denied[1] = { reason: "quiet_hours", label: "Quiet hours", advice: "Wait." };
    await open([1]);
    expect(".o_clinic_template_obstacle_title").toHaveText("Quiet hours");
    expect(send).not.toBeEnabled();
    await contains(".o_clinic_template_reason").edit("The doctor is ill", { confirm: false });
    await contains(send).click();
    await settle();
    expect(server.calls.find(([name]) => name === "begin")[5]).toBe("The doctor is ill");
});

test("when nobody may get it nothing can be sent", async () => {
    server.denied = { 1: server.denied[3], 2: server.denied[3] };
    await open([1, 2]);
    expect(".o_clinic_recipients_summary").toHaveText("None of them gets it.");
    expect(send).not.toBeEnabled();
});

test("words that had better not leave stay in the dialog with the reason", async () => {
    server.refusal = { id: false, state: "blocked", problem: "Reads as advertising: %50", advice: "Leave it out." };
    await open([1]);
    await contains(send).click();
    await settle();
    expect(".o_clinic_template_problem").toHaveText(/advertising.*Leave it out/s);
    expect(send).toBeEnabled();
});
