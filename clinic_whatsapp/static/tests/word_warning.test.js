import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, setInputFiles } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, getService } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const warning = ".o_clinic_word_warning";
const reason = ".o_clinic_word_warning_reason";
const sendAnyway = ".o_clinic_word_warning button";

const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });
const explain = (text) => contains(reason).edit(text, { confirm: false, instantly: true });
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_"));

async function sendFlagged(text = "A big sale") {
    clinic.flagged = ["sale"];
    await mountThread();
    await write(text);
    await press("Enter");
    await settle();
}

test("LR-30: a text with such a word comes back with a warning and asks for a reason", async () => {
    await sendFlagged();
    expect(textarea).toHaveValue("A big sale");
    expect(warning).toHaveText(/Reads as advertising: “sale”\.\s*Leave it out\./);
    expect(reason).toBeFocused();
    expect(sendAnyway).not.toBeEnabled();
    expect(".o_clinic_composer_send").not.toBeEnabled();
    expect(".o_clinic_message").toHaveCount(0);
    expect(".o_clinic_composer_refusal").toHaveCount(0);
});

test("LR-30: nothing is sent without a reason, by no key", async () => {
    await sendFlagged();
    await press("Enter");
    await explain("   ");
    await press("Enter");
    await contains(textarea).focus();
    await press("Enter");
    await settle();
    expect(getSent()).toHaveLength(1);
    expect(warning).toHaveCount(1);
});

test("LR-30: with a reason it is sent, and the reason with it", async () => {
    await sendFlagged();
    await explain("  She asked for the price ");
    await contains(sendAnyway).click();
    await settle();
    expect(clinic.reasons).toEqual(["She asked for the price"]);
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["A big sale"]);
    expect(warning).toHaveCount(0);
    expect(textarea).toHaveValue("");
    expect(textarea).toBeFocused();
});

test("Enter in the reason sends, too", async () => {
    await sendFlagged();
    await explain("She asked");
    await press("Enter");
    await settle();
    expect(clinic.reasons).toEqual(["She asked"]);
    expect(".o_clinic_message").toHaveCount(1);
});

test("another text is judged anew, and an earlier reason is not taken along", async () => {
    await sendFlagged();
    await explain("She asked");
    await write("No such word");
    await animationFrame();
    expect(warning).toHaveCount(0);
    await press("Enter");
    await settle();
    expect(clinic.reasons).toEqual([undefined]);
    await write("Another sale");
    await press("Enter");
    await settle();
    expect(warning).toHaveCount(1);
    expect(reason).toHaveValue("");
});

test("LR-30: the text under a file is looked at, too, and the file stays", async () => {
    clinic.flagged = ["sale"];
    await mountThread();
    await contains(".o_clinic_file_button").click();
    await setInputFiles(new File(["%PDF-1.4"], "plan.pdf", { type: "application/pdf" }));
    await animationFrame();
    await write("Our sale");
    await press("Enter");
    await settle();
    expect(warning).toHaveCount(1);
    expect(textarea).toHaveValue("Our sale");
    await explain("She asked for it");
    await press("Enter");
    await settle();
    expect(clinic.reasons).toEqual(["She asked for it"]);
    expect(".o_clinic_message").toHaveCount(1);
});

test("a locked composer shows the lock, not the warning", async () => {
    await sendFlagged();
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await getService("clinic_whatsapp").threads.get(7).refresh();
    await settle();
    expect(warning).toHaveCount(0);
    expect(".o_clinic_composer_lock").toHaveCount(1);
});
