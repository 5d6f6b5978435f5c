import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { localization } from "@web/core/l10n/localization";

/** Asks until when a conversation may rest. */
export class SnoozeDialog extends Component {
    static template = "clinic_whatsapp.SnoozeDialog";
    static components = { DateTimeInput, Dialog };
    static props = {
        close: Function,
        suggestion: Object, // DateTime
        onConfirm: Function, // (DateTime) => void
    };

    setup() {
        this.format = localization.dateTimeFormat.replace(":ss", "");
        this.earliest = luxon.DateTime.now();
        this.state = useState({ until: this.props.suggestion });
    }

    get isPast() {
        return !this.state.until || this.state.until <= luxon.DateTime.now();
    }

    confirm() {
        this.props.onConfirm(this.state.until);
        this.props.close();
    }
}
