import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { nameSize } from "../../file_rules";
import { cleanLine } from "../outside";

const EXTENSION = /\.([a-z0-9]{1,5})$/i;

/** A file that is not a picture and has no sound. A PDF opens in Odoo's viewer, all of them can be saved. */
export class MediaDocument extends Component {
    static template = "clinic_whatsapp.MediaDocument";
    static props = { media: Object, onOpen: Function };

    get name() {
        return cleanLine(this.props.media.name) || _t("Document");
    }

    get downloadLabel() {
        return _t("Download %(name)s", { name: this.name });
    }

    get mime() {
        return (this.props.media.mime || "").split(";")[0];
    }

    get isPdf() {
        return this.mime === "application/pdf" && !this.props.media.preview;
    }

    /** For example “PDF · 120 kB”. */
    get detail() {
        const { size } = this.props.media;
        const extension = this.name.match(EXTENSION)?.[1].toUpperCase();
        return [extension, size && nameSize(size)].filter(Boolean).join(" · ");
    }
}
