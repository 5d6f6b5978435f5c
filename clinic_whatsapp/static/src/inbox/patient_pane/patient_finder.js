import { Component, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { describe } from "../../outgoing";

const MODEL = "clinic.whatsapp.conversation";
const SHOWN = 8;
const PAUSE = 300; // milliseconds
const IS_NAME = /\p{L}/u; // a number is no name

/** Say who writes: somebody who may be meant, somebody on file, or a new patient. Nobody guesses. */
export class PatientFinder extends Component {
    static template = "clinic_whatsapp.PatientFinder";
    static props = {
        conversationId: Number,
        similar: Array,
        name: String, // as the sender is called at WhatsApp
        isKnown: Boolean,
        onFound: Function, // () => Promise
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            query: "",
            found: null,
            isCreating: false,
            name: "",
            birthDate: "",
            isBusy: false,
            problem: null,
        });
        this.asked = 0;
        this.searchSoon = useDebounced(() => this.search(), PAUSE);
    }

    get shown() {
        return (this.state.found ?? this.props.similar).map((patient) => ({
            ...patient,
            facts: [patient.phone, this.nameBirth(patient)].filter(Boolean).join(" · "),
        }));
    }

    nameBirth({ birth_date: birth }) {
        const date = birth && deserializeDate(birth).toLocaleString(luxon.DateTime.DATE_MED);
        return birth && _t("born on %(date)s", { date });
    }

    /** Who may see which patients is the server's business; an answer that comes too late is no answer. */
    async search() {
        const query = this.state.query.trim();
        const asked = ++this.asked;
        if (!query) {
            this.state.found = null;
            return;
        }
        const domain = [["is_patient", "=", true], "|", ["name", "ilike", query], ["phone", "ilike", query]];
        await this.guard(async () => {
            const fields = ["name", "phone", "birth_date"];
            const found = await this.orm.silent.searchRead("res.partner", domain, fields, { limit: SHOWN });
            if (asked === this.asked) {
                this.state.found = found;
            }
        });
    }

    startCreating() {
        this.state.name = IS_NAME.test(this.props.name) ? this.props.name : "";
        this.state.isCreating = true;
    }

    async choose(partnerId) {
        await this.settle("action_link_patient", partnerId);
    }

    async create() {
        const { name, birthDate } = this.state;
        await this.settle("action_create_patient", { name: name.trim(), ...(birthDate && { birth_date: birthDate }) });
    }

    /** Let the server remember whom the conversation is about. */
    async settle(method, argument) {
        this.state.isBusy = true;
        await this.guard(async () => {
            await this.orm.silent.call(MODEL, method, [[this.props.conversationId], argument]);
            await this.props.onFound();
        });
        this.state.isBusy = false;
    }

    async guard(action) {
        this.state.problem = null;
        try {
            await action();
        } catch (error) {
            this.state.problem = describe(error);
        }
    }
}
