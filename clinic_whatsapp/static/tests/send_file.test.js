import { describe, destroy, expect, test } from "@odoo/hoot";
import { press, queryFirst, setInputFiles } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { judgeFile, nameSize } from "@clinic_whatsapp/file_rules";
import { clinic, mountThread, sendNews, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const MB = 1024 * 1024;

const makePdf = (name = "plan.pdf") => new File(["%PDF-1.4"], name, { type: "application/pdf" });
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_"));
const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });

async function choose(file) {
    await contains(".o_clinic_file_button").click();
    await setInputFiles(file);
    await animationFrame();
}

/** A file that says how large it is without being so. */
function makeLarge(size, type) {
    const file = new File(["x"], "large", { type });
    Object.defineProperty(file, "size", { value: size });
    return file;
}

test("a chosen file waits above the composer, and goes with the text", async () => {
    clinic.gate = new Deferred();
    await mountThread();
    await choose(makePdf());
    expect(".o_clinic_file_draft").toHaveText(/plan\.pdf\s*1 kB/);
    expect(textarea).toBeFocused();
    expect(textarea).toHaveAttribute("placeholder", "Add a text");
    await write("Your plan");
    await press("Enter");
    await animationFrame();
    expect(".o_clinic_file_draft").toHaveCount(0);
    expect(".o_clinic_message_out .o_clinic_document_name").toHaveText("plan.pdf");
    expect(".o_clinic_message_out .o_clinic_media_status").toHaveText(/Uploading/);
    expect(".o_clinic_message_out progress").toHaveCount(1);
    clinic.gate.resolve();
    await settle();
    expect(getSent()).toEqual(["action_send_file 7 plan.pdf %PDF-1.4 Your plan"]);
    expect(".o_clinic_message").toHaveCount(1);
    expect("progress").toHaveCount(0);
    expect(".o_clinic_ticks").toHaveAttribute("data-state", "queued");
});

test("a file needs no text, and the button sends it", async () => {
    await mountThread();
    expect(".o_clinic_composer_send").not.toBeEnabled();
    await choose(makePdf());
    await contains(".o_clinic_composer_send").click();
    await settle();
    expect(getSent()).toEqual(["action_send_file 7 plan.pdf %PDF-1.4 "]);
});

test("a file that was sent is shown until WhatsApp has it, and after news too", async () => {
    await mountThread();
    await choose(makePdf());
    await press("Enter");
    await settle();
    await sendNews();
    expect(".o_clinic_message .o_clinic_document_name").toHaveText("plan.pdf");
    expect(".o_clinic_media_status").toHaveCount(0);
});

test("a chosen file can be taken back", async () => {
    await mountThread();
    await choose(makePdf());
    expect(".o_clinic_file_draft_remove").toHaveAttribute("aria-label", "Do not send plan.pdf");
    await contains(".o_clinic_file_draft_remove").click();
    expect(".o_clinic_file_draft").toHaveCount(0);
    expect(".o_clinic_composer_send").not.toBeEnabled();
});

test("a file that WhatsApp does not take is refused before it is uploaded, with the limit", async () => {
    await mountThread();
    await choose(new File(["x"], "archive.zip", { type: "application/zip" }));
    expect(".o_clinic_composer_refusal").toHaveText(/This file cannot be sent[\s\S]*picture \(JPEG, PNG\)/);
    expect(".o_clinic_file_draft").toHaveCount(0);
    await choose(makeLarge(6 * MB, "image/jpeg"));
    expect(".o_clinic_composer_refusal").toHaveText(/This file has 6 MB; at most 5 MB can be sent/);
    await choose(makePdf());
    expect(".o_clinic_composer_refusal").toHaveCount(0);
    expect(getSent()).toEqual([]);
});

test("limits are those of WhatsApp for each kind", async () => {
    await mountThread();
    for (const [type, limit] of [
        ["image/png", 5 * MB],
        ["video/mp4", 16 * MB],
        ["audio/ogg; codecs=opus", 16 * MB],
        ["application/pdf", 25 * MB],
        ["image/webp", 500 * 1024],
    ]) {
        expect(judgeFile(makeLarge(limit, type))).toBe(null);
        expect(judgeFile(makeLarge(limit + 1, type))).toInclude(nameSize(limit));
    }
    expect(judgeFile(makeLarge(0, "image/png"))).toBe("The file is empty.");
});

test("what the gate blocks comes back with its reason, the file too", async () => {
    clinic.answer = { id: 1, state: "blocked", problem: "Patient asked to stop", advice: "Call instead." };
    await mountThread();
    await choose(makePdf());
    await write("Your plan");
    await press("Enter");
    await settle();
    expect(".o_clinic_composer_refusal").toHaveText(/Patient asked to stop\s*Call instead\./);
    expect(".o_clinic_file_draft").toHaveText(/plan\.pdf/);
    expect(textarea).toHaveValue("Your plan");
    expect(".o_clinic_message").toHaveCount(0);
});

test("what the server refuses comes back with its reason", async () => {
    onRpc("clinic.whatsapp.conversation", "action_send_file", () => {
        throw makeServerError({ type: "UserError", message: "A picture may have 5 MB at most." });
    });
    await mountThread();
    await choose(makePdf());
    await press("Enter");
    await settle();
    expect(".o_clinic_composer_refusal").toHaveText(/A picture may have 5 MB at most\.\s*Nothing was sent\./);
    expect(".o_clinic_file_draft").toHaveCount(1);
});

test("the text under a file is shorter than one that stands alone", async () => {
    await mountThread();
    await write("x".repeat(1025));
    expect(".o_clinic_composer_send").toBeEnabled();
    await choose(makePdf());
    expect(".o_clinic_composer_length").toHaveText("1,025 of 1,024 characters");
    expect(".o_clinic_composer_send").not.toBeEnabled();
});

test("a locked composer takes no file", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await mountThread();
    expect(".o_clinic_file_button").not.toBeEnabled();
});

test("a chosen file waits until its conversation is opened again", async () => {
    const thread = await mountThread();
    await choose(makePdf());
    destroy(thread);
    destroy(await mountThread(8));
    await mountThread(7);
    expect(".o_clinic_file_draft").toHaveText(/plan\.pdf/);
});

test("the paperclip is labelled, and offers what can be sent", async () => {
    await mountThread();
    expect(".o_clinic_file_button").toHaveAttribute("aria-label", "Send a file");
    expect(queryFirst(".o_clinic_file_input").accept).toInclude("application/pdf");
});
