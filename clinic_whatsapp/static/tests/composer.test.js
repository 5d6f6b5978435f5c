import { describe, destroy, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst, waitUntil } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, makeMany, mountThread, sendNews, settle, setupClinic, tellNews } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const MINUTE = 60_000;

const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_text"));
const getTyped = () => clinic.calls.filter((call) => call.startsWith("action_show_typing"));

test("Enter sends: the bubble is there at once and becomes real", async () => {
    clinic.gate = new Deferred();
    await mountThread();
    await write("  See you *tomorrow*\n");
    await press("Enter");
    await animationFrame();
    expect(textarea).toHaveValue("");
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["See you tomorrow"]);
    expect(".o_clinic_ticks").toHaveAttribute("data-state", "sending");
    expect(".o_clinic_bubble_author").toHaveText("Mitchell Admin");
    clinic.gate.resolve();
    await settle();
    expect(getSent()).toEqual(["action_send_text 7 See you *tomorrow*"]);
    expect(".o_clinic_message").toHaveCount(1);
    expect(".o_clinic_ticks").toHaveAttribute("data-state", "queued");
});

test("a text that is typed and sent within one frame leaves an empty composer", async () => {
    await mountThread();
    const box = queryFirst(textarea);
    box.value = "See you";
    box.dispatchEvent(new InputEvent("input"));
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await settle();
    expect(getSent()).toEqual(["action_send_text 7 See you"]);
    expect(textarea).toHaveValue("");
});

test("news about a text on its way do not show it twice", async () => {
    clinic.gate = new Deferred();
    await mountThread();
    await write("Hello");
    await press("Enter");
    await tellNews();
    await animationFrame();
    expect(".o_clinic_message").toHaveCount(1);
    clinic.gate.resolve();
    await settle();
    expect(".o_clinic_message").toHaveCount(1);
});

test("Shift+Enter starts a new line", async () => {
    await mountThread();
    await write("One");
    await press(["shift", "Enter"]);
    expect(textarea).toHaveValue("One\n");
    expect(getSent()).toEqual([]);
});

test("the button sends too, and only when there is something to send", async () => {
    await mountThread();
    expect(".o_clinic_composer_send").not.toBeEnabled();
    await write("   ");
    expect(".o_clinic_composer_send").not.toBeEnabled();
    await press("Enter");
    await write("Hello");
    await contains(".o_clinic_composer_send").click();
    expect(getSent()).toEqual(["action_send_text 7 Hello"]);
    expect(textarea).toBeFocused();
});

test("a text that the gate blocks stays in the composer with the reason", async () => {
    clinic.answer = { id: 1, state: "blocked", problem: "Patient asked to stop", advice: "Call instead." };
    await mountThread();
    await write("Are you there?");
    await press("Enter");
    await settle();
    expect(textarea).toHaveValue("Are you there?");
    expect(".o_clinic_composer_refusal").toHaveText(/Patient asked to stop\s*Call instead\./);
    expect(".o_clinic_message").toHaveCount(0);
    clinic.answer = {};
    await press("Enter");
    await settle();
    expect(".o_clinic_composer_refusal").toHaveCount(0);
    expect(".o_clinic_message").toHaveCount(1);
});

test("the newest message stays in sight while the composer grows", async () => {
    clinic.add(...makeMany(40));
    clinic.answer = { id: 1, state: "blocked", problem: "No", advice: "A long advice. ".repeat(60) };
    await mountThread();
    await write("One\nTwo\nThree\nFour");
    await press("Enter");
    await settle();
    await waitUntil(() => {
        const { scrollHeight, scrollTop, clientHeight } = queryFirst(".o_clinic_thread_scroller");
        return scrollHeight - scrollTop - clientHeight < 2;
    });
    expect(".o_clinic_composer_refusal").toHaveCount(1);
    expect(".o_clinic_thread_down").toHaveCount(0);
});

test("what was typed meanwhile follows the text that comes back", async () => {
    clinic.answer = { id: 1, state: "blocked", problem: "No", advice: "" };
    clinic.gate = new Deferred();
    await mountThread();
    await write("First");
    await press("Enter");
    await write("Second");
    clinic.gate.resolve();
    await settle();
    expect(textarea).toHaveValue("First\nSecond");
});

test("a text that the server refuses stays in the composer with the reason", async () => {
    onRpc("clinic.whatsapp.conversation", "action_send_text", () => {
        throw makeServerError({ type: "AccessError", message: "You may only read." });
    });
    await mountThread();
    await write("Hello");
    await press("Enter");
    await settle();
    expect(textarea).toHaveValue("Hello");
    expect(".o_clinic_composer_refusal").toHaveText(/You may only read\.\s*Nothing was sent\./);
});

