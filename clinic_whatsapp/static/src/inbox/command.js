import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

export const COMMAND_NAMESPACE = "+";
const MODEL = "clinic.whatsapp.conversation";
const STAFF = "clinic_whatsapp.group_user";
const MOST = 12;

/** A conversation in the command palette. */
export class ConversationCommand extends Component {
    static template = "clinic_whatsapp.ConversationCommand";
    static props = {
        phone: String,
        branch: String,
        unread: Number,
        slots: Object,
        executeCommand: Function,
        name: { type: String, optional: true },
        searchValue: { type: String, optional: true },
    };
}

/** Open a conversation in the inbox, wherever one is. */
export async function openConversation(env, id) {
    const { inbox } = env.services.clinic_whatsapp;
    if (inbox.watchers) {
        return inbox.choose(id);
    }
    await env.services.action.doAction("clinic_whatsapp.action_inbox", {
        props: { resId: id },
        clearBreadcrumbs: true,
    });
}

async function findConversations(env, searchValue) {
    if (!(await user.hasGroup(STAFF))) {
        return []; // the palette is for everybody
    }
    const orm = env.services.orm;
    const { rows } = await orm.silent.call(MODEL, "get_inbox", [], {
        view: "open",
        search: searchValue.trim(),
        limit: MOST,
    });
    return rows.map(({ id, name, phone, branch, unread_count: unread }) => ({
        Component: ConversationCommand,
        name,
        props: { phone: phone === name ? "" : phone, branch, unread },
        action: () => {
            openConversation(env, id);
        },
    }));
}

registry.category("command_setup").add(COMMAND_NAMESPACE, {
    debounceDelay: 250,
    name: _t("WhatsApp"),
    placeholder: _t("Name, number or tag of a conversation"),
    emptyMessage: _t("Nobody found"),
});
registry.category("command_provider").add("clinic_whatsapp.conversations", {
    namespace: COMMAND_NAMESPACE,
    provide: (env, { searchValue = "" }) => findConversations(env, searchValue),
});
