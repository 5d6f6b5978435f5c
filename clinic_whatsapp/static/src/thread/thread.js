import { Component, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { useService } from "@web/core/utils/hooks";
import { Composer } from "../composer/composer";
import { Note } from "../note/note";
import { NoteComposer } from "../note/note_composer";
import { PatientChooser } from "../patient_chooser/patient_chooser";
import { useThread } from "../whatsapp_service";
import { useLightbox } from "./lightbox";
import { useScrollKeeper, useVisible } from "./thread_hooks";
import { ThreadMessage } from "./thread_message";
import { ThreadSearch } from "./thread_search/thread_search";
import { getDays } from "./timeline";

const HIGHLIGHT_TIME = 2000; // milliseconds

/**
 * A conversation as one reads it on a phone: bubbles between day separators, and the composer below.
 *
 * Give it a `t-key` with the conversation: it shows the same one as long as it lives. The parent decides the height,
 * with the CSS variable `--clinic-thread-height`.
 */
export class ClinicThread extends Component {
    static template = "clinic_whatsapp.Thread";
    static components = { Composer, Note, NoteComposer, PatientChooser, ThreadMessage, ThreadSearch };
    static props = {
        conversationId: Number,
        slots: { type: Object, optional: true }, // header: instead of the name of the number and the branch
    };

    setup() {
        this.thread = useThread(this.props.conversationId);
        this.state = useState({
            isVisible: false,
            isAtBottom: true,
            seenId: 0,
            target: null, // {messageId} to look at
            isNote: false, // one writes to the team
            isSearching: false,
        });
        this.lightbox = useLightbox();
        this.action = useService("action");
        this.scroll = useScrollKeeper("scroller", () => this.onScroll());
        useDropzone(useRef("root"), (ev) => this.drop(ev), "o_clinic_thread_drop", () => this.canDrop);
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

    /** What is shown by day: `[{day, items}]`. */
    get days() {
        return getDays(this.thread);
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

    get canDrop() {
        return this.thread.isLoaded && !this.thread.lock && !this.state.isNote;
    }

    drop(ev) {
        const files = [...ev.dataTransfer.files];
        if (files.length) {
            this.thread.chooseFile(...files);
        }
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
