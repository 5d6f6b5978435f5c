import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cleanLine, getCallAddress, getInitials, getMailAddress } from "../outside";

/** Contact cards that were shared. */
export class ContactCards extends Component {
    static template = "clinic_whatsapp.ContactCards";
    static props = { contacts: Array }; // {name, phones, emails, organization}

    get cards() {
        return this.props.contacts.map((card) => ({
            name: cleanLine(card.name) || cleanLine(card.organization) || _t("Contact"),
            initials: getInitials(card.name || card.organization),
            organization: cleanLine(card.organization),
            ways: [
                ...this.list(card.phones, "fa-phone", getCallAddress),
                ...this.list(card.emails, "fa-envelope-o", getMailAddress),
            ],
        }));
    }

    list(texts, icon, getAddress) {
        return (texts || []).map((text) => ({ icon, text: cleanLine(text), href: getAddress(text) }));
    }
}
