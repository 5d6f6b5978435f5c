import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { nameSize } from "../../file_rules";
import { cleanLine } from "../outside";

let playing = null; // one sound at a time, as on a phone

/** A sound or a video. Nothing of it is fetched before somebody wants to hear or see it. */
export class MediaPlayer extends Component {
    static template = "clinic_whatsapp.MediaPlayer";
    static props = { media: Object, onOpen: { type: Function, optional: true } };

    setup() {
        this.player = useRef("player");
        this.state = useState({ hasStarted: false, isBroken: !this.isPlayable });
    }

    get isVideo() {
        return this.props.media.kind === "video";
    }

    get isPlayable() {
        const { mime } = this.props.media;
        const el = document.createElement(this.isVideo ? "video" : "audio");
        return !mime || el.canPlayType(mime) !== "" || el.canPlayType(mime.split(";")[0]) !== "";
    }

    get src() {
        return this.props.media.preview || this.props.media.url;
    }

    get size() {
        return this.props.media.size ? nameSize(this.props.media.size) : "";
    }

    get name() {
        return this.props.media.voice ? "" : cleanLine(this.props.media.name);
    }

    get label() {
        if (this.isVideo) {
            return this.name ? _t("Video: %(name)s", { name: this.name }) : _t("Video");
        }
        return this.props.media.voice ? _t("Voice message") : this.name || _t("Sound");
    }

    start() {
        this.player.el.play().catch(() => {}); // the element tells of its errors itself
    }

    onPlay() {
        this.state.hasStarted = true;
        if (playing && playing !== this.player.el) {
            playing.pause();
        }
        playing = this.player.el;
    }
}
