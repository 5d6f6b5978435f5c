import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { PatientThreads } from "./patient_threads/patient_threads";
import { ClinicThread } from "./thread/thread";

/** `<widget name="clinic_whatsapp_thread"/>` in the form of a patient or of a conversation. */
export class ThreadWidget extends Component {
    static template = "clinic_whatsapp.ThreadWidget";
    static components = { ClinicThread, PatientThreads };
    static props = standardWidgetProps;

    get isPatient() {
        return this.props.record.resModel === "res.partner";
    }
}

export const threadWidget = {
    component: ThreadWidget,
    additionalClasses: ["o_clinic_thread_widget"],
};
registry.category("view_widgets").add("clinic_whatsapp_thread", threadWidget);
