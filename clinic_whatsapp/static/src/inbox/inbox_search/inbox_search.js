import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { VIEWS } from "../inbox_rules";

const MANY = 999;
const PAUSE = 250; // milliseconds without a key before one searches

/** What the list is narrowed down to: a tab, a branch, a tag, a name or a number. */
export class InboxSearch extends Component {
    static template = "clinic_whatsapp.InboxSearch";
    static components = { Dropdown, DropdownItem };
    static props = {
        inbox: Object,
        totals: Object,
        onDown: Function, // () => void; on to the list
        onEnter: Function, // () => void; open the first one
    };

    setup() {
        this.whatsapp = useService("clinic_whatsapp");
        this.inbox = useState(this.props.inbox);
        this.totals = useState(this.props.totals);
        this.input = useRef("input");
        this.state = useState({ text: this.inbox.filters.search, tags: [] });
        this.search = useDebounced(() => this.apply({ search: this.state.text.trim() }), PAUSE);
        useEffect(
            (search) => {
                if (search !== this.state.text.trim()) {
                    this.state.text = search;
                }
            },
            () => [this.inbox.filters.search]
        );
    }

    get views() {
        return VIEWS.map((view) => ({
            ...view,
            isActive: view.id === this.inbox.filters.view && !this.inbox.filters.search,
            count: view.isCounted ? this.getCount(view.id) : 0,
        }));
    }

    /** The counters of all branches are live; those of one branch are of the last look at the list. */
    getCount(view) {
        const { counts, filters } = this.inbox;
        const numbers = filters.branchId ? counts : { ...counts, ...this.totals.numbers };
        return numbers[view] > MANY ? `${MANY}+` : numbers[view] || 0;
    }

    get branches() {
        return user.activeCompanies;
    }

    get branchName() {
        const branch = this.branches.find(({ id }) => id === this.inbox.filters.branchId);
        return branch ? branch.name : _t("All branches");
    }

    get chosenTag() {
        return this.state.tags.find(({ id }) => id === this.inbox.filters.tagId);
    }

    apply(filters) {
        this.inbox.filter(filters);
    }

    showView(view) {
        this.search.cancel();
        this.state.text = "";
        this.apply({ view, search: "" });
    }

    async loadTags() {
        this.state.tags = await this.whatsapp.getTags();
    }

    clear() {
        this.search.cancel();
        this.state.text = "";
        this.apply({ search: "" });
        this.input.el.focus();
    }

    onKeydown(ev) {
        const action = {
            ArrowDown: () => this.props.onDown(),
            Enter: () => this.enter(),
            Escape: () => this.escape(ev),
        }[ev.key];
        if (action && !ev.isComposing) {
            ev.preventDefault();
            action();
        }
    }

    async enter() {
        this.search.cancel();
        await this.inbox.filter({ search: this.state.text.trim() });
        this.props.onEnter();
    }

    escape(ev) {
        if (this.state.text) {
            ev.stopPropagation();
            this.clear();
        }
    }
}
