import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { localization } from "@web/core/l10n/localization";

/** Asks when a message that is planned is to leave instead. */
export class MoveDialog extends Component {
    static template = "clinic_whatsapp.MoveDialog";
    static components = { DateTimeInput, Dialog };
    static props = {
        close: Function,
        title: String,
        moment: Object, // DateTime
        onConfirm: Function, // (DateTime) => void
    };

    setup() {
        this.format = localization.dateTimeFormat.replace(":ss", "");
        this.earliest = luxon.DateTime.now();
        this.state = useState({ moment: this.props.moment });
    }

    get isPast() {
        return !this.state.moment || this.state.moment <= luxon.DateTime.now();
    }

    confirm() {
        this.props.onConfirm(this.state.moment);
        this.props.close();
    }
}
