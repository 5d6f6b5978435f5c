import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");

const step = (state, title, method = false) => ({ state, title, text: `About ${title}`, method, button: title });

class SetupNumber extends models.Model {
    _name = "setup.number";
    name = fields.Char();
    setup_steps = fields.Json();
    _records = [
        {
            id: 1,
            name: "Reception",
            setup_steps: [
                step("done", "Enter", "action_enter"),
                step("waiting", "Webhooks", "action_webhooks"),
                step("todo", "Read this"),
                step("todo", "Test", "action_test"),
            ],
        },
    ];
}

defineMailModels();
defineModels([SetupNumber]);

const mountSteps = () =>
    mountView({
        type: "form",
        resModel: "setup.number",
        resId: 1,
        arch: `<form><field name="name"/><field name="setup_steps" widget="clinic_setup_steps"/></form>`,
    });

test("every step tells its state; what is done needs neither words nor a button", async () => {
    await mountSteps();
    expect(".o_clinic_setup_steps").toHaveText(/1 of 4 steps are done/);
    expect(queryAllAttributes(".o_clinic_setup_step", "data-state")).toEqual(["done", "waiting", "todo", "todo"]);
    expect(queryAllTexts(".o_clinic_setup_steps button")).toEqual(["Webhooks", "Test"]);
    expect(".o_clinic_setup_step:first").not.toHaveText(/About/);
    expect(".o_clinic_setup_step .fw-bold").toHaveText("Read this");
});

test("a button saves what was entered before it is called", async () => {
    onRpc("setup.number", "web_save", ({ args }) => expect.step(["web_save", args[1]]));
    onRpc("setup.number", "action_test", ({ args }) => {
        expect.step(["action_test", args[0]]);
        return true;
    });
    await mountSteps();
    await contains("[name=name] input").edit("Reception Moda");
    await contains(".o_clinic_setup_steps button:contains(Test)").click();
    expect.verifySteps([
        ["web_save", { name: "Reception Moda" }],
        ["action_test", [1]],
    ]);
});
