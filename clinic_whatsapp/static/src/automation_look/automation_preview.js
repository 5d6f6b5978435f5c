import { Component } from "@odoo/owl";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { ICONS } from "../template_editor/template_buttons";
import { Phone } from "../template_editor/template_phone";

/** Each message of an automation as the patient of one record would read it, and when; or why he would not. */
export class AutomationPreview extends Component {
    static template = "clinic_whatsapp.AutomationPreview";
    static components = { Phone, RecordSelector };
    static props = { preview: Object, onChoose: Function };

    get recordId() {
        return this.props.preview.record?.id || false;
    }

    getIcons(step) {
        return step.kinds.map((kind) => ICONS[kind]);
    }

    choose(id) {
        if (id && id !== this.recordId) {
            this.props.onChoose(id);
        }
    }
}
