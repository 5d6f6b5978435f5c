import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getMockEnv,
    getService,
    makeMockEnv,
    makeServerError,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { registry } from "@web/core/registry";
import { COMMAND_NAMESPACE } from "@clinic_whatsapp/inbox/command";
import { CAN, ELIF, getMe, hearNews, inbox, mountInbox, row, settleInbox, setupInbox } from "./inbox_test_helpers";
import { clinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupInbox();

const AYSE = { id: 7, name: "Ayse Demir", waiting_since: "2026-03-04 09:00:00", reply_due_at: "2026-03-04 10:00:00" };
const MEHMET = { id: 8, name: "Mehmet Kaya", waiting_since: "2026-03-04 10:00:00", reply_due_at: "2026-03-04 11:00:00" };
const acts = () => inbox.calls.filter((call) => call.startsWith("action_") && !call.startsWith("action_show_presence"));

/** Open Ayse's conversation; returns the ids of her messages. */
async function openAyse(values = {}) {
    inbox.add({ ...AYSE, ...values }, MEHMET);
    const ids = clinic.addTo(7, { body: "Are you there?" });
    await mountWithCleanup(MainComponentsContainer);
    await mountInbox({ resId: 7 });
    return ids;
}

async function choose(menu, label) {
    await contains(menu).click();
    await animationFrame();
    await contains(`.o-dropdown-item:contains('${label}')`).click();
    await settleInbox();
}

test("one takes a conversation, and sees that it is one's own", async () => {
    await openAyse();
    expect(".o_clinic_bar_assign").toHaveText("Assign");
    await choose(".o_clinic_bar_assign", "Assign to me");
    expect(acts()).toEqual(["action_assign_to_me 7"]);
    expect(".o_clinic_bar_assign").toHaveText(getMe().name);
    expect(`${row(7)} .o_clinic_row_assignee`).toHaveCount(1);
});

test("one gives it to a colleague, and sees who is there and how busy they are", async () => {
    await openAyse();
    await contains(".o_clinic_bar_assign").click();
    await animationFrame();
    expect(queryAllTexts(".o_clinic_bar_colleague")).toEqual(["Can Demir\n2", "Elif Yilmaz\n5"]);
    expect(".o_clinic_bar_present").toHaveCount(1);
    await contains(".o-dropdown-item:contains('Elif Yilmaz')").click();
    await settleInbox();
    expect(acts()).toEqual([`action_assign 7 ${ELIF.id}`]);
    expect(".o_clinic_bar_assign").toHaveText("Elif Yilmaz");
});

test("the least busy one gets it, or nobody in particular", async () => {
    await openAyse({ assignee: ELIF });
    await choose(".o_clinic_bar_assign", "To the least busy");
    expect(".o_clinic_bar_assign").toHaveText(CAN.name);
    await choose(".o_clinic_bar_assign", "To nobody");
    expect(".o_clinic_bar_assign").toHaveText("Assign");
    expect(acts()).toEqual(["action_assign_least_busy 7", "action_unassign 7"]);
});

test("closing says how far one has read, and can be undone at once", async () => {
    const [seen] = await openAyse();
    await contains(".o_clinic_bar_close").click();
    await settleInbox();
    expect(acts()).toEqual([`action_close 7 seen ${seen}`]);
    expect(".o_clinic_bar_status").toHaveText("Closed");
    await contains(".o_notification button:contains('Reopen')").click();
    await settleInbox();
    expect(acts().at(-1)).toBe("action_reopen 7");
    expect(".o_clinic_bar_status").toHaveCount(0);
});

test("a closed conversation offers to be reopened, and nothing that makes no sense", async () => {
    await openAyse({ state: "closed", waiting_since: false });
    expect(".o_clinic_bar_close, .o_clinic_bar_snooze").toHaveCount(0);
    await contains(".o_clinic_bar_reopen").click();
    await settleInbox();
    expect(acts()).toEqual(["action_reopen 7"]);
    expect(".o_clinic_bar_close").toHaveCount(1);
});

test("what needs no answer leaves the list of those who wait, as far as one has read", async () => {
    const [seen] = await openAyse();
    await choose(".o_clinic_bar_menu", "No answer needed");
    expect(acts()).toEqual([`action_no_answer_needed 7 seen ${seen}`]);
    await contains(row(8)).click();
    await settleInbox();
    expect(row(7)).toHaveCount(0);
});

test("one waits for the patient, and stops waiting", async () => {
    await openAyse();
    await choose(".o_clinic_bar_menu", "Wait for the patient");
    expect(".o_clinic_bar_status").toHaveText("Waiting for the patient");
    expect(`${row(7)} .o_clinic_row_state`).toHaveText("Waiting for the patient");
    await choose(".o_clinic_bar_menu", "Stop waiting");
    expect(acts()).toEqual(["action_set_pending 7", "action_reopen 7"]);
});

test("snoozing sends the moment in UTC, and the conversation can be brought back", async () => {
    await openAyse();
    await choose(".o_clinic_bar_snooze", "Until tomorrow morning"); // nine o'clock where the clinic is
    expect(acts()).toEqual(["action_snooze 7 2026-03-05 06:00:00"]);
    expect(".o_clinic_bar_status").toHaveText("Snoozed until 9:00 AM");
    await choose(".o_clinic_bar_snooze", "Back to the list now");
    expect(acts().at(-1)).toBe("action_wake 7");
});

test("Monday morning is the next one", async () => {
    await openAyse();
    await choose(".o_clinic_bar_snooze", "Until Monday morning");
    expect(acts()).toEqual(["action_snooze 7 2026-03-09 06:00:00"]);
});

test("one snoozes until any other moment", async () => {
    await openAyse();
    await choose(".o_clinic_bar_snooze", "Choose day and time");
    await contains(".o_dialog .btn-primary").click();
    await settleInbox();
    expect(acts()).toEqual(["action_snooze 7 2026-03-05 06:00:00"]);
});

test("what is marked as unread is left, or it would be read again at once", async () => {
    await openAyse();
    await choose(".o_clinic_bar_menu", "Mark as unread");
    expect(acts()).toEqual(["action_mark_unread 7"]);
    expect(".o_clinic_thread").toHaveCount(0);
    expect(`${row(7)} .o_clinic_row_count`).toHaveText("1");
    expect(clinic.calls).not.toInclude("action_mark_read 7");
});

test("tags are given and taken without the menu closing", async () => {
    await openAyse({ tags: [{ id: 2, name: "Call back", color: 5 }] });
    await contains(".o_clinic_bar_menu").click();
    await animationFrame();
    await contains(".o-dropdown-item:contains('Invoice')").click();
    await settleInbox();
    await contains(".o-dropdown-item:contains('Call back')").click();
    await settleInbox();
    expect(acts()).toEqual(["action_set_tags 7 2,1", "action_set_tags 7 1"]);
    expect(queryAllTexts(`${row(7)} .o_clinic_row_tag`)).toEqual(["Invoice"]);
});

test("a manager hands over with a reason; others are not offered to", async () => {
    await openAyse();
    await contains(".o_clinic_bar_menu").click();
    await animationFrame();
    expect(".o-dropdown-item:contains('Hand over')").toHaveCount(0);
    await press("Escape");
    inbox.branches = [
        { id: 21, name: "Kadikoy" },
        { id: 22, name: "Sisli" },
    ];
    await choose(".o_clinic_bar_menu", "Hand over to another branch");
    expect(".o_dialog .btn-primary").not.toBeEnabled();
    await contains(".o_dialog select").select("22");
    await contains(".o_dialog textarea").edit("She moves there", { confirm: false });
    await contains(".o_dialog .btn-primary").click();
    await settleInbox();
    expect(acts()).toEqual(["action_hand_over 7 22 She moves there"]);
});

test("blocking asks first, says what it means, and can be undone", async () => {
    await openAyse();
    await choose(".o_clinic_bar_menu", "Block this sender");
    expect(".o_dialog").toHaveText(/What Ayse Demir writes is kept, but raises nothing/);
    expect(".o_dialog").toHaveText(/emergency and STOP still count\. Reminders of appointments still go out\./);
    expect(acts()).toEqual([]);
    await contains(".o_dialog .btn-danger").click();
    await settleInbox();
    expect(acts()).toEqual(["action_block 7"]);
    expect(".o_clinic_bar_blocked").toHaveText("Blocked");
    await choose(".o_clinic_bar_menu", "Unblock this sender");
    expect(".o_clinic_bar_blocked").toHaveCount(0);
});

test("Esc closes a menu without leaving the conversation", async () => {
    await openAyse();
    await contains(".o_clinic_bar_menu").click();
    await animationFrame();
    await press("Escape");
    await animationFrame();
    expect(".o-dropdown-item").toHaveCount(0);
    expect(".o_clinic_bar_name").toHaveText("Ayse Demir");
});

test("what the server refuses is said in its words, and the row shows what is true", async () => {
    expect.errors(1);
    await openAyse();
    onRpc("clinic.whatsapp.conversation", "action_assign_least_busy", () => {
        throw makeServerError({ type: "UserError", message: "Nobody of Besiktas is online." });
    });
    inbox.change(7, { assignee: CAN });
    await choose(".o_clinic_bar_assign", "To the least busy");
    expect(".o_dialog").toHaveText(/Nobody of Besiktas is online\./);
    expect(".o_clinic_bar_assign").toHaveText(CAN.name);
    expect.verifyErrors([/Nobody of Besiktas/]);
});

test("what a colleague does with the open conversation is shown", async () => {
    await openAyse();
    inbox.change(7, { assignee: ELIF, state: "pending" });
    await hearNews(7);
    expect(".o_clinic_bar_assign").toHaveText("Elif Yilmaz");
    expect(".o_clinic_bar_status").toHaveText("Waiting for the patient");
});

test("Ctrl+K finds a conversation by name or number and opens it", async () => {
    inbox.add(AYSE, MEHMET);
    await mountWithCleanup(MainComponentsContainer);
    await mountInbox();
    await press(["control", "k"]);
    await settleInbox();
    await contains(".o_command_palette_search input").edit("+Mehmet", { confirm: false });
    await advanceTime(500);
    await settleInbox();
    expect(queryAllTexts(".o_command bdi")).toEqual(["Mehmet Kaya"]);
    await press("Enter");
    await settleInbox();
    expect(".o_clinic_bar_name").toHaveText("Mehmet Kaya");
    expect(getService("clinic_whatsapp").inbox.chosenId).toBe(8);
});

test("who is no staff of the inbox finds nobody with Ctrl+K", async () => {
    inbox.add(AYSE);
    onRpc("has_group", () => false);
    await makeMockEnv();
    const [provider] = registry.category("command_provider").getAll().filter(({ namespace }) => namespace === COMMAND_NAMESPACE);
    expect(await provider.provide(getMockEnv(), { searchValue: "Ayse" })).toEqual([]);
    expect(inbox.count("get_inbox")).toBe(0);
});
