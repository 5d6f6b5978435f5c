import { beforeEach } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineModels, getService, makeServerError, models, mountWithCleanup, onRpc, serverState } from "@web/../tests/web_test_helpers";
import { InboxAction } from "@clinic_whatsapp/inbox/inbox/inbox";
import { clinic, settle, setupClinic } from "./whatsapp_test_helpers";

const CONVERSATION = "clinic.whatsapp.conversation";

class Tag extends models.Model {
    _name = "clinic.whatsapp.tag";
}

export const ELIF = { id: 41, name: "Elif Yilmaz" };
export const CAN = { id: 42, name: "Can Demir" };
export const getMe = () => ({ id: serverState.userId, name: "Mitchell Admin" });

const LISTS = ["badges", "next_appointments", "past_appointments", "family", "tags", "other_conversations", "similar"];
const NO_PATIENT = { patient: false, obstacle: false, ...Object.fromEntries(LISTS.map((name) => [name, []])) };

/** The server's side of the list: rows, and what staff do with them. */
class FakeInbox {
    open() {
        this.rows = [];
        this.calls = []; // what was asked, in words
        this.gate = null; // what an answer of `get_inbox` waits for
        this.problem = null; // why it fails
        this.forbidden = new Set(); // ids that may not be read
        this.colleagues = [
            { ...CAN, is_present: true, open_count: 2 },
            { ...ELIF, is_present: false, open_count: 5 },
        ];
        this.tags = [
            { id: 1, name: "Invoice", color: 3 },
            { id: 2, name: "Call back", color: 5 },
        ];
        this.branches = [];
        onRpc(CONVERSATION, "get_inbox", ({ kwargs }) => this.getInbox(kwargs));
        onRpc(CONVERSATION, "get_inbox_rows", ({ args: [ids] }) => this.getRows(ids));
        onRpc(CONVERSATION, "get_inbox_counts", () => this.getCounts());
        onRpc(CONVERSATION, "get_colleagues", () => this.colleagues);
        onRpc(CONVERSATION, "get_hand_over_branches", () => this.branches);
        onRpc(CONVERSATION, "get_patient_pane", () => structuredClone(NO_PATIENT));
        onRpc("clinic.whatsapp.tag", "search_read", () => this.tags);
        onRpc("res.users", "read", ({ args: [ids] }) => [ELIF, CAN].filter(({ id }) => ids.includes(id)));
        onRpc("has_group", () => true);
        this.answerActions();
    }

    answerActions() {
        this.on("action_assign", (row, userId) => (row.assignee = [ELIF, CAN].find(({ id }) => id === userId)));
        this.on("action_assign_to_me", (row) => (row.assignee = getMe()));
        this.on("action_assign_least_busy", (row) => (row.assignee = CAN));
        this.on("action_unassign", (row) => (row.assignee = false));
        this.on("action_set_pending", (row) => (row.state = "pending"));
        this.on("action_close", (row) => Object.assign(row, { state: "closed", waiting_since: false, reply_due_at: false }));
        this.on("action_reopen", (row) => (row.state = "open"));
        this.on("action_snooze", (row, until) => (row.snoozed_until = until));
        this.on("action_wake", (row) => (row.snoozed_until = false));
        this.on("action_mark_unread", (row) => (row.unread_count = 1));
        this.on("action_no_answer_needed", (row) => (row.waiting_since = false));
        this.on("action_set_tags", (row, ids) => (row.tags = this.tags.filter(({ id }) => ids.includes(id))));
        this.on("action_block", (row) => (row.is_blocked = true));
        this.on("action_unblock", (row) => (row.is_blocked = false));
        this.on("action_hand_over", (row) => (row.state = "closed"));
        this.on("action_show_presence", () => {});
    }

    on(method, change) {
        onRpc(CONVERSATION, method, ({ args: [[id], ...args], kwargs }) => {
            const seen = kwargs.context?.clinic_whatsapp_seen_id;
            this.calls.push([method, id, ...args, ...(seen ? [`seen ${seen}`] : [])].join(" "));
            const row = this.rows.find((other) => other.id === id);
            if (row) {
                change(row, ...args);
            }
            return true;
        });
    }

    /** Store conversations; each has a thread, too. Returns their ids. */
    add(...rows) {
        return rows.map((values) => {
            const row = makeRow(values);
            this.rows.push(row);
            clinic.addConversation(row.id, { name: row.name });
            return row.id;
        });
    }

