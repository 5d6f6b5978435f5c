import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { Choices } from "../bubble/choices/choices";
import { cutText } from "../message_text";
import { TEMPLATE_DIALOG, toReopen } from "../template_opening";
import { useNews } from "../whatsapp_service";
import { Recipients } from "./recipients/recipients";
import { SelectionOffer } from "./selection_offer";
import { SendProgress } from "./send_progress/send_progress";
import { TemplateOffer } from "./template_offer";

/**
 * Chooses a template, fills it in with a look at what the patient is going to read, and sends it: to the patient of a
 * conversation, or to those who were selected somewhere else.
 */
export class TemplateDialog extends Component {
    static template = "clinic_whatsapp.TemplateDialog";
    static components = { Choices, Dialog, Recipients, SendProgress };
    static props = {
        close: Function,
        thread: { type: Object, optional: true },
        selection: { type: Object, optional: true, shape: { model: String, ids: { type: Array, element: Number } } },
        onSent: { type: Function, optional: true },
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        const { thread, selection } = this.props;
        this.header = { ...thread?.header }; // the thread forgets it when nobody watches it any more
        this.offer = useState(thread ? new TemplateOffer(thread) : new SelectionOffer(this.orm, selection));
        this.search = useRef("search");
        this.fields = useRef("fields");
        useNews((news) => this.hear(news));
        useEffect(
            (templates) => templates?.length && !this.env.isSmall && !this.offer.draft && this.search.el?.focus(),
            () => [this.offer.templates]
        );
        useEffect(
            (templateId) => templateId && this.focusGap(),
            () => [this.offer.draft?.id]
        );
        onWillStart(() => {
            this.offer.load(); // the dialog is there at once, and fills itself
        });
    }

    get title() {
        const { patient, name } = this.header;
        if (!this.props.selection) {
            return _t("Send a template to %(name)s", { name: patient ? patient.name : name });
        }
        const { isAlone, ids, recipients } = this.offer;
        const alone = isAlone && recipients[0]?.name;
        return alone
            ? _t("Send a template to %(name)s", { name: alone })
            : _t("Send a template (%(count)s selected)", { count: ids.length });
    }

    get pieces() {
        return cutText(this.offer.preview);
    }

    get sendLabel() {
        if (this.offer.isUrgent) {
            return _t("Send now");
        }
        const count = this.props.selection && !this.offer.isAlone ? this.offer.reached.length : 0;
        return count ? _t("Send to %(count)s", { count }) : _t("Send");
    }

    getInputId(index) {
        return `o_clinic_template_${this.header.id || "selection"}_${index}`;
    }

    nameLanguage(code) {
        return new Intl.DisplayNames([luxon.Settings.defaultLocale], { type: "language" }).of(code);
    }

    /** Where one goes on: at the first gap, else nowhere, so that nothing is changed by accident. */
    focusGap() {
        const inputs = [...(this.fields.el?.querySelectorAll("input") || [])];
        inputs.find((input) => !input.value)?.focus();
    }

    /** What was agreed to, or booked, meanwhile may change what can be sent. */
    hear({ conversation_ids: conversationIds, partner_ids: partnerIds }) {
        const isMeant = conversationIds.includes(this.header.id) || partnerIds.includes(this.header.patient?.id);
        if (this.props.thread && this.offer.draft && isMeant) {
            this.offer.look();
        }
    }

    retry() {
        this.offer.problem = null;
        return this.offer.load();
    }

    chooseRecord(id) {
        return this.offer.chooseRecord(Number(id));
    }

    onSearchKeydown(ev) {
        const [first] = this.offer.found;
        if (ev.key === "Enter" && !ev.isComposing && first) {
            ev.preventDefault();
            this.offer.choose(first.id);
        }
    }

    /** To several nothing is sent by a key that one hits by accident. */
    onFieldKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            if (this.props.thread || this.offer.isAlone) {
                this.send();
            } else {
                this.offer.lookAtRecipients();
            }
        }
    }

    onFieldChange() {
        if (this.props.selection) {
            this.offer.lookAtRecipients();
        }
    }

    openPatient(id) {
        this.open("res.partner", id);
    }

    openConversation(id) {
        this.open("clinic.whatsapp.conversation", id);
    }

    open(model, id) {
        this.props.close();
        this.action.doAction({ type: "ir.actions.act_window", res_model: model, res_id: id, views: [[false, "form"]] });
    }

    async send() {
        if (this.offer.canSend && (await this.offer.send())) {
            this.props.close();
            this.props.onSent?.();
            await this.props.thread?.refresh();
        }
    }

    /** Do what the patient's form would do; it may load the screen anew, and with it close this dialog. */
    async act({ name, args, context }) {
        const { id, patient, company_id: companyId } = this.header;
        const branch = getBranchContext(companyId);
        const kwargs = { context: { ...branch, ...context } };
        const next = await this.orm.call("res.partner", name, [[patient.id], ...args], kwargs);
        if (!next) {
            return this.offer.look();
        }
        if (next.type === "ir.actions.act_window") {
            toReopen.add(id);
        }
        await this.action.doAction(next, {
            additionalContext: branch,
            onClose: (params) => {
                if (!params?.noReload) {
                    toReopen.delete(id);
                    this.offer.look(); // nobody waits for it: this dialog may be gone
                }
            },
        });
    }
}

registry.category("lazy_components").add(TEMPLATE_DIALOG, TemplateDialog);

/** Actions happen in the branch of the conversation, whichever is the first of the active ones. */
function getBranchContext(companyId) {
    const others = user.context.allowed_company_ids.filter((id) => id !== companyId);
    return { allowed_company_ids: [companyId, ...others] };
}
