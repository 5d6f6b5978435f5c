import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useDebounced } from "@web/core/utils/timing";

const PAUSE = 400; // milliseconds
const SHORTEST = 2; // characters

/** Find a word in one conversation: the server reads it under the rights of who asks, newest first. */
export class ThreadSearch extends Component {
    static template = "clinic_whatsapp.ThreadSearch";
    static props = {
        thread: Object,
        onJump: Function, // (message id) => Promise
        onClose: Function,
    };

    setup() {
        this.state = useState({ query: "", found: null, index: 0, problem: null });
        this.input = useRef("input");
        this.asked = 0;
        this.searchSoon = useDebounced(() => this.search(), PAUSE);
        onMounted(() => this.input.el.focus());
    }

    get canMove() {
        return this.state.found?.length > 1;
    }

    get result() {
        const { problem, found, index } = this.state;
        if (problem || !found) {
            return problem || "";
        }
        return found.length
            ? _t("%(number)s of %(count)s", { number: index + 1, count: found.length })
            : _t("Nothing found");
    }

    onInput() {
        this.state.found = null;
        this.searchSoon();
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.onClose();
        } else if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.state.found ? this.move(ev.shiftKey ? -1 : 1) : this.search();
        }
    }

    /** An answer that comes after the next question is no answer. */
    async search() {
        const query = this.state.query.trim();
        if (query.length < SHORTEST) {
            return;
        }
        const asked = ++this.asked;
        const { ids, problem } = await this.props.thread.searchTexts(query);
        if (asked === this.asked && query === this.state.query.trim()) {
            Object.assign(this.state, { found: ids, index: 0, problem });
            this.show();
        }
    }

    /** @param {number} step forward goes back in time */
    move(step) {
        const { length } = this.state.found;
        if (length) {
            this.state.index = (this.state.index + step + length) % length;
            this.show();
        }
    }

    show() {
        const messageId = this.state.found?.[this.state.index];
        if (messageId) {
            this.props.onJump(messageId);
        }
    }
}
