import { describe, destroy, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent, queryAllTexts, queryFirst, scroll, waitFor, waitUntil } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, getService, makeServerError, mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ClinicThread } from "@clinic_whatsapp/thread/thread";
import { clinic, makeMany, makeMedia, mountThread, sendNews, settle, setupClinic, tellNews } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const bubble = (id) => `.o_clinic_message[data-message-id='${id}']`;
const scroller = ".o_clinic_thread_scroller";

function getBottomDistance() {
    const { scrollHeight, scrollTop, clientHeight } = queryFirst(scroller);
    return scrollHeight - scrollTop - clientHeight;
}

test("messages of both sides are bubbles with their time in the user's zone", async () => {
    const [received, sent] = clinic.add(
        { body: "Good morning", at: "2026-03-04 10:00:00" },
        { direction: "out", body: "Hello Ayse", at: "2026-03-04 10:05:00", author: "Elif" }
    );
    await mountThread();
    expect(bubble(received)).toHaveClass("o_clinic_message_in");
    expect(`${bubble(received)} .o_clinic_bubble_text`).toHaveText("Good morning");
    expect(`${bubble(received)} time`).toHaveText(/^(13:00|1:00\sPM)$/);
    expect(`${bubble(sent)} .o_clinic_bubble_author`).toHaveText("Elif");
    expect(bubble(sent)).toHaveClass("o_clinic_message_out");
    expect(".o_clinic_thread_header").toHaveText(/Reception\s*Besiktas/);
});

test("what a patient writes is text, never markup", async () => {
    const [id] = clinic.add({ body: "<img src='x' onerror='alert(1)'/>\nhttps://example.com/?a=\"b" });
    await mountThread();
    expect(`${bubble(id)} img`).toHaveCount(0);
    expect(`${bubble(id)} .o_clinic_bubble_text`).toHaveText(/<img src='x' onerror='alert\(1\)'\/>/);
    expect(`${bubble(id)} a`).toHaveAttribute("href", "https://example.com/?a=");
    expect(`${bubble(id)} a`).toHaveAttribute("rel", "noopener noreferrer nofollow");
});

test("line breaks are kept and text runs in its own direction", async () => {
    const [id] = clinic.add({ body: "مرحبا\nHello" });
    await mountThread();
    expect(`${bubble(id)} .o_clinic_bubble_content`).toHaveAttribute("dir", "auto");
    expect(`${bubble(id)} .o_clinic_bubble_text`).toHaveStyle({ whiteSpace: "pre-wrap" });
});

test("ticks tell what became of a message", async () => {
    const states = ["queued", "sending", "sent", "delivered", "read", "failed", "unknown", "blocked", "cancelled"];
    clinic.add(...states.map((state) => ({ direction: "out", state })));
    await mountThread();
    const labels = [...document.querySelectorAll(".o_clinic_ticks")].map((el) => el.getAttribute("aria-label"));
    expect(labels).toEqual([
        "Waiting to be sent",
        "Sending",
        "Sent",
        "Delivered",
        "Read",
        "Failed",
        "Not confirmed",
        "Not sent",
        "Cancelled",
    ]);
});

test("a failed message says what happened and what to do", async () => {
    const [id] = clinic.add({ direction: "out", state: "failed", problem: "No WhatsApp here", advice: "Call instead." });
    await mountThread();
    expect(`${bubble(id)} .o_clinic_message_explanation`).toHaveText(/No WhatsApp here\s*Call instead\./);
});

test("a blocked message has no text and says so", async () => {
    const [id] = clinic.add({
        direction: "out",
        type: "template",
        state: "blocked",
        body: "",
        buttons: ["Yes"],
        problem: "No opt-in",
        advice: "Ask at the desk.",
    });
    await mountThread();
    expect(`${bubble(id)} .o_clinic_bubble_content`).toHaveText(/The text was not kept\./);
    expect(`${bubble(id)} .o_clinic_bubble_button`).toHaveCount(0);
    expect(`${bubble(id)} .o_clinic_message_explanation`).toHaveText(/No opt-in/);
});

