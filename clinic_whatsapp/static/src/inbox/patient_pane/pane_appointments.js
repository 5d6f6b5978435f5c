import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { ViewButton } from "@web/views/view_button/view_button";

const MODEL = "clinic.appointment";
const { DateTime } = luxon;

/** Next and past visits. Confirming, moving and cancelling are the appointment's own doing, with its messages. */
export class PaneAppointments extends Component {
    static template = "clinic_whatsapp.PaneAppointments";
    static components = { ViewButton };
    static props = {
        patientId: Number,
        next: Array,
        past: Array,
        context: Object, // of the branch in which one works
        onChanged: Function,
    };

    setup() {
        this.action = useService("action");
    }

    get next() {
        return this.props.next.map((visit) => this.describe(visit));
    }

    get past() {
        return this.props.past.map((visit) => this.describe(visit));
    }

    describe(visit) {
        return {
            ...visit,
            when: deserializeDateTime(visit.start).toLocaleString(DateTime.DATETIME_MED_WITH_WEEKDAY),
            facts: [visit.service, visit.practitioner, visit.branch].filter(Boolean).join(" · "),
        };
    }

    getRecord(visit) {
        return { resModel: MODEL, resId: visit.id, resIds: [visit.id], context: this.props.context, evalContext: {} };
    }

    get confirmParams() {
        return { type: "object", name: "action_confirm" };
    }

    get cancelParams() {
        return {
            type: "object",
            name: "action_cancel",
            confirm: _t("Cancel this appointment? The patient is told if the clinic has set it up so."),
            "confirm-title": _t("Cancel the appointment"),
            "confirm-label": _t("Cancel the appointment"),
            "cancel-label": _t("Keep it"),
        };
    }

    /** The form of a visit, where its time is changed; or of a new one. */
    open(visitId) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: visitId ? _t("Move the appointment") : _t("Book an appointment"),
                res_model: MODEL,
                res_id: visitId,
                views: [[false, "form"]],
                target: "new",
                context: { ...this.props.context, default_patient_id: this.props.patientId },
            },
            { onClose: () => this.props.onChanged() }
        );
    }
}
