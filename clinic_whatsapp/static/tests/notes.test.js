import { describe, destroy, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, getService, makeServerError, onRpc, serverState } from "@web/../tests/web_test_helpers";
import { ClinicWhatsapp } from "@clinic_whatsapp/whatsapp_service";
import { clinic, mountThread, sendNews, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_note_textarea";
const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_"));

async function openNotes() {
    const thread = await mountThread();
    await contains(".o_clinic_composer_mode_note").click();
    await animationFrame();
    return thread;
}

/** The server's side of a note. */
function serveNotes() {
    const written = [];
    onRpc("clinic.whatsapp.conversation", "action_add_note", ({ args: [[id], body, userIds] }) => {
        written.push([id, body, userIds]);
        clinic.addNote({ body, at: "2026-03-04 10:30:00" });
        return true;
    });
    return written;
}

test("notes and events stand between the messages, by their moments and unlike messages", async () => {
    clinic.add({ body: "First", at: "2026-03-04 08:00:00" }, { body: "Second", at: "2026-03-04 10:00:00" });
    clinic.addNote({ body: "Call her", author: "Elif", at: "2026-03-04 09:00:00" });
    clinic.addNote({ kind: "event", body: "Assigned to Elif.", author: "Can", at: "2026-03-04 10:15:00" });
    await mountThread();
    expect(queryAllTexts(".o_clinic_bubble_text, .o_clinic_note_body")).toEqual(["First", "Call her", "Second", "Assigned to Elif."]);
    expect(".o_clinic_note:first").toHaveText(/Internal note · Elif/);
    expect(".o_clinic_note_event").toHaveText(/Can[\s\S]*Assigned to Elif\./);
    expect(".o_clinic_message").toHaveCount(2);
});

test("notes of pages that are not loaded wait for them", async () => {
    clinic.add(...Array.from({ length: 60 }, (_, index) => ({ at: `2026-03-0${index < 10 ? 1 : 3} 10:00:00` })));
    clinic.addNote({ body: "Old", at: "2026-03-02 10:00:00" });
    await mountThread();
    expect(".o_clinic_note").toHaveCount(0);
    await contains(".o_clinic_thread_older button").click();
    await settle();
    expect(".o_clinic_note_body").toHaveText("Old");
});

test("every page brings its own notes, and news leaves those of older pages where they are", async () => {
    clinic.add(...Array.from({ length: 60 }, (_, index) => ({ at: `2026-03-0${index < 10 ? 1 : 3} 10:00:00` })));
    clinic.addNote({ body: "Old", at: "2026-03-02 10:00:00" });
    clinic.addNote({ body: "New", at: "2026-03-04 10:00:00" });
    await mountThread();
    expect(queryAllTexts(".o_clinic_note_body")).toEqual(["New"]);
    await contains(".o_clinic_thread_older button").click();
    await settle();
    expect(queryAllTexts(".o_clinic_note_body")).toEqual(["Old", "New"]);
    clinic.addNote({ body: "Newest", at: "2026-03-04 10:20:00" });
    await sendNews();
    expect(queryAllTexts(".o_clinic_note_body")).toEqual(["Old", "New", "Newest"]);
});

test("what the patient decided is an event that no note is mistaken for", async () => {
    clinic.addNote({ id: 5, body: "Call her", at: "2026-03-04 09:00:00" });
    clinic.addNote({ id: "consent_5", kind: "event", author: "Can", body: "Agreed: Appointments (Spoken to staff)" });
    const [messageId] = clinic.add({ at: "2026-03-04 09:30:00" });
    clinic.messages[7][0].id = 5;
    expect(messageId).not.toBe(5);
    await mountThread();
    expect(".o_clinic_message").toHaveCount(1);
    expect(queryAllTexts(".o_clinic_note_body")).toEqual(["Call her", "Agreed: Appointments (Spoken to staff)"]);
    expect(".o_clinic_note_event[data-note-id=consent_5]").toHaveText(/Can/);
});

test("a note is written for the team and never sent", async () => {
    const written = serveNotes();
    await openNotes();
    expect(textarea).toBeFocused();
    expect(".o_clinic_note_composer").toHaveText(/The patient never sees this\./);
    await write("  Call her  ");
    await press("Enter");
    await settle();
    expect(written).toEqual([[7, "Call her", []]]);
    expect(getSent()).toEqual([]);
    expect(".o_clinic_note_body").toHaveText("Call her");
    expect(textarea).toHaveValue("");
});

test("text for the patient and text for the team are never the same text, not even after a reload", async () => {
    const thread = await mountThread();
    await contains(".o_clinic_composer_textarea").edit("Dear Ayse", { confirm: false, instantly: true });
    await contains(".o_clinic_composer_mode_note").click();
    expect(textarea).toHaveValue("");
    await write("She is afraid");
    await contains(".o_clinic_composer_mode:first").click();
    expect(".o_clinic_composer_textarea").toHaveValue("Dear Ayse");
    destroy(thread);
    const { draft, noteDraft } = new ClinicWhatsapp(getService("orm")).watch(7);
    expect([draft, noteDraft]).toEqual(["Dear Ayse", "She is afraid"]);
});

test("a colleague is named with @ and told", async () => {
    const written = serveNotes();
    onRpc("clinic.whatsapp.conversation", "get_colleagues", () => [
        { id: 21, name: "Elif Ak", is_present: true, open_count: 2 },
        { id: 22, name: "Can Er", is_present: false, open_count: 0 },
        { id: serverState.userId, name: "Mitchell Admin", is_present: true, open_count: 0 },
    ]);
    await openNotes();
    await write("@");
    await animationFrame();
    expect(queryAllTexts(".o_clinic_suggestion_name")).toEqual(["@Elif Ak", "@Can Er"]);
    await write("Please look @el");
    await animationFrame();
    expect(queryAllTexts(".o_clinic_suggestion_name")).toEqual(["@Elif Ak"]);
    await press("Enter");
    await animationFrame();
    expect(queryFirst(textarea).value).toBe("Please look @Elif Ak ");
    await press("Enter");
    await settle();
    expect(written).toEqual([[7, "Please look @Elif Ak", [21]]]);
});

test("who is taken out of the text again is not told", async () => {
    const written = serveNotes();
    onRpc("clinic.whatsapp.conversation", "get_colleagues", () => [{ id: 21, name: "Elif Ak" }]);
    await openNotes();
    await write("@el");
    await animationFrame();
    await press("Tab");
    await write("Never mind");
    await press("Enter");
    await settle();
    expect(written).toEqual([[7, "Never mind", []]]);
});

test("a note that the server refuses stays, with the reason", async () => {
    onRpc("clinic.whatsapp.conversation", "action_add_note", () => {
        throw makeServerError({ type: "AccessError", message: "Not your branch." });
    });
    await openNotes();
    await write("Call her");
    await press("Enter");
    await settle();
    expect(textarea).toHaveValue("Call her");
    expect(".o_clinic_note_composer [role=alert]").toHaveText("Not your branch.");
});

test("a colleague's note appears by itself", async () => {
    await mountThread();
    clinic.addNote({ body: "She called" });
    await sendNews();
    expect(".o_clinic_note_body").toHaveText("She called");
});

test("notes can be written where the patient cannot be written to", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await openNotes();
    expect(textarea).toBeEnabled();
});

test("markup in a note is text", async () => {
    clinic.addNote({ body: "<img src='x' onerror='alert(1)'/>", author: "<b>Elif</b>" });
    await mountThread();
    expect(".o_clinic_note img, .o_clinic_note b").toHaveCount(0);
    expect(".o_clinic_note_body").toHaveText("<img src='x' onerror='alert(1)'/>");
});
