import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";

describe.current.tags("desktop");

const MODEL = "clinic.whatsapp.automation";
const LIST = `<list js_class="clinic_automation_list"><field name="name"/></list>`;

class Automation extends models.Model {
    _name = MODEL;
    name = fields.Char();
    _records = [{ id: 5, name: "Reminder" }];
    _views = { list: LIST, search: `<search/>` };
}

defineMailModels();
defineModels([Automation]);

const branch = (isPaused) => ({ id: 1, name: "Kadıköy", is_paused: isPaused, paused_by: false, may_change: true });

beforeEach(() => {
    onRpc(MODEL, "get_pauses", () => [branch(false)]);
    onRpc(MODEL, "action_pause_branch", ({ args }) => {
        expect.step(args);
        return [branch(args[1])];
    });
});

test("all automations of a branch are paused above their list, and it is said as long as it lasts", async () => {
    await mountView({ type: "list", resModel: MODEL, arch: LIST });
    await contains(".o_clinic_pause_begin").click();
    expect(".o_clinic_pause_on").toHaveText(/Automations are paused: Kadıköy/);
    await contains(".o_clinic_pause_end").click();
    expect(".o_clinic_pause_on").toHaveCount(0);
    expect.verifySteps([
        [1, true],
        [1, false],
    ]);
});

test("where an automation is only picked from a list, nothing is paused", async () => {
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(SelectCreateDialog, { resModel: MODEL, onSelected: () => {} });
    await animationFrame();
    await animationFrame();
    expect(".modal .o_data_row").toHaveCount(1);
    expect(".o_clinic_pause").toHaveCount(0);
});
