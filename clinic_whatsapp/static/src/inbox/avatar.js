import { Component } from "@odoo/owl";

const COLOURS = 7;

/** The first letters of a name; nothing for a bare telephone number. */
export function getInitials(name) {
    const words = name.split(/\s+/).map((word) => word.match(/\p{L}/u)?.[0]);
    const letters = words.filter(Boolean);
    return [letters[0], letters.length > 1 && letters.at(-1)].filter(Boolean).join("").toLocaleUpperCase();
}

/** A patient's initials on a colour of their own. */
export class ContactAvatar extends Component {
    static template = "clinic_whatsapp.ContactAvatar";
    static props = { id: Number, name: String };

    get initials() {
        return getInitials(this.props.name);
    }

    get className() {
        return `o_clinic_avatar_${this.props.id % COLOURS}`;
    }
}
