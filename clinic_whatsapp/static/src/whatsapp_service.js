import { onWillDestroy, reactive, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Drafts } from "./drafts";
import { Inbox } from "./inbox/inbox_model";
import { Presence } from "./inbox/presence/presence";
import { Totals } from "./inbox/totals";
import { Thread } from "./thread_model";

export const UPDATE = "clinic_whatsapp/update";
export const PRESENCE = "clinic_whatsapp/presence";

const MODEL = "clinic.whatsapp.conversation";

/**
 * The state of all threads on screen. Components watch a thread and show it; the bus tells in ids what is new, and what
 * somebody watches is fetched again under the rights of the one who looks. What nobody watches is forgotten.
 */
export class ClinicWhatsapp {
    constructor(orm) {
        this.orm = orm;
        this.drafts = new Drafts(user.userId);
        this.threads = new Map();
        this.listeners = new Set();
        this.inbox = reactive(new Inbox(orm));
        this.totals = reactive(new Totals(orm));
        this.presence = reactive(new Presence(orm));
    }

    /** Return the thread of a conversation and keep it fresh until `unwatch`. */
    watch(conversationId) {
        if (!this.threads.has(conversationId)) {
            this.threads.set(conversationId, reactive(new Thread(conversationId, this.orm, this.drafts)));
        }
        const thread = this.threads.get(conversationId);
        if (!thread.watchers++) {
            thread.refresh();
        }
        return thread;
    }

    unwatch(conversationId) {
        const thread = this.threads.get(conversationId);
        thread.watchers--;
        if (!thread.isNeeded) {
            this.threads.delete(conversationId);
        }
        if (!thread.watchers) {
            thread.forget();
        }
    }

    /**
     * @param {(news: {conversation_ids: number[], partner_ids: number[], company_id: number}) => void} listener
     * @returns {() => void} ends it
     */
    onNews(listener) {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    /** @returns {Promise<{id: number, name: string}[]>} those of the active branches, newest first */
    getConversations(partnerId) {
        return this.orm.silent.call("res.partner", "get_whatsapp_conversations", [[partnerId]]);
    }

    /** @returns {Promise<{id: number, name: string, color: number}[]>} of one branch, or of all active ones */
    getTags(branchId) {
        const branches = branchId ? [branchId] : user.activeCompanies.map(({ id }) => id);
        return this.orm.silent.searchRead(
            "clinic.whatsapp.tag",
            ["|", ["company_id", "=", false], ["company_id", "parent_of", branches]],
            ["name", "color"]
        );
    }

    /** @returns {Promise<{id: number, name: string, is_present: boolean, open_count: number}[]>} */
    getColleagues(conversationId) {
        return this.orm.silent.call(MODEL, "get_colleagues", [[conversationId]]);
    }

    /** @returns {Promise<{id: number, name: string}[]>} none for who may not hand over */
    getHandOverBranches(conversationId) {
        return this.orm.silent.call(MODEL, "get_hand_over_branches", [[conversationId]]);
    }

    /** The bus knows the branches of the user, not which of them are active. */
    isOfActiveBranch(news) {
        return user.activeCompanies.some((company) => company.id === news.company_id);
    }

    handleNews(news) {
        if (!this.isOfActiveBranch(news)) {
            return;
        }
        this.totals.refresh();
        if (this.inbox.watchers) {
            this.inbox.hear(news.conversation_ids);
        }
        for (const id of news.conversation_ids) {
            this.refresh(this.threads.get(id));
        }
        for (const listener of this.listeners) {
            listener(news);
        }
    }

    handlePresence(news) {
        if (this.isOfActiveBranch(news)) {
            this.presence.hear(news);
        }
    }

    /** What was said while the connection was down is fetched: the bus keeps it for less than a minute. */
    handleReconnection() {
        this.totals.refresh();
        if (this.inbox.watchers) {
            this.inbox.load();
        }
        for (const thread of this.threads.values()) {
            this.refresh(thread);
        }
    }

    refresh(thread) {
        if (thread?.watchers) {
            thread.refresh();
        }
    }
}

export const clinicWhatsappService = {
    dependencies: ["bus_service", "orm"],
    start(env, { bus_service: busService, orm }) {
        const whatsapp = new ClinicWhatsapp(orm);
        busService.subscribe(UPDATE, (news) => whatsapp.handleNews(news));
        busService.subscribe(PRESENCE, (news) => whatsapp.handlePresence(news));
        let isBehind = false; // after an announced loss (“offline”) the worker connects instead of reconnecting
        busService.addEventListener("BUS:DISCONNECT", () => (isBehind = true));
        busService.addEventListener("BUS:CONNECT", () => {
            if (isBehind) {
                whatsapp.handleReconnection();
            }
            isBehind = false;
        });
        busService.addEventListener("BUS:RECONNECT", () => whatsapp.handleReconnection());
        return whatsapp;
    },
};
registry.category("services").add("clinic_whatsapp", clinicWhatsappService);

/**
 * Watch one conversation as long as the component lives.
 *
 * @param {number} conversationId never changes: give the component a `t-key`
 */
export function useThread(conversationId) {
    const whatsapp = useService("clinic_whatsapp");
    const thread = useState(whatsapp.watch(conversationId));
    onWillDestroy(() => whatsapp.unwatch(conversationId));
    return thread;
}

/** Hear what is new as long as the component lives. */
export function useNews(listener) {
    onWillDestroy(useService("clinic_whatsapp").onNews(listener));
}