test("a template shows its buttons and which one the patient pressed", async () => {
    const [asked] = clinic.add({
        direction: "out",
        type: "template",
        kind: "automatic",
        template: "Reminder",
        buttons: ["I am coming", "Cancel"],
    });
    const [answer] = clinic.add({ type: "button", body: "I am coming", quoted: { id: asked, preview: "Hello" } });
    await mountThread();
    expect(`${bubble(asked)} .o_clinic_bubble_origin`).toHaveText(/Automatic\s*· Reminder/);
    expect(queryAllTexts(`${bubble(asked)} .o_clinic_bubble_button > span:first-of-type`)).toEqual(["I am coming", "Cancel"]);
    expect(`${bubble(asked)} .o_clinic_bubble_button_pressed`).toHaveText(/^I am coming/);
    expect(`${bubble(answer)} .o_clinic_bubble_answer`).toHaveCount(1);
    expect(`${bubble(answer)} .o_clinic_bubble_quote`).toHaveText("Hello");
});

test("days are separated by their names", async () => {
    clinic.add(
        { at: "2026-01-15 10:00:00" },
        { at: "2026-03-03 20:59:00" },
        { at: "2026-03-03 21:01:00" }, // one minute past midnight where the user is
        { at: "2026-03-04 10:00:00" }
    );
    await mountThread();
    expect(queryAllTexts(".o_clinic_thread_day_name")).toEqual(["January 15, 2026", "Yesterday", "Today"]);
});

test("only the first of several bubbles of one voice has a tail and a name", async () => {
    const ids = clinic.add(
        { direction: "out", author: "Elif" },
        { direction: "out", author: "Elif" },
        { direction: "out", author: "Can" },
        { direction: "in" }
    );
    await mountThread();
    expect(".o_clinic_message_continued").toHaveCount(1);
    expect(bubble(ids[1])).toHaveClass("o_clinic_message_continued");
    expect(queryAllTexts(".o_clinic_bubble_author")).toEqual(["Elif", "Can"]);
});

test("a thread opens at its end and loads older pages when one scrolls up, without losing the place", async () => {
    const ids = clinic.add(...makeMany(70));
    await mountThread();
    expect(".o_clinic_message").toHaveCount(50);
    expect(getBottomDistance()).toBeLessThan(2);
    const first = queryFirst(bubble(ids[20]));
    await scroll(scroller, { y: 0 });
    const top = first.getBoundingClientRect().top;
    await waitFor(bubble(ids[0]));
    expect(".o_clinic_message").toHaveCount(70);
    expect(Math.abs(first.getBoundingClientRect().top - top)).toBeLessThan(3);
    expect(".o_clinic_thread_older").toHaveCount(0);
});

test("older pages can be loaded with a button", async () => {
    clinic.add(...makeMany(51));
    await mountThread();
    await contains(".o_clinic_thread_older button").click();
    expect(".o_clinic_message").toHaveCount(51);
});

test("a quoted message is jumped to, even on an older page", async () => {
    const [asked] = clinic.add({ direction: "out", body: "The question" });
    clinic.add(...makeMany(60), { type: "button", body: "Yes", quoted: { id: asked, preview: "The question" } });
    await mountThread();
    expect(bubble(asked)).toHaveCount(0);
    await contains(".o_clinic_bubble_quote").click();
    await animationFrame();
    expect(bubble(asked)).toHaveClass("o_clinic_message_highlighted");
    expect(queryFirst(scroller).scrollTop).toBeLessThan(100);
});

