import { describe, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent, press, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, getService, makeServerError, onRpc, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { ELIF, hearNews, inbox, makeWaiting, mountInbox, row, settleInbox, setupInbox } from "./inbox_test_helpers";
import { clinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupInbox();

const names = () => queryAllTexts(".o_clinic_row_name");
const AYSE = { id: 7, name: "Ayse Demir", waiting_since: "2026-03-04 09:00:00", reply_due_at: "2026-03-04 10:00:00" };
const MEHMET = { id: 8, name: "Mehmet Kaya", waiting_since: "2026-03-04 10:00:00", reply_due_at: "2026-03-04 11:00:00" };

test("who waits longest stands first, and nothing is open yet", async () => {
    inbox.add(MEHMET, AYSE);
    await mountInbox();
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
    expect(".o_clinic_thread").toHaveCount(0);
    expect(".o_clinic_inbox_nothing").toHaveText(/Choose a conversation/);
});

test("a click opens the conversation beside the list", async () => {
    inbox.add(AYSE, MEHMET);
    clinic.addTo(8, { body: "I am Mehmet" });
    await mountInbox();
    await contains(row(8)).click();
    await settleInbox();
    expect(".o_clinic_bubble_text").toHaveText("I am Mehmet");
    expect(".o_clinic_bar_name").toHaveText("Mehmet Kaya");
    expect(row(8)).toHaveAttribute("aria-selected", "true");
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
});

test("the address names the conversation, and opens it again", async () => {
    inbox.add(AYSE);
    const states = [];
    await mountInbox({ resId: 7, updateActionState: (state) => states.push(state) });
    expect(".o_clinic_bar_name").toHaveText("Ayse Demir");
    expect(states.at(-1)).toEqual({ resId: 7 });
});

test("a conversation that is not on the list can be opened", async () => {
    inbox.add(AYSE, { id: 9, name: "Zeynep Sahin", state: "closed" });
    await mountInbox({ resId: 9 });
    expect(names()).toEqual(["Ayse Demir"]);
    expect(".o_clinic_bar_name").toHaveText("Zeynep Sahin");
    expect(".o_clinic_bar_status").toHaveText("Closed");
});

test("news fetch the rows that were named, and nothing else", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox();
    inbox.calls = [];
    inbox.change(7, { preview: "Are you there?", unread_count: 2 });
    await hearNews(7);
    expect(`${row(7)} .o_clinic_row_preview`).toHaveText("Are you there?");
    expect(`${row(7)} .o_clinic_row_count`).toHaveText("2");
    expect(inbox.calls).toEqual(["get_inbox_rows 7"]);
});

test("who writes for the first time takes the place that is due", async () => {
    inbox.add(MEHMET);
    await mountInbox();
    inbox.add(AYSE);
    await hearNews(7);
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
});

test("a row that a colleague has answered leaves the list", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox();
    inbox.change(7, { waiting_since: false, reply_due_at: false });
    await hearNews(7);
    expect(names()).toEqual(["Mehmet Kaya"]);
});

test("what one answers oneself stays in sight until another one is opened", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox({ resId: 7 });
    inbox.change(7, { waiting_since: false, reply_due_at: false });
    await hearNews(7);
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
    await contains(row(8)).click();
    await settleInbox();
    expect(names()).toEqual(["Mehmet Kaya"]);
});

test("a conversation that may not be read any more disappears, from the list and from the screen", async () => {
    inbox.add(AYSE, MEHMET);
    clinic.addTo(7, { body: "My secret" });
    await mountInbox({ resId: 7 });
    inbox.forbidden.add(7);
    await hearNews(7);
    expect(names()).toEqual(["Mehmet Kaya"]);
    expect(".o_clinic_thread").toHaveCount(0);
    expect(".o_clinic_inbox_nothing").toHaveText(/no longer yours to read/);
    expect(document.body).not.toHaveText(/My secret/);
    expect(getService("clinic_whatsapp").threads.size).toBe(0);
});

