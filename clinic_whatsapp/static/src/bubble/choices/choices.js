import { Component, useState } from "@odoo/owl";
import { getWebAddress } from "../outside";

/** What the patient can tap below a message: reply buttons, a list, a link. Staff see it, and what was chosen. */
export class Choices extends Component {
    static template = "clinic_whatsapp.Choices";
    static props = {
        message: Object,
        pressed: { type: String, optional: true }, // the label that the patient chose
    };

    setup() {
        this.state = useState({ isListOpen: false });
    }

    get buttons() {
        return this.props.message.buttons || [];
    }

    get list() {
        return this.props.message.list;
    }

    get isChosenInList() {
        return (this.list.sections || []).some((section) => section.rows.some((row) => row.title === this.props.pressed));
    }

    get link() {
        const { link } = this.props.message;
        return link && { text: link.text, href: getWebAddress(link.url) };
    }

    get isEmpty() {
        return !this.buttons.length && !this.list && !this.link;
    }
}
