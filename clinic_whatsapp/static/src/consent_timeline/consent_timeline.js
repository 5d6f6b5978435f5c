import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
const FIRST = 6; // entries shown before somebody asks for all

/** The consent ledger of one patient, newest first; a click opens the entry with its evidence. */
export class ConsentTimeline extends Component {
    static template = "clinic_whatsapp.ConsentTimeline";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get events() {
        return (this.props.record.data[this.props.name] || []).map((event) => ({
            ...event,
            when: deserializeDateTime(event.date).toLocaleString(DateTime.DATETIME_MED),
            facts: this.getFacts(event),
        }));
    }

    get shown() {
        return this.events.slice(0, FIRST);
    }

    getFacts({ method, acting, by, text, proofs }) {
        return [
            method,
            acting && _t("for the patient: %(name)s", { name: acting }),
            by && _t("recorded by %(name)s", { name: by }),
            text,
            proofs && _t("%(count)s files", { count: proofs }),
        ]
            .filter(Boolean)
            .join(" · ");
    }

    open(event) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "clinic.consent",
            res_id: event.id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    openAll() {
        return this.action.doAction("clinic_whatsapp.action_consent", {
            additionalContext: { search_default_partner_id: this.props.record.resId },
        });
    }
}

export const consentTimeline = {
    component: ConsentTimeline,
    supportedTypes: ["json"],
    label: false,
};

registry.category("fields").add("clinic_consent_timeline", consentTimeline);
