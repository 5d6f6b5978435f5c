import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { ClinicThread } from "../thread/thread";
import { useNews } from "../whatsapp_service";

/** The conversations of one patient in the active branches. Give it a `t-key` with the patient. */
export class PatientThreads extends Component {
    static template = "clinic_whatsapp.PatientThreads";
    static components = { ClinicThread };
    static props = { partnerId: Number };

    setup() {
        this.whatsapp = useService("clinic_whatsapp");
        this.state = useState({ conversations: null, chosenId: null });
        useNews((news) => this.hear(news));
        this.load();
    }

    get chosenId() {
        const { conversations, chosenId } = this.state;
        const isThere = conversations.some((conversation) => conversation.id === chosenId);
        return isThere ? chosenId : conversations[0].id;
    }

    /** The threads refresh themselves; the list changes only when a conversation is new. */
    hear(news) {
        const known = new Set(this.state.conversations?.map((conversation) => conversation.id));
        if (news.partner_ids.includes(this.props.partnerId) && news.conversation_ids.some((id) => !known.has(id))) {
            this.load();
        }
    }

    async load() {
        this.state.conversations = await this.whatsapp.getConversations(this.props.partnerId);
        if (this.state.conversations.length) {
            this.state.chosenId = this.chosenId; // a newer one does not push away the one that is read
        }
    }

    choose(conversationId) {
        this.state.chosenId = conversationId;
    }
}
