import { Component, onWillUnmount, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { cleanLine } from "../bubble/outside";
import { ACCEPTED, getKind, nameSize } from "../file_rules";

/** The paperclip: choose one file. */
export class FileButton extends Component {
    static template = "clinic_whatsapp.FileButton";
    static props = { isDisabled: Boolean, onChoose: Function }; // (File) => void

    accepted = ACCEPTED;

    setup() {
        this.input = useRef("input");
    }

    onChange(ev) {
        const [file] = ev.target.files;
        if (file) {
            this.props.onChoose(file);
        }
        ev.target.value = ""; // the same file can be chosen again
    }
}

/** The file that goes with the next message. Give it a `t-key` with the file. */
export class FileDraft extends Component {
    static template = "clinic_whatsapp.FileDraft";
    static props = { file: Object, onRemove: Function };

    setup() {
        this.preview = URL.createObjectURL(this.props.file);
        onWillUnmount(() => URL.revokeObjectURL(this.preview));
    }

    get isPicture() {
        return ["image", "sticker"].includes(getKind(this.props.file));
    }

    get isSound() {
        return getKind(this.props.file) === "audio";
    }

    get name() {
        return cleanLine(this.props.file.name);
    }

    get size() {
        return nameSize(this.props.file.size);
    }

    get removeLabel() {
        return _t("Do not send %(name)s", { name: this.name });
    }
}
