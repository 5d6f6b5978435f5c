import { describe, expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, queryFirst, scroll } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, getService, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";
import { getInitials } from "@clinic_whatsapp/inbox/avatar";
import { getUrgency } from "@clinic_whatsapp/inbox/inbox_rules";
import { ELIF, getMe, hearNews, inbox, makeWaiting, mountInbox, row, settleInbox, setupInbox } from "./inbox_test_helpers";

describe.current.tags("desktop");
setupInbox();

const names = () => queryAllTexts(".o_clinic_row_name");
const tab = (view) => `.o_clinic_inbox_tab[data-view='${view}']`;
const AYSE = { id: 7, name: "Ayse Demir", waiting_since: "2026-03-04 09:00:00", reply_due_at: "2026-03-04 10:00:00" };
const MEHMET = { id: 8, name: "Mehmet Kaya", waiting_since: "2026-03-04 10:00:00", reply_due_at: "2026-03-04 11:00:00" };

/** Type into the search box and wait for what is found. */
async function search(text) {
    await contains(".o_clinic_inbox_input").edit(text, { confirm: false });
    await advanceTime(300);
    await settleInbox();
}

test("each tab has its own conversations, and the three that matter their number", async () => {
    inbox.add(
        AYSE,
        { ...MEHMET, assignee: getMe() },
        { id: 9, name: "Zeynep Sahin", assignee: ELIF },
        { id: 10, name: "Okan Yildiz", state: "closed" },
        { id: 11, name: "Emily Carter", snoozed_until: "2026-03-05 06:00:00" }
    );
    await mountInbox();
    expect(queryAllTexts(".o_clinic_inbox_tab")).toEqual(["Unanswered 2", "Mine 1", "Unassigned 1", "All open", "Snoozed", "Closed"]);
    for (const [view, expected] of Object.entries({
        mine: ["Mehmet Kaya"],
        unassigned: ["Ayse Demir"],
        open: ["Zeynep Sahin", "Mehmet Kaya", "Ayse Demir"],
        snoozed: ["Emily Carter"],
        closed: ["Okan Yildiz"],
    })) {
        await contains(tab(view)).click();
        await settleInbox();
        expect(names().toSorted()).toEqual(expected.toSorted());
        expect(tab(view)).toHaveAttribute("aria-pressed", "true");
    }
});

test("the numbers on the tabs follow the news", async () => {
    inbox.add(AYSE);
    await mountInbox();
    await advanceTime(2000);
    inbox.add(MEHMET);
    await hearNews(8);
    await advanceTime(2000);
    await settleInbox();
    expect(`${tab("unanswered")} .o_clinic_inbox_tab_count`).toHaveText("2");
});

test("waiting turns amber and red by when an answer is due", async () => {
    const since = "2026-03-04 10:00:00";
    const due = "2026-03-04 11:00:00";
    const at = (clock) => getUrgency({ waiting_since: since, reply_due_at: due }, luxon.DateTime.fromISO(`2026-03-04T${clock}Z`).toMillis());
    expect([at("10:10:00"), at("10:45:00"), at("10:59:59"), at("11:00:00"), at("15:00:00")]).toEqual(["waiting", "soon", "soon", "late", "late"]);
    expect(getUrgency({ waiting_since: false, reply_due_at: false }, Date.now())).toBe("");
    expect(getUrgency({ waiting_since: since, reply_due_at: false }, Date.now())).toBe("waiting");
});

test("the clocks on the rows move on by themselves", async () => {
    inbox.add({ ...AYSE, waiting_since: "2026-03-04 10:20:00", reply_due_at: "2026-03-04 10:40:00", window_expires_at: "2026-03-04 12:31:00" });
    await mountInbox();
    expect(`${row(7)} .o_clinic_row_waiting`).toHaveText("10 min");
    expect(`${row(7)} .o_clinic_row_waiting`).toHaveAttribute("data-urgency", "waiting");
    expect(`${row(7)} .o_clinic_row_window`).toHaveText("2 h");
    await advanceTime(10 * 60_000 + 1000);
    await settleInbox();
    expect(`${row(7)} .o_clinic_row_waiting`).toHaveText("20 min");
    expect(`${row(7)} .o_clinic_row_waiting`).toHaveAttribute("data-urgency", "late");
    expect(`${row(7)} .o_clinic_row_window`).toHaveClass("o_clinic_row_window_soon");
});

