import { Component } from "@odoo/owl";
import { getDateAndTime, getTime } from "../moments";

/** What the branch says among itself, or what happened: the patient sees none of it. */
export class Note extends Component {
    static template = "clinic_whatsapp.Note";
    static props = { note: Object };

    get isEvent() {
        return this.props.note.kind === "event";
    }

    get time() {
        return getTime(this.props.note.at);
    }

    get dateAndTime() {
        return getDateAndTime(this.props.note.at);
    }
}
