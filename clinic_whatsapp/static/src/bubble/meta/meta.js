import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { getDateAndTime, getTime } from "../../moments";

const DELIVERY = {
    queued: { icon: "clock", label: _t("Waiting to be sent") },
    sending: { icon: "clock", label: _t("Sending") },
    sent: { icon: "one", label: _t("Sent") },
    delivered: { icon: "two", label: _t("Delivered") },
    read: { icon: "two", label: _t("Read") },
    played: { icon: "two", label: _t("Played") },
    failed: { icon: "problem", label: _t("Failed") },
    unknown: { icon: "problem", label: _t("Not confirmed") },
    blocked: { icon: "problem", label: _t("Not sent") },
    cancelled: { icon: "cancelled", label: _t("Cancelled") },
};

/** @returns {{icon: string, label: string} | null} what became of one of our messages */
export function getDelivery({ direction, state, played }) {
    return direction === "out" ? DELIVERY[played ? "played" : state] ?? null : null;
}

/** When it was said, whether it was edited, and how far it came: in the corner of a bubble. */
export class BubbleMeta extends Component {
    static template = "clinic_whatsapp.BubbleMeta";
    static props = { message: Object };

    get delivery() {
        return getDelivery(this.props.message);
    }

    get state() {
        return this.props.message.played ? "played" : this.props.message.state;
    }

    get time() {
        return getTime(this.props.message.at);
    }

    get dateAndTime() {
        return getDateAndTime(this.props.message.at);
    }
}
