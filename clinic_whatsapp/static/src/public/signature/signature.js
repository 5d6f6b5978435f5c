import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";

/** Name and drawn signature inside a plain form: what is drawn travels in a hidden field, with the button pressed. */
export class Signature extends Component {
    static template = "clinic_whatsapp.Signature";
    static components = { NameAndSignature };
    static props = { signer: String };

    setup() {
        this.signature = useState({
            name: "",
            isSignatureEmpty: true,
            getSignatureImage: () => "",
            resetSignature: () => {},
        });
        this.state = useState({ signer: this.props.signer, image: "" });
    }

    onSignatureChange() {
        this.state.image = this.signature.isSignatureEmpty ? "" : this.signature.getSignatureImage();
    }
}

registry.category("public_components").add("clinic_whatsapp.signature", Signature);
