import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useViewButtons } from "@web/views/view_button/view_button_hook";
import { ConsentBadges } from "../../consent_badges/consent_badges";
import { FollowupTimeline } from "../../followup_timeline/followup_timeline";
import { describe } from "../../outgoing";
import { useNews, useThread } from "../../whatsapp_service";
import { WriteObstacle } from "../../write_obstacle/write_obstacle";
import { PaneAppointments } from "./pane_appointments";
import { PatientFinder } from "./patient_finder";

const MODEL = "clinic.whatsapp.conversation";
const RELATIONS = { guardian: _t("Guardian"), ward: _t("Decides for"), number: _t("Same number") };
const STATES = { open: _t("Open"), pending: _t("Waiting for the patient"), closed: _t("Closed") };

/**
 * Whom a conversation is about: what was agreed to, when one comes, who belongs to one. Give it a `t-key` with the
 * conversation. Everything is read under the rights of who looks, and what buttons do is done by the records' own
 * actions, in the branch of the conversation.
 */
export class PatientPane extends Component {
    static template = "clinic_whatsapp.PatientPane";
    static components = { ConsentBadges, FollowupTimeline, PaneAppointments, PatientFinder, WriteObstacle };
    static props = {
        conversationId: Number,
        onOpenConversation: { type: Function, optional: true }, // (conversation id) => void
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.thread = useThread(this.props.conversationId);
        this.state = useState({ pane: null, problem: null, isChanging: false });
        this.asked = 0;
        useViewButtons(useRef("root"), { reload: () => this.refresh() });
        useNews((news) => this.hear(news));
        onWillStart(() => {
            this.load(); // the pane is there at once, and fills itself
        });
    }

    get pane() {
        return this.state.pane;
    }

    get patient() {
        return this.pane.patient;
    }

    get isFinding() {
        return !this.patient || this.state.isChanging;
    }

    /** Actions happen in the branch of the conversation, whichever is the first of the active ones. */
    get context() {
        const companyId = this.thread.header?.company_id;
        if (!companyId) {
            return {};
        }
        const others = user.context.allowed_company_ids.filter((id) => id !== companyId);
        return { allowed_company_ids: [companyId, ...others] };
    }

    /** The patient as the widgets of the patient's form want a record. */
    get record() {
        const { id } = this.patient;
        const data = { consent_badges: this.pane.badges, write_obstacle: this.pane.obstacle };
        return { resModel: "res.partner", resId: id, resIds: [id], context: this.context, evalContext: {}, data };
    }

    /** The treatment plans under way, as their widget wants a record. */
    get followups() {
        const data = { timeline: this.pane.followups };
        return { resModel: "res.partner", data, save: () => true, load: () => this.refresh() };
    }

    get facts() {
        const { birth_date: birth, age, language, home_branch: branch, deceased_on: deceased } = this.patient;
        return [
            birth && _t("Born on %(date)s (%(age)s)", { date: this.nameDate(birth), age }),
            deceased && _t("Died on %(date)s", { date: this.nameDate(deceased) }),
            language,
            branch,
        ].filter(Boolean);
    }

    /** Who belongs to the patient; as long as there is none, those with this number are offered as patients instead. */
    get family() {
        const offered = new Set(this.patient ? [] : this.candidates.map(({ id }) => id));
        const others = this.pane.family.filter(({ id }) => !offered.has(id));
        return others.map((person) => ({ ...person, label: RELATIONS[person.relation] }));
    }

    /** Who may be meant: those with this very number first. */
    get candidates() {
        const sharing = this.pane.family.filter((person) => person.relation === "number" && person.is_patient);
        const known = new Set(sharing.map(({ id }) => id));
        return [...sharing, ...this.pane.similar.filter(({ id }) => !known.has(id))];
    }

    get others() {
        return this.pane.other_conversations.map((other) => ({ ...other, label: STATES[other.state] }));
    }

    nameDate(date) {
        return deserializeDate(date).toLocaleString(luxon.DateTime.DATE_MED);
    }

    hear({ conversation_ids: conversationIds, partner_ids: partnerIds }) {
        if (conversationIds.includes(this.props.conversationId) || partnerIds.includes(this.pane?.patient?.id)) {
            this.load();
        }
    }

    async load() {
        const asked = ++this.asked;
        try {
            const pane = await this.orm.silent.call(MODEL, "get_patient_pane", [[this.props.conversationId]]);
            if (asked === this.asked) {
                Object.assign(this.state, { pane, problem: null });
            }
        } catch (error) {
            this.state.problem = describe(error);
        }
    }

    /** What a button did may stand in the thread as well: what was agreed to. */
    async refresh() {
        await Promise.all([this.load(), this.thread.refresh()]);
    }

    async onFound() {
        this.state.isChanging = false;
        await this.refresh();
    }

    openPerson({ id, is_patient: isPatient }) {
        const options = { viewType: "form", props: { resId: id } };
        return this.action.doAction(isPatient ? "clinic_whatsapp.action_patient" : "contacts.action_contacts", options);
    }

    openPatient() {
        return this.openPerson({ id: this.patient.id, is_patient: true });
    }

    openConversation(conversationId) {
        this.props.onOpenConversation?.(conversationId);
    }
}
