import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, makeServerError, mockService, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, makeMedia, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const bubble = (id) => `.o_clinic_message[data-message-id='${id}']`;
const URL_OF = (id) => `/clinic_whatsapp/media/${id}`;

async function show(...messages) {
    const ids = clinic.add(...messages);
    await mountThread();
    return ids.map(bubble);
}

// Files

test("a picture is shown, and opens in Odoo's viewer; Esc returns to it", async () => {
    const media = makeMedia("image", { name: "tooth.png", mime: "image/png" });
    const [picture] = await show({ type: "image", body: "It hurts here", media });
    expect(`${picture} .o_clinic_picture_image`).toHaveAttribute("data-src", media.url);
    expect(`${picture} .o_clinic_bubble_text`).toHaveText("It hurts here");
    expect(`${picture} .o_clinic_picture`).toHaveAttribute("aria-label", "Picture: tooth.png");
    queryFirst(`${picture} .o_clinic_picture`).focus();
    await contains(`${picture} .o_clinic_picture`).click();
    expect(".o-FileViewer-viewImage").toHaveAttribute("data-src", media.url);
    await press("Escape");
    await animationFrame();
    expect(".o-FileViewer").toHaveCount(0);
    expect(`${picture} .o_clinic_picture`).toBeFocused();
});

test("the viewer goes from one picture of the thread to the next, and leaves out what cannot be seen", async () => {
    const [, second] = await show(
        { type: "image", media: makeMedia("image", { name: "one.png" }) },
        { type: "image", media: makeMedia("image", { name: "two.png" }) },
        { type: "image", media: makeMedia("image", { state: "failed" }) },
        { type: "audio", media: makeMedia("audio") },
        { type: "document", media: makeMedia("document", { name: "plan.pdf", mime: "application/pdf" }) }
    );
    await contains(`${second} .o_clinic_picture`).click();
    const seen = [];
    for (let i = 0; i < 3; i++) {
        seen.push(queryFirst(".o-FileViewer-header .text-truncate").textContent);
        await press("ArrowRight");
        await animationFrame();
    }
    expect(seen).toEqual(["two.png", "plan.pdf", "one.png"]);
});

test("a picture that the browser cannot show can be saved", async () => {
    const media = makeMedia("image");
    const [picture] = await show({ type: "image", body: "", media });
    queryFirst(`${picture} img`).dispatchEvent(new Event("error"));
    await animationFrame();
    expect(`${picture} .o_clinic_picture_broken`).toHaveText(/This picture cannot be shown\./);
    expect(`${picture} .o_clinic_picture_download`).toHaveAttribute("href", `${media.url}?download=1`);
});

test("a sticker stands without a bubble", async () => {
    const [sticker] = await show({ type: "sticker", body: "", media: makeMedia("sticker", { mime: "image/webp" }) });
    expect(sticker).toHaveClass("o_clinic_message_bare");
    expect(`${sticker} .o_clinic_sticker`).toHaveAttribute("alt", "Sticker");
});

test("a voice message is played by the browser's own player, and fetched only then", async () => {
    const media = makeMedia("audio", { mime: "audio/ogg; codecs=opus", voice: true });
    const [voice] = await show({ type: "audio", body: "", media });
    const player = `${voice} audio`;
    expect(player).toHaveAttribute("src", media.url);
    expect(player).toHaveAttribute("preload", "none");
    expect(player).toHaveAttribute("controls");
    expect(player).toHaveAttribute("aria-label", "Voice message");
    expect(`${voice} .fa-microphone`).toHaveCount(1);
});

test("a video waits for a click", async () => {
    const media = makeMedia("video", { mime: "video/mp4", name: "walk.mp4", size: 3.4 * 1024 * 1024 });
    const [video] = await show({ type: "video", body: "Look", media });
    expect(`${video} video`).toHaveAttribute("preload", "none");
    expect(`${video} .o_clinic_video_start`).toHaveAttribute("aria-label", "Video: walk.mp4");
    expect(`${video} .o_clinic_video_size`).toHaveText("3.4 MB");
});

test("what the browser cannot play is offered for saving", async () => {
    const [strange, broken] = await show(
        { type: "audio", body: "", media: makeMedia("audio", { mime: "audio/amr", voice: true }) },
        { type: "video", body: "", media: makeMedia("video", { mime: "video/mp4" }) }
    );
    expect(`${strange} .o_clinic_player_broken`).toHaveText(/Voice message\s*This browser cannot play the file\./);
    expect(`${strange} .o_clinic_player_download`).toHaveCount(1);
    queryFirst(`${broken} video`).dispatchEvent(new Event("error"));
    await animationFrame();
    expect(`${broken} .o_clinic_player_broken`).toHaveText(/This browser cannot play the file\./);
});

