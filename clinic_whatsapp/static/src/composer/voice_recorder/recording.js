import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

/** What browsers can record of what WhatsApp plays (media_rules.py); OPUS in OGG is shown as a voice message. */
const FORMATS = [
    { type: "audio/ogg;codecs=opus", ending: "ogg" }, // Firefox
    { type: "audio/mp4;codecs=mp4a.40.2", ending: "m4a" }, // Safari; Chrome where it has AAC
];
const BITS = 24_000; // a second: speech, about 180 kB a minute

/** @returns {{type: string, ending: string} | undefined} nothing where no recording could be sent */
export function getVoiceFormat() {
    const canListen = browser.navigator.mediaDevices?.getUserMedia; // only on secure pages
    return canListen && FORMATS.find(({ type }) => window.MediaRecorder?.isTypeSupported(type));
}

/** One recording. The microphone is let go with it, whatever happens. */
export class Recording {
    constructor(stream, { type, ending }) {
        this.stream = stream;
        this.format = { type, ending };
        this.pieces = [];
        this.recorder = new window.MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS });
        this.recorder.addEventListener("dataavailable", (ev) => this.pieces.push(ev.data));
    }

    /** @throws {DOMException} when the user or the machine gives no microphone */
    static async start(format) {
        const stream = await browser.navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
        const recording = new Recording(stream, format);
        recording.recorder.start();
        return recording;
    }

    /** @returns {Promise<File>} */
    async finish() {
        const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
        this.recorder.stop();
        await stopped;
        this.release();
        const { type, ending } = this.format;
        return new File(this.pieces, `${_t("Voice message")}.${ending}`, { type: type.split(";")[0] });
    }

    /** Let go of the microphone and of what was said. */
    release() {
        this.stream.getTracks().forEach((track) => track.stop());
    }
}
