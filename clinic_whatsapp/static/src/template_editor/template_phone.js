import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { imageUrl } from "@web/core/utils/urls";
import { isBinarySize } from "@web/core/utils/binary";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Place } from "../bubble/place/place";
import { cutText } from "../message_text";
import { getButtons, ICONS } from "./template_buttons";

const MOST_BUTTONS = 3; // more than that, and WhatsApp shows two of them and a list
const MEDIA_ICONS = { image: "fa-picture-o", video: "fa-play-circle-o", document: "fa-file-pdf-o" };

/** A message as it looks on the patient's phone. */
export class Phone extends Component {
    static template = "clinic_whatsapp.Phone";
    static components = { Place };
    static props = {
        bubble: Object, // {header, body, footer, buttons, media, location}
        icons: { type: Array, optional: true }, // of its buttons
        picture: { type: String, optional: true }, // the address of its picture
    };

    setup() {
        this.state = useState({ isListOpen: false });
    }

    get pieces() {
        return cutText(this.props.bubble.body || "");
    }

    get buttons() {
        const { bubble, icons } = this.props;
        return (bubble.buttons || []).map((label, index) => ({ label, icon: icons?.[index] }));
    }

    get hasList() {
        return this.buttons.length > MOST_BUTTONS;
    }

    get shownButtons() {
        return this.hasList && !this.state.isListOpen ? this.buttons.slice(0, MOST_BUTTONS - 1) : this.buttons;
    }

    get mediaIcon() {
        return MEDIA_ICONS[this.props.bubble.media.kind];
    }
}

/** The phone beside the editor: what the patient is going to see, with the examples as values. */
export class TemplatePhone extends Component {
    static template = "clinic_whatsapp.TemplatePhone";
    static components = { Phone };
    static props = { ...standardFieldProps };

    get bubble() {
        return this.props.record.data[this.props.name];
    }

    get icons() {
        const { button_ids: list } = this.props.record.data;
        return list ? getButtons(list).map((button) => ICONS[button.data.kind]) : [];
    }

    get picture() {
        const { resModel, resId, data } = this.props.record;
        const { header_type: type, header_file: file } = data;
        if (type !== "image" || !file) {
            return undefined;
        }
        const isStored = isBinarySize(file);
        return isStored
            ? imageUrl(resModel, resId, "header_file", { unique: data.write_date })
            : `data:image/*;base64,${file}`;
    }
}

registry.category("fields").add("clinic_template_phone", {
    component: TemplatePhone,
    supportedTypes: ["json"],
    label: false,
});