test("a broken connection keeps the text and warns that it may have left", async () => {
    const route = "/web/dataset/call_kw/clinic.whatsapp.conversation/action_send_text";
    onRpc(route, () => "<html>Bad gateway</html>", { pure: true });
    await mountThread();
    await write("Hello");
    await press("Enter");
    await settle();
    expect(textarea).toHaveValue("Hello");
    expect(".o_clinic_composer_refusal").toHaveText(/may have left/);
});

test("the patient sees that somebody writes, told once in 20 seconds", async () => {
    await mountThread();
    expect(getTyped()).toEqual([]);
    await write("S");
    await write("Se");
    await advanceTime(19_000);
    await write("See");
    await settle();
    expect(getTyped()).toEqual(["action_show_typing 7"]);
    await advanceTime(1000);
    await write("See y");
    await settle();
    expect(getTyped()).toHaveLength(2);
});

test("emptying the composer is no writing", async () => {
    await mountThread();
    await write("   ");
    await write("");
    await settle();
    expect(getTyped()).toEqual([]);
});

test("that the patient cannot be told about writing disturbs nobody", async () => {
    onRpc("clinic.whatsapp.conversation", "action_show_typing", () => {
        throw makeServerError({ type: "UserError", message: "Not now" });
    });
    await mountThread();
    await write("Hello");
    await settle();
    expect(".o_clinic_composer_notice").toHaveCount(0);
    expect(".o_clinic_thread_offline").toHaveCount(0);
    await press("Enter");
    await settle();
    expect(getSent()).toEqual(["action_send_text 7 Hello"]);
});

test("a locked composer says why and what to do, and takes nothing", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await mountThread();
    const box = queryFirst(textarea);
    box.value = "forced";
    box.dispatchEvent(new InputEvent("input"));
    await settle();
    expect(getTyped()).toEqual([]);
    expect(textarea).not.toBeEnabled();
    expect(".o_clinic_composer_send").not.toBeEnabled();
    expect(".o_clinic_composer_lock").toHaveText(/24 hours are over\s*Send a template\./);
    expect(".o_clinic_composer_window").toHaveCount(0);
});

test("a message of the patient unlocks the composer", async () => {
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await mountThread();
    clinic.locks[7] = null;
    await sendNews();
    expect(textarea).toBeEnabled();
});

test("the remaining time runs, and at its end the composer locks", async () => {
    clinic.headers[7].window_expires_at = "2026-03-04 12:32:30";
    await mountThread();
    expect(".o_clinic_composer_window").toHaveText("2 h 2 min left");
    expect(".o_clinic_composer_window").not.toHaveClass("o_clinic_composer_window_soon");
    await advanceTime(65 * MINUTE);
    await animationFrame();
    expect(".o_clinic_composer_window").toHaveText("57 min left");
    expect(".o_clinic_composer_window").toHaveClass("o_clinic_composer_window_soon");
    clinic.locks[7] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await advanceTime(58 * MINUTE);
    await settle();
    expect(textarea).not.toBeEnabled();
});

test("long texts are counted, too long ones are not sent", async () => {
    await mountThread();
    await write("x".repeat(3000));
    expect(".o_clinic_composer_length").toHaveCount(0);
    await write("x".repeat(4095) + "👍");
    expect(".o_clinic_composer_length").toHaveText("4,096 of 4,096 characters");
    expect(".o_clinic_composer_send").toBeEnabled();
    await write("x".repeat(4096) + "👍");
    expect(".o_clinic_composer_length").toHaveClass("o_clinic_composer_length_over");
    expect(".o_clinic_composer_send").not.toBeEnabled();
    await press("Enter");
    expect(getSent()).toEqual([]);
    expect(queryFirst(textarea).value).toHaveLength(4098);
});

test("a draft waits until its conversation is opened again", async () => {
    const thread = await mountThread();
    await write("Half a sent");
    destroy(thread);
    const other = await mountThread(8);
    expect(textarea).toHaveValue("");
    destroy(other);
    await mountThread(7);
    expect(textarea).toHaveValue("Half a sent");
});

test("the composer is labelled for those who cannot see it", async () => {
    await mountThread();
    expect(textarea).toHaveAttribute("aria-label", "Message to Ayse Demir");
    expect(textarea).toHaveAttribute("dir", "auto");
    expect(".o_clinic_composer_send").toHaveAttribute("aria-label", "Send");
});
