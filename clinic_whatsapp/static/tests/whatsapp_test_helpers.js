import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach } from "@odoo/hoot";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { assets } from "@web/core/assets";
import { ClinicThread } from "@clinic_whatsapp/thread/thread";
import { UPDATE } from "@clinic_whatsapp/whatsapp_service";

const CONVERSATION = "clinic.whatsapp.conversation";
const MESSAGE = "clinic.whatsapp.message";

class Conversation extends models.Model {
    _name = "clinic.whatsapp.conversation";

    name = fields.Char();
    _records = [
        { id: 7, name: "Ayse Demir" },
        { id: 8, name: "Mehmet Kaya" },
    ];
}

class Message extends models.Model {
    _name = "clinic.whatsapp.message";
}

class Canned extends models.Model {
    _name = "clinic.whatsapp.canned";
}

/** UTC: half past one in the clinic. */
export const NOW = "2026-03-04 10:30:00";

export function setupClinic() {
    defineMailModels();
    defineModels([Conversation, Message, Canned]);
    beforeEach(() => {
        mockDate(NOW, +3);
        patchWithCleanup(assets, {
            loadBundle(name) {
                return name.startsWith("clinic_whatsapp.") ? Promise.resolve() : super.loadBundle(...arguments); // is here
            },
        });
        clinic.open();
    });
}

class FakeClinic {
    open() {
        this.headers = {};
        this.messages = {};
        this.notes = {};
        this.locks = {};
        this.conversations = {};
        this.answer = {};
        this.gate = null;
        this.calls = [];
        this.flagged = []; // words that ask for a reason
        this.reasons = []; // given with what was sent
        this.canned = []; // what `/` offers
        this.addConversation(7, { name: "Ayse Demir" });
        this.addConversation(8, { name: "Mehmet Kaya" });
        onRpc(CONVERSATION, "get_thread", (rpc) => this.getThread(rpc));
        onRpc(CONVERSATION, "action_mark_read", (rpc) => this.markRead(rpc));
        onRpc(CONVERSATION, "action_show_typing", ({ args: [[id]] }) => this.calls.push(`action_show_typing ${id}`) > 0);
        onRpc(CONVERSATION, "action_send_text", (rpc) => this.sendText(rpc));
        onRpc(CONVERSATION, "action_send_file", (rpc) => this.sendFile(rpc));
        onRpc(CONVERSATION, "action_choose_patient", (rpc) => this.choosePatient(rpc));
        onRpc("clinic.whatsapp.canned", "get_canned", ({ args: [id] }) => {
            this.calls.push(`get_canned ${id}`);
            return this.canned;
        });
        onRpc(MESSAGE, "action_retry_media", (rpc) => this.retryMedia(rpc));
        onRpc(MESSAGE, "action_send_now", ({ args: [[id]] }) => ({ res_model: "clinic.whatsapp.urgent.wizard", message: id }));
        onRpc("res.partner", "get_whatsapp_conversations", ({ args: [[partnerId]] }) => {
            this.calls.push("get_whatsapp_conversations");
            return this.conversations[partnerId] || [];
        });
    }

    addConversation(id, header = {}) {
        this.messages[id] = [];
        this.notes[id] = [];
        this.locks[id] = null;
        this.headers[id] = {
            id,
            account: "Reception",
            branch: "Besiktas",
            state: "open",
            unread_count: 0,
            window_expires_at: "2026-03-05 10:10:00",
            ...header,
        };
    }

    /** Store messages as the server shows them; returns their ids. */
    add(...messages) {
        return this.addTo(7, ...messages);
    }

    addTo(conversationId, ...messages) {
        const stored = messages.map((message) => makeMessage(message, ++lastId));
        this.messages[conversationId].push(...stored);
        return stored.map((message) => message.id);
    }

    /** Store an internal note of conversation 7. */
    addNote(note) {
        this.notes[7].push({ id: ++lastId, kind: "note", at: "2026-03-04 10:00:00", author: "Elif", body: "Hello", ...note });
    }

    change(messageId, vals) {
        const all = Object.values(this.messages).flat();
        Object.assign(
            all.find((message) => message.id === messageId),
            vals
        );
    }

    getThread({ args: [[id]], kwargs }) {
        this.calls.push(kwargs.before_id ? `get_thread ${id} before ${kwargs.before_id}` : `get_thread ${id}`);
        const place = this.messages[id].findIndex((message) => message.id === kwargs.before_id);
        const older = place < 0 ? this.messages[id] : this.messages[id].slice(0, place);
        const messages = older.slice(-kwargs.limit);
        const hasMore = older.length > kwargs.limit;
        const since = hasMore ? messages[0].at : "";
        const until = place < 0 ? "9999" : this.messages[id][place].at;
        return structuredClone({
            conversation: this.headers[id],
            messages,
            has_more: hasMore,
            lock: this.locks[id],
            notes: this.notes[id].filter(({ at }) => since <= at && at < until),
        });
    }

