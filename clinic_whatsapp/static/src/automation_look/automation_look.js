import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { AutomationForecast } from "./automation_forecast";
import { AutomationPreview } from "./automation_preview";

const MODEL = "clinic.whatsapp.automation";
const PREVIEW = "preview";
const FORECAST = "forecast";

/** A look at an automation before it is switched on: what patients would read, and who of them. */
export class AutomationLook extends Component {
    static template = "clinic_whatsapp.AutomationLook";
    static components = { AutomationForecast, AutomationPreview, Dialog };
    static props = {
        close: Function,
        automationId: Number,
        tab: { type: String, optional: true },
        onSwitched: { type: Function, optional: true },
    };
    static defaultProps = { tab: PREVIEW };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            tab: this.props.tab,
            preview: null,
            forecast: null,
            problems: { [PREVIEW]: "", [FORECAST]: "" },
            isSwitching: false,
        });
        this.asked = {}; // the latest question of each tab: {method, args}
        onWillStart(() => {
            this.show(this.props.tab); // the dialog is there at once, and fills itself
        });
    }

    get tabs() {
        return [
            { key: PREVIEW, label: _t("What they read") },
            { key: FORECAST, label: _t("Who would get it") },
        ];
    }

    get known() {
        return this.state[this.state.tab];
    }

    get problem() {
        return this.state.problems[this.state.tab];
    }

    get title() {
        return this.state.forecast?.name || this.state.preview?.name || _t("Automation");
    }

    get canSwitchOn() {
        const { known } = this;
        return Boolean(known) && known.may_switch && !known.is_active;
    }

    /** What is there, has failed or is under way is not asked for again. */
    async show(tab) {
        this.state.tab = tab;
        if (!this.asked[tab]) {
            await this.ask(tab, { method: tab === FORECAST ? "get_forecast" : "get_preview", args: [] });
        }
    }

    async showRecord(resId) {
        this.state.tab = PREVIEW;
        await this.ask(PREVIEW, { method: "get_preview", args: [resId] });
    }

    /** Fill a tab; only the answer to its latest question counts. */
    async ask(tab, question) {
        const { method, args } = question;
        const isLatest = () => this.asked[tab] === question;
        this.asked[tab] = question;
        this.state.problems[tab] = "";
        this.state[tab] = null;
        try {
            const answer = await this.orm.silent.call(MODEL, method, [[this.props.automationId], ...args]);
            if (isLatest()) {
                this.state[tab] = answer;
            }
        } catch (error) {
            if (isLatest()) {
                this.state.problems[tab] = error.data?.message || _t("It could not be loaded.");
            }
        }
    }

    retry() {
        const { tab } = this.state;
        return this.ask(tab, { ...this.asked[tab] });
    }

    async switchOn() {
        this.state.isSwitching = true;
        try {
            await this.orm.call(MODEL, "action_switch_on", [[this.props.automationId]]);
        } finally {
            this.state.isSwitching = false;
        }
        this.props.close();
        this.props.onSwitched?.();
    }

    openPatient(id) {
        this.props.close();
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("clinic_whatsapp.look_at_automation", (env, { params }) => {
    const { action, dialog } = env.services;
    dialog.add(AutomationLook, {
        automationId: params.automation_id,
        tab: params.tab,
        onSwitched: () => action.doAction({ type: "ir.actions.client", tag: "soft_reload" }),
    });
});
