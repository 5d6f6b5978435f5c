import { Component, onMounted, useEffect, useRef, useState } from "@odoo/owl";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { useAutoresize } from "@web/core/utils/autoresize";
import { SuggestionList } from "../composer/suggestions/suggestions";
import { Suggestions } from "../composer/suggestions/suggestions_model";

/**
 * Where staff write to each other. It has its own text and its own draft, so that no note is ever one key away from
 * the patient.
 */
export class NoteComposer extends Component {
    static template = "clinic_whatsapp.NoteComposer";
    static components = { SuggestionList };
    static props = { thread: Object, onSent: { type: Function, optional: true } };

    setup() {
        this.thread = useState(this.props.thread);
        this.textarea = useRef("textarea");
        this.colleagues = useState(new Suggestions("@", () => this.thread.getColleagues()));
        useEffect(() => this.showDraft());
        useAutoresize(this.textarea, { minimumHeight: 40 });
        onMounted(() => this.textarea.el.focus());
    }

    get listLabel() {
        return _t("Colleagues");
    }

    get canSend() {
        return Boolean(this.thread.noteDraft.trim()) && !this.thread.isNoteOnItsWay;
    }

    showDraft() {
        if (this.textarea.el.value !== this.thread.noteDraft) {
            this.textarea.el.value = this.thread.noteDraft;
        }
    }

    onInput(ev) {
        this.thread.noteDraft = ev.target.value;
        this.colleagues.look(ev.target);
    }

    onKeydown(ev) {
        if (this.colleagues.press(ev, (colleague) => this.choose(colleague))) {
            return;
        }
        if (ev.key === "Enter" && !ev.shiftKey && !ev.isComposing && !isMobileOS()) {
            ev.preventDefault();
            this.send();
        }
    }

    choose(colleague) {
        const { start, end } = this.colleagues;
        const { el } = this.textarea;
        this.colleagues.leave();
        el.setRangeText(`@${colleague.name} `, start, end, "end");
        this.thread.noteDraft = el.value;
        this.thread.mention(colleague);
        el.focus();
    }

    async send() {
        if (this.canSend) {
            this.colleagues.leave();
            await this.thread.addNote();
            this.props.onSent?.();
        }
    }
}
