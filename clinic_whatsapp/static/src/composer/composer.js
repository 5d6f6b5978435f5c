import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { useAutoresize } from "@web/core/utils/autoresize";
import { FileButton, FileDraft } from "../file_draft/file_draft";
import { canHaveCaption, MAX_CAPTION } from "../file_rules";
import { countCharacters } from "../message_text";
import { getMinutesLeft, nameTimeLeft } from "../moments";
import { WordWarning } from "../word_warning/word_warning";

const MAX_CHARACTERS = 4096; // what WhatsApp takes in one text
const COUNT_FROM = 0.88; // of the limit
const TICK = 20_000; // milliseconds
const SOON = 60; // minutes
const ONE_LINE = 40; // pixels

/** Where staff write: says how long they may, how much, and why not. */
export class Composer extends Component {
    static template = "clinic_whatsapp.Composer";
    static components = { FileButton, FileDraft, WordWarning };
    static props = {
        thread: Object,
        onSent: { type: Function, optional: true },
    };

    setup() {
        this.thread = useState(this.props.thread);
        this.textarea = useRef("textarea");
        useEffect(() => this.showDraft());
        useAutoresize(this.textarea, { minimumHeight: ONE_LINE });
        const timer = browser.setInterval(() => this.tick(), TICK);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get lock() {
        return this.thread.lock;
    }

    /** Why nothing can be written, or why the last text came back: one of them at a time. */
    get notice() {
        if (this.lock) {
            return { title: this.lock.label, advice: this.lock.advice };
        }
        return this.thread.refusal && { title: this.thread.refusal.problem, advice: this.thread.refusal.advice };
    }

    /** Words of this very text that ask for a reason; another text is judged anew. */
    get warning() {
        const { warning, draft } = this.thread;
        return !this.lock && warning?.body === draft ? warning : null;
    }

    get label() {
        return _t("Message to %(name)s", { name: this.thread.header.name });
    }

    get length() {
        return countCharacters(this.thread.draft);
    }

    get limit() {
        return this.thread.file && canHaveCaption(this.thread.file) ? MAX_CAPTION : MAX_CHARACTERS;
    }

    get isLengthShown() {
        return this.length >= this.limit * COUNT_FROM;
    }

    get isTooLong() {
        return this.length > this.limit;
    }

    get placeholder() {
        return this.thread.file ? _t("Add a text") : _t("Write a message");
    }

    get lengthText() {
        const format = new Intl.NumberFormat(luxon.Settings.defaultLocale);
        return _t("%(length)s of %(limit)s characters", {
            length: format.format(this.length),
            limit: format.format(this.limit),
        });
    }

    get canSend() {
        const isReasonMissing = this.warning && !this.warning.reason.trim();
        const isSomething = this.thread.draft.trim() || this.thread.file;
        return !this.lock && !isReasonMissing && !this.isTooLong && Boolean(isSomething);
    }

    get minutesLeft() {
        const expiresAt = this.thread.header.window_expires_at;
        return expiresAt ? getMinutesLeft(expiresAt) : null;
    }

    get timeLeft() {
        return { text: nameTimeLeft(this.minutesLeft), isSoon: this.minutesLeft < SOON };
    }

    /** A draft that is emptied or comes back within one frame is no change to OWL, but it is one to the browser. */
    showDraft() {
        if (this.textarea.el.value !== this.thread.draft) {
            this.textarea.el.value = this.thread.draft;
        }
    }

    /** Move the clock on; once the window is over, the server says whether the composer is locked. */
    tick() {
        this.render();
        if (!this.lock && this.minutesLeft < 0) {
            this.thread.refresh();
        }
    }

    chooseFile(file) {
        this.thread.chooseFile(file);
        this.textarea.el.focus();
    }

    removeFile() {
        this.thread.file = null;
        this.textarea.el.focus();
    }

    onInput(ev) {
        if (ev.target.value.trim()) {
            this.thread.showTyping();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.shiftKey && !ev.isComposing && !isMobileOS()) {
            ev.preventDefault();
            this.send();
        }
    }

    send() {
        if (this.canSend) {
            this.thread.send(this.thread.draft.trim(), this.warning?.reason.trim());
            this.props.onSent?.();
        }
        this.textarea.el.focus();
    }
}
