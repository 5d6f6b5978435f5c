import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { ConversationRow } from "../conversation_row/conversation_row";
import { InboxSearch } from "../inbox_search/inbox_search";

const NEAR = 400; // pixels from the end at which the next page is fetched

/** The left pane: search, tabs, and the conversations page by page. */
export class ConversationList extends Component {
    static template = "clinic_whatsapp.ConversationList";
    static components = { ConversationRow, InboxSearch };
    static props = {
        inbox: Object,
        totals: Object,
        presence: Object,
        now: Number, // milliseconds
        onChoose: Function, // (id, {isWriting: boolean}) => void
    };

    setup() {
        this.inbox = useState(this.props.inbox);
        this.presence = useState(this.props.presence);
        this.state = useState({ focusedId: null });
        this.scroller = useRef("scroller");
        useEffect(
            () => {
                this.scroller.el.scrollTop = 0;
            },
            () => Object.values(this.inbox.filters)
        );
        useEffect(
            (id) => this.reveal(id),
            () => [this.inbox.chosenId]
        );
        useEffect(() => this.fill());
    }

    /** The one row that the tab key reaches. */
    get reachableId() {
        const { ids, chosenId } = this.inbox;
        return [this.state.focusedId, chosenId].find((id) => ids.includes(id)) ?? ids[0];
    }

    get isBranchShown() {
        return user.activeCompanies.length > 1 && !this.inbox.filters.branchId;
    }

    /** What an empty list says: that all is well, or what to do. */
    get emptiness() {
        const { view, search, branchId, tagId } = this.inbox.filters;
        if (search) {
            return {
                icon: "fa-search",
                title: _t("Nobody found"),
                text: _t(
                    "Search by name, by a part of the number or by a tag. To find words, open a conversation and search there."
                ),
            };
        }
        if (branchId || tagId) {
            return {
                icon: "fa-filter",
                title: _t("Nothing here"),
                text: _t("Take away the branch or the tag to see the others."),
            };
        }
        return EMPTINESS[view];
    }

    fill() {
        const { scrollHeight, scrollTop, clientHeight } = this.scroller.el;
        if (clientHeight && scrollHeight - scrollTop - clientHeight < NEAR) {
            this.inbox.loadMore();
        }
    }

    reveal(id) {
        this.getRowElement(id)?.scrollIntoView({ block: "nearest" });
    }

    getRowElement(id) {
        return id && this.scroller.el.querySelector(`[data-conversation-id="${id}"]`);
    }

    focus(id = this.reachableId) {
        this.getRowElement(id)?.focus();
    }

    chooseFirst() {
        if (this.inbox.ids.length) {
            this.props.onChoose(this.inbox.ids[0], { isWriting: true });
        }
    }

    onKeydown(ev) {
        const focusedId = Number(ev.target.dataset.conversationId);
        const action = {
            ArrowDown: () => this.focus(this.inbox.getNeighbour(focusedId, 1)),
            ArrowUp: () => this.focus(this.inbox.getNeighbour(focusedId, -1)),
            Home: () => this.focus(this.inbox.ids[0]),
            End: () => this.focus(this.inbox.ids.at(-1)),
            Enter: () => this.props.onChoose(focusedId, { isWriting: true }),
            " ": () => this.props.onChoose(focusedId, { isWriting: false }),
        }[ev.key];
        if (action && focusedId) {
            ev.preventDefault();
            action();
        }
    }
}

const EMPTINESS = {
    unanswered: {
        icon: "fa-check-circle-o",
        title: _t("Everybody has an answer"),
        text: _t("Who writes next appears here, and stays until somebody answers or says that no answer is needed."),
    },
    mine: {
        icon: "fa-user-o",
        title: _t("Nothing is yours at the moment"),
        text: _t("Open a conversation and choose “Assign” to take care of it yourself."),
    },
    unassigned: {
        icon: "fa-users",
        title: _t("Everything is in somebody's hands"),
        text: _t("A conversation without a colleague who takes care of it appears here."),
    },
    open: {
        icon: "fa-comments-o",
        title: _t("No open conversation"),
        text: _t("One opens when a patient writes to your WhatsApp number, or when the clinic sends a template."),
    },
    snoozed: {
        icon: "fa-moon-o",
        title: _t("Nothing is snoozed"),
        text: _t("Snooze what you cannot settle now: it comes back by itself, or as soon as the patient writes."),
    },
    closed: {
        icon: "fa-archive",
        title: _t("Nothing is closed yet"),
        text: _t("Close a conversation when everything is settled. It opens by itself when the patient writes again."),
    },
};