test("a document names itself, its type and size, and can be saved; a PDF opens", async () => {
    const media = makeMedia("document", { name: "plan.pdf", mime: "application/pdf", size: 120 * 1024 });
    const [pdf, sheet] = await show(
        { type: "document", body: "", media },
        { type: "document", body: "", media: makeMedia("document", { name: "list.xlsx", mime: "application/vnd.ms-excel" }) }
    );
    expect(`${pdf} .o_clinic_document_name`).toHaveText("plan.pdf");
    expect(`${pdf} .o_clinic_tile_detail`).toHaveText("PDF · 120 kB");
    expect(`${pdf} .o_image`).toHaveAttribute("data-mimetype", "application/pdf");
    expect(`${pdf} .o_clinic_document_download`).toHaveAttribute("href", `${media.url}?download=1`);
    expect(`${pdf} .o_clinic_document_download`).toHaveAttribute("aria-label", "Download plan.pdf");
    expect(`${sheet} .o_clinic_document_open`).toHaveCount(0);
    await contains(`${pdf} .o_clinic_document_open`).click();
    expect(queryFirst(".o-FileViewer iframe").dataset.src).toInclude(encodeURIComponent(media.url));
});

test("a name of a file is one line that reads as it is written", async () => {
    const name = "photo\u202egpj.exe\n<b>x</b>";
    const [file] = await show({ type: "document", body: "", media: makeMedia("document", { name, mime: "" }) });
    expect(queryFirst(`${file} .o_clinic_document_name`).textContent).toBe("photogpj.exe <b>x</b>");
    expect(`${file} b`).toHaveCount(0);
});

test("the file of a template stands above its text, by its type", async () => {
    const media = makeMedia("template", { mime: "image/jpeg" });
    const [template] = await show({ direction: "out", type: "template", header: "", footer: "Papatya", media });
    expect(`${template} .o_clinic_media + .o_clinic_bubble_content`).toHaveCount(1);
    expect(`${template} .o_clinic_picture`).toHaveCount(1);
    expect(`${template} .o_clinic_bubble_footer`).toHaveText("Papatya");
});

test("a file that is not what was announced is shown with a warning", async () => {
    const [file] = await show({ type: "document", media: makeMedia("document", { problem: "Open it with care." }) });
    expect(`${file} .o_clinic_media_doubt`).toHaveText("Open it with care.");
    expect(`${file} .o_clinic_document`).toHaveCount(1);
});

test("a file on its way says so", async () => {
    const pending = { state: "pending", url: URL_OF(1) };
    const [received, sent] = await show(
        { type: "image", body: "", media: makeMedia("image", pending) },
        { type: "document", direction: "out", body: "", media: makeMedia("document", { ...pending, name: "plan.pdf" }) }
    );
    expect(`${received} .o_clinic_media_status`).toHaveText(/^The file is on its way/);
    expect(`${received} .o_clinic_media_status`).toHaveAttribute("role", "status");
    expect(`${received} img`).toHaveCount(0);
    expect(`${sent} .o_clinic_media_status`).toHaveText(/plan\.pdf\s*The file is being handed to WhatsApp/);
});

test("a file that could not be had says why, and can be tried again", async () => {
    const media = makeMedia("image", { state: "failed", problem: "WhatsApp lost it.", can_retry: true });
    const [picture] = await show({ type: "image", body: "", media });
    expect(`${picture} .o_clinic_media_status_failed`).toHaveText(/WhatsApp lost it\./);
    await contains(`${picture} .o_clinic_media_retry`).click();
    await settle();
    expect(clinic.calls.filter((call) => call.startsWith("action_retry_media"))).toHaveLength(1);
    expect(`${picture} .o_clinic_media_status`).toHaveText(/^The file is on its way/);
});

test("what cannot be tried again has no button", async () => {
    const media = makeMedia("image", { state: "failed", problem: "It is gone.", can_retry: false });
    const [picture] = await show({ type: "image", body: "", media });
    expect(`${picture} .o_clinic_media_retry`).toHaveCount(0);
});