    change(id, values) {
        Object.assign(this.rows.find((row) => row.id === id), values);
    }

    async getInbox({ view = "unanswered", search = "", branch_id: branchId, tag_id: tagId, offset = 0, limit = 40 }) {
        this.calls.push(["get_inbox", search ? `“${search}”` : view, offset, branchId, tagId && `#${tagId}`].filter(Boolean).join(" "));
        await this.gate;
        if (this.problem) {
            throw makeServerError({ message: this.problem });
        }
        const inView = this.rows.filter((row) => (search ? row.name.includes(search) : VIEWS[view](row)));
        const found = inView.filter((row) => (!branchId || row.branch_id === branchId) && (!tagId || row.tags.some(({ id }) => id === tagId)));
        const key = view === "unanswered" && !search ? "waiting_since" : "last_at";
        found.sort((one, other) => one[key].localeCompare(other[key]) * (key === "last_at" ? -1 : 1));
        return structuredClone({
            rows: found.slice(offset, offset + limit),
            has_more: found.length > offset + limit,
            counts: Object.fromEntries(Object.entries(VIEWS).map(([name, holds]) => [name, this.rows.filter(holds).length])),
        });
    }

    getRows(ids) {
        this.calls.push(`get_inbox_rows ${ids.join(",")}`);
        return structuredClone(this.rows.filter(({ id }) => ids.includes(id) && !this.forbidden.has(id)));
    }

    getCounts() {
        const waiting = this.rows.filter(VIEWS.unanswered);
        return {
            unanswered: waiting.length,
            mine: this.rows.filter(VIEWS.mine).length,
            unassigned: this.rows.filter(VIEWS.unassigned).length,
            overdue: waiting.filter((row) => row.reply_due_at < "2026-03-04 10:30:00").length,
        };
    }

    count(start) {
        return this.calls.filter((call) => call.startsWith(start)).length;
    }
}

const isWorking = (row) => row.state !== "closed" && !row.snoozed_until;
const VIEWS = {
    unanswered: (row) => Boolean(row.waiting_since) && !row.snoozed_until,
    mine: (row) => isWorking(row) && row.assignee?.id === serverState.userId,
    unassigned: (row) => isWorking(row) && !row.assignee,
    open: isWorking,
    snoozed: (row) => Boolean(row.snoozed_until),
    closed: (row) => row.state === "closed",
};

function makeRow(values) {
    return {
        phone: "+90 530 000 00 03",
        preview: "Good morning",
        preview_direction: "in",
        unread_count: 0,
        last_at: values.waiting_since || "2026-03-04 10:00:00",
        waiting_since: false,
        reply_due_at: false,
        window_expires_at: "2026-03-05 10:00:00",
        state: "open",
        snoozed_until: false,
        assignee: false,
        branch: "Besiktas",
        branch_id: serverState.companies[0].id,
        account: "Reception",
        tags: [],
        partner_id: false,
        is_blocked: false,
        ...values,
    };
}

/** As many patients as wanted who wait; the first one has waited longest. */
export function makeWaiting(count) {
    return Array.from({ length: count }, (_, index) => ({
        id: 1000 + index,
        name: `Patient ${index + 1}`,
        waiting_since: `2026-03-04 0${Math.floor(index / 60)}:${String(index % 60).padStart(2, "0")}:00`,
        reply_due_at: "2026-03-04 12:00:00",
    }));
}

/** What the server would answer; tests change it, and tell the browser with `hearNews`. */
export const inbox = new FakeInbox();

export function setupInbox() {
    setupClinic();
    defineModels([Tag]);
    beforeEach(() => inbox.open());
}

export async function mountInbox(props = {}) {
    const action = await mountWithCleanup(InboxAction, { props: { action: {}, ...props } });
    await settleInbox();
    return action;
}

/** Wait until the list and the threads have asked all they want to, and show it. */
export async function settleInbox() {
    await settle();
    await getService("clinic_whatsapp").inbox.mutex.getUnlockedDef();
    await settle();
}

/** What the bus brings: ids only. */
export async function hearNews(...ids) {
    getService("clinic_whatsapp").handleNews({ conversation_ids: ids, partner_ids: [], company_id: serverState.companies[0].id });
    await settleInbox();
    await animationFrame();
}

export const row = (id) => `.o_clinic_row[data-conversation-id='${id}']`;
