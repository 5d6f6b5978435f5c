import { Component } from "@odoo/owl";

/** The form that a patient filled in. */
export class Answers extends Component {
    static template = "clinic_whatsapp.Answers";
    static props = { answers: Array }; // {label, value}
}