test("a try that the server refuses says why and leaves the button", async () => {
    onRpc("clinic.whatsapp.message", "action_retry_media", () => {
        throw makeServerError({ type: "AccessError", message: "You may only read." });
    });
    const [picture] = await show({ type: "image", media: makeMedia("image", { state: "failed", can_retry: true }) });
    await contains(`${picture} .o_clinic_media_retry`).click();
    await settle();
    expect(".o_clinic_thread_offline").toHaveText(/You may only read\./);
    expect(`${picture} .o_clinic_media_retry`).toBeEnabled();
});

test("while it is tried again, nobody clicks twice", async () => {
    const answered = new Deferred();
    onRpc("clinic.whatsapp.message", "action_retry_media", () => answered);
    const [picture] = await show({ type: "image", media: makeMedia("image", { state: "failed", can_retry: true }) });
    await contains(`${picture} .o_clinic_media_retry`).click();
    expect(`${picture} .o_clinic_media_retry`).not.toBeEnabled();
    answered.resolve(true);
    await settle();
});

// Places, cards, forms

test("a place is named, and the map opens elsewhere", async () => {
    const location = { latitude: 40.99, longitude: 29.02, name: "Moda", address: "Moda Cd. 1", url: "https://moda.example.com/" };
    const [place] = await show({ type: "location", body: "", location });
    expect(`${place} .o_clinic_place_name`).toHaveText("Moda");
    expect(`${place} .o_clinic_place_address`).toHaveText("Moda Cd. 1");
    expect(`${place} .o_clinic_place_link`).toHaveAttribute("href", "https://maps.google.com/?q=40.99,29.02");
    for (const link of document.querySelectorAll(`${place} a`)) {
        expect(link).toHaveAttribute("target", "_blank");
        expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
    }
    expect(`${place} .o_clinic_place_website`).toHaveAttribute("href", location.url);
    expect(`${place} img`).toHaveCount(0);
});

test("a place without a name shows its coordinates, and an address that is no web page is no link", async () => {
    const location = { latitude: 40.99, longitude: 29.02, name: "", address: "", url: "javascript:alert(1)" };
    const [place] = await show({ type: "location", body: "", location });
    expect(`${place} .o_clinic_place_link`).toHaveText("40.99000, 29.02000");
    expect(`${place} a[href^='javascript']`).toHaveCount(0);
});

test("contact cards show how to reach somebody", async () => {
    const contacts = [
        { name: "Can Öz", phones: ["+90 530 000 00 09"], emails: ["can@example.com"], organization: "Diş Lab" },
        { name: "", phones: ["?"], emails: ["a@b.com?bcc=x@y.com"], organization: "" },
    ];
    const [cards] = await show({ type: "contacts", body: "", contacts });
    expect(queryAllTexts(`${cards} .o_clinic_contact_name`)).toEqual(["Can Öz", "Contact"]);
    expect(queryAllTexts(`${cards} .o_clinic_contact_avatar`)).toEqual(["CÖ", ""]);
    const hrefs = [...document.querySelectorAll(`${cards} a`)].map((link) => link.getAttribute("href"));
    expect(hrefs).toEqual(["tel:+905300000009", "mailto:can@example.com"]);
});

test("the answers of a form are listed", async () => {
    const answers = [
        { label: "Pain", value: "7" },
        { label: "Since", value: "Monday" },
    ];
    const [form] = await show({ type: "interactive", body: "Sent", answers });
    expect(queryAllTexts(`${form} dt`)).toEqual(["Pain", "Since"]);
    expect(queryAllTexts(`${form} dd`)).toEqual(["7", "Monday"]);
    expect(`${form} .o_clinic_bubble_answer`).toHaveCount(0);
});

test("an order says what was ordered", async () => {
    const [order] = await show({ type: "order", body: "Please", description: "Order: 2 × brush" });
    expect(`${order} .o_clinic_bubble_content`).toHaveText(/Order: 2 × brush\s*Please/);
    expect(`${order} .fa-shopping-cart`).toHaveCount(1);
});

test("who came from an ad is told, with a link to the web only", async () => {
    const referral = { headline: "White teeth", body: "Ask us", url: "https://www.example.com/ad/1" };
    const [came, bad] = await show(
        { body: "Hello", referral },
        { body: "Hello", referral: { ...referral, url: "javascript:alert(1)" } }
    );
    expect(`${came} .o_clinic_referral`).toHaveText(/Came from an ad\s*White teeth\s*Ask us\s*example\.com/);
    expect(`${came} .o_clinic_referral_link`).toHaveAttribute("href", referral.url);
    expect(`${bad} .o_clinic_referral a`).toHaveCount(0);
});

// What the patient can tap

