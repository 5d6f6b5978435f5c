import { Component, useEffect, useRef } from "@odoo/owl";

/** What speaks against the words of a text, and where one says why they have to be written all the same. */
export class WordWarning extends Component {
    static template = "clinic_whatsapp.WordWarning";
    static props = {
        warning: Object,
        canSend: Boolean,
        onSend: Function,
    };

    setup() {
        this.input = useRef("reason");
        useEffect(
            () => this.input.el.focus(),
            () => [this.props.warning.body, this.props.warning.problem]
        );
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            if (this.props.canSend) {
                this.props.onSend();
            }
        }
    }
}
