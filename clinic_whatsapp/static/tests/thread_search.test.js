import { describe, expect, test } from "@odoo/hoot";
import { press } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { clinic, makeMany, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const input = ".o_clinic_search_input";
const result = ".o_clinic_search_result";
const bubble = (id) => `.o_clinic_message[data-message-id='${id}']`;

/** The server's side: whole messages that hold the words. */
function serveSearch() {
    const asked = [];
    onRpc("clinic.whatsapp.conversation", "search_texts", ({ args: [[id], query] }) => {
        asked.push([id, query]);
        const found = clinic.messages[id].filter(({ body }) => body.includes(query));
        return found.map((message) => message.id).reverse();
    });
    return asked;
}

async function search(query) {
    await contains(input).edit(query, { confirm: false, instantly: true });
    await advanceTime(500);
    await settle();
}

async function openSearch() {
    await mountThread();
    await contains(".o_clinic_thread_search").click();
}

test("what is found is jumped to, the newest first, even on an older page", async () => {
    const ids = clinic.add({ body: "My tooth hurts" }, ...makeMany(70), { body: "The tooth again" });
    const asked = serveSearch();
    await openSearch();
    expect(input).toBeFocused();
    await search("tooth");
    expect(asked).toEqual([[7, "tooth"]]);
    expect(result).toHaveText("1 of 2");
    expect(bubble(ids.at(-1))).toHaveClass("o_clinic_message_highlighted");
    await press("Enter");
    await settle();
    await settle();
    expect(result).toHaveText("2 of 2");
    expect(bubble(ids[0])).toHaveClass("o_clinic_message_highlighted");
    await contains(".o_clinic_search_newer").click();
    expect(result).toHaveText("1 of 2");
    expect(asked).toHaveLength(1);
});

test("what is not there is said, and one letter is no search", async () => {
    const asked = serveSearch();
    clinic.add({ body: "Hello" });
    await openSearch();
    await search("x");
    expect(asked).toEqual([]);
    expect(result).toHaveText("");
    await search("xyz");
    expect(result).toHaveText("Nothing found");
    expect(".o_clinic_search_older").not.toBeEnabled();
});

test("an answer that comes after the next question is no answer", async () => {
    const [old] = clinic.add({ body: "old" }, { body: "new" });
    const slow = new Deferred();
    onRpc("clinic.whatsapp.conversation", "search_texts", ({ args: [, query] }) => (query === "old" ? slow : []));
    await openSearch();
    await search("old");
    await search("new");
    expect(result).toHaveText("Nothing found");
    slow.resolve([old]);
    await settle();
    expect(result).toHaveText("Nothing found");
    expect(bubble(old)).not.toHaveClass("o_clinic_message_highlighted");
});

test("a search that fails says why", async () => {
    onRpc("clinic.whatsapp.conversation", "search_texts", () => {
        throw makeServerError({ type: "AccessError", message: "Not your branch." });
    });
    await openSearch();
    await search("tooth");
    expect(result).toHaveText("Not your branch.");
});

test("Esc closes the search, and nothing else", async () => {
    await openSearch();
    window.addEventListener("keydown", (ev) => expect.step(ev.key), { once: true });
    await press("Escape");
    await animationFrame();
    expect(".o_clinic_search").toHaveCount(0);
    expect.verifySteps([]);
    expect(".o_clinic_thread_search").toHaveAttribute("aria-expanded", "false");
});