test("a list opens to what the patient can choose from, and marks the choice", async () => {
    const list = {
        button: "Times",
        sections: [{ title: "Monday", rows: [{ title: "10:00", description: "Dr. Ates" }, { title: "11:00", description: "" }] }],
    };
    const [question] = clinic.add({ direction: "out", type: "interactive", body: "When?", list });
    clinic.add({ type: "interactive", body: "11:00", quoted: { id: question, preview: "When?" } });
    await mountThread();
    const button = `${bubble(question)} .o_clinic_list_button`;
    expect(button).toHaveText("Times");
    expect(button).toHaveAttribute("aria-expanded", "false");
    expect(".o_clinic_list_row").toHaveCount(0);
    await contains(button).click();
    expect(button).toHaveAttribute("aria-expanded", "true");
    expect(queryAllTexts(".o_clinic_list_row .o_clinic_tile_main")[0]).toMatch(/10:00\s*Dr\. Ates/);
    expect(".o_clinic_list_row_chosen").toHaveText(/11:00\s*\(chosen by the patient\)/);
});

test("a link button opens the web and nothing else", async () => {
    const [good, bad] = await show(
        { direction: "out", type: "interactive", link: { text: "Directions", url: "https://example.com/way" } },
        { direction: "out", type: "interactive", link: { text: "Directions", url: "javascript:alert(1)" } }
    );
    expect(`${good} a.o_clinic_bubble_button`).toHaveAttribute("href", "https://example.com/way");
    expect(`${good} a.o_clinic_bubble_button`).toHaveAttribute("rel", "noopener noreferrer nofollow");
    expect(`${bad} a`).toHaveCount(0);
    expect(`${bad} .o_clinic_bubble_button`).toHaveText("Directions");
});

test("header and footer stand around the text", async () => {
    const [message] = await show({ direction: "out", type: "interactive", header: "Hello", body: "Text", footer: "Papatya" });
    expect(queryFirst(`${message} .o_clinic_bubble`)).toHaveText(/Hello\s*Text\s*Papatya/);
});

// Marks

test("reactions stand under the message with those who reacted", async () => {
    const reactions = [
        { emoji: "👍", direction: "in", author: "Ayse Demir" },
        { emoji: "👍", direction: "out", author: "Elif" },
        { emoji: "❤️", direction: "in", author: "" },
    ];
    const [message] = await show({ body: "See you", reactions });
    const chips = [...document.querySelectorAll(`${message} .o_clinic_reaction`)];
    expect(chips.map((chip) => chip.getAttribute("aria-label"))).toEqual(["👍 Ayse Demir, Elif", "❤️ Patient"]);
    expect(chips[0]).toHaveAttribute("data-tooltip", "Ayse Demir, Elif");
    expect(`${message} .o_clinic_reaction_count`).toHaveText("2");
});

test("what was edited or forwarded is marked", async () => {
    const [edited, forwarded] = await show({ body: "At ten", edited: true }, { body: "Read this", forwarded: true });
    expect(`${edited} .o_clinic_bubble_edited`).toHaveText("Edited");
    expect(`${forwarded} .o_clinic_bubble_forwarded`).toHaveText("Forwarded");
});

test("a deleted message is gone with all that it held", async () => {
    const held = { body: "Secret", revoked: true, edited: true, buttons: ["Yes"], footer: "Papatya", quoted: { id: 1, preview: "x" } };
    const [received, sent] = await show(
        { ...held, type: "image", media: makeMedia("image"), reactions: [{ emoji: "👍", direction: "in", author: "A" }] },
        { ...held, direction: "out" }
    );
    expect(`${received} .o_clinic_bubble_content`).toHaveText(/^The patient deleted this message\s*1:00\sPM$/);
    expect(`${received} :is(img, .o_clinic_reactions, .o_clinic_bubble_buttons, .o_clinic_bubble_quote)`).toHaveCount(0);
    expect(`${sent} .o_clinic_bubble_placeholder`).toHaveText("This message was deleted");
});

test("a system line stands in the middle, and nobody says it", async () => {
    const [line] = await show({ type: "system", body: "", system: "Ayse has a new number." }, { body: "Hello" });
    expect(line).toHaveClass("o_clinic_message_system");
    expect(line).toHaveText("Ayse has a new number.");
    expect(`${line} time`).toHaveCount(0);
    expect(".o_clinic_message_continued").toHaveCount(0);
});

