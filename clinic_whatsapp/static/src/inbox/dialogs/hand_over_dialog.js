import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/** Asks which branch goes on with a conversation, and why. */
export class HandOverDialog extends Component {
    static template = "clinic_whatsapp.HandOverDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        name: String,
        branches: Array, // [{id, name}]
        onConfirm: Function, // (branch id, reason) => void
    };

    setup() {
        this.state = useState({ branchId: String(this.props.branches[0].id), reason: "" });
    }

    confirm() {
        this.props.onConfirm(Number(this.state.branchId), this.state.reason.trim());
        this.props.close();
    }
}
