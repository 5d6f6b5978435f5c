import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Phone } from "./template_phone";

const COLOURS = { approved: "success", pending: "info", rejected: "danger", disabled: "danger", paused: "warning" };

/** The languages of one message as tabs: go to another, look at all of them side by side, add one. */
export class TemplateLanguages extends Component {
    static template = "clinic_whatsapp.TemplateLanguages";
    static components = { Dropdown, DropdownItem, Phone };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ variants: [], isCompared: false });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => this.load(record));
    }

    get languages() {
        return this.props.record.fields.language.selection;
    }

    get others() {
        const { language } = this.props.record.data;
        const taken = new Set([language, ...this.state.variants.map((variant) => variant.language)]);
        return this.languages.filter(([code]) => !taken.has(code));
    }

    get tabs() {
        const { variants } = this.state;
        const { language, status } = this.props.record.data;
        const tabs = variants.map((variant) => (this.isHere(variant) ? { ...variant, language, status } : variant));
        const isKnown = variants.some((variant) => this.isHere(variant));
        return isKnown ? tabs : [...tabs, { id: false, language, status }];
    }

    get canCompare() {
        return this.state.variants.some((variant) => !this.isHere(variant));
    }

    /** All of them, the one that is being written as it is at this moment. */
    get compared() {
        const { bubble } = this.props.record.data;
        return this.tabs.map((tab) => (this.isHere(tab) ? { ...tab, bubble } : tab));
    }

    isHere({ id }) {
        return id === this.props.record.resId;
    }

    getLabel(code) {
        return this.languages.find(([language]) => language === code)?.[1] || "";
    }

    getStatus({ status }) {
        const { selection } = this.props.record.fields.status;
        return { label: Object.fromEntries(selection)[status] || "", colour: COLOURS[status] || "secondary" };
    }

    /** Fetch what there is of this message; again only when it became another one. */
    async load({ resId, resModel, data: { account_id: account, status, name } }) {
        const key = [resId, account?.id, status, resId && name].join();
        if (key === this.key) {
            return;
        }
        this.key = key;
        const domain = [["name", "=", name], ["account_id", "=", account?.id || false]];
        const fields = ["language", "status", "bubble"];
        const variants = resId && name ? await this.orm.searchRead(resModel, domain, fields, { order: "id" }) : [];
        if (key === this.key) {
            this.state.variants = variants;
        }
    }

    /** What was written is saved first. */
    async open(variant) {
        const { record } = this.props;
        if (!this.isHere(variant) && (await record.save())) {
            await this.show(variant.id);
        }
    }

    /** A new language begins as a copy, with the same variables and buttons. */
    async add(language) {
        const { record } = this.props;
        if (await record.save()) {
            const [id] = await this.orm.call(record.resModel, "copy", [[record.resId], { language }]);
            await this.show(id);
        }
    }

    show(id) {
        const { model, resIds } = this.props.record;
        return model.load({ resId: id, resIds: resIds.includes(id) ? resIds : [...resIds, id] });
    }
}

registry.category("view_widgets").add("clinic_template_languages", {
    component: TemplateLanguages,
    fieldDependencies: [
        { name: "name", type: "char" },
        { name: "language", type: "selection" },
        { name: "status", type: "selection" },
        { name: "bubble", type: "json" },
        { name: "account_id", type: "many2one" },
    ],
});