test("what WhatsApp did not hand over says what it was", async () => {
    const [described, bare] = await show(
        { type: "unsupported", wire_type: "poll", body: "", description: "A poll. Ask what it was." },
        { type: "unknown", wire_type: "hologram", body: "caption" }
    );
    expect(`${described} .o_clinic_bubble_placeholder`).toHaveText("A poll. Ask what it was.");
    expect(`${bare} .o_clinic_bubble_content`).toHaveText(/hologram[\s\S]*caption/);
});

test("a voice message that was heard says so", async () => {
    const [byFlag, byState] = await show(
        { direction: "out", type: "audio", body: "", state: "read", played: true },
        { direction: "out", type: "audio", body: "", state: "played" }
    );
    expect(`${byFlag} .o_clinic_ticks`).toHaveAttribute("aria-label", "Played");
    expect(`${byState} .o_clinic_ticks`).toHaveAttribute("aria-label", "Played");
});

test("nothing from outside becomes markup", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    const [message] = await show({
        type: "contacts",
        body: evil,
        header: evil,
        footer: evil,
        contacts: [{ name: evil, phones: [evil], emails: [evil], organization: evil }],
        location: { latitude: 1, longitude: 2, name: evil, address: evil, url: evil },
        answers: [{ label: evil, value: evil }],
        referral: { headline: evil, body: evil, url: evil },
        reactions: [{ emoji: evil, direction: "in", author: evil }],
        buttons: [evil],
        list: { button: evil, sections: [{ title: evil, rows: [{ title: evil, description: evil }] }] },
        link: { text: evil, url: evil },
        media: makeMedia("document", { name: evil, mime: evil, problem: evil }),
        quoted: { id: 1, preview: evil },
    });
    await contains(`${message} .o_clinic_list_button`).click();
    await waitFor(`${message} .o_clinic_list_row`);
    expect(`${message} img`).toHaveCount(0);
    expect(queryFirst(message).textContent.split(evil).length).toBeGreaterThan(15);
});

test("a message that lacks all that is optional is shown", async () => {
    const [id] = clinic.add({ body: "Hello" });
    for (const key of ["buttons", "quoted", "template", "author", "problem", "advice", "wire_type"]) {
        delete clinic.messages[7].find((message) => message.id === id)[key];
    }
    await mountThread();
    expect(`${bubble(id)} .o_clinic_bubble_text`).toHaveText("Hello");
});

// Hours

test("a message that waits says until when, and can be sent now by whoever may write here", async () => {
    const held = "Waits until 05.03.2026 09:00, in the time of the branch.";
    const [waiting, foreign] = await show(
        { direction: "out", kind: "automatic", state: "queued", held, can_send_now: true },
        { direction: "out", kind: "automatic", state: "queued", held, can_send_now: false }
    );
    expect(`${waiting} .o_clinic_waiting_until`).toHaveText(held);
    expect(`${waiting} .o_clinic_waiting_send`).toHaveText("Send now…");
    expect(`${foreign} .o_clinic_waiting_until`).toHaveText(held);
    expect(`${foreign} .o_clinic_waiting_send`).toHaveCount(0);
});

test("sending now asks for the reason in a dialog, and the thread is read again when it closes", async () => {
    mockService("action", {
        doAction: (dialog, { onClose }) => {
            expect.step([dialog.res_model, dialog.message]);
            clinic.change(dialog.message, { state: "sent", held: false, can_send_now: false, urgent_reason: "<b>Ill</b>" });
            onClose();
        },
    });
    const [id] = clinic.add({ direction: "out", state: "queued", held: "Waits.", can_send_now: true });
    await mountThread();
    await contains(`${bubble(id)} .o_clinic_waiting_send`).click();
    await settle();
    expect.verifySteps([["clinic.whatsapp.urgent.wizard", id]]);
    expect(`${bubble(id)} .o_clinic_waiting`).toHaveText("Why it could not wait: <b>Ill</b>");
    expect(`${bubble(id)} .o_clinic_waiting_send`).toHaveCount(0);
});

test("a message that was denied for its hour explains the rule and can be sent now", async () => {
    const values = { problem: "Quiet hours", advice: "Send it within the hours.", can_send_now: true };
    const [denied] = await show({ direction: "out", state: "blocked", body: "", ...values });
    expect(`${denied} .o_clinic_message_explanation`).toHaveText(/Quiet hours/);
    expect(`${denied} .o_clinic_message_explanation + .o_clinic_waiting .o_clinic_waiting_send`).toHaveCount(1);
});

test("nothing about waiting stands below any other message", async () => {
    await show({ direction: "out", state: "queued" }, { direction: "in", held: "x", can_send_now: true });
    expect(".o_clinic_waiting").toHaveCount(0);
});
