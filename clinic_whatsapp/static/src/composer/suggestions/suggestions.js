import { Component, useEffect, useRef, useState } from "@odoo/owl";

/** The list above the composer. The keyboard stays in the text: see `Suggestions.press`. */
export class SuggestionList extends Component {
    static template = "clinic_whatsapp.SuggestionList";
    static props = {
        suggestions: Object,
        label: String,
        onChoose: Function, // (item) => void
    };

    setup() {
        this.suggestions = useState(this.props.suggestions);
        this.list = useRef("list");
        useEffect(
            () => {
                this.list.el.querySelector(".active")?.scrollIntoView({ block: "nearest" });
            },
            () => [this.suggestions.index, this.suggestions.query]
        );
    }
}
