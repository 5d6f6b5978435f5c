import { Component } from "@odoo/owl";
import { getHost, getWebAddress } from "../outside";

/** The advertisement through which a patient came. */
export class Referral extends Component {
    static template = "clinic_whatsapp.Referral";
    static props = { referral: Object }; // {headline, body, url}

    get href() {
        return getWebAddress(this.props.referral.url);
    }

    get host() {
        return getHost(this.href);
    }
}
