import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What sets off an automation, in groups by what it happens to. What belongs to no group stands at the end. */
const GROUPS = [
    { label: _t("An appointment"), values: ["booked", "confirmed", "moved", "cancelled", "before", "done", "no_show"] },
    { label: _t("A chat"), values: ["greeting", "out_of_hours", "keyword", "button", "no_reply", "closed"] },
    { label: _t("Any other record"), values: ["date", "created", "changed", "called"] },
];
const ELSEWHERE = "followup"; // treatment plans have a form of their own

export class AutomationTrigger extends Component {
    static template = "clinic_whatsapp.AutomationTrigger";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get labels() {
        return new Map(this.props.record.fields[this.props.name].selection);
    }

    get groups() {
        const { labels } = this;
        const grouped = new Set(GROUPS.flatMap((group) => group.values));
        const isOther = (value) => !grouped.has(value) && (value !== ELSEWHERE || value === this.value);
        const others = { label: _t("Other"), values: [...labels.keys()].filter(isOther) };
        return [...GROUPS, others]
            .map(({ label, values }) => ({ label, values: values.filter((value) => labels.has(value)) }))
            .filter((group) => group.values.length);
    }

    choose(value) {
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("clinic_automation_trigger", {
    component: AutomationTrigger,
    supportedTypes: ["selection"],
});
