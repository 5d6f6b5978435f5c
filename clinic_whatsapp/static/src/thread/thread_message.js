import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Answers } from "../bubble/answers/answers";
import { Choices } from "../bubble/choices/choices";
import { ContactCards } from "../bubble/contact_cards/contact_cards";
import { getMediaKind, isShown, Media } from "../bubble/media/media";
import { BubbleMeta, getDelivery } from "../bubble/meta/meta";
import { Place } from "../bubble/place/place";
import { Reactions } from "../bubble/reactions/reactions";
import { Referral } from "../bubble/referral/referral";
import { hasWaiting, Waiting } from "../bubble/waiting/waiting";
import { cutText, isBigEmoji } from "../message_text";

const PICTURED = ["image", "video"];
const QUOTABLE = ["received", "sent", "delivered", "read"]; // what WhatsApp has
const NOT_HANDED_OVER = ["unsupported", "unknown"];

/** One bubble: what was said, by whom, when, and what became of it. */
export class ThreadMessage extends Component {
    static template = "clinic_whatsapp.ThreadMessage";
    static components = { Answers, BubbleMeta, Choices, ContactCards, Media, Place, Reactions, Referral, Waiting };
    static props = {
        message: Object,
        pressed: { type: String, optional: true }, // what the patient chose of this message's buttons or list
        isContinued: { type: Boolean, optional: true }, // follows another one of the same side
        isHighlighted: { type: Boolean, optional: true },
        onJump: Function, // (message id) => void
        onOpenMedia: Function, // (message id) => void
        onRetryMedia: Function, // (message id) => Promise
        onSendNow: Function, // (message id) => void
        onQuote: { type: Function, optional: true }, // () => void
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
            o_clinic_message_problem: getDelivery(this.message)?.icon === "problem",
            o_clinic_message_pictured: this.isPictured,
            o_clinic_message_bare: this.isBare,
            o_clinic_message_framed: this.isPictured && !this.hasContent,
        };
    }

    /** What somebody sent to several patients is no reply, but has an author. */
    get isAutomatic() {
        return this.isOut && this.message.kind !== "reply" && !this.message.author;
    }

    get isAnswer() {
        return ["button", "interactive"].includes(this.message.type) && !this.isOut && !this.answers;
    }

    /** The file, while there is something to tell about it. */
    get media() {
        return !this.isGone && this.message.media;
    }

    get isShown() {
        return Boolean(this.media) && isShown(this.media);
    }

    get isPictured() {
        return this.isShown && PICTURED.includes(getMediaKind(this.media));
    }

    /** A sticker stands on the wallpaper. */
    get isBare() {
        return this.isShown && getMediaKind(this.media) === "sticker";
    }

    /** Nothing but the patient's side of the story remains of it. */
    get isGone() {
        return this.message.revoked || this.message.state === "blocked";
    }

    get hasContent() {
        return Boolean(this.placeholder || this.message.body || this.footer);
    }

    get footer() {
        return !this.isGone && this.message.footer;
    }

    get answers() {
        return this.message.answers?.length ? this.message.answers : null;
    }

    get reactions() {
        return this.message.revoked ? [] : this.message.reactions || [];
    }

    get canQuote() {
        return this.props.onQuote && !this.message.revoked && QUOTABLE.includes(this.message.state);
    }

    get hasWaiting() {
        return this.isOut && hasWaiting(this.message);
    }

    get body() {
        return this.message.revoked ? "" : this.message.body;
    }

    get isBigEmoji() {
        return isBigEmoji(this.body);
    }

    get pieces() {
        return cutText(this.body || "");
    }

    /** What stands in the place of a text that is not there. */
    get placeholder() {
        const { revoked, state, type, description, wire_type: wireType } = this.message;
        if (revoked) {
            return this.isOut ? _t("This message was deleted") : _t("The patient deleted this message");
        }
        if (state === "blocked") {
            return _t("The text was not kept.");
        }
        if (NOT_HANDED_OVER.includes(type)) {
            return description || _t("WhatsApp did not hand over this message (%(type)s). Ask the patient what it was.", { type: wireType || type });
        }
        return description || (type === "order" ? _t("Order") : "");
    }

    get placeholderIcon() {
        if (this.message.revoked) {
            return "fa-ban";
        }
        return this.message.type === "order" ? "fa-shopping-cart" : "fa-info-circle";
    }
}
