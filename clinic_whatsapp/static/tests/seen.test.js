import { describe, expect, test } from "@odoo/hoot";
import { press, setInputFiles } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, sendNews, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });

function watch(method) {
    onRpc("clinic.whatsapp.conversation", method, ({ kwargs }) => {
        expect.step(kwargs.context.clinic_whatsapp_seen_id);
    });
}

test("an answer says what its author had seen when he pressed Enter", async () => {
    const [firstId] = clinic.add({ direction: "in", body: "Hello" });
    watch("action_send_text");
    await mountThread();
    clinic.gate = new Deferred();
    await write("One");
    await press("Enter");
    await write("Two"); // stands in line behind the first
    await press("Enter");
    await animationFrame();
    clinic.gate.resolve();
    await settle();
    expect.verifySteps([firstId, firstId]);
    const [laterId] = clinic.add({ direction: "in", body: "And one more thing" });
    await sendNews();
    await write("Three");
    await press("Enter");
    await settle();
    expect.verifySteps([laterId]);
});

test("so does a file", async () => {
    const [seenId] = clinic.add({ direction: "in", body: "Hello" });
    watch("action_send_file");
    await mountThread();
    await contains(".o_clinic_file_button").click();
    await setInputFiles(new File(["%PDF-1.4"], "plan.pdf", { type: "application/pdf" }));
    await animationFrame();
    await contains(".o_clinic_composer_send").click();
    await settle();
    expect.verifySteps([seenId]);
});
