import { Component } from "@odoo/owl";

/** What the next text answers. */
export class QuoteDraft extends Component {
    static template = "clinic_whatsapp.QuoteDraft";
    static props = { quoted: Object, onRemove: Function };
}
