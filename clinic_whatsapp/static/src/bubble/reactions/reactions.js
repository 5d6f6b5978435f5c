import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cleanLine } from "../outside";

/** The emoji with which both sides reacted to a message; who did is told on hover, on a tap, and to screen readers. */
export class Reactions extends Component {
    static template = "clinic_whatsapp.Reactions";
    static props = { reactions: Array }; // {emoji, direction, author}

    /** One chip for each emoji. */
    get chips() {
        const chips = new Map();
        for (const { emoji, direction, author } of this.props.reactions) {
            const chip = chips.get(emoji) ?? { emoji: cleanLine(emoji), names: [] };
            chip.names.push(cleanLine(author) || (direction === "out" ? _t("Clinic") : _t("Patient")));
            chips.set(emoji, chip);
        }
        return [...chips.values()].map((chip) => ({ ...chip, who: chip.names.join(", ") }));
    }
}
