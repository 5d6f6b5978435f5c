import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { nameSize } from "../../file_rules";
import { cleanLine } from "../outside";

const ICONS = { image: "fa-picture-o", video: "fa-video-camera", audio: "fa-microphone", sticker: "fa-smile-o" };

/** A file that is not there to be looked at: it goes up, comes down, or could not be had. */
export class MediaStatus extends Component {
    static template = "clinic_whatsapp.MediaStatus";
    static props = {
        media: Object, // {state: uploading | pending | failed, kind, name, size, problem, can_retry, progress}
        isOut: Boolean,
        onRetry: Function, // () => Promise
    };

    setup() {
        this.state = useState({ isRetrying: false });
    }

    get isFailed() {
        return this.props.media.state === "failed";
    }

    get icon() {
        return ICONS[this.props.media.kind] ?? "fa-file-o";
    }

    get name() {
        return cleanLine(this.props.media.name);
    }

    get size() {
        return this.props.media.size ? nameSize(this.props.media.size) : "";
    }

    /** Percent, or undefined while nothing is known. */
    get progress() {
        const { state, progress } = this.props.media;
        return state === "uploading" ? Math.round((progress ?? 0) * 100) : undefined;
    }

    get text() {
        const { state, problem } = this.props.media;
        if (state === "failed") {
            return problem || _t("The file is not available.");
        }
        if (state === "uploading") {
            return _t("Uploading… %(percent)s %", { percent: this.progress });
        }
        return this.props.isOut ? _t("The file is being handed to WhatsApp") : _t("The file is on its way");
    }

    async retry() {
        this.state.isRetrying = true;
        try {
            await this.props.onRetry();
        } finally {
            this.state.isRetrying = false;
        }
    }
}
