import { Component } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { MoveDialog } from "./move_dialog";

const MODEL = "clinic.followup";
const { DateTime } = luxon;
const format = (moment, style) => deserializeDateTime(moment).toLocaleString(style);

/** The treatment plans of one patient: each message with its moment and what became of it; staff skip, move or stop. */
export class FollowupTimeline extends Component {
    static template = "clinic_whatsapp.FollowupTimeline";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
    }

    /** One course, or all of a patient. */
    get courses() {
        const value = this.props.record.data[this.props.name] || [];
        return [value].flat().map((course) => ({
            ...course,
            facts: this.getFacts(course),
            steps: course.steps.map((step) => ({
                ...step,
                time: format(step.due_at, DateTime.DATETIME_MED_WITH_WEEKDAY),
            })),
        }));
    }

    /** On the form of a course its name and its buttons stand above. */
    get isAlone() {
        return this.props.record.resModel === MODEL;
    }

    getFacts({ started_at, started_by, visit_at }) {
        return [
            _t("Day zero: %(moment)s", { moment: format(started_at, DateTime.DATETIME_MED) }),
            visit_at && _t("after the visit of %(day)s", { day: format(visit_at, DateTime.DATE_MED) }),
            started_by ? _t("started by %(name)s", { name: started_by }) : _t("began by itself"),
        ]
            .filter(Boolean)
            .join(" · ");
    }

    skip(course, step) {
        this.ask({
            title: _t("Skip this message"),
            body: _t("“%(title)s” is not sent to this patient. The other messages of the plan are.", step),
            confirmLabel: _t("Skip it"),
            confirm: () => this.change("action_skip_step", course, step.id),
        });
    }

    stop(course) {
        this.ask({
            title: _t("Stop the plan"),
            body: _t("Nothing more of “%(name)s” is sent to this patient.", course),
            confirmLabel: _t("Stop the plan"),
            confirm: () => this.change("action_stop", course),
        });
    }

    resume(course) {
        this.ask({
            title: _t("Go on with the plan"),
            body: _t("The messages of “%(name)s” that are still ahead are planned again.", course),
            confirmLabel: _t("Go on with it"),
            confirm: () => this.change("action_resume", course),
        });
    }

    move(course, step) {
        this.dialog.add(MoveDialog, {
            title: step.title,
            moment: deserializeDateTime(step.due_at),
            onConfirm: (moment) => this.change("action_move_step", course, step.id, serializeDateTime(moment)),
        });
    }

    ask(props) {
        this.dialog.add(ConfirmationDialog, { cancelLabel: _t("Cancel"), cancel: () => {}, ...props });
    }

    async change(method, course, ...args) {
        const { record } = this.props;
        if (await record.save()) {
            try {
                await this.orm.call(MODEL, method, [[course.id], ...args]);
            } finally {
                await record.load();
            }
        }
    }
}

export const followupTimeline = {
    component: FollowupTimeline,
    supportedTypes: ["json"],
    label: false,
};

registry.category("fields").add("clinic_followup_timeline", followupTimeline);
