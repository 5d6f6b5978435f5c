import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const family = [
    { id: 31, name: "Ayse Demir" },
    { id: 32, name: "Can <b>Demir</b>" },
];
const chooser = ".o_clinic_chooser";

function shareNumber(values = {}) {
    Object.assign(clinic.headers[7], { candidates: family, patients: family, patient: false, ...values });
}

test("several patients with one number: staff are asked, and the choice is remembered", async () => {
    shareNumber();
    await mountThread();
    expect(chooser).toHaveText(/Several patients use this number\. Who is this about\?/);
    expect(queryAllTexts(".o_clinic_chooser_patient")).toEqual(["Ayse Demir", "Can <b>Demir</b>"]);
    await contains(".o_clinic_chooser_patient[data-partner-id='32']").click();
    await settle();
    expect(clinic.calls).toInclude("action_choose_patient 7 32");
    expect(chooser).toHaveCount(0);
    expect(".o_clinic_thread_patient_name").toHaveText("Can <b>Demir</b>");
});

test("a choice can be changed, or left as it is", async () => {
    shareNumber({ candidates: [], patient: family[0] });
    await mountThread();
    expect(chooser).toHaveCount(0);
    await contains(".o_clinic_thread_change").click();
    expect(".o_clinic_chooser_patient.active").toHaveText("Ayse Demir");
    await contains(`${chooser} .btn:contains(Cancel)`).click();
    expect(chooser).toHaveCount(0);
    await contains(".o_clinic_thread_change").click();
    await contains(".o_clinic_chooser_patient[data-partner-id='32']").click();
    await settle();
    expect(".o_clinic_thread_patient_name").toHaveText("Can <b>Demir</b>");
    expect(chooser).toHaveCount(0);
});

test("a patient who shares his number with nobody is named without a question", async () => {
    shareNumber({ candidates: [], patients: [], patient: family[0] });
    await mountThread();
    expect(".o_clinic_thread_patient_name").toHaveText("Ayse Demir");
    expect(".o_clinic_thread_change").toHaveCount(0);
});

test("a choice that the server refuses says why, and the question stays", async () => {
    shareNumber();
    onRpc("clinic.whatsapp.conversation", "action_choose_patient", () => {
        throw makeServerError({ type: "UserError", message: "This patient belongs to another clinic." });
    });
    await mountThread();
    await contains(".o_clinic_chooser_patient").click();
    await settle();
    expect(".o_clinic_thread_offline").toHaveText(/This patient belongs to another clinic\./);
    expect(".o_clinic_chooser_patient").toHaveCount(2);
    expect(".o_clinic_chooser_patient:first").toBeEnabled();
});
