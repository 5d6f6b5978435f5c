import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { imageUrl } from "@web/core/utils/urls";
import { ContactAvatar } from "../avatar";
import { getUrgency, nameDuration, nameMoment, toTime } from "../inbox_rules";

const WINDOW_SOON = 2 * 3_600_000; // milliseconds
const MAX_UNREAD = 99;
const MAX_TAGS = 2;

/** One conversation on the list: who, what was said last, how long nobody has answered. */
export class ConversationRow extends Component {
    static template = "clinic_whatsapp.ConversationRow";
    static components = { ContactAvatar };
    static props = {
        row: Object,
        now: Number, // milliseconds
        isChosen: Boolean,
        isReachable: Boolean, // by the tab key; the others by the arrows
        isBranchShown: Boolean,
        presence: { type: String, optional: true }, // who else is there, in words
        onChoose: Function, // (id) => void
        onFocus: Function, // (id) => void
    };

    get row() {
        return this.props.row;
    }

    get urgency() {
        return getUrgency(this.row, this.props.now);
    }

    get waiting() {
        return nameDuration(this.props.now - toTime(this.row.waiting_since));
    }

    get waitingTitle() {
        const { waiting } = this;
        if (this.urgency === "late") {
            return _t("Waiting for an answer for %(time)s: longer than it should be", { time: waiting });
        }
        return _t("Waiting for an answer for %(time)s", { time: waiting });
    }

    get moment() {
        return this.row.last_at ? nameMoment(this.row.last_at, this.props.now) : "";
    }

    get unread() {
        const { unread_count: count } = this.row;
        return count > MAX_UNREAD ? `${MAX_UNREAD}+` : count;
    }

    /** How long one may still write freely. */
    get freely() {
        const left = toTime(this.row.window_expires_at) - this.props.now;
        if (left <= 0) {
            return { icon: "fa-lock", text: "", title: _t("Only a template can be sent now"), isSoon: false };
        }
        return {
            icon: "fa-hourglass-half",
            text: nameDuration(left),
            title: _t("One can write freely for another %(time)s", { time: nameDuration(left) }),
            isSoon: left < WINDOW_SOON,
        };
    }

    get isSnoozed() {
        return toTime(this.row.snoozed_until) > this.props.now;
    }

    get snoozeTitle() {
        return _t("Snoozed until %(moment)s", { moment: nameMoment(this.row.snoozed_until, this.props.now) });
    }

    get hasFacts() {
        const { tags, state } = this.row;
        return this.isSnoozed || state === "pending" || tags.length;
    }

    get tags() {
        return this.row.tags.slice(0, MAX_TAGS);
    }

    get moreTags() {
        return this.row.tags.length - this.tags.length;
    }

    get assigneeUrl() {
        return imageUrl("res.users", this.row.assignee.id, "avatar_128");
    }

    get assigneeTitle() {
        return _t("%(name)s takes care of it", { name: this.row.assignee.name });
    }

    /** What a screen reader says. */
    get label() {
        const { row } = this;
        const unread = row.unread_count && _t("%(count)s unread", { count: row.unread_count });
        const assignee = row.assignee && _t("assigned to %(name)s", { name: row.assignee.name });
        const parts = [row.name, unread, this.urgency ? this.waitingTitle : this.moment, row.preview, assignee];
        return parts.filter(Boolean).join(", ");
    }
}