test("news from the bus show new messages and new ticks", async () => {
    const [id] = clinic.add({ direction: "out", state: "sent" });
    await mountThread();
    clinic.change(id, { state: "read" });
    clinic.add({ body: "Thank you" });
    await sendNews();
    expect(`${bubble(id)} .o_clinic_ticks`).toHaveAttribute("data-state", "read");
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["Hello", "Thank you"]);
    expect(getBottomDistance()).toBeLessThan(2);
});

test("news about other conversations and other branches fetch nothing", async () => {
    await mountThread();
    clinic.calls = [];
    await sendNews({ conversation_ids: [8] });
    await sendNews({ company_id: 4711 });
    expect(clinic.calls).toEqual([]);
    await sendNews({ conversation_ids: [8, 7] });
    expect(clinic.calls).toEqual(["get_thread 7"]);
});

test("news that come while one fetches are fetched together", async () => {
    const arrived = new Deferred();
    await mountThread();
    clinic.calls = [];
    onRpc("clinic.whatsapp.conversation", "get_thread", () => arrived);
    await tellNews();
    await tellNews();
    await tellNews();
    arrived.resolve();
    await settle();
    expect(clinic.calls).toEqual(["get_thread 7", "get_thread 7"]);
});

test("a gap of more than one page is closed", async () => {
    clinic.add({ body: "The old one" });
    await mountThread();
    clinic.add(...makeMany(120));
    await sendNews();
    await waitFor(".o_clinic_message:contains('The old one')");
    expect(".o_clinic_message").toHaveCount(121);
});

test("a late tick of an older page is fetched, and pages that cannot change are not", async () => {
    const [late] = clinic.add({ direction: "out", state: "sent" });
    clinic.add(...makeMany(60));
    await mountThread();
    await contains(".o_clinic_thread_older button").click();
    clinic.change(late, { state: "delivered" });
    await sendNews();
    await waitFor(`${bubble(late)} .o_clinic_ticks[data-state='delivered']`);
    clinic.calls = [];
    await sendNews();
    expect(clinic.calls).toEqual(["get_thread 7"]);
    expect(".o_clinic_message").toHaveCount(61);
});

test("a message that comes late stands where it was written, and counts as new", async () => {
    const ids = clinic.add({ body: "One", at: "2026-03-04 09:00:00" }, { body: "Three", at: "2026-03-04 10:00:00" });
    await mountThread();
    const [late] = clinic.add({ body: "Two", at: "2026-03-04 09:30:00" });
    clinic.messages[7].sort((one, other) => one.at.localeCompare(other.at));
    await sendNews();
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["One", "Two", "Three"]);
    expect(late).toBeGreaterThan(ids[1]);
    clinic.add({ body: "Four", at: "2026-03-04 10:10:00" });
    await sendNews();
    expect(queryAllTexts(".o_clinic_bubble_text")).toEqual(["One", "Two", "Three", "Four"]);
});

test("a file on its way on an older page is shown once it is there", async () => {
    const [late] = clinic.add({ type: "image", body: "", media: makeMedia("image", { state: "pending" }) });
    clinic.add(...makeMany(60));
    await mountThread();
    await contains(".o_clinic_thread_older button").click();
    expect(`${bubble(late)} .o_clinic_media_status`).toHaveCount(1);
    clinic.change(late, { media: makeMedia("image") });
    await sendNews();
    await waitFor(`${bubble(late)} .o_clinic_picture`);
});

test("the newest message stays in sight when a picture turns out to be large", async () => {
    clinic.add(...makeMany(40), { type: "image", media: makeMedia("image") }, { body: "The last one" });
    await mountThread();
    queryFirst(".o_clinic_picture_image").style.height = "340px";
    queryFirst(".o_clinic_picture_image").dispatchEvent(new Event("load"));
    await animationFrame();
    expect(getBottomDistance()).toBeLessThan(2);
});

