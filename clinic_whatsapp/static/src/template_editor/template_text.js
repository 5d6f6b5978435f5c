import { Component, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { ModelFieldSelectorPopover } from "@web/core/model_field_selector/model_field_selector_popover";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { EmojiButton } from "../composer/emoji_button/emoji_button";
import { countCharacters } from "../message_text";
import { useLiveText } from "./live_text";
import { getProblems, Problems } from "./template_problems";
import { describeSample, isFieldForText } from "./value_choice";
import { addMissing, BODY, FIELD, findNumbers, getHelpers, getNextNumber, HEADER, HELPER, TEXT } from "./variables";

const FEW = 0.15; // of the characters that fit: then one sees how many are left
/** A text of a template, with a button that puts a variable where the cursor stands, and what is wrong below it. */
export class TemplateText extends Component {
    static template = "clinic_whatsapp.TemplateText";
    static components = { Dropdown, DropdownItem, EmojiButton, Problems };
    static props = {
        ...standardFieldProps,
        placeholder: { type: String, optional: true },
        variablesIn: { type: String, optional: true }, // the place of its variables; none without it
        isLine: { type: Boolean, optional: true },
        limit: Number, // characters
    };

    setup() {
        this.input = useRef("input");
        this.insertButton = useRef("insert");
        this.state = useState({ text: this.value }); // what stands in the box
        this.content = {}; // of variables that are just being inserted, by number
        this.live = useLiveText(this.input, {
            getModel: () => this.props.record.model,
            read: () => this.value,
            write: (text) => this.write(text),
            show: (text) => {
                this.state.text = text;
            },
        });
        this.popover = usePopover(ModelFieldSelectorPopover, {
            popoverClass: "o_popover_field_selector",
            onClose: () => this.insertField(),
        });
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get label() {
        return this.props.record.fields[this.props.name].string;
    }

    get left() {
        return this.props.limit - countCharacters(this.state.text);
    }

    get isNearlyFull() {
        return this.left <= this.props.limit * FEW;
    }

    get variables() {
        return this.props.record.data.variable_ids;
    }

    get helpers() {
        return getHelpers(this.variables);
    }

    get model() {
        return this.props.record.data.model_name;
    }

    get problems() {
        const { record, variablesIn, name } = this.props;
        const isUntouched = record.isNew && !this.value;
        return isUntouched ? [] : getProblems(record, [variablesIn || name]);
    }

    /** A header takes one variable. */
    get canInsert() {
        const { readonly, variablesIn } = this.props;
        const isFull = variablesIn === HEADER && findNumbers(this.value).length > 0;
        return Boolean(variablesIn) && !readonly && !isFull;
    }

    get isFormatted() {
        return this.props.variablesIn === BODY && !this.props.readonly;
    }

    onKeydown(ev) {
        if (this.props.isLine && ev.key === "Enter") {
            ev.preventDefault();
        }
    }

    insertHelper(helper) {
        const sample = describeSample(this.props.record, helper);
        return this.insertVariable({ source: HELPER, helper, sample });
    }

    insertTyped() {
        return this.insertVariable({ source: TEXT });
    }

    chooseField() {
        this.path = "";
        this.popover.open(this.insertButton.el, {
            resModel: this.model,
            filter: isFieldForText,
            showSearchInput: true,
            update: (path) => {
                this.path = path;
            },
        });
    }

    insertField() {
        return this.path ? this.insertVariable({ source: FIELD, field_path: this.path }) : undefined;
    }

    insertVariable(content) {
        const number = getNextNumber(this.input.el.value);
        this.content = { [number]: content };
        return this.insert(`{{${number}}}`);
    }

    /** Put a text where the cursor stands; the record hears of it at once. */
    insert(text) {
        const { el } = this.input;
        el.setRangeText(text, el.selectionStart, el.selectionEnd, "end");
        return this.commitAndFocus();
    }

    /** Set what is chosen between two marks. */
    wrap(mark) {
        const { el } = this.input;
        const { selectionStart: start, selectionEnd: end } = el;
        el.setRangeText(`${mark}${el.value.slice(start, end)}${mark}`, start, end, "preserve");
        el.setSelectionRange(start + mark.length, end + mark.length);
        return this.commitAndFocus();
    }

    async commitAndFocus() {
        const { el } = this.input;
        el.focus();
        this.live.onInput();
        await this.live.commit();
        if (document.activeElement === this.insertButton.el) {
            el.focus(); // the menu gave the focus back to its button when it was closed
        }
    }

    /** Every number gets its variable, so that nobody writes one without saying where its value comes from. */
    async write(text) {
        const { record, name, variablesIn } = this.props;
        const commands = variablesIn ? addMissing(this.variables, variablesIn, text, this.content) : [];
        this.content = {};
        await record.update({ [name]: text, ...(commands.length && { variable_ids: commands }) });
    }
}

registry.category("fields").add("clinic_template_text", {
    component: TemplateText,
    supportedTypes: ["char", "text"],
    supportedOptions: [
        { label: "Characters that fit", name: "limit", type: "number" },
        { label: "Place of its variables", name: "variables_in", type: "string" },
    ],
    extractProps: ({ options, attrs }) => ({
        isLine: options.line || false,
        limit: options.limit,
        placeholder: attrs.placeholder,
        variablesIn: options.variables_in,
    }),
});
