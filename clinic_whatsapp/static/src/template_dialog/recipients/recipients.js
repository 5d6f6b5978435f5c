import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const FEW = 5; // names that are shown at once
const ICONS = { ready: "fa-check", waits: "fa-clock-o", denied: "fa-ban" };

/** Who is going to get a message, and who is not and why; a click on a name shows what that patient reads. */
export class Recipients extends Component {
    static template = "clinic_whatsapp.Recipients";
    static props = { offer: Object, onOpenPatient: Function };

    setup() {
        this.state = useState({ opened: {} });
    }

    get summary() {
        const { offer } = this.props;
        const reached = offer.reached.length;
        const left = offer.recipients.length - reached;
        if (!reached) {
            return _t("None of them gets it.");
        }
        return left
            ? _t("%(reached)s get it, %(left)s do not.", { reached, left })
            : _t("All %(reached)s get it.", { reached });
    }

    getTitle({ state, label }) {
        if (state === "ready") {
            return _t("They get it");
        }
        return state === "waits" ? _t("They get it when the hours for messages begin") : label;
    }

    getIcon({ state }) {
        return ICONS[state];
    }

    getRows(group) {
        return this.state.opened[group.key] ? group.rows : group.rows.slice(0, FEW);
    }

    getMore(group) {
        return group.rows.length - this.getRows(group).length;
    }
}
