import { onWillDestroy, reactive, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Drafts } from "./drafts";
import { Thread } from "./thread_model";

export const UPDATE = "clinic_whatsapp/update";

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

    handleNews(news) {
        if (!user.activeCompanies.some((company) => company.id === news.company_id)) {
            return; // the bus knows the branches of the user, not which of them are active
        }
        for (const id of news.conversation_ids) {
            this.refresh(this.threads.get(id));
        }
        for (const listener of this.listeners) {
            listener(news);
        }
    }

    handleReconnection() {
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
