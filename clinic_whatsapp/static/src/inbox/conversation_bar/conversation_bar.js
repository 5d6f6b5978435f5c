import { Component, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { imageUrl } from "@web/core/utils/urls";
import { useThread } from "../../whatsapp_service";
import { ContactAvatar } from "../avatar";
import { HandOverDialog } from "../dialogs/hand_over_dialog";
import { SnoozeDialog } from "../dialogs/snooze_dialog";
import { nameMoment, toTime } from "../inbox_rules";
import { useShownPresence } from "../presence/presence";

const HINT = { weekday: "short", hour: "numeric", minute: "2-digit" };
const MORNING = { hour: 9, minute: 0, second: 0, millisecond: 0 };
const SEEN = "clinic_whatsapp_seen_id"; // what came after it has been neither answered nor dismissed

/** Above an open conversation: with whom, who takes care of it, and what one can do with it. Give it a `t-key`. */
export class ConversationBar extends Component {
    static template = "clinic_whatsapp.ConversationBar";
    static components = { ContactAvatar, Dropdown, DropdownItem };
    static props = {
        inbox: Object,
        presence: Object,
        conversationId: Number,
        now: Number, // milliseconds
        isPatientShown: Boolean,
        onBack: Function, // () => void
        onTogglePatient: Function, // () => void
    };

    setup() {
        this.whatsapp = useService("clinic_whatsapp");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.ui = useState(useService("ui"));
        this.inbox = useState(this.props.inbox);
        this.presence = useState(this.props.presence);
        this.thread = useThread(this.props.conversationId);
        this.state = useState({ colleagues: null, tags: null, branches: null });
        useShownPresence(this.props.presence, this.props.conversationId, () => this.thread.draft);
    }

    get id() {
        return this.props.conversationId;
    }

    get row() {
        return this.inbox.known[this.id];
    }

    get name() {
        return this.row?.name ?? this.thread.header?.name ?? "";
    }

    /** Who else is there; else where and over which number one talks. */
    get subtitle() {
        const { row } = this;
        if (!row) {
            return "";
        }
        return [row.phone !== row.name && row.phone, row.account, row.branch].filter(Boolean).join(" · ");
    }

    get company() {
        return this.presence.describe(this.id);
    }

    get isClosed() {
        return this.row?.state === "closed";
    }

    get isSnoozed() {
        return toTime(this.row?.snoozed_until) > this.props.now;
    }

    get status() {
        const { row } = this;
        if (this.isClosed) {
            return _t("Closed");
        }
        if (this.isSnoozed) {
            return _t("Snoozed until %(moment)s", { moment: nameMoment(row.snoozed_until, this.props.now) });
        }
        return row?.state === "pending" ? _t("Waiting for the patient") : "";
    }

    get assigneeUrl() {
        return imageUrl("res.users", this.row.assignee.id, "avatar_128");
    }

    get assignTitle() {
        const name = this.row.assignee?.name;
        return name ? _t("%(name)s takes care of it", { name }) : _t("Assign: nobody takes care of it yet");
    }

    getAvatarUrl(userId) {
        return imageUrl("res.users", userId, "avatar_128");
    }

    get userId() {
        return user.userId;
    }

    get snoozeChoices() {
        const now = luxon.DateTime.now();
        return [
            { label: _t("For an hour"), until: now.plus({ hours: 1 }) },
            { label: _t("For three hours"), until: now.plus({ hours: 3 }) },
            { label: _t("Until tomorrow morning"), until: now.plus({ days: 1 }).set(MORNING) },
            { label: _t("Until Monday morning"), until: now.plus({ weeks: 1 }).startOf("week").set(MORNING) },
        ].map((choice) => ({ ...choice, hint: choice.until.toLocaleString(HINT) }));
    }

    isTagged(tag) {
        return this.row.tags.some(({ id }) => id === tag.id);
    }

    // Actions

    async act(method, args = [], context = {}) {
        const answer = await this.inbox.act(this.id, method, args, context);
        if (answer?.type) {
            await this.action.doAction(answer, { onClose: () => this.inbox.hear([this.id]) });
        }
    }

    async loadColleagues() {
        this.state.colleagues = await this.whatsapp.getColleagues(this.id);
    }

    async loadMenu() {
        const [tags, branches] = await Promise.all([
            this.whatsapp.getTags(this.row.branch_id),
            this.whatsapp.getHandOverBranches(this.id),
        ]);
        Object.assign(this.state, { tags, branches });
    }

    toggleTag(tag) {
        const ids = this.row.tags.map(({ id }) => id);
        const wanted = this.isTagged(tag) ? ids.filter((id) => id !== tag.id) : [...ids, tag.id];
        return this.act("action_set_tags", [wanted]);
    }

    async close() {
        const { id, name, inbox } = this;
        await this.act("action_close", [], { [SEEN]: this.thread.newestId });
        const remove = this.notification.add(_t("The conversation with %(name)s is closed.", { name }), {
            type: "success",
            buttons: [
                {
                    name: _t("Reopen"),
                    onClick: () => {
                        remove();
                        inbox.act(id, "action_reopen");
                    },
                },
            ],
        });
    }

    dismiss() {
        return this.act("action_no_answer_needed", [], { [SEEN]: this.thread.newestId });
    }

    snooze(until) {
        return this.act("action_snooze", [serializeDateTime(until)]);
    }

    askSnooze() {
        this.dialog.add(SnoozeDialog, {
            suggestion: this.snoozeChoices[2].until,
            onConfirm: (until) => this.snooze(until),
        });
    }

    /** One leaves it: a conversation on screen would be read again at once. */
    async markUnread() {
        this.props.onBack();
        await this.act("action_mark_unread");
    }

    askHandOver() {
        this.dialog.add(HandOverDialog, {
            name: this.name,
            branches: this.state.branches,
            onConfirm: (branchId, reason) => this.act("action_hand_over", [branchId, reason]),
        });
    }

    askBlock() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Block this sender?"),
            body: [
                _t("What %(name)s writes is kept, but raises nothing: no badge, no waiting, no greeting.", {
                    name: this.name,
                }),
                _t("A word of an emergency and STOP still count. Reminders of appointments still go out."),
                _t("This holds in all branches of the clinic, and the conversation is closed. You can undo it here."),
            ].join("\n"),
            confirmLabel: _t("Block"),
            confirmClass: "btn-danger",
            confirm: () => this.act("action_block"),
            cancel: () => {},
        });
    }

    openForm() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "clinic.whatsapp.conversation",
            res_id: this.id,
            views: [[false, "form"]],
        });
    }
}
