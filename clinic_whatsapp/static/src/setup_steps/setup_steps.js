import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { ViewButton } from "@web/views/view_button/view_button";

const ICONS = {
    done: "fa-check-circle text-success",
    waiting: "fa-hourglass-half text-warning",
    todo: "fa-circle-o text-muted",
};

/** The set-up of a number as a list: what is done, what comes next, and the button for it. */
export class SetupSteps extends Component {
    static template = "clinic_whatsapp.SetupSteps";
    static components = { ViewButton };
    static props = { ...standardFieldProps };

    /** The first step that is not done is the one to take; its button stands out. */
    get steps() {
        const steps = this.props.record.data[this.props.name] || [];
        const next = steps.findIndex((step) => step.state === "todo");
        return steps.map((step, index) => ({ ...step, icon: ICONS[step.state], isNext: index === next }));
    }

    get progress() {
        const done = this.steps.filter((step) => step.state === "done").length;
        return _t("%(done)s of %(all)s steps are done.", { done, all: this.steps.length });
    }
}

export const setupSteps = {
    component: SetupSteps,
    supportedTypes: ["json"],
    label: false,
};

registry.category("fields").add("clinic_setup_steps", setupSteps);
