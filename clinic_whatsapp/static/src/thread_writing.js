import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { canHaveCaption, judgeFile } from "./file_rules";
import { sendFile } from "./file_upload";
import { makeQuote } from "./message_text";
import { explainFailure, makeOutgoing, Previews } from "./outgoing";

const MODEL = "clinic.whatsapp.conversation";
const TYPING_EVERY = 20_000; // milliseconds; WhatsApp shows it for 25 seconds

/** What one writes in a conversation, until the server has it. What is refused comes back with its reason. */
export class Writing {
    constructor(id, orm, drafts) {
        this.id = id;
        this.orm = markRaw(orm);
        this.drafts = markRaw(drafts);
        this.text = drafts.read(String(id));
        this.file = null; // chosen, not sent yet
        this.quoted = null; // what the next text answers: {id, preview}
        this.previews = markRaw(new Previews());
    }

    forget() {
        this.outgoing = [];
        this.refusal = null;
        this.warning = null; // words of the draft that ask for a reason: {body, problem, advice, reason}
        this.typingShownAt = -Infinity;
        this.previews.forget();
    }

    /** What is typed and not sent: it outlives a reload of the page. */
    get draft() {
        return this.text;
    }

    set draft(text) {
        this.text = text;
        this.drafts.write(String(this.id), text);
    }

    /** @param {File[]} files of which the first is to go with the next text */
    chooseFile(file, ...others) {
        const problem = judgeFile(file);
        this.refusal = problem && { problem: _t("This file cannot be sent"), advice: problem };
        this.file = problem ? this.file : file;
        if (!problem && others.length) {
            this.refusal = {
                problem: _t("One file goes with a message"),
                advice: _t("Send this one first, then add the next."),
            };
        }
    }

    /**
     * The branch's replies, filled in for this patient.
     *
     * @returns {Promise<{id: number, name: string, text: string, missing: string[]}[]>}
     */
    async getCanned() {
        const replies = await this.orm.silent.call("clinic.whatsapp.canned", "get_canned", [this.id]);
        return replies.map(({ shortcut, ...reply }) => ({ ...reply, name: shortcut }));
    }

    quote(message) {
        this.quoted = makeQuote(message);
    }

    /**
     * Show text and file at once and hand them to the server; what is refused comes back with its reason.
     *
     * @param {string} text
     * @param {string} [lintReason] why it is sent in spite of a warning
     */
    async send(text, lintReason) {
        const bubble = this.addOutgoing(text, this.file);
        Object.assign(bubble, { lintReason, quoted: this.quoted, seenId: this.newestId });
        this.draft = "";
        this.file = null;
        this.quoted = null;
        this.refusal = null;
        this.warning = null;
        this.firstNewId = null;
        await this.mutex.exec(() => this.deliver(bubble)); // the bus tells the rest
    }

    /** Let the patient see that somebody writes. It goes past the mutex, and nobody misses it when it fails. */
    async showTyping() {
        const now = Date.now();
        if (this.lock || now - this.typingShownAt < TYPING_EVERY) {
            return;
        }
        this.typingShownAt = now;
        try {
            await this.orm.silent.call(MODEL, "action_show_typing", [[this.id]]);
        } catch {
            // a courtesy: whoever writes has nothing to do about it
        }
    }

    // What only this class calls

    addOutgoing(text, file) {
        this.outgoing.push(makeOutgoing(text, file));
        return this.outgoing.at(-1);
    }

    async deliver(bubble) {
        let answer;
        try {
            answer = await this.hand(bubble);
        } catch (error) {
            answer = { state: "blocked", ...explainFailure(error) };
        }
        this.outgoing = this.outgoing.filter((other) => other.id !== bubble.id);
        if (answer.state === "blocked") {
            this.refuse(bubble, answer);
        } else if (answer.state === "warned") {
            this.warn(bubble, answer);
        } else if (bubble.file && !canHaveCaption(bubble.file)) {
            await this.guard(() => this.reload()); // the text became a message of its own
        } else if (!this.has(answer.id)) {
            this.addSent(bubble, answer);
        }
    }

    hand({ body, file, media, lintReason, quoted, seenId }) {
        const kwargs = {
            ...(lintReason && { lint_reason: lintReason }),
            ...(quoted && { reply_to_id: quoted.id }),
            context: { clinic_whatsapp_seen_id: seenId }, // what comes after it keeps waiting for an answer
        };
        if (!file) {
            return this.orm.silent.call(MODEL, "action_send_text", [[this.id], body], kwargs);
        }
        return sendFile(this.id, file, body, { kwargs, onProgress: (progress) => (media.progress = progress) });
    }

    addSent({ file, lintReason, seenId, ...bubble }, answer) {
        if (file) {
            this.previews.add(answer.id, bubble.media.preview);
            bubble.media.state = "pending";
        }
        this.messages.push({ ...bubble, ...answer });
    }

    refuse(bubble, { problem, advice }) {
        this.takeBack(bubble);
        this.refusal = { problem, advice };
    }

    warn(bubble, { problem, advice }) {
        this.takeBack(bubble);
        this.warning = { body: this.draft, problem, advice, reason: "" };
    }

    takeBack({ body, file, media, quoted }) {
        this.draft = [body, this.draft].filter(Boolean).join("\n");
        this.quoted = this.quoted ?? quoted;
        if (file) {
            this.file = this.file ?? file;
            URL.revokeObjectURL(media.preview);
        }
    }
}
