import { _t } from "@web/core/l10n/translation";
import { describe } from "../outgoing";
import { TemplateOffer } from "./template_offer";

const WIZARD = "clinic.whatsapp.send.wizard";
const BATCH = 100; // recipients that the server looks at in one go
const NOTHING_KEPT = { read: () => "", write: () => {} };
const METHODS = { get_template_draft: "get_draft" };

/**
 * What one is about to send to patients, or about appointments, that were selected somewhere.
 *
 * Who gets it is asked in batches, and so is the sending: each batch is whole or not at all, and one that failed is gone
 * on with. Of several recipients only what nothing else says is typed, for all of them.
 */
export class SelectionOffer extends TemplateOffer {
    constructor(orm, { model, ids }) {
        super({ id: "selection", orm, drafts: NOTHING_KEPT });
        this.model = model;
        this.ids = ids;
        this.recipients = []; // as far as they are looked at
        this.lookedAt = 0; // of the ids
        this.looks = 0;
        this.key = null; // of the sending, for the server to know it again
        this.progress = null; // {id, total, done, taken, denied}
        this.result = null;
    }

    get isAlone() {
        return this.ids.length === 1;
    }

    get isLookedAt() {
        return this.lookedAt === this.ids.length;
    }

    /** Those who would get it, at once or when the hours begin. */
    get reached() {
        return this.recipients.filter(({ state }) => state !== "denied");
    }

    /** Recipients with the same fate, those who get it first, then by reason, the most usual first. */
    get groups() {
        const groups = new Map();
        for (const recipient of this.recipients) {
            const { state, reason, label, advice } = recipient;
            const key = `${state}.${reason}.${label}`;
            groups.has(key) || groups.set(key, { key, state, label, advice, rows: [] });
            groups.get(key).rows.push(recipient);
        }
        const rank = { ready: 0, waits: 1, denied: 2 };
        return [...groups.values()].sort((a, b) => rank[a.state] - rank[b.state] || b.rows.length - a.rows.length);
    }

    /** What keeps it from the only recipient; of several each has a reason of his own. */
    get obstacle() {
        const [only] = this.recipients;
        return this.isAlone && only?.state === "denied" && only.reason !== "missing_value" ? only : null;
    }

    get canSend() {
        return super.canSend && this.isLookedAt && Boolean(this.isAlone || this.reached.length);
    }

    get isFinished() {
        return Boolean(this.progress && this.progress.done === this.progress.total);
    }

    async look() {
        await super.look();
        if (this.draft) {
            await this.lookAtRecipients();
            await this.showOneWhoGetsIt();
        }
    }

    /** Ask who would get it, batch by batch; only the last question counts. */
    async lookAtRecipients() {
        const look = ++this.looks;
        this.recipients = [];
        this.lookedAt = 0;
        await this.guard(async () => {
            while (look === this.looks && !this.isLookedAt) {
                const ids = this.ids.slice(this.lookedAt, this.lookedAt + BATCH);
                const args = [this.model, ids, this.draft.id, this.values, this.ids.length];
                const rows = await this.ask("get_recipients", args);
                if (look === this.looks) {
                    this.recipients.push(...rows);
                    this.lookedAt += ids.length;
                }
            }
        });
    }

    /** Until somebody is chosen, the preview is that of somebody who gets it. */
    async showOneWhoGetsIt() {
        const [first] = this.reached;
        const isShown = this.reached.some(({ id }) => id === this.draft.row_id);
        if (first && !isShown && !this.kept.recordId) {
            await this.showRecipient(first.id);
        }
    }

    /** See in the preview what one of them is going to read. */
    showRecipient(rowId) {
        this.keep({ recordId: rowId });
        return super.look();
    }

    /** Send it, or go on where sending stopped; the dialog stays and shows what became of it. */
    async send() {
        this.isSending = true;
        this.problem = null;
        try {
            if (this.progress || (await this.begin())) {
                await this.goOn();
            }
        } catch (error) {
            this.problem = {
                problem: describe(error),
                advice: this.progress ? _t("Nobody gets it twice: go on when it is possible again.") : "",
            };
        }
        this.isSending = false;
        return false;
    }

    // What only this class calls

    async begin() {
        this.key ||= `${Date.now()}.${Math.random().toString(36).slice(2)}`;
        const ids = this.isAlone ? this.ids : this.reached.map(({ id }) => id);
        const reason = this.isUrgent ? { urgent_reason: this.reason.trim() } : {};
        const args = [this.model, ids, this.draft.id, this.values, this.key];
        const answer = await this.ask("action_begin", args, reason);
        if (answer.problem) {
            this.problem = answer;
            return false;
        }
        this.progress = answer;
        return true;
    }

    async goOn() {
        while (!this.isFinished) {
            this.progress = await this.ask("action_continue", [[this.progress.id]]);
        }
        this.result = await this.ask("get_result", [[this.progress.id]]);
    }

    call(method, ...args) {
        return this.ask(METHODS[method] || method, [this.model, this.ids, ...args]);
    }

    ask(method, args, kwargs = {}) {
        return this.thread.orm.silent.call(WIZARD, method, args, kwargs);
    }

    /** What is changed is another sending. */
    keep(values) {
        super.keep(values);
        this.key = null;
    }
}
