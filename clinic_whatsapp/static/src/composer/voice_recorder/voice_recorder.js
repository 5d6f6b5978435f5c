import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { getVoiceFormat, Recording } from "./recording";

const LONGEST = 300; // seconds

/** Speak instead of writing: what was said waits as a file until it is sent, and can be listened to first. */
export class VoiceRecorder extends Component {
    static template = "clinic_whatsapp.VoiceRecorder";
    static props = {
        onRecorded: Function, // (File) => void
        onProblem: Function, // ({problem, advice}) => void
    };

    setup() {
        this.state = useState({ isRecording: false, seconds: 0 });
        this.done = useRef("done");
        this.isGone = false;
        useEffect(
            (el) => {
                el?.focus();
            },
            () => [this.done.el]
        );
        onWillUnmount(() => {
            this.isGone = true;
            this.leave();
        });
    }

    get time() {
        const { seconds } = this.state;
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    async start() {
        try {
            this.recording = await Recording.start(getVoiceFormat());
        } catch (error) {
            if (!(error instanceof DOMException)) {
                throw error;
            }
            return this.props.onProblem({
                problem: _t("The microphone cannot be used"),
                advice: _t("Allow this page to use the microphone in the settings of the browser, then try again."),
            });
        }
        if (this.isGone) {
            return this.recording.release(); // the user left while the browser asked
        }
        Object.assign(this.state, { isRecording: true, seconds: 0 });
        this.timer = browser.setInterval(() => this.tick(), 1000);
    }

    tick() {
        this.state.seconds++;
        if (this.state.seconds >= LONGEST) {
            this.finish();
        }
    }

    async finish() {
        const { recording } = this;
        browser.clearInterval(this.timer);
        if (!recording) {
            return; // it is being finished already
        }
        this.recording = null;
        const file = await recording.finish();
        if (!this.isGone) {
            this.state.isRecording = false;
            this.props.onRecorded(file);
        }
    }

    leave() {
        browser.clearInterval(this.timer);
        this.recording?.release();
        this.recording = null;
        this.state.isRecording = false;
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.leave();
        }
    }
}