test("a row says who, what, how long, who takes care of it and what it is about", async () => {
    inbox.add({
        ...AYSE,
        preview: "Hello Ayse",
        preview_direction: "out",
        unread_count: 120,
        assignee: ELIF,
        tags: ["Invoice", "Call back", "Parking"].map((name, id) => ({ id, name, color: id })),
        window_expires_at: "2026-03-04 10:00:00",
    });
    await mountInbox();
    expect(`${row(7)} .o_clinic_avatar`).toHaveText("AD");
    expect(`${row(7)} .o_clinic_row_count`).toHaveText("99+");
    expect(queryAllTexts(`${row(7)} .o_clinic_row_tag`)).toEqual(["Invoice", "Call back"]);
    expect(`${row(7)} .o_clinic_row_more`).toHaveText("+1");
    expect(`${row(7)} .o_clinic_row_preview .fa-reply`).toHaveCount(1);
    expect(`${row(7)} .o_clinic_row_window .fa-lock`).toHaveCount(1);
    expect(`${row(7)} .o_clinic_row_assignee`).toHaveAttribute("alt", "Elif Yilmaz");
    expect(row(7)).toHaveAttribute(
        "aria-label",
        "Ayse Demir, 120 unread, Waiting for an answer for 1 h: longer than it should be, Hello Ayse, assigned to Elif Yilmaz"
    );
});

test("initials are letters of the name, and a bare number has none", () => {
    expect(getInitials("ayşe fatma Yılmaz")).toBe("AY");
    expect(getInitials("Şule")).toBe("Ş");
    expect(getInitials("+90 530 000 00 99")).toBe("");
    expect(getInitials("\u200B\u202E  \u{1F600}")).toBe("");
    expect(getInitials("\u202Eمحمد علي")).toBe("مع");
});

test("40 conversations come at once, the others as one scrolls, each of them once", async () => {
    inbox.add(...makeWaiting(95));
    await mountInbox();
    expect(".o_clinic_row").toHaveCount(40);
    expect(inbox.count("get_inbox")).toBe(1);
    await scroll(".o_clinic_inbox_scroller", { y: 100_000 });
    await settleInbox();
    expect(".o_clinic_row").toHaveCount(80);
    await scroll(".o_clinic_inbox_scroller", { y: 100_000 });
    await settleInbox();
    expect(".o_clinic_row").toHaveCount(95);
    expect(new Set(names()).size).toBe(95);
    expect(inbox.calls.filter((call) => call.startsWith("get_inbox unanswered"))).toEqual([
        "get_inbox unanswered 0",
        "get_inbox unanswered 40",
        "get_inbox unanswered 80",
    ].map((call) => call.replace(" 0", "")));
});

test("no conversation is left out or shown twice when some leave while one scrolls", async () => {
    const ids = inbox.add(...makeWaiting(60));
    await mountInbox();
    for (const id of ids.slice(0, 3)) {
        inbox.change(id, { waiting_since: false });
    }
    await hearNews(...ids.slice(0, 3));
    expect(".o_clinic_row").toHaveCount(37);
    await scroll(".o_clinic_inbox_scroller", { y: 100_000 });
    await settleInbox();
    expect(names()).toEqual(ids.slice(3).map((id) => `Patient ${id - 999}`));
});

test("news about who stands on a page that is not loaded yet change nothing on screen", async () => {
    const ids = inbox.add(...makeWaiting(50));
    await mountInbox();
    await hearNews(ids[45]);
    expect(".o_clinic_row").toHaveCount(40);
    await scroll(".o_clinic_inbox_scroller", { y: 100_000 });
    await settleInbox();
    expect(new Set(names()).size).toBe(50);
});

test("after a reconnection as many pages come back as were there", async () => {
    inbox.add(...makeWaiting(70));
    await mountInbox();
    await scroll(".o_clinic_inbox_scroller", { y: 100_000 });
    await settleInbox();
    getService("clinic_whatsapp").handleReconnection();
    await settleInbox();
    expect(".o_clinic_row").toHaveCount(70);
});

test("one searches a moment after the last key, in all views", async () => {
    inbox.add(AYSE, { id: 9, name: "Ayse Kaya", state: "closed" });
    await mountInbox();
    inbox.calls = [];
    await contains(".o_clinic_inbox_input").edit("A", { confirm: false });
    await contains(".o_clinic_inbox_input").edit("Ayse", { confirm: false });
    expect(inbox.count("get_inbox")).toBe(0);
    await advanceTime(300);
    await settleInbox();
    expect(inbox.calls).toEqual(["get_inbox “Ayse”"]);
    expect(names().toSorted()).toEqual(["Ayse Demir", "Ayse Kaya"]);
    expect(".o_clinic_inbox_tab_active").toHaveCount(0);
});

test("an answer that comes too late does not take the place of a newer one", async () => {
    inbox.add(AYSE, { ...MEHMET, state: "closed", waiting_since: false });
    await mountInbox();
    inbox.gate = new Deferred();
    await contains(tab("closed")).click();
    await contains(tab("unanswered")).click();
    inbox.gate.resolve();
    await settleInbox();
    expect(names()).toEqual(["Ayse Demir"]);
    expect(tab("unanswered")).toHaveAttribute("aria-pressed", "true");
});

