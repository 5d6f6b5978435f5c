import { markRaw } from "@odoo/owl";
import { Mutex } from "@web/core/utils/concurrency";
import { NoteWriting } from "./note/note_writing";
import { describe } from "./outgoing";

const MODEL = "clinic.whatsapp.conversation";
const MESSAGE = "clinic.whatsapp.message";
const PAGE = 50;
const CHANGING = new Set(["queued", "sending", "sent", "unknown"]); // a delivered one may be read, but need not

/** Whether the server may soon have something else to say about a message. */
function isChanging({ state, media }) {
    return CHANGING.has(state) || media?.state === "pending";
}

/** Older notes before newer ones, each once: what was fetched last counts. */
function joinNotes(older, newer) {
    const known = new Set(newer.map(({ id }) => id));
    return [...older.filter(({ id }) => !known.has(id)), ...newer];
}

/**
 * One conversation as far as it is loaded. Everything that asks the server goes through one mutex, so that a text on
 * its way and the news about it never show the same bubble twice.
 */
export class Thread extends NoteWriting {
    constructor(id, orm, drafts) {
        super(id, orm, drafts);
        this.mutex = markRaw(new Mutex());
        this.watchers = 0;
        this.forget();
    }

    /** Drop what was read: a patient's messages stay in memory only while somebody looks at them. */
    forget() {
        super.forget();
        this.header = null;
        this.messages = [];
        this.hasOlder = false;
        this.isLoadingOlder = false;
        this.isRefreshQueued = false;
        this.lock = null;
        this.problem = null;
        this.firstNewId = null;
        this.isFollowed = true;
        this.isPatientAsked = false;
    }

    get isLoaded() {
        return Boolean(this.header);
    }

    /** Whether something that the user typed would be lost with this object. */
    get isNeeded() {
        const isTyped = this.draft || this.noteDraft || this.file || this.quoted;
        return Boolean(this.watchers || isTyped || this.outgoing.length);
    }

    /** What is on screen, oldest first: stored messages, then texts on their way. */
    get bubbles() {
        return [...this.messages, ...this.outgoing];
    }

    /** The highest id there is: messages stand in the order in which they were written, not in which they came. */
    get newestId() {
        return this.messages.reduce((highest, { id }) => Math.max(highest, id), 0);
    }

    /** The patients to choose from, while somebody has to choose or wants to choose again. */
    get candidates() {
        const { candidates, patients } = this.header;
        return (this.isPatientAsked ? patients : candidates) || [];
    }

    get canChangePatient() {
        return this.header.patients?.length > 1;
    }

    refresh() {
        if (this.isRefreshQueued) {
            return;
        }
        this.isRefreshQueued = true;
        return this.mutex.exec(() => {
            this.isRefreshQueued = false;
            return this.guard(() => this.reload());
        });
    }

    loadOlder() {
        if (!this.hasOlder || this.isLoadingOlder) {
            return;
        }
        this.isLoadingOlder = true;
        return this.mutex.exec(async () => {
            try {
                await this.guard(() => this.prepend());
            } finally {
                this.isLoadingOlder = false;
            }
        });
    }

    /** Load older pages until a message is there. Returns whether it was found. */
    async loadUntil(messageId) {
        while (!this.has(messageId) && this.hasOlder && !this.problem) {
            await (this.loadOlder() ?? this.mutex.getUnlockedDef());
        }
        return this.has(messageId);
    }

    /** @returns {Promise<{ids: number[], problem: string | null}>} messages that say it, newest first */
    async searchTexts(query) {
        try {
            return { ids: await this.orm.silent.call(MODEL, "search_texts", [[this.id], query]), problem: null };
        } catch (error) {
            return { ids: [], problem: describe(error) };
        }
    }

    has(messageId) {
        return this.messages.some((message) => message.id === messageId);
    }

    async retryMedia(messageId) {
        await this.guard(() => this.orm.silent.call(MESSAGE, "action_retry_media", [[messageId]]));
        if (!this.problem) {
            const message = this.messages.find(({ id }) => id === messageId);
            Object.assign(message.media, { state: "pending", problem: false });
            await this.refresh();
        }
    }

    /** Return the dialog that asks why a message cannot wait; null when it cannot be sent now. */
    async askToSendNow(messageId) {
        let dialog = null;
        await this.guard(async () => {
            dialog = await this.orm.silent.call(MESSAGE, "action_send_now", [[messageId]]);
        });
        return dialog;
    }

    askForPatient() {
        this.isPatientAsked = true;
    }

    /** Say whom the conversation is about; the server remembers it. */
    async choosePatient(partnerId) {
        await this.guard(() => this.orm.silent.call(MODEL, "action_choose_patient", [[this.id], partnerId]));
        if (!this.problem) {
            this.isPatientAsked = false;
            await this.refresh();
        }
    }

    async markRead() {
        this.header.unread_count = 0;
        await this.guard(() => this.orm.silent.call(MODEL, "action_mark_read", [[this.id]]));
    }

    // What only this class calls

    fetch(beforeId) {
        return this.orm.silent.call(MODEL, "get_thread", [[this.id]], {
            before_id: beforeId ?? false,
            limit: PAGE,
        });
    }

    /** Fetch the newest page, and further ones down to what may still change; older messages stay. */
    async reload() {
        const last = this.messages.find(isChanging) ?? this.messages.at(-1);
        let page = await this.fetch();
        const { conversation, lock } = page;
        let { messages, notes = [] } = page;
        while (page.has_more && last && messages[0].at >= last.at && !messages.some(({ id }) => id === last.id)) {
            page = await this.fetch(messages[0].id);
            messages = [...page.messages, ...messages];
            notes = joinNotes(page.notes ?? [], notes);
        }
        if (this.watchers) {
            this.replace(messages, notes, page.has_more, conversation);
            Object.assign(this, { header: conversation, lock });
        }
    }

    async prepend() {
        const page = await this.fetch(this.messages[0]?.id);
        if (this.watchers) {
            this.messages = [...page.messages, ...this.messages];
            this.notes = joinNotes(page.notes ?? [], this.notes);
            this.hasOlder = page.has_more;
        }
    }

    replace(messages, notes, hasOlder, conversation) {
        const fetched = new Set(messages.map((message) => message.id));
        const kept = this.messages.filter(({ id, at }) => !fetched.has(id) && at <= messages[0]?.at);
        this.markFirstNew(messages, conversation);
        this.messages = [...kept, ...messages];
        this.notes = joinNotes(kept.length ? this.notes.filter(({ at }) => at <= messages[0].at) : [], notes);
        this.previews.show(this.messages);
        this.hasOlder = kept.length ? this.hasOlder : hasOlder;
    }

    /** Where the line “new messages” goes: on opening by the unread counter, later by what came while not followed. */
    markFirstNew(messages, { unread_count: unreadCount }) {
        const received = messages.filter((message) => message.direction === "in");
        if (!this.isLoaded) {
            this.firstNewId = unreadCount ? received.at(-unreadCount)?.id ?? received[0]?.id : null;
        } else if (!this.isFollowed && !this.firstNewId) {
            const { newestId } = this;
            this.firstNewId = received.find((message) => message.id > newestId)?.id ?? null;
        }
    }

    async guard(action) {
        try {
            await action();
            this.problem = null;
        } catch (error) {
            this.problem = describe(error);
        }
    }
}
