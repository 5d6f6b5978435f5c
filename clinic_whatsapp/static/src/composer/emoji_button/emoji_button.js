import { Component, useRef } from "@odoo/owl";
import { useEmojiPicker } from "@web/core/emoji_picker/emoji_picker";

/** Odoo's own emoji, with its search and its keyboard. */
export class EmojiButton extends Component {
    static template = "clinic_whatsapp.EmojiButton";
    static props = { isDisabled: Boolean, onSelect: Function }; // (emoji: string) => void

    setup() {
        this.picker = useEmojiPicker(useRef("button"), { onSelect: (emoji) => this.props.onSelect(emoji) });
    }
}
