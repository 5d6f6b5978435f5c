import { Component, useRef } from "@odoo/owl";
import { countCharacters } from "../message_text";
import { useLiveText } from "./live_text";

/** One line that the form hears of while it is typed. */
export class LiveInput extends Component {
    static template = "clinic_whatsapp.LiveInput";
    static props = {
        model: Object, // of the form
        value: { type: [String, Boolean] },
        label: String,
        onChange: Function, // (text: string) => Promise
        limit: { type: Number, optional: true }, // characters
        name: { type: String, optional: true },
        placeholder: { type: String, optional: true },
        readonly: { type: Boolean, optional: true },
        type: { type: String, optional: true },
    };
    static defaultProps = { type: "text" };

    setup() {
        this.input = useRef("input");
        this.live = useLiveText(this.input, {
            getModel: () => this.props.model,
            read: () => this.props.value || "",
            write: (text) => this.props.onChange(text),
        });
    }

    get left() {
        return this.props.limit - countCharacters(this.props.value || "");
    }
}
