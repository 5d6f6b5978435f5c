import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { getProblems } from "./template_problems";
import { ValueChoice } from "./value_choice";
import { BODY, dropNumber, findNumbers, getVariables, HEADER, removeVariable } from "./variables";

const FIELDS = { [HEADER]: "header_text", [BODY]: "body" };

/** What stands for {{1}}, {{2}} … of the header and of the text. */
export class TemplateVariables extends Component {
    static template = "clinic_whatsapp.TemplateVariables";
    static components = { ValueChoice };
    static props = { ...standardFieldProps };

    get list() {
        return this.props.record.data[this.props.name];
    }

    get places() {
        const places = [HEADER, BODY].map((place) => ({ place, variables: getVariables(this.list, place) }));
        return places.filter(({ variables }) => variables.length);
    }

    getProblems({ data: { place, index } }) {
        return place === BODY ? getProblems(this.props.record, [`variable:${index}`]) : [];
    }

    getText(place) {
        const { data } = this.props.record;
        return (place === HEADER && data.header_type !== "text" ? "" : data[FIELDS[place]]) || "";
    }

    isUnused({ data: { place, index } }) {
        return !findNumbers(this.getText(place)).includes(index);
    }

    /** Meta would have to agree to another text. */
    get canRemove() {
        return !this.props.readonly && !this.props.record.data.edit_problem;
    }

    remove(variable) {
        const { place, index } = variable.data;
        const { record, name } = this.props;
        const commands = removeVariable(this.list, variable);
        const text = dropNumber(record.data[FIELDS[place]] || "", index);
        return record.update({ [FIELDS[place]]: text, [name]: commands });
    }
}

registry.category("fields").add("clinic_template_variables", {
    component: TemplateVariables,
    supportedTypes: ["one2many"],
});
