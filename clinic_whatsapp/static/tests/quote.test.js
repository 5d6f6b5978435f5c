import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import { makeQuote } from "@clinic_whatsapp/message_text";
import { clinic, makeMedia, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const bubble = (id) => `.o_clinic_message[data-message-id='${id}']`;
const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });
const quote = (id) => contains(`${bubble(id)} .o_clinic_message_quote`, { visible: false }).click();

test("an answer quotes the message it is about, at once and for good", async () => {
    const [id] = clinic.add({ body: "At what time?" });
    await mountThread();
    await quote(id);
    expect(".o_clinic_quote_draft_text").toHaveText("At what time?");
    expect(textarea).toBeFocused();
    clinic.gate = new Deferred();
    await write("At ten");
    await press("Enter");
    await animationFrame();
    expect(".o_clinic_quote_draft").toHaveCount(0);
    expect(".o_clinic_message_out .o_clinic_bubble_quote").toHaveText("At what time?");
    clinic.gate.resolve();
    await settle();
    expect(clinic.messages[7].at(-1).quoted.id).toBe(id);
    await write("And bring your card");
    await press("Enter");
    await settle();
    expect(clinic.messages[7].at(-1).quoted).toBe(false);
});

test("a quote can be taken away, by its button and by Esc", async () => {
    const [id] = clinic.add({ body: "At what time?" });
    await mountThread();
    await quote(id);
    await contains(".o_clinic_quote_draft_remove").click();
    expect(".o_clinic_quote_draft").toHaveCount(0);
    await quote(id);
    await press("Escape");
    await animationFrame();
    expect(".o_clinic_quote_draft").toHaveCount(0);
});

test("a refused answer comes back with its quote", async () => {
    const [id] = clinic.add({ body: "At what time?" });
    clinic.answer = { id: 1, state: "blocked", problem: "No", advice: "" };
    await mountThread();
    await quote(id);
    await write("At ten");
    await press("Enter");
    await settle();
    expect(".o_clinic_quote_draft_text").toHaveText("At what time?");
    expect(textarea).toHaveValue("At ten");
});

test("only what WhatsApp has can be quoted, and nothing while one cannot write", async () => {
    const ids = clinic.add(
        { body: "1" },
        { body: "2", direction: "out", state: "delivered" },
        { body: "3", direction: "out", state: "queued" },
        { body: "4", direction: "out", state: "failed" },
        { body: "5", revoked: true }
    );
    const thread = await mountThread();
    const quotable = ids.filter((id) => document.querySelector(`${bubble(id)} .o_clinic_message_quote`));
    expect(quotable).toEqual(ids.slice(0, 2));
    thread.thread.lock = { reason: "window_closed", label: "24 hours are over", advice: "Send a template." };
    await animationFrame();
    expect(".o_clinic_message_quote").toHaveCount(0);
});

test("what has no text is named in a quote", async () => {
    clinic.add(
        { type: "image", body: "", media: makeMedia("image") },
        { type: "document", body: "", media: makeMedia("document", { name: "plan.pdf" }) }
    );
    await mountThread();
    for (const { id } of clinic.messages[7]) {
        await quote(id);
    }
    expect(queryAllTexts(".o_clinic_quote_draft_text")).toEqual(["plan.pdf"]);
    expect(makeQuote({ id: 1, type: "image", body: "" }).preview).toBe("Picture");
    expect(makeQuote({ id: 1, type: "text", body: "👍".repeat(4096) }).preview).toBe("👍".repeat(100) + "…");
});
