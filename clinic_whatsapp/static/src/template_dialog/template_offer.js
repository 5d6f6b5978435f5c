import { describe, explainFailure } from "../outgoing";

const MODEL = "clinic.whatsapp.conversation";
const VARIABLE = /\{\{(\d+)\}\}/g;
const GAP = "…";
const NOTHING = { templateId: null, recordId: false, typed: {} };

/** Reasons of the hour and the number, which give way to a reason of one's own. */
const LIFTED = ["quiet_hours", "freq_cap"];

/**
 * What one is about to send to the patient of one conversation, outside the window too.
 *
 * What was typed is kept with the drafts of the browser tab, by template, until it is sent: a dialog that closes, an
 * error or a reload loses nothing. Values that nobody touched are the server's, as new as the last look.
 */
export class TemplateOffer {
    constructor(thread) {
        this.thread = thread;
        this.place = `${thread.id}.template`;
        this.templates = null;
        this.query = "";
        this.draft = null;
        this.problem = null; // {problem, advice}
        this.reason = ""; // why it cannot wait
        this.isSending = false;
        this.asked = 0;
        this.kept = this.read();
    }

    get found() {
        const words = fold(this.query).split(/\s+/).filter(Boolean);
        const says = (row, word) => fold(`${row.title} ${row.text}`).includes(word);
        return this.templates.filter((row) => words.every((word) => says(row, word)));
    }

    get variables() {
        const { draft, typed } = this;
        return draft.variables.map((variable) => ({ ...variable, value: typed[variable.index] ?? variable.value }));
    }

    /** What can be typed; a link, for example, is made for each message. */
    get fields() {
        return this.variables.filter((variable) => !variable.is_fixed);
    }

    /** What the patient is going to read; a gap stands for what is still to be typed. */
    get preview() {
        const values = Object.fromEntries(this.variables.map(({ index, value }) => [index, value.trim()]));
        return fill(this.draft.text, values);
    }

    get header() {
        const header = this.variables.find(({ index }) => index === "header");
        return fill(this.draft.header || "", { 1: header?.value.trim() });
    }

    get obstacle() {
        return this.draft?.obstacle;
    }

    /** Whether it may leave as soon as one says why it cannot wait. */
    get isUrgent() {
        return LIFTED.includes(this.obstacle?.reason);
    }

    get canSend() {
        const isAllowed = !this.obstacle || (this.isUrgent && this.reason.trim());
        return Boolean(this.draft && isAllowed && !this.isSending && this.fields.every(({ value }) => value.trim()));
    }

    get typed() {
        return this.kept.typed[this.draft?.id] || {};
    }

    /** What is in the fields, by variable. */
    get values() {
        return Object.fromEntries(this.fields.map(({ index, value }) => [index, value]));
    }

    /** Fetch what can be sent, and go on with what was begun. */
    async load() {
        await this.guard(async () => {
            this.templates = await this.call("get_templates");
        });
        const begun = this.templates?.find(({ id }) => id === this.kept.templateId);
        const only = this.templates?.length === 1 ? this.templates[0] : null;
        if (begun || only) {
            await this.choose((begun || only).id, begun ? this.kept.recordId : false);
        } else if (this.templates) {
            this.leave();
        }
    }

    async choose(templateId, recordId = false) {
        if (this.draft?.id !== templateId) {
            this.draft = null;
        }
        this.problem = null;
        this.keep({ templateId, recordId });
        await this.look();
    }

    /** Another appointment: what follows from it is filled in anew, what was typed besides stays. */
    async chooseRecord(recordId) {
        const before = Object.fromEntries(this.draft.variables.map(({ index, value }) => [index, value]));
        this.keep({ recordId });
        await this.look();
        const typed = { ...this.typed };
        const changed = this.draft.variables.filter(({ index, value }) => before[index] !== value);
        changed.forEach(({ index }) => delete typed[index]);
        this.keepTyped(typed);
    }

    /** Ask the server what the template would say, and whether it may leave; only the last question counts. */
    async look() {
        const asked = ++this.asked;
        const { templateId, recordId } = this.kept;
        await this.guard(async () => {
            const draft = await this.call("get_template_draft", templateId, recordId);
            if (asked === this.asked) {
                this.draft = draft;
            }
        });
    }

    leave() {
        this.draft = null;
        this.problem = null;
        this.keep({ templateId: null, recordId: false });
    }

    type(index, text) {
        this.problem = null;
        this.keepTyped({ ...this.typed, [index]: text });
    }

    /** @returns {Promise<boolean>} whether the server has taken it */
    async send() {
        const { values } = this;
        this.isSending = true;
        this.problem = null;
        let answer;
        try {
            answer = await this.hand(values);
        } catch (error) {
            answer = { state: "blocked", ...explainFailure(error) };
        }
        this.isSending = false;
        if (answer.state === "blocked") {
            this.problem = { problem: answer.problem, advice: answer.advice };
            return false;
        }
        this.keepTyped({});
        this.leave();
        return true;
    }

    // What only this class calls

    hand(values) {
        const context = { clinic_whatsapp_seen_id: this.thread.newestId }; // what comes after it keeps waiting
        const reason = this.isUrgent ? { urgent_reason: this.reason.trim() } : {};
        const args = [[this.thread.id], this.draft.id, values, this.draft.res_id];
        return this.thread.orm.silent.call(MODEL, "action_send_template", args, { ...reason, context });
    }

    call(method, ...args) {
        return this.thread.orm.silent.call(MODEL, method, [[this.thread.id], ...args]);
    }

    async guard(action) {
        try {
            await action();
        } catch (error) {
            this.problem = { problem: describe(error), advice: "" };
        }
    }

    keepTyped(typed) {
        this.keep({ typed: { ...this.kept.typed, [this.draft.id]: typed } });
    }

    keep(values) {
        this.kept = { ...this.kept, ...values };
        const isTyped = Object.values(this.kept.typed).some((typed) => Object.keys(typed).length);
        this.thread.drafts.write(this.place, this.kept.templateId || isTyped ? JSON.stringify(this.kept) : "");
    }

    read() {
        return { ...NOTHING, ...JSON.parse(this.thread.drafts.read(this.place) || "{}") };
    }
}

function fill(text, values) {
    return text.replace(VARIABLE, (_, index) => values[index] || GAP);
}

/** As one compares words that one searches: without case and accents. */
function fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/ı/g, "i").toLowerCase();
}
