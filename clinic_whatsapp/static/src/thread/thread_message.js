import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cutText, isBigEmoji } from "../message_text";
import { getDateAndTime, getTime } from "../moments";

const UNSUPPORTED = {
    audio: _t("voice message"),
    contacts: _t("contact card"),
    document: _t("document"),
    image: _t("image"),
    location: _t("location"),
    order: _t("order"),
    reaction: _t("reaction"),
    sticker: _t("sticker"),
    video: _t("video"),
};

const DELIVERY = {
    queued: { icon: "clock", label: _t("Waiting to be sent") },
    sending: { icon: "clock", label: _t("Sending") },
    sent: { icon: "one", label: _t("Sent") },
    delivered: { icon: "two", label: _t("Delivered") },
    read: { icon: "two", label: _t("Read") },
    failed: { icon: "problem", label: _t("Failed") },
    unknown: { icon: "problem", label: _t("Not confirmed") },
    blocked: { icon: "problem", label: _t("Not sent") },
    cancelled: { icon: "cancelled", label: _t("Cancelled") },
};

/** One bubble: what was said, by whom, when, and what became of it. */
export class ThreadMessage extends Component {
    static template = "clinic_whatsapp.ThreadMessage";
    static props = {
        message: Object,
        pressed: { type: String, optional: true }, // the button of this message that the patient pressed
        isContinued: { type: Boolean, optional: true }, // follows another one of the same side
        isHighlighted: { type: Boolean, optional: true },
        onJump: Function, // (message id) => void
    };

    get message() {
        return this.props.message;
    }

    get isOut() {
        return this.message.direction === "out";
    }

    get className() {
        return {
            o_clinic_message_out: this.isOut,
            o_clinic_message_in: !this.isOut,
            o_clinic_message_continued: this.props.isContinued,
            o_clinic_message_highlighted: this.props.isHighlighted,
            o_clinic_message_problem: this.delivery?.icon === "problem",
        };
    }

    get isAutomatic() {
        return this.isOut && this.message.kind !== "reply";
    }

    get isAnswer() {
        return ["button", "interactive"].includes(this.message.type);
    }

    get isBigEmoji() {
        return isBigEmoji(this.message.body);
    }

    get pieces() {
        return cutText(this.message.body || "");
    }

    get placeholder() {
        const { type, wire_type: wireType, state } = this.message;
        if (type === "unsupported") {
            const name = UNSUPPORTED[wireType] ?? wireType ?? _t("message");
            return _t("[%(type)s] – not shown yet", { type: name });
        }
        return state === "blocked" ? _t("The text was not kept.") : "";
    }

    get delivery() {
        return this.isOut ? DELIVERY[this.message.state] : null;
    }

    get time() {
        return getTime(this.message.at);
    }

    get dateAndTime() {
        return getDateAndTime(this.message.at);
    }
}
