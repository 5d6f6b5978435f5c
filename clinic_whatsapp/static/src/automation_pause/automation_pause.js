import { Component, onWillStart, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

const MODEL = "clinic.whatsapp.automation";

/** The switch above the automations: pauses all of a branch, and says so as long as it lasts. */
export class AutomationPause extends Component {
    static template = "clinic_whatsapp.AutomationPause";
    static components = { Dropdown, DropdownItem };
    static props = { onChange: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ branches: [] });
        onWillStart(async () => {
            this.state.branches = await this.orm.call(MODEL, "get_pauses", []);
        });
    }

    get paused() {
        return this.state.branches.filter((branch) => branch.is_paused);
    }

    get pausable() {
        return this.state.branches.filter((branch) => branch.may_change && !branch.is_paused);
    }

    get resumable() {
        return this.state.branches.filter((branch) => branch.may_change && branch.is_paused);
    }

    describe(branch) {
        return branch.paused_by
            ? _t("%(branch)s (by %(company)s)", { branch: branch.name, company: branch.paused_by })
            : branch.name;
    }

    get names() {
        return this.paused.map((branch) => this.describe(branch)).join(", ");
    }

    async change(branch, isPaused) {
        this.state.branches = await this.orm.call(MODEL, "action_pause_branch", [branch.id, isPaused]);
        this.props.onChange();
    }
}

class AutomationListController extends ListController {
    static template = "clinic_whatsapp.AutomationListView";
    static components = { ...ListController.components, AutomationPause };
}

class AutomationKanbanController extends KanbanController {
    static template = "clinic_whatsapp.AutomationKanbanView";
    static components = { ...KanbanController.components, AutomationPause };
}

registry.category("views").add("clinic_automation_list", { ...listView, Controller: AutomationListController });
registry.category("views").add("clinic_automation_kanban", { ...kanbanView, Controller: AutomationKanbanController });
