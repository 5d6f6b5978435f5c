import { Component } from "@odoo/owl";
import { ModelFieldSelector } from "@web/core/model_field_selector/model_field_selector";
import { LiveInput } from "./live_input";
import { Problems } from "./template_problems";
import { BUTTON, FIELD, getHelpers, HELPER, makeSample, TEXT } from "./variables";

const TYPES = ["many2one", "char", "text", "selection", "integer", "float", "monetary", "boolean", "date", "datetime"];

/** Tell whether a field leads to one value: a list could not be written into a sentence. */
export function isFieldForText({ type }) {
    return TYPES.includes(type);
}

/** @returns {string} an example of a computed value for one template */
export function describeSample(template, helper, isSuffix = false) {
    const { language, company_id: company } = template.data;
    return makeSample(helper, { language: language || "en", branch: company?.display_name || "", isSuffix });
}

/** Where the value of one variable comes from, its example, and what stands there when there is none. */
export class ValueChoice extends Component {
    static template = "clinic_whatsapp.ValueChoice";
    static components = { LiveInput, ModelFieldSelector, Problems };
    static props = {
        template: Object, // the record of the form
        variable: Object,
        problems: Array,
        isUnused: { type: Boolean, optional: true },
        onRemove: { type: Function, optional: true },
        readonly: { type: Boolean, optional: true },
    };

    setup() {
        this.isFieldForText = isFieldForText;
    }

    get data() {
        return this.props.variable.data;
    }

    get helpers() {
        return getHelpers({ fields: this.props.variable.fields });
    }

    get model() {
        return this.props.template.data.model_name;
    }

    get isField() {
        return this.data.source === FIELD;
    }

    get isText() {
        return this.data.source === TEXT;
    }

    get choice() {
        return this.data.source === HELPER ? `${HELPER}:${this.data.helper}` : this.data.source;
    }

    get name() {
        return `{{${this.data.index}}}`;
    }

    choose(choice) {
        const [source, helper] = choice.split(":");
        const isSuffix = this.data.place === BUTTON;
        const sample = helper ? describeSample(this.props.template, helper, isSuffix) : this.data.sample;
        return this.update({ source, helper: helper || false, field_path: false, text: false, sample });
    }

    update(values) {
        return this.props.variable.update(values);
    }
}