test("access that is taken away without any news is noticed within a minute", async () => {
    inbox.add(AYSE);
    await mountInbox({ resId: 7 });
    inbox.forbidden.add(7);
    await advanceTime(60_000);
    await settleInbox();
    expect(".o_clinic_thread").toHaveCount(0);
    expect(names()).toEqual([]);
});

test("who has lost the whole branch sees nothing of it any more, and why", async () => {
    inbox.add(AYSE, MEHMET);
    clinic.addTo(7, { body: "My secret" });
    await mountInbox({ resId: 7 });
    onRpc("clinic.whatsapp.conversation", "get_inbox_rows", () => {
        throw makeServerError({ type: "AccessError", message: "Access to unauthorized or invalid companies." });
    });
    await hearNews(8);
    expect(names()).toEqual([]);
    expect(".o_clinic_thread").toHaveCount(0);
    expect(".o_clinic_inbox_problem").toHaveText(/unauthorized or invalid companies/);
    expect(document.body).not.toHaveText(/My secret/);
});

test("news about another branch than the active ones fetch nothing", async () => {
    inbox.add(AYSE);
    await mountInbox();
    inbox.calls = [];
    getService("clinic_whatsapp").handleNews({ conversation_ids: [7], partner_ids: [], company_id: 4711 });
    await settleInbox();
    expect(inbox.calls).toEqual([]);
});

test("after the connection was lost, the list is fetched anew and the open conversation stays", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox({ resId: 8 });
    inbox.add({ id: 9, name: "Zeynep Sahin", waiting_since: "2026-03-04 08:00:00" });
    inbox.change(8, { waiting_since: false });
    getService("bus_service").trigger("BUS:RECONNECT");
    await settleInbox();
    expect(names()).toEqual(["Zeynep Sahin", "Ayse Demir"]);
    expect(".o_clinic_bar_name").toHaveText("Mehmet Kaya");
});

test("without a connection a banner says so, and what one was writing stays", async () => {
    inbox.add(AYSE);
    await mountInbox({ resId: 7 });
    await contains(".o_clinic_composer_textarea").edit("I was just", { confirm: false });
    await manuallyDispatchProgrammaticEvent(window, "offline");
    await animationFrame();
    expect(".o_clinic_inbox_offline").toHaveText(/No connection/);
    expect(".o_clinic_composer_textarea").toHaveValue("I was just");
    await manuallyDispatchProgrammaticEvent(window, "online");
    await animationFrame();
    expect(".o_clinic_inbox_offline").toHaveCount(0);
});

test("after an announced loss, which the bus does not call a reconnection, one catches up as well", async () => {
    inbox.add(AYSE);
    await mountInbox();
    inbox.add(MEHMET);
    getService("bus_service").trigger("BUS:DISCONNECT");
    getService("bus_service").trigger("BUS:CONNECT");
    await settleInbox();
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
});

test("names and texts of patients are text, never markup, and run in their own direction", async () => {
    inbox.add({ ...AYSE, name: "<b>Ayse</b>\u202Eevil", preview: "<img src=x onerror=alert(1)> مرحبا", tags: [{ id: 1, name: "<i>x</i>", color: 1 }] });
    await mountInbox({ resId: 7 });
    expect(".o_clinic_row b, .o_clinic_row img, .o_clinic_row_tag i, .o_clinic_bar b").toHaveCount(0);
    expect(`${row(7)} .o_clinic_row_name`).toHaveText("<b>Ayse</b>\u202Eevil");
    for (const selector of [".o_clinic_row_name", ".o_clinic_row_preview bdi", ".o_clinic_bar_name"]) {
        expect(getComputedStyle(queryFirst(selector)).unicodeBidi).toBe("isolate");
    }
});

test("4,096 emoji and a name without an end keep the row as high as the others", async () => {
    inbox.add({ ...AYSE, name: "A".repeat(3000), preview: "😀".repeat(4096) }, { ...MEHMET, preview: "\u200B".repeat(500) });
    await mountInbox();
    const [one, other] = [7, 8].map((id) => queryFirst(row(id)).getBoundingClientRect().height);
    expect(one).toBe(other);
    expect(queryFirst(".o_clinic_inbox_list").scrollWidth).toBe(queryFirst(".o_clinic_inbox_list").clientWidth);
});

