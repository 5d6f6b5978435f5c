import { Component } from "@odoo/owl";
import { MediaDocument } from "../document/document";
import { MediaStatus } from "../media_status/media_status";
import { MediaPicture } from "../picture/picture";
import { MediaPlayer } from "../player/player";

const VIEWS = { image: MediaPicture, sticker: MediaPicture, video: MediaPlayer, audio: MediaPlayer };

/** @returns {string} how a file is shown; one that stands above the text of a template says it by its type only */
export function getMediaKind({ kind, mime }) {
    const family = (mime || "").split("/")[0];
    return kind in VIEWS || kind === "document" || !(family in VIEWS) ? kind : family;
}

/** @returns {boolean} whether there is something to look at: the stored file, or the one that this browser sends */
export function isShown({ state, preview }) {
    return state === "ready" || Boolean(preview && state !== "failed");
}

/** The file of a message: on its way, not to be had, or shown by its kind. */
export class Media extends Component {
    static template = "clinic_whatsapp.Media";
    static components = { MediaStatus };
    static props = {
        media: Object,
        isOut: Boolean,
        onOpen: Function, // () => void: show it large
        onRetry: Function, // () => Promise
    };

    get media() {
        return { ...this.props.media, kind: getMediaKind(this.props.media) };
    }

    get isShown() {
        return isShown(this.props.media);
    }

    get view() {
        return VIEWS[this.media.kind] ?? MediaDocument;
    }
}
