import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { x2ManyCommands } from "@web/core/orm_service";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { LiveInput } from "./live_input";
import { getProblems, Problems } from "./template_problems";
import { ValueChoice } from "./value_choice";
import { addMissing, BUTTON, findNumbers, getId, getVariables } from "./variables";

const URL = "url";
const MOST = 10;
const LABEL_LIMIT = 25;
const OWN_LABEL = ["copy_code", "contact_request"]; // WhatsApp writes what stands on these
const QUICK_REPLY = "quick_reply";
export const ICONS = {
    [QUICK_REPLY]: "fa-reply",
    [URL]: "fa-external-link",
    phone: "fa-phone",
    copy_code: "fa-clone",
    contact_request: "fa-user-plus",
    flow: "fa-list-alt",
};

/** @returns {Object[]} the records of the buttons in their order */
export function getButtons(list) {
    return [...list.records].sort((a, b) => a.data.sequence - b.data.sequence);
}

/** The buttons below a template: what stands on them and what they do. */
export class TemplateButtons extends Component {
    static template = "clinic_whatsapp.TemplateButtons";
    static components = { Dropdown, DropdownItem, LiveInput, Problems, ValueChoice };
    static props = { ...standardFieldProps };

    setup() {
        this.labelLimit = LABEL_LIMIT;
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get model() {
        return this.props.record.model;
    }

    get buttons() {
        return getButtons(this.list);
    }

    get kinds() {
        return this.list.fields.kind.selection.map(([kind, label]) => ({ kind, label, icon: ICONS[kind] }));
    }

    get actions() {
        return this.list.fields.action.selection;
    }

    get canAdd() {
        return !this.props.readonly && this.buttons.length < MOST;
    }

    get problems() {
        return getProblems(this.props.record, ["buttons"]);
    }

    getProblems(position) {
        return getProblems(this.props.record, [`button:${position + 1}`]);
    }

    getIcon(button) {
        return ICONS[button.data.kind];
    }

    hasOwnLabel(button) {
        return OWN_LABEL.includes(button.data.kind);
    }

    hasAction(button) {
        return button.data.kind === QUICK_REPLY && this.actions.length > 1;
    }

    getKindLabel(button) {
        return this.kinds.find(({ kind }) => kind === button.data.kind).label;
    }

    /** The variable at the end of the address. */
    getVariable(button) {
        const isVariable = button.data.kind === URL && findNumbers(button.data.url).length;
        return isVariable ? getVariables(button.data.variable_ids, BUTTON)[0] : undefined;
    }

    /** Quick replies stand together: a new one goes behind the last of them, others go to the end. */
    async add(kind) {
        const { buttons } = this;
        const last = buttons.findLastIndex((button) => button.data.kind === QUICK_REPLY);
        const position = kind === QUICK_REPLY && last >= 0 ? last + 1 : buttons.length;
        const moved = buttons.slice(position).map((button, index) => this.place(button, position + 1 + index));
        const before = buttons.slice(0, position).map((button, index) => this.place(button, index));
        const values = this.makeButton(kind, position);
        await this.change([...before, ...moved, [x2ManyCommands.CREATE, false, values]]);
    }

    makeButton(kind, position) {
        const empty = { text: false, url: false, phone_number: false, code: false, flow_id: false };
        const values = { ...empty, kind, action: "none", sequence: this.number(position), variable_ids: [] };
        return kind === URL ? { ...values, url: "https://" } : values;
    }

    move(position, by) {
        const buttons = [...this.buttons];
        const [button] = buttons.splice(position, 1);
        buttons.splice(position + by, 0, button);
        return this.change(buttons.map((moved, index) => this.place(moved, index)));
    }

    remove(button) {
        return this.change([[x2ManyCommands.DELETE, getId(button)]]);
    }

    /** An address whose end is another one in every message gets a variable; one without loses it. */
    writeUrl(button, url) {
        const { variable_ids: variables } = button.data;
        const isVariable = findNumbers(url).length > 0;
        const gone = isVariable ? [] : variables.records.map((variable) => [x2ManyCommands.DELETE, getId(variable)]);
        const commands = isVariable && !variables.records.length ? addMissing(variables, BUTTON, "{{1}}") : gone;
        return button.update({ url, ...(commands.length && { variable_ids: commands }) });
    }

    place(button, position) {
        return [x2ManyCommands.UPDATE, getId(button), { sequence: this.number(position) }];
    }

    number(position) {
        return (position + 1) * 10;
    }

    change(commands) {
        return this.props.record.update({ [this.props.name]: commands });
    }
}

registry.category("fields").add("clinic_template_buttons", {
    component: TemplateButtons,
    supportedTypes: ["one2many"],
});