test("colleagues who look or write are named where one would answer", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox({ resId: 7 });
    const tell = (kind, userId = ELIF.id) =>
        getService("clinic_whatsapp").handlePresence({ conversation_id: 7, user_id: userId, kind, company_id: serverState.companies[0].id });
    tell("looking", serverState.userId);
    await animationFrame();
    expect(".o_clinic_bar_presence").toHaveCount(0);
    tell("looking");
    await waitFor(".o_clinic_bar_presence:contains('Elif Yilmaz is looking at this')");
    tell("typing");
    await waitFor(".o_clinic_bar_presence:contains('Elif Yilmaz is writing…')");
    expect(`${row(7)} .o_clinic_row_presence`).toHaveText("Elif Yilmaz is writing…");
    tell("left");
    await animationFrame();
    expect(".o_clinic_bar_presence").toHaveCount(0);
    tell("typing");
    await waitFor(".o_clinic_bar_presence");
    await advanceTime(13_000);
    await animationFrame();
    expect(".o_clinic_bar_presence").toHaveCount(0);
});

test("colleagues learn where one looks, writes, and that one has left", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox({ resId: 7 });
    expect(inbox.calls).toInclude("action_show_presence 7 looking");
    await contains(".o_clinic_composer_textarea").edit("Hello", { confirm: false });
    await animationFrame();
    expect(inbox.count("action_show_presence 7 typing")).toBe(1);
    await contains(row(8)).click();
    await settleInbox();
    expect(inbox.calls).toInclude("action_show_presence 7 left");
    expect(inbox.calls).toInclude("action_show_presence 8 looking");
});

test("in a hidden tab nobody looks", async () => {
    patchWithCleanup(document, {
        get hidden() {
            return true;
        },
    });
    inbox.add(AYSE);
    await mountInbox({ resId: 7 });
    expect(inbox.count("action_show_presence")).toBe(0);
});

test("the patient is shown and hidden beside the conversation", async () => {
    inbox.add(AYSE);
    await mountInbox({ resId: 7 });
    const isShown = Boolean(queryFirst(".o_clinic_inbox_patient"));
    await contains(".o_clinic_bar_patient").click();
    expect(".o_clinic_inbox_patient").toHaveCount(isShown ? 0 : 1);
    await contains(".o_clinic_bar_who").click();
    expect(".o_clinic_inbox_patient").toHaveCount(isShown ? 1 : 0);
});

test("the arrows go through the list, Enter opens and lets one write, Esc goes back to the row", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox();
    await press("ArrowDown");
    expect(row(7)).toBeFocused();
    await press("ArrowDown");
    expect(row(8)).toBeFocused();
    await press("ArrowDown");
    expect(row(8)).toBeFocused();
    await press("Enter");
    await settleInbox();
    expect(".o_clinic_composer_textarea").toBeFocused();
    await press("Escape");
    await settleInbox();
    expect(".o_clinic_thread").toHaveCount(0);
    expect(row(8)).toBeFocused();
    await press("ArrowUp");
    expect(row(7)).toBeFocused();
    expect(`.o_clinic_row[tabindex='0']`).toHaveCount(1);
});

test("the slash leads to the search, and to the composer once a conversation is open", async () => {
    inbox.add(AYSE);
    await mountInbox();
    await press("/");
    expect(".o_clinic_inbox_input").toBeFocused();
    expect(".o_clinic_inbox_input").toHaveValue("");
    await contains(row(7)).click();
    await settleInbox();
    await press("/");
    expect(".o_clinic_composer_textarea").toBeFocused();
    expect(".o_clinic_composer_textarea").toHaveValue("");
});

test("leaving the screen forgets the patients", async () => {
    inbox.add(...makeWaiting(3));
    const action = await mountInbox();
    const store = getService("clinic_whatsapp").inbox;
    action.__owl__.app.destroy();
    expect(store.known).toEqual({});
    expect(store.ids).toEqual([]);
});
