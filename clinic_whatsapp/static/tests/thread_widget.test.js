import { describe, destroy, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, makeMockServer, MockServer, mountView, pagerNext } from "@web/../tests/web_test_helpers";
import { clinic, sendNews, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const arch = `<form><field name="name"/><widget name="clinic_whatsapp_thread"/></form>`;

async function mountForm(params) {
    await mountView({ type: "form", arch, ...params });
    await settle();
}

async function openPatient(partnerId, params) {
    await mountForm({ resModel: "res.partner", resId: partnerId, ...params });
}

const createPatient = (name) => MockServer.env["res.partner"].create({ name });

test("the form of a conversation shows it", async () => {
    clinic.add({ body: "Good morning" });
    await mountForm({ resModel: "clinic.whatsapp.conversation", resId: 7 });
    expect(".o_clinic_bubble_text").toHaveText("Good morning");
});

test("the pager moves to the other conversation", async () => {
    clinic.add({ body: "I am Ayse" });
    clinic.addTo(8, { body: "I am Mehmet" });
    await mountForm({ resModel: "clinic.whatsapp.conversation", resId: 7, resIds: [7, 8] });
    await pagerNext();
    await settle();
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["I am Mehmet"]);
});

test("a record that is not saved yet says so", async () => {
    await openPatient(undefined);
    expect(".o_clinic_thread_empty").toHaveText(/Save first/);
    expect(clinic.calls).toEqual([]);
});

test("a patient without a conversation: what to do", async () => {
    await makeMockServer();
    await openPatient(createPatient("Deniz"));
    expect(".o_clinic_thread_empty").toHaveText(/No WhatsApp conversation yet[\s\S]*Book an appointment/);
});

test("a patient with one conversation: it is shown without a choice", async () => {
    await makeMockServer();
    const patient = createPatient("Ayse");
    clinic.conversations[patient] = [{ id: 7, name: "Reception · Besiktas" }];
    await openPatient(patient);
    expect(".o_clinic_thread").toHaveAttribute("data-conversation-id", "7");
    expect(".o_clinic_patient_choice").toHaveCount(0);
});

test("a patient with several conversations: one chooses", async () => {
    await makeMockServer();
    const patient = createPatient("Ayse");
    clinic.conversations[patient] = [
        { id: 7, name: "Reception · Besiktas" },
        { id: 8, name: "Reception · Kadikoy" },
    ];
    await openPatient(patient);
    expect(".o_clinic_patient_choice.active").toHaveText("Reception · Besiktas");
    await contains(".o_clinic_patient_choice:contains(Kadikoy)").click();
    await animationFrame();
    expect(".o_clinic_thread").toHaveAttribute("data-conversation-id", "8");
    expect(".o_clinic_patient_choice.active").toHaveAttribute("aria-pressed", "true");
});

test("the first message of a patient opens the conversation without reload", async () => {
    await makeMockServer();
    const patient = createPatient("Ayse");
    await openPatient(patient);
    clinic.conversations[patient] = [{ id: 7, name: "Reception · Besiktas" }];
    clinic.add({ body: "Hello clinic" });
    await sendNews({ partner_ids: [patient] });
    await animationFrame();
    expect(".o_clinic_bubble_text").toHaveText("Hello clinic");
});

test("news about a conversation that is known do not ask for the list again", async () => {
    await makeMockServer();
    const patient = createPatient("Ayse");
    clinic.conversations[patient] = [{ id: 7, name: "Reception · Besiktas" }];
    await openPatient(patient);
    clinic.calls = [];
    await sendNews({ partner_ids: [patient] });
    expect(clinic.calls).toEqual(["get_thread 7"]);
});

test("a form that is left asks for nothing any more", async () => {
    await makeMockServer();
    const patient = createPatient("Ayse");
    const form = await mountView({ type: "form", arch, resModel: "res.partner", resId: patient });
    await animationFrame();
    destroy(form);
    clinic.calls = [];
    await sendNews({ partner_ids: [patient] });
    expect(clinic.calls).toEqual([]);
});

test("the pager moves to the other patient", async () => {
    await makeMockServer();
    const [ayse, mehmet] = ["Ayse", "Mehmet"].map(createPatient);
    clinic.conversations[ayse] = [{ id: 7, name: "Reception" }];
    clinic.conversations[mehmet] = [{ id: 8, name: "Reception" }];
    await openPatient(ayse, { resIds: [ayse, mehmet] });
    await pagerNext();
    await settle();
    expect(".o_clinic_thread").toHaveAttribute("data-conversation-id", "8");
});
