import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The kinds of records that automations can be about, as far as the user may read them. */
export class SourceModel extends Component {
    static template = "clinic_whatsapp.SourceModel";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ models: [] });
        onWillStart(async () => {
            this.state.models = await this.orm.call("clinic.whatsapp.source", "get_models", []);
        });
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    /** What was chosen stays on the list, even when the user may not read its records. */
    get options() {
        const { models } = this.state;
        const { value } = this;
        const isKnown = !value || models.some((model) => model.id === value.id);
        return isKnown ? models : [{ id: value.id, name: value.display_name }, ...models];
    }

    choose(id) {
        const chosen = this.options.find((model) => model.id === Number(id));
        return this.props.record.update({
            [this.props.name]: chosen ? { id: chosen.id, display_name: chosen.name } : false,
        });
    }
}

registry.category("fields").add("clinic_source_model", {
    component: SourceModel,
    supportedTypes: ["many2one"],
});
