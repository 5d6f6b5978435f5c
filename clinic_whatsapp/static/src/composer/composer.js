import { Component, onMounted, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";
import { FileButton, FileDraft } from "../file_draft/file_draft";
import { canHaveCaption, MAX_CAPTION } from "../file_rules";
import { countCharacters } from "../message_text";
import { getMinutesLeft, nameTimeLeft } from "../moments";
import { isToReopen, openTemplateDialog } from "../template_opening";
import { WordWarning } from "../word_warning/word_warning";
import { EmojiButton } from "./emoji_button/emoji_button";
import { QuoteDraft } from "./quote_draft/quote_draft";
import { SuggestionList } from "./suggestions/suggestions";
import { Suggestions } from "./suggestions/suggestions_model";
import { getVoiceFormat } from "./voice_recorder/recording";
import { VoiceRecorder } from "./voice_recorder/voice_recorder";

const MAX_CHARACTERS = 4096; // what WhatsApp takes in one text
const COUNT_FROM = 0.88; // of the limit
const TICK = 20_000; // milliseconds
const SOON = 60; // minutes
const ONE_LINE = 40; // pixels
const GAP = "…"; // stands in a ready reply for what is not known

/** Where staff write: says how long they may, how much, and why not. */
export class Composer extends Component {
    static template = "clinic_whatsapp.Composer";
    static components = { EmojiButton, FileButton, FileDraft, QuoteDraft, SuggestionList, VoiceRecorder, WordWarning };
    static props = {
        thread: Object,
        onSent: { type: Function, optional: true },
    };

    setup() {
        this.dialog = useService("dialog");
        this.thread = useState(this.props.thread);
        this.textarea = useRef("textarea");
        this.canned = useState(new Suggestions("/", () => this.thread.getCanned()));
        this.isOpening = false; // the dialog with the templates
        this.canRecord = Boolean(getVoiceFormat());
        useEffect(() => this.showDraft());
        useEffect(
            (quoted) => {
                if (quoted && !this.lock) {
                    this.textarea.el.focus();
                }
            },
            () => [this.thread.quoted]
        );
        useAutoresize(this.textarea, { minimumHeight: ONE_LINE });
        const timer = browser.setInterval(() => this.tick(), TICK);
        onMounted(() => isToReopen(this.thread.id) && this.openTemplates());
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get lock() {
        return this.thread.lock;
    }

    /** Outside the window a template is what one can send all the same. */
    get isTemplateNeeded() {
        return this.lock?.reason === "window_closed";
    }

    get isPatientKnown() {
        return Boolean(this.thread.header.patient);
    }

    get templatesTitle() {
        return this.isPatientKnown ? _t("Templates") : _t("Choose the patient first");
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

    /** A voice message takes the place of a text, so it is offered while there is none. */
    get isVoiceOffered() {
        return this.canRecord && !this.lock && !this.thread.draft.trim() && !this.thread.file;
    }

    get cannedLabel() {
        return _t("Ready replies");
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

    async openTemplates() {
        if (!this.isOpening) {
            this.isOpening = true;
            const props = { thread: this.thread, onSent: () => this.props.onSent?.() };
            await this.thread.guard(() => openTemplateDialog(this.dialog, props));
            this.isOpening = false;
        }
    }

    chooseFile(...files) {
        this.thread.chooseFile(...files);
        this.textarea.el.focus();
    }

    removeFile() {
        this.thread.file = null;
        this.textarea.el.focus();
    }

    removeQuote() {
        this.thread.quoted = null;
        this.textarea.el.focus();
    }

    showProblem(problem) {
        this.thread.refusal = problem;
    }

    onInput(ev) {
        this.canned.look(ev.target);
        if (ev.target.value.trim()) {
            this.thread.showTyping();
        }
    }

    onKeydown(ev) {
        if (this.canned.press(ev, (reply) => this.chooseCanned(reply))) {
            return;
        }
        if (ev.key === "Escape" && this.thread.quoted) {
            ev.stopPropagation();
            this.removeQuote();
        } else if (ev.key === "Enter" && !ev.shiftKey && !ev.isComposing && !isMobileOS()) {
            ev.preventDefault();
            this.send();
        }
    }

    /** A picture from the clipboard becomes the file; where there is a text as well, one wants the text. */
    onPaste(ev) {
        const { files, types } = ev.clipboardData;
        if (files.length && !types.includes("text/plain")) {
            ev.preventDefault();
            this.chooseFile(...files);
        }
    }

    chooseCanned(reply) {
        const { start, end } = this.canned;
        this.canned.leave();
        this.replace(reply.text, start, end);
        this.selectGap(start, reply);
    }

    /** What the server could not fill in is typed over, not sent. */
    selectGap(start, { text, missing }) {
        const gap = missing?.length ? text.indexOf(GAP) : -1;
        if (gap >= 0) {
            this.textarea.el.setSelectionRange(start + gap, start + gap + GAP.length);
        }
    }

    insert(text) {
        const { selectionStart, selectionEnd } = this.textarea.el;
        this.replace(text, selectionStart, selectionEnd);
    }

    replace(text, start, end) {
        const { el } = this.textarea;
        el.setRangeText(text, start, end, "end");
        this.thread.draft = el.value;
        el.focus();
    }

    send() {
        if (this.canSend) {
            this.canned.leave();
            this.thread.send(this.thread.draft.trim(), this.warning?.reason.trim());
            this.props.onSent?.();
        }
        this.textarea.el.focus();
    }
}
