import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { ViewButton } from "@web/views/view_button/view_button";

const LOOKS = {
    open: { tone: "success", icon: "fa-check" },
    answer: { tone: "info", icon: "fa-clock-o" },
    closed: { tone: "warning", icon: "fa-lock" },
};

/** Whether this branch may write to the patient now; if not: which rule says so, and the next lawful step. */
export class WriteObstacle extends Component {
    static template = "clinic_whatsapp.WriteObstacle";
    static components = { ViewButton };
    static props = { ...standardFieldProps };

    get obstacle() {
        const obstacle = this.props.record.data[this.props.name];
        return obstacle && { ...obstacle, ...LOOKS[obstacle.state] };
    }

    get clickParams() {
        const { name, args, context } = this.obstacle.action;
        return { type: "object", name, args: JSON.stringify(args), context };
    }
}

export const writeObstacle = {
    component: WriteObstacle,
    supportedTypes: ["json"],
    label: false,
};

registry.category("fields").add("clinic_write_obstacle", writeObstacle);