test("who reads older messages stays there, sees how many are new, and gets there with one click", async () => {
    clinic.add(...makeMany(40));
    await mountThread();
    await scroll(scroller, { y: 300 });
    await animationFrame();
    const { scrollTop } = queryFirst(scroller);
    expect(".o_clinic_thread_down_count").toHaveCount(0);
    const [first] = clinic.add({ body: "New one" }, { body: "New two" });
    await sendNews();
    expect(queryFirst(scroller).scrollTop).toBe(scrollTop);
    expect(".o_clinic_thread_down_count").toHaveText("2");
    expect(`.o_clinic_thread_new + ${bubble(first)}`).toHaveCount(1);
    await contains(".o_clinic_thread_down").click();
    await animationFrame();
    expect(getBottomDistance()).toBeLessThan(2);
});

test("unread messages stand below a line and are marked as read once seen", async () => {
    const ids = clinic.add({ body: "Old" }, { body: "New one" }, { body: "New two" });
    clinic.headers[7].unread_count = 2;
    await mountThread();
    expect(`.o_clinic_thread_new + ${bubble(ids[1])}`).toHaveCount(1);
    await waitUntil(() => clinic.calls.includes("action_mark_read 7"));
    await sendNews();
    expect(clinic.calls.filter((call) => call === "action_mark_read 7")).toHaveLength(1);
});

test("messages that arrive in a hidden tab stay unread until it is looked at", async () => {
    const page = { hidden: true };
    patchWithCleanup(document, {
        get hidden() {
            return page.hidden;
        },
    });
    await mountThread();
    clinic.add({ body: "While you were away" });
    clinic.headers[7].unread_count = 1;
    await sendNews();
    expect(".o_clinic_thread_new").toHaveCount(1);
    expect(clinic.calls).not.toInclude("action_mark_read 7");
    page.hidden = false;
    await manuallyDispatchProgrammaticEvent(document, "visibilitychange");
    await waitUntil(() => clinic.calls.includes("action_mark_read 7"));
    expect(clinic.headers[7].unread_count).toBe(0);
});

test("a thread that nobody watches is not fetched any more", async () => {
    const thread = await mountThread();
    destroy(thread);
    clinic.calls = [];
    await sendNews();
    expect(clinic.calls).toEqual([]);
});

test("what happened while the connection was down is fetched once it is back", async () => {
    await mountThread();
    clinic.add({ body: "While you were offline" });
    getService("bus_service").trigger("BUS:RECONNECT");
    await settle();
    expect(".o_clinic_bubble_text").toHaveText("While you were offline");
});

test("a thread on screen that cannot be refreshed says so and keeps what it shows", async () => {
    clinic.add({ body: "Good morning" });
    await mountThread();
    onRpc("/web/dataset/call_kw/clinic.whatsapp.conversation/get_thread", () => "Bad gateway", { pure: true });
    await sendNews();
    expect(".o_clinic_thread_offline").toHaveText(/No connection to the server\./);
    expect(".o_clinic_bubble_text").toHaveText("Good morning");
});

test("a thread that cannot be loaded says why and can be tried again", async () => {
    let isDown = true;
    onRpc("clinic.whatsapp.conversation", "get_thread", () => {
        if (isDown) {
            throw makeServerError({ type: "AccessError", message: "This is not your branch." });
        }
    });
    await mountThread();
    expect(".o_clinic_thread_notice").toHaveText(/This is not your branch\./);
    expect(".o_clinic_composer").toHaveCount(0);
    isDown = false;
    await contains(".o_clinic_thread_notice button").click();
    await animationFrame();
    expect(".o_clinic_composer").toHaveCount(1);
});

test("while a thread loads, it says so", async () => {
    const arrived = new Deferred();
    onRpc("clinic.whatsapp.conversation", "get_thread", () => arrived);
    await mountWithCleanup(ClinicThread, { props: { conversationId: 7 } });
    expect(".o_clinic_thread_loading").toHaveCount(1);
    arrived.resolve();
    await settle();
    expect(".o_clinic_thread_loading").toHaveCount(0);
});
