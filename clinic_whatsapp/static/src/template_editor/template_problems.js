import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What Meta would refuse, where it stands. */
export class Problems extends Component {
    static template = "clinic_whatsapp.TemplateProblems";
    static props = { problems: Array };
}

const OURS = ["draft", "rejected"]; // in these nothing is at Meta that it has taken

/** @returns {Object[]} what Meta would refuse in some places of a template; what it has taken already is right */
export function getProblems(record, places) {
    const isJudged = OURS.includes(record.data.status) || record.dirty;
    return isJudged ? (record.data.problems || []).filter(({ place }) => places.includes(place)) : [];
}

/** The problems of the field before it; a form that was just opened is not scolded for being empty. */
export class TemplateProblemsField extends Component {
    static template = "clinic_whatsapp.TemplateProblemsField";
    static components = { Problems };
    static props = { ...standardFieldProps, places: Array };

    get problems() {
        const { record, places } = this.props;
        return getProblems(record, places).filter(({ place }) => !record.isNew || record.data[place]);
    }
}

registry.category("fields").add("clinic_template_problems", {
    component: TemplateProblemsField,
    supportedTypes: ["json"],
    supportedOptions: [{ label: "Places", name: "places", type: "string" }],
    label: false,
    extractProps: ({ options }) => ({ places: options.places || [] }),
});
