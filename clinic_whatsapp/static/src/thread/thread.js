import { Component, useEffect, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { Composer } from "../composer/composer";
import { getDay, nameDay } from "../moments";
import { PatientChooser } from "../patient_chooser/patient_chooser";
import { useThread } from "../whatsapp_service";
import { useLightbox } from "./lightbox";
import { useScrollKeeper, useVisible } from "./thread_hooks";
import { ThreadMessage } from "./thread_message";

const HIGHLIGHT_TIME = 2000; // milliseconds

/** Bubbles of one voice in a row stand close together, and only the first one names who speaks. */
function getVoice({ direction, kind, author, template, system }) {
    return [direction, kind, author || "", template || "", Boolean(system)].join("|");
}

/**
 * A conversation as one reads it on a phone: bubbles between day separators, and the composer below.
 *
 * Give it a `t-key` with the conversation: it shows the same one as long as it lives. The parent decides the height,
 * with the CSS variable `--clinic-thread-height`.
 */
export class ClinicThread extends Component {
    static template = "clinic_whatsapp.Thread";
    static components = { Composer, PatientChooser, ThreadMessage };
    static props = {
        conversationId: Number,
        slots: { type: Object, optional: true }, // header: instead of the name of the number and the branch
    };

    setup() {
        this.thread = useThread(this.props.conversationId);
        this.state = useState({ isVisible: false, isAtBottom: true, seenId: 0, target: null });
        this.lightbox = useLightbox();
        this.action = useService("action");
        this.scroll = useScrollKeeper("scroller", () => this.onScroll());
        useVisible("scroller", (isVisible) => (this.state.isVisible = isVisible));
        useExternalListener(document, "visibilitychange", () => this.render());
        useEffect(
            (isLoaded) => isLoaded && this.scroll.toElement(".o_clinic_thread_new"),
            () => [this.thread.isLoaded]
        );
        useEffect(() => this.follow());
        useEffect(
            (target) => this.highlight(target),
            () => [this.state.target]
        );
    }

    /** The bubbles by day, in the order in which they are shown: `[{day, items}]`. */
    get days() {
        const days = [];
        const pressed = this.pressedButtons;
        let previous = null;
        for (const message of this.thread.bubbles) {
            const day = getDay(message.at);
            if (days.at(-1)?.day !== day) {
                const key = days.some((other) => other.day === day) ? message.id : day;
                days.push({ day, key, name: nameDay(day), items: [] });
                previous = null;
            }
            const isFirstNew = message.id === this.thread.firstNewId;
            const isContinued = !isFirstNew && previous && getVoice(previous) === getVoice(message);
            days.at(-1).items.push({ message, isFirstNew, isContinued: Boolean(isContinued), pressed: pressed[message.id] });
            previous = message;
        }
        return days;
    }

    get pressedButtons() {
        const answers = this.thread.messages.filter((message) => message.direction === "in" && message.quoted);
        return Object.fromEntries(answers.map((message) => [message.quoted.id, message.body]));
    }

    get newBelow() {
        const received = this.thread.messages.filter((message) => message.direction === "in");
        return received.filter((message) => message.id > this.state.seenId).length;
    }

    get isSeen() {
        return this.state.isVisible && !document.hidden;
    }

    /** Once on screen: forget the unread badge, and remember how far one has read. */
    follow() {
        const { header } = this.thread;
        this.thread.isFollowed = this.isSeen && this.state.isAtBottom;
        if (header?.unread_count && this.isSeen) {
            this.thread.markRead();
        }
        if (this.state.isAtBottom) {
            this.state.seenId = this.thread.newestId;
        }
    }

    onScroll() {
        this.state.isAtBottom = this.scroll.isAtBottom;
        if (this.scroll.isAtTop) {
            this.thread.loadOlder();
        }
    }

    onSent() {
        this.scroll.toBottom();
    }

    openMedia(messageId) {
        this.lightbox.open(this.thread.bubbles, messageId);
    }

    /** Open the dialog that asks why a message cannot wait. */
    async sendNow(messageId) {
        const dialog = await this.thread.askToSendNow(messageId);
        if (dialog) {
            await this.action.doAction(dialog, { onClose: () => this.thread.refresh() });
        }
    }

    async jumpTo(messageId) {
        if (await this.thread.loadUntil(messageId)) {
            this.state.target = { messageId };
        }
    }

    highlight(target) {
        if (!target) {
            return;
        }
        this.scroll.toElement(`[data-message-id="${target.messageId}"]`);
        const timer = browser.setTimeout(() => (this.state.target = null), HIGHLIGHT_TIME);
        return () => browser.clearTimeout(timer);
    }
}
