import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

export const UNANSWERED = "unanswered";
const SOON = 0.75; // of the time until an answer is due
const MINUTE = 60_000; // milliseconds
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The ways to look at the conversations, in the order of their tabs. */
export const VIEWS = [
    { id: UNANSWERED, label: _t("Unanswered"), isCounted: true },
    { id: "mine", label: _t("Mine"), isCounted: true },
    { id: "unassigned", label: _t("Unassigned"), isCounted: true },
    { id: "open", label: _t("All open") },
    { id: "snoozed", label: _t("Snoozed") },
    { id: "closed", label: _t("Closed") },
];

/** @param {string | false} at naive UTC; returns milliseconds */
export function toTime(at) {
    return at ? deserializeDateTime(at).toMillis() : 0;
}

const isOpen = (row) => row.state !== "closed";
const isSnoozed = (row, now) => toTime(row.snoozed_until) > now;
const BELONGS = {
    unanswered: (row, now) => Boolean(row.waiting_since) && !isSnoozed(row, now),
    mine: (row, now) => isOpen(row) && row.assignee?.id === user.userId && !isSnoozed(row, now),
    unassigned: (row, now) => isOpen(row) && !row.assignee && !isSnoozed(row, now),
    open: (row, now) => isOpen(row) && !isSnoozed(row, now),
    snoozed: isSnoozed,
    closed: (row) => !isOpen(row),
};

/** Whether a row is shown under these filters. A search looks into all views; who it finds only the server can tell. */
export function belongs(row, { view, search, branchId, tagId }, now = Date.now()) {
    return (
        (search || BELONGS[view](row, now)) &&
        (!branchId || row.branch_id === branchId) &&
        (!tagId || row.tags.some((tag) => tag.id === tagId))
    );
}

/** The order of the server: who waits longest stands first, elsewhere the latest message. */
export function compareRows({ view, search }) {
    if (view === UNANSWERED && !search) {
        return (one, other) => toTime(one.waiting_since) - toTime(other.waiting_since) || one.id - other.id;
    }
    return (one, other) => toTime(other.last_at) - toTime(one.last_at) || other.id - one.id;
}

/** How urgent an answer is: “late”, “soon”, “waiting”; empty when nobody waits. */
export function getUrgency({ waiting_since: since, reply_due_at: dueAt }, now) {
    if (!since) {
        return "";
    }
    const [start, due] = [toTime(since), toTime(dueAt)];
    if (due && now >= due) {
        return "late";
    }
    return due && now >= start + (due - start) * SOON ? "soon" : "waiting";
}

/** @param {number} duration milliseconds; “5 min”, “3 h”, “2 d” */
export function nameDuration(duration) {
    if (duration < HOUR) {
        return _t("%(minutes)s min", { minutes: Math.max(0, Math.floor(duration / MINUTE)) });
    }
    if (duration < DAY) {
        return _t("%(hours)s h", { hours: Math.floor(duration / HOUR) });
    }
    return _t("%(days)s d", { days: Math.floor(duration / DAY) });
}

/** @param {string} at naive UTC; the time today, a weekday this week, else the date */
export function nameMoment(at, now) {
    const moment = deserializeDateTime(at);
    const daysAgo = Math.round(luxon.DateTime.fromMillis(now).startOf("day").diff(moment.startOf("day"), "days").days);
    if (daysAgo <= 0) {
        return moment.toLocaleString(luxon.DateTime.TIME_SIMPLE);
    }
    if (daysAgo === 1) {
        return _t("Yesterday");
    }
    return moment.toLocaleString(daysAgo < 7 ? { weekday: "long" } : luxon.DateTime.DATE_SHORT);
}
