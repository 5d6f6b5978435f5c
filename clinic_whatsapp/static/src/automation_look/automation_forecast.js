import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const PAGE = 50; // rows that are shown at once

/** Who would get the messages of an automation, and who would not and why; a click on one shows what he reads. */
export class AutomationForecast extends Component {
    static template = "clinic_whatsapp.AutomationForecast";
    static props = { forecast: Object, onShowRecord: Function, onOpenPatient: Function };

    setup() {
        this.state = useState({ reason: null, shown: PAGE }); // null: everybody; false: those who get it
    }

    get reasons() {
        return Object.fromEntries(this.props.forecast.groups.map((group) => [group.reason, group]));
    }

    get rows() {
        const { rows } = this.props.forecast;
        const { reason } = this.state;
        return reason === null ? rows : rows.filter((row) => row.reason === reason);
    }

    get shownRows() {
        return this.rows.slice(0, this.state.shown);
    }

    get more() {
        return this.rows.length - this.shownRows.length;
    }

    get moreLabel() {
        return _t("and %(count)s more messages", { count: this.more });
    }

    get rest() {
        const { found, judged } = this.props.forecast;
        return found > judged
            ? _t("The first %(judged)s of %(found)s were looked at; the others were only counted.", { judged, found })
            : "";
    }

    isChosen(group) {
        return this.state.reason === group.reason;
    }

    toggle(group) {
        this.state.reason = this.isChosen(group) ? null : group.reason;
        this.state.shown = PAGE;
    }

    showMore() {
        this.state.shown += PAGE;
    }

    explain(row) {
        const label = this.reasons[row.reason].label;
        return row.detail ? `${label}: ${row.detail}` : label;
    }
}
