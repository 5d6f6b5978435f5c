import { markRaw } from "@odoo/owl";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { Mutex } from "@web/core/utils/concurrency";

const MODEL = "clinic.whatsapp.conversation";
const PAGE = 50;
const CHANGING = new Set(["queued", "sending", "sent", "unknown"]); // a delivered one may be read, but need not

let lastOutgoing = 0;

/**
 * One conversation as far as it is loaded. Everything that asks the server goes through one mutex, so that a text on
 * its way and the news about it never show the same bubble twice.
 */
export class Thread {
    constructor(id, orm) {
        this.id = id;
        this.orm = markRaw(orm);
        this.mutex = markRaw(new Mutex());
        this.watchers = 0;
        this.draft = "";
        this.forget();
    }

    /** Drop what was read: a patient's messages stay in memory only while somebody looks at them. */
    forget() {
        this.header = null;
        this.messages = [];
        this.outgoing = [];
        this.hasOlder = false;
        this.isLoadingOlder = false;
        this.isRefreshQueued = false;
        this.lock = null;
        this.problem = null;
        this.refusal = null;
        this.firstNewId = null;
        this.isFollowed = true;
    }

    get isLoaded() {
        return Boolean(this.header);
    }

    /** Whether something that the user typed would be lost with this object. */
    get isNeeded() {
        return Boolean(this.watchers || this.draft || this.outgoing.length);
    }

    /** What is on screen, oldest first: stored messages, then texts on their way. */
    get bubbles() {
        return [...this.messages, ...this.outgoing];
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

    has(messageId) {
        return this.messages.some((message) => message.id === messageId);
    }

    /** Show the text at once and hand it to the server; what is refused comes back into the draft with its reason. */
    async send(text) {
        const bubble = this.addOutgoing(text);
        this.draft = "";
        this.refusal = null;
        this.firstNewId = null;
        await this.mutex.exec(() => this.deliver(bubble)); // the bus tells the rest
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

    /** Fetch the newest page, and further ones down to what may still get another tick; older messages stay. */
    async reload() {
        const changing = this.messages.find((message) => CHANGING.has(message.state));
        const fromId = (changing ?? this.messages.at(-1))?.id ?? Infinity;
        let page = await this.fetch();
        const { conversation, lock } = page;
        let messages = page.messages;
        while (page.has_more && page.messages[0].id > fromId) {
            page = await this.fetch(page.messages[0].id);
            messages = [...page.messages, ...messages];
        }
        if (this.watchers) {
            this.replace(messages, page.has_more, conversation);
            Object.assign(this, { header: conversation, lock });
        }
    }

    async prepend() {
        const page = await this.fetch(this.messages[0]?.id);
        if (this.watchers) {
            this.messages = [...page.messages, ...this.messages];
            this.hasOlder = page.has_more;
        }
    }

    replace(messages, hasOlder, conversation) {
        const kept = this.messages.filter((message) => message.id < messages[0]?.id);
        this.markFirstNew(messages, conversation);
        this.messages = [...kept, ...messages];
        this.hasOlder = kept.length ? this.hasOlder : hasOlder;
    }

    /** Where the line “new messages” goes: on opening by the unread counter, later by what came while not followed. */
    markFirstNew(messages, { unread_count: unreadCount }) {
        const received = messages.filter((message) => message.direction === "in");
        if (!this.isLoaded) {
            this.firstNewId = unreadCount ? received.at(-unreadCount)?.id ?? received[0]?.id : null;
        } else if (!this.isFollowed && !this.firstNewId) {
            const newestId = this.messages.at(-1)?.id ?? 0;
            this.firstNewId = received.find((message) => message.id > newestId)?.id ?? null;
        }
    }

    addOutgoing(text) {
        this.outgoing.push({
            id: `outgoing_${++lastOutgoing}`,
            direction: "out",
            type: "text",
            kind: "reply",
            body: text,
            buttons: [],
            state: "sending",
            at: serializeDateTime(luxon.DateTime.now()),
            author: user.name,
        });
        return this.outgoing.at(-1);
    }

    async deliver(bubble) {
        let answer;
        try {
            answer = await this.orm.silent.call(MODEL, "action_send_text", [[this.id], bubble.body]);
        } catch (error) {
            answer = { state: "blocked", ...this.explainFailure(error) };
        }
        this.outgoing = this.outgoing.filter((other) => other.id !== bubble.id);
        if (answer.state === "blocked") {
            this.refuse(bubble.body, answer);
        } else if (!this.has(answer.id)) {
            this.messages.push({ ...bubble, ...answer });
        }
    }

    refuse(text, { problem, advice }) {
        this.draft = this.draft ? `${text}\n${this.draft}` : text;
        this.refusal = { problem, advice };
    }

    explainFailure(error) {
        if (error instanceof ConnectionLostError) {
            return {
                problem: _t("The connection broke"),
                advice: _t("The text may have left. Look at the thread once you are online, before you send it again."),
            };
        }
        return { problem: describe(error), advice: _t("Nothing was sent.") };
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

/** Put an error of the server into words; what is no such error is a mistake of ours and goes on. */
function describe(error) {
    if (error instanceof ConnectionLostError) {
        return _t("No connection to the server.");
    }
    if (error instanceof RPCError) {
        return error.data?.message || error.message;
    }
    throw error;
}