    markRead({ args: [[id]] }) {
        this.calls.push(`action_mark_read ${id}`);
        this.headers[id].unread_count = 0;
        return null;
    }

    choosePatient({ args: [[id], partnerId] }) {
        this.calls.push(`action_choose_patient ${id} ${partnerId}`);
        const patients = this.headers[id].patients;
        Object.assign(this.headers[id], { patient: patients.find((patient) => patient.id === partnerId), candidates: [] });
        return true;
    }

    retryMedia({ args: [[messageId]] }) {
        this.calls.push(`action_retry_media ${messageId}`);
        this.change(messageId, { media: makeMedia("image", { state: "pending" }) });
        return true;
    }

    /** What the server answers without storing anything; else undefined. */
    getRefusal(text, { lint_reason: reason }) {
        if (this.answer.state === "blocked") {
            return this.answer;
        }
        if (this.flagged.some((word) => text.includes(word)) && !reason) {
            return { id: false, state: "warned", problem: "Reads as advertising: “sale”.", advice: "Leave it out." };
        }
        this.reasons.push(reason);
    }

    getQuoted({ reply_to_id: quotedId }) {
        return quotedId ? { id: quotedId, preview: `Message ${quotedId}` } : false;
    }

    async sendFile({ args: [[id], name, data, caption], kwargs }) {
        this.calls.push(`action_send_file ${id} ${name} ${atob(data)} ${caption}`);
        await this.gate;
        const refusal = this.getRefusal(caption, kwargs);
        if (refusal) {
            return refusal;
        }
        const media = makeMedia("document", { state: "pending", name });
        const quoted = this.getQuoted(kwargs);
        const [messageId] = this.addTo(id, { direction: "out", type: "document", body: caption, media, quoted, state: "queued" });
        return { id: messageId, state: "queued", problem: false, advice: false };
    }

    async sendText({ args: [[id], body], kwargs }) {
        this.calls.push(`action_send_text ${id} ${body}`);
        await this.gate;
        const refusal = this.getRefusal(body, kwargs);
        if (refusal) {
            return refusal;
        }
        const quoted = this.getQuoted(kwargs);
        const [messageId] = this.addTo(id, { direction: "out", body, quoted, state: "queued", author: "Mitchell Admin" });
        return { id: messageId, state: "queued", problem: false, advice: false };
    }
}

/** What the server would answer; tests change it, and tell the browser with `sendNews`. */
export const clinic = new FakeClinic();

let lastId = 100;

function makeMessage(message, id) {
    const direction = message.direction ?? "in";
    return {
        id,
        direction,
        type: "text",
        wire_type: false,
        kind: "reply",
        body: "Hello",
        buttons: [],
        state: direction === "in" ? "received" : "sent",
        problem: false,
        advice: false,
        at: "2026-03-04 10:00:00",
        author: false,
        template: false,
        quoted: false,
        ...message,
    };
}

const TYPES = { image: "image/png", sticker: "image/webp", audio: "audio/ogg", video: "video/mp4" };

/** A file as the server describes it. Its address answers nobody. */
export function makeMedia(kind, values = {}) {
    return {
        state: "ready",
        kind,
        name: "",
        mime: TYPES[kind] ?? "text/plain",
        size: 2048,
        url: `/clinic_whatsapp/media/${++lastId}`,
        voice: false,
        problem: false,
        can_retry: false,
        ...values,
    };
}

export function makeMany(count) {
    return Array.from({ length: count }, (_, index) => ({ body: `Message ${index + 1}` }));
}

export async function mountThread(conversationId = 7) {
    const thread = await mountWithCleanup(ClinicThread, { props: { conversationId } });
    await settle();
    return thread;
}

/** Wait until nothing is asked of the server any more and the answers are on screen. */
export async function settle() {
    await animationFrame();
    for (const thread of getService("clinic_whatsapp").threads.values()) {
        await thread.mutex.getUnlockedDef();
    }
    await animationFrame();
}

/** Tell the browser over the bus, and wait until it has heard. */
export async function tellNews(news = {}) {
    const heard = new Deferred();
    const busService = getService("bus_service");
    const listener = () => heard.resolve();
    busService.subscribe(UPDATE, listener);
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, UPDATE, {
        conversation_ids: [7],
        partner_ids: [],
        company_id: serverState.companies[0].id,
        ...news,
    });
    await heard;
    busService.unsubscribe(UPDATE, listener);
}

/** Tell the browser over the bus, and wait until it has fetched and shown what is new. */
export async function sendNews(news) {
    await tellNews(news);
    await settle();
}