test("Enter in the search opens who stands first, the arrow leads into the list, Esc gives the list back", async () => {
    inbox.add(AYSE, MEHMET);
    await mountInbox();
    await search("Mehmet");
    await press("ArrowDown");
    expect(row(8)).toBeFocused();
    await contains(".o_clinic_inbox_input").click();
    await press("Enter");
    await settleInbox();
    expect(".o_clinic_bar_name").toHaveText("Mehmet Kaya");
    await contains(".o_clinic_inbox_input").click();
    await press("Escape");
    await settleInbox();
    expect(".o_clinic_inbox_input").toHaveValue("");
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
    expect(".o_clinic_bar_name").toHaveText("Mehmet Kaya");
});

test("a new conversation that the search would find is found", async () => {
    inbox.add(AYSE);
    await mountInbox();
    await search("Mehmet");
    expect(".o_clinic_inbox_empty").toHaveText(/Nobody found/);
    inbox.add(MEHMET);
    await hearNews(8);
    await settleInbox();
    expect(names()).toEqual(["Mehmet Kaya"]);
});

test("the list can be narrowed down to one tag", async () => {
    inbox.add(AYSE, { ...MEHMET, tags: [inbox.tags[0]] });
    await mountInbox();
    await contains(".o_clinic_inbox_filter").click();
    await contains(".o-dropdown-item:contains('Invoice')").click();
    await settleInbox();
    expect(names()).toEqual(["Mehmet Kaya"]);
    inbox.change(8, { tags: [] });
    await hearNews(8);
    expect(".o_clinic_inbox_empty").toHaveText(/Take away the branch or the tag/);
    await contains(".o_clinic_inbox_tag").click();
    await settleInbox();
    expect(names()).toEqual(["Ayse Demir", "Mehmet Kaya"]);
});

test("who works in several branches chooses one of them, and sees on each row which it is", async () => {
    const other = { id: 77, name: "Kadikoy" };
    patchWithCleanup(user, {
        get activeCompanies() {
            return [{ id: serverState.companies[0].id, name: "Besiktas" }, other];
        },
    });
    inbox.add(AYSE, { ...MEHMET, branch: "Kadikoy", branch_id: 77 });
    await mountInbox();
    expect(queryAllTexts(".o_clinic_row_branch")).toEqual(["Besiktas", "Kadikoy"]);
    await contains(".o_clinic_inbox_branch").click();
    await contains(".o-dropdown-item:contains('Kadikoy')").click();
    await settleInbox();
    expect(names()).toEqual(["Mehmet Kaya"]);
    expect(".o_clinic_row_branch").toHaveCount(0);
    expect(".o_clinic_inbox_branch").toHaveText("Kadikoy");
});

test("who works in one branch is not bothered with branches", async () => {
    inbox.add(AYSE);
    await mountInbox();
    expect(".o_clinic_inbox_branch, .o_clinic_row_branch").toHaveCount(0);
});

test("an empty list says that all is well, or what to do", async () => {
    await mountInbox();
    for (const [view, expected] of Object.entries({
        unanswered: /Everybody has an answer/,
        mine: /Nothing is yours[\s\S]*Assign/,
        unassigned: /in somebody's hands/,
        open: /when a patient writes to your WhatsApp number/,
        snoozed: /Nothing is snoozed/,
        closed: /opens by itself when the patient writes again/,
    })) {
        await contains(tab(view)).click();
        await settleInbox();
        expect(".o_clinic_inbox_empty").toHaveText(expected);
    }
});

test("a list that cannot be loaded says why, keeps what it shows and can be tried again", async () => {
    inbox.add(AYSE);
    await mountInbox();
    inbox.problem = "The database is being restored.";
    getService("clinic_whatsapp").handleReconnection();
    await settleInbox();
    expect(".o_clinic_inbox_problem").toHaveText(/The database is being restored\./);
    expect(names()).toEqual(["Ayse Demir"]);
    inbox.problem = null;
    await contains(".o_clinic_inbox_problem button").click();
    await settleInbox();
    expect(".o_clinic_inbox_problem").toHaveCount(0);
});

test("while the list loads, it says so", async () => {
    inbox.gate = new Deferred();
    const mounted = mountInbox();
    await animationFrame();
    expect(queryAll(".o_clinic_inbox_ghost").length).toBeGreaterThan(1);
    expect(".o_clinic_inbox_empty").toHaveCount(0);
    inbox.gate.resolve();
    await mounted;
    expect(".o_clinic_inbox_ghost").toHaveCount(0);
    expect(queryFirst(".o_clinic_inbox_rows").getAttribute("aria-busy")).toBe("false");
});
