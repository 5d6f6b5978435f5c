import { beforeEach, describe, destroy, expect, test } from "@odoo/hoot";
import { press } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { browser } from "@web/core/browser/browser";
import { contains, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const start = ".o_clinic_voice_start";
const textarea = ".o_clinic_composer_textarea";
const getSent = () => clinic.calls.filter((call) => call.startsWith("action_send_"));

/** A browser's recorder, without a microphone: it hands out what it got once it stops. */
class Recorder extends EventTarget {
    static known = ["audio/ogg;codecs=opus"];
    static isTypeSupported(type) {
        return Recorder.known.includes(type);
    }
    start() {
        this.state = "recording";
    }
    stop() {
        this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["voice"]) }));
        this.dispatchEvent(new Event("stop"));
    }
}

let tracks, permission;

function useBrowser(types) {
    Recorder.known = types;
    patchWithCleanup(window, { MediaRecorder: Recorder });
    patchWithCleanup(browser.navigator, {
        mediaDevices: {
            async getUserMedia() {
                await permission?.();
                const track = { isOn: true, stop: () => (track.isOn = false) };
                tracks.push(track);
                return { getTracks: () => [track] };
            },
        },
    });
}

beforeEach(() => {
    tracks = [];
    permission = null;
});

test("what is said waits as a file, can be listened to, and is sent", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    await mountThread();
    await contains(start).click();
    await animationFrame();
    await advanceTime(65_000);
    await animationFrame();
    expect(".o_clinic_voice_time").toHaveText("1:05");
    await contains(".o_clinic_voice_done").click();
    await animationFrame();
    expect(".o_clinic_file_draft").toHaveText(/Voice message\.ogg/);
    expect("audio.o_clinic_file_draft_sound").toHaveCount(1);
    expect(tracks.map(({ isOn }) => isOn)).toEqual([false]);
    await contains(".o_clinic_composer_send").click();
    await settle();
    expect(getSent()).toEqual(["action_send_file 7 Voice message.ogg voice "]);
});

test("a browser that records AAC only sends that", async () => {
    useBrowser(["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus"]);
    await mountThread();
    await contains(start).click();
    await contains(".o_clinic_voice_done").click();
    await animationFrame();
    expect(".o_clinic_file_draft").toHaveText(/Voice message\.m4a/);
});

test("a browser that records nothing that WhatsApp takes is offered no recording", async () => {
    useBrowser(["audio/webm;codecs=opus"]);
    await mountThread();
    expect(start).toHaveCount(0);
    expect(".o_clinic_composer_send").toHaveCount(1);
});

test("a page without a microphone is offered no recording", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    patchWithCleanup(browser.navigator, { mediaDevices: undefined });
    await mountThread();
    expect(start).toHaveCount(0);
});

test("a locked composer, a text and a file leave no room for it", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    clinic.locks[8] = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    const thread = await mountThread();
    await contains(textarea).edit("Hello", { confirm: false, instantly: true });
    expect(start).toHaveCount(0);
    expect(".o_clinic_composer_send").toBeEnabled();
    destroy(thread);
    await mountThread(8);
    expect(start).toHaveCount(0);
});

test("a recording can be thrown away, by its button and by Esc", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    await mountThread();
    await contains(start).click();
    await contains(".o_clinic_voice_cancel").click();
    await contains(start).click();
    await animationFrame();
    await press("Escape");
    await animationFrame();
    expect(".o_clinic_file_draft").toHaveCount(0);
    expect(tracks.map(({ isOn }) => isOn)).toEqual([false, false]);
});

test("who may not use the microphone is told what to do", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    permission = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    await mountThread();
    await contains(start).click();
    await animationFrame();
    expect(".o_clinic_composer_refusal").toHaveText(/The microphone cannot be used[\s\S]*Allow this page/);
});

test("the microphone is let go when one leaves, even while the browser still asks", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    let thread = await mountThread();
    await contains(start).click();
    await animationFrame();
    destroy(thread);
    thread = await mountThread();
    const answer = new Deferred();
    permission = () => answer;
    await contains(start).click();
    destroy(thread);
    answer.resolve();
    await animationFrame();
    expect(tracks.map(({ isOn }) => isOn)).toEqual([false, false]);
});

test("a recording ends by itself after five minutes", async () => {
    useBrowser(["audio/ogg;codecs=opus"]);
    await mountThread();
    await contains(start).click();
    await animationFrame();
    await advanceTime(300_000);
    await animationFrame();
    expect(".o_clinic_file_draft").toHaveCount(1);
    expect(".o_clinic_voice").toHaveCount(0);
});
