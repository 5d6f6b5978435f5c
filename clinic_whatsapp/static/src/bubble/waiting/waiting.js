import { Component } from "@odoo/owl";

/** That a message waits and until when, why one did not, and the way to send it now; below its bubble. */
export class Waiting extends Component {
    static template = "clinic_whatsapp.Waiting";
    static props = {
        message: Object, // {held, urgent_reason, can_send_now}
        onSendNow: Function, // () => void
    };
}

/** @returns {boolean} whether there is anything to tell */
export function hasWaiting({ held, urgent_reason: reason, can_send_now: canSendNow }) {
    return Boolean(held || reason || canSendNow);
}
