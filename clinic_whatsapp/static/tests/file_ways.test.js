import { describe, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const refusal = ".o_clinic_composer_refusal";
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_"));
const makePicture = (name = "x-ray.png") => new File(["png"], name, { type: "image/png" });

/** A picture above the limit, in the memory of this browser for a moment. */
const makeLarge = () => new File([new Uint8Array(6 * 1024 * 1024)], "large.png", { type: "image/png" });

function carry(files, text) {
    const data = new DataTransfer();
    files.forEach((file) => data.items.add(file));
    if (text) {
        data.items.add(text, "text/plain");
    }
    return data;
}

async function paste(files, text) {
    const clipboardData = carry(files, text);
    await manuallyDispatchProgrammaticEvent(queryFirst(textarea), "paste", { clipboardData });
    await animationFrame();
}

async function dragIn(files) {
    await manuallyDispatchProgrammaticEvent(document.body, "dragenter", { dataTransfer: carry(files) });
    await animationFrame();
}

async function drop(files) {
    await dragIn(files);
    await manuallyDispatchProgrammaticEvent(queryFirst(".o_clinic_thread_drop"), "drop", { dataTransfer: carry(files) });
    await animationFrame();
}

test("a picture from the clipboard waits above the composer", async () => {
    await mountThread();
    await paste([makePicture()]);
    expect(".o_clinic_file_draft").toHaveText(/x-ray\.png/);
    expect(".o_clinic_file_draft_picture").toHaveCount(1);
    expect(getSent()).toEqual([]);
});

test("text that comes with a picture of itself is pasted as text", async () => {
    await mountThread();
    queryFirst(textarea).addEventListener("paste", (ev) => expect.step(ev.defaultPrevented));
    await paste([makePicture()], "A table");
    expect.verifySteps([false]);
    expect(".o_clinic_file_draft").toHaveCount(0);
});

test("a file is dropped on the conversation", async () => {
    await mountThread();
    await drop([makePicture()]);
    expect(".o_clinic_thread_drop").toHaveCount(0);
    expect(".o_clinic_file_draft").toHaveText(/x-ray\.png/);
    await contains(".o_clinic_composer_send").click();
    await settle();
    expect(getSent()).toEqual(["action_send_file 7 x-ray.png png "]);
});

test("what WhatsApp does not take is refused before it is uploaded, however it comes", async () => {
    const program = new File(["MZ"], "virus.exe", { type: "application/x-msdownload" });
    await mountThread();
    await drop([program]);
    expect(refusal).toHaveText(/This file cannot be sent[\s\S]*picture \(JPEG, PNG\)/);
    await paste([makeLarge()]);
    expect(refusal).toHaveText(/This file has 6 MB; at most 5 MB can be sent/);
    expect(".o_clinic_file_draft").toHaveCount(0);
    expect(getSent()).toEqual([]);
});

test("of several files the first is taken, and that is said", async () => {
    await mountThread();
    await drop([makePicture("one.png"), makePicture("two.png")]);
    expect(".o_clinic_file_draft").toHaveText(/one\.png/);
    expect(refusal).toHaveText(/One file goes with a message/);
});

test("a locked conversation takes no drop", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await mountThread();
    await dragIn([makePicture()]);
    expect(".o_clinic_thread_drop").toHaveCount(0);
});

test("the name of a file is harmless text, however long and hostile", async () => {
    await mountThread();
    const name = `\u202egnp.${"a".repeat(5000)}<img src=x onerror=alert(1)>.png`;
    await paste([makePicture(name)]);
    expect(".o_clinic_file_draft .o_clinic_tile_title img").toHaveCount(0);
    expect(queryFirst(".o_clinic_file_draft .o_clinic_tile_title").textContent).not.toInclude("\u202e");
    const { scrollWidth, clientWidth } = queryFirst(".o_clinic_composer");
    expect(scrollWidth).toBe(clientWidth);
    expect(".o_clinic_file_draft_remove").toBeVisible();
});
