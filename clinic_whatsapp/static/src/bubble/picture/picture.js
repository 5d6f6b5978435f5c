import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cleanLine } from "../outside";

/** A picture or a sticker; a click shows the picture large. */
export class MediaPicture extends Component {
    static template = "clinic_whatsapp.MediaPicture";
    static props = { media: Object, onOpen: Function };

    setup() {
        this.state = useState({ isLoaded: false, isBroken: false });
    }

    get isSticker() {
        return this.props.media.kind === "sticker";
    }

    get src() {
        return this.props.media.preview || this.props.media.url;
    }

    get label() {
        const name = cleanLine(this.props.media.name);
        if (this.isSticker) {
            return _t("Sticker");
        }
        return name ? _t("Picture: %(name)s", { name }) : _t("Picture");
    }
}
