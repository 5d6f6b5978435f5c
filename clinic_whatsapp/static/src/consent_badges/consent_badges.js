import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { ViewButton } from "@web/views/view_button/view_button";

const { DateTime } = luxon;

const ICONS = {
    success: "fa-check-circle text-success",
    danger: "fa-times-circle text-danger",
    warning: "fa-exclamation-circle text-warning",
    secondary: "fa-circle-o text-muted",
};

/** What a patient agreed to: one line a purpose, with its date and source, and what staff can do about it. */
export class ConsentBadges extends Component {
    static template = "clinic_whatsapp.ConsentBadges";
    static components = { Dropdown, ViewButton };
    static props = { ...standardFieldProps };

    get badges() {
        return (this.props.record.data[this.props.name] || []).map((badge) => ({
            ...badge,
            icon: ICONS[badge.tone] || ICONS.secondary,
            facts: this.getFacts(badge),
            main: badge.actions.filter((action) => action.kind === "main"),
            more: badge.actions.filter((action) => action.kind !== "main"),
        }));
    }

    getFacts({ date, source, until }) {
        const facts = [date && this.day(date), source];
        if (until) {
            facts.push(_t("holds until %(date)s", { date: this.day(until) }));
        }
        return facts.filter(Boolean).join(" · ");
    }

    day(moment) {
        return deserializeDateTime(moment).toLocaleString(DateTime.DATE_MED);
    }

    clickParams({ name, args, context }) {
        return { type: "object", name, args: JSON.stringify(args), context };
    }
}

export const consentBadges = {
    component: ConsentBadges,
    supportedTypes: ["json"],
    label: false,
};

registry.category("fields").add("clinic_consent_badges", consentBadges);
