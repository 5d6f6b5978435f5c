import { Component, useEffect, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { DesktopNotice } from "./desktop_notice";

const STAFF = "clinic_whatsapp.group_user";
const MANY = 99;

/** How many patients wait for an answer, wherever in Odoo one is. */
export class InboxSystray extends Component {
    static template = "clinic_whatsapp.InboxSystray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.whatsapp = useService("clinic_whatsapp");
        this.action = useService("action");
        this.totals = useState(this.whatsapp.totals);
        this.notice = useState(new DesktopNotice(useService("multi_tab"), () => this.open("unanswered")));
        this.state = useState({ isStaff: false });
        useEffect(
            (unanswered) => {
                this.notice.tell(unanswered);
            },
            () => [this.totals.numbers?.unanswered]
        );
        this.start();
    }

    async start() {
        this.state.isStaff = await user.hasGroup(STAFF);
        if (this.state.isStaff) {
            this.totals.start();
        }
    }

    get numbers() {
        return this.totals.numbers ?? {};
    }

    get count() {
        return this.limit(this.numbers.unanswered);
    }

    get label() {
        return _t("WhatsApp: %(count)s wait for an answer", { count: this.numbers.unanswered || 0 });
    }

    get lines() {
        return [
            { view: "unanswered", label: _t("Wait for an answer"), count: this.numbers.unanswered },
            { view: "mine", label: _t("Mine"), count: this.numbers.mine },
            { view: "unassigned", label: _t("Nobody takes care of yet"), count: this.numbers.unassigned },
        ].map((line) => ({ ...line, count: this.limit(line.count) }));
    }

    limit(count) {
        return count > MANY ? `${MANY}+` : count || 0;
    }

    open(view) {
        this.whatsapp.inbox.filter({ view, search: "", branchId: false, tagId: false });
        if (!this.whatsapp.inbox.watchers) {
            this.action.doAction("clinic_whatsapp.action_inbox", { clearBreadcrumbs: true });
        }
    }

    toggleNotice() {
        return this.notice.toggle();
    }
}

registry.category("systray").add("clinic_whatsapp.inbox", { Component: InboxSystray }, { sequence: 24 });
