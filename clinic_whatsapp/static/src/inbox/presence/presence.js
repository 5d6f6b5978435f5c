import { markRaw, onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { user } from "@web/core/user";

const MODEL = "clinic.whatsapp.conversation";
const LOOKING_EVERY = 30_000; // milliseconds
const TYPING_EVERY = 8_000;
const FORGOTTEN_AFTER = { looking: 45_000, typing: 12_000 };

/** Which colleagues look at a conversation or write in it, as far as they said so lately. */
export class Presence {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.seen = {}; // {conversation id: {user id: {kind, until}}}
        this.names = {}; // {user id: name}
    }

    /** @param {{conversation_id: number, user_id: number, kind: "looking" | "typing" | "left"}} news */
    hear({ conversation_id: conversationId, user_id: userId, kind }) {
        if (kind === "left") {
            delete this.seen[conversationId]?.[userId];
        }
        if (userId === user.userId || !FORGOTTEN_AFTER[kind]) {
            return;
        }
        const until = Date.now() + FORGOTTEN_AFTER[kind];
        const seen = (this.seen[conversationId] ??= {});
        const isTyping = seen[userId]?.kind === "typing" && seen[userId].until > Date.now();
        if (kind === "typing" || !isTyping) {
            seen[userId] = { kind, until };
        }
        browser.setTimeout(() => this.expire(conversationId, userId), FORGOTTEN_AFTER[kind] + 1);
        return this.learnName(userId);
    }

    /** Say in words who else is there; empty when nobody is. */
    describe(conversationId) {
        const others = Object.entries(this.seen[conversationId] ?? {}).filter(([userId]) => this.names[userId]);
        const typing = others.find(([, { kind }]) => kind === "typing");
        const [userId] = typing ?? others[0] ?? [];
        if (!userId) {
            return "";
        }
        const name = this.names[userId];
        return typing ? _t("%(name)s is writing…", { name }) : _t("%(name)s is looking at this", { name });
    }

    isTyping(conversationId) {
        return Object.values(this.seen[conversationId] ?? {}).some(({ kind }) => kind === "typing");
    }

    /** A courtesy to colleagues: nobody misses it when it fails. */
    async show(conversationId, kind) {
        await this.ask(() => this.orm.silent.call(MODEL, "action_show_presence", [[conversationId], kind]));
    }

    // What only this class calls

    expire(conversationId, userId) {
        const seen = this.seen[conversationId];
        if (seen?.[userId]?.until <= Date.now()) {
            delete seen[userId];
        }
    }

    async learnName(userId) {
        if (!(userId in this.names)) {
            this.names[userId] = "";
            const users = await this.ask(() => this.orm.silent.read("res.users", [userId], ["name"]));
            this.names[userId] = users?.[0]?.name ?? _t("Somebody");
        }
    }

    async ask(question) {
        try {
            return await question();
        } catch (error) {
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }
}

/**
 * Let colleagues see that one looks at a conversation, and that one writes in it.
 *
 * @param {Presence} presence
 * @param {number} conversationId never changes: give the component a `t-key`
 * @param {() => string} getDraft
 */
export function useShownPresence(presence, conversationId, getDraft) {
    let typingShownAt = -Infinity;
    const look = () => !document.hidden && presence.show(conversationId, "looking");
    look();
    const timer = browser.setInterval(look, LOOKING_EVERY);
    onWillUnmount(() => {
        browser.clearInterval(timer);
        presence.show(conversationId, "left");
    });
    let previous = getDraft();
    useEffect(
        (draft) => {
            if (draft && draft !== previous && Date.now() - typingShownAt >= TYPING_EVERY) {
                typingShownAt = Date.now();
                presence.show(conversationId, "typing");
            }
            previous = draft;
        },
        () => [getDraft()]
    );
}
