import { Component, useState } from "@odoo/owl";

/** One number, several patients: staff say whom the conversation is about; nobody guesses. */
export class PatientChooser extends Component {
    static template = "clinic_whatsapp.PatientChooser";
    static props = { thread: Object };

    setup() {
        this.thread = useState(this.props.thread);
        this.state = useState({ isChoosing: false });
    }

    async choose(partnerId) {
        this.state.isChoosing = true;
        try {
            await this.thread.choosePatient(partnerId);
        } finally {
            this.state.isChoosing = false;
        }
    }
}
