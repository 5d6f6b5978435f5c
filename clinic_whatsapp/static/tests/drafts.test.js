import { describe, destroy, expect, test } from "@odoo/hoot";
import { press } from "@odoo/hoot-dom";
import { browser } from "@web/core/browser/browser";
import { contains, getService, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { Drafts } from "@clinic_whatsapp/drafts";
import { ClinicWhatsapp } from "@clinic_whatsapp/whatsapp_service";
import { clinic, mountThread, settle, setupClinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupClinic();

const textarea = ".o_clinic_composer_textarea";
const write = (text) => contains(textarea).edit(text, { confirm: false, instantly: true });
const getStored = () => Object.entries({ ...browser.sessionStorage }).filter(([key]) => key.includes("draft"));

/** What a page that was loaded anew knows. */
const reload = () => new ClinicWhatsapp(getService("orm"));

test("a draft outlives a reload, each in its conversation", async () => {
    destroy(await mountThread());
    await mountThread();
    await write("Half a sent");
    expect(reload().watch(7).draft).toBe("Half a sent");
    expect(reload().watch(8).draft).toBe("");
});

test("what was sent leaves nothing behind, and what was refused is a draft again", async () => {
    await mountThread();
    await write("Hello");
    await press("Enter");
    await settle();
    expect(getStored()).toEqual([]);
    clinic.answer = { id: 1, state: "blocked", problem: "No", advice: "" };
    await write("Hello again");
    await press("Enter");
    await settle();
    expect(reload().watch(7).draft).toBe("Hello again");
});

test("a draft that is emptied is forgotten", async () => {
    await mountThread();
    await write("Hello");
    await write("");
    expect(getStored()).toEqual([]);
});

test("drafts lie in the tab, never in what outlives it", async () => {
    await mountThread();
    await write("Diabetes");
    expect(getStored()).toEqual([[`clinic_whatsapp.draft.${serverState.userId}.7`, "Diabetes"]]);
    expect(JSON.stringify({ ...browser.localStorage })).not.toInclude("Diabetes");
});

test("another user finds nothing, not even in the same tab", async () => {
    await mountThread();
    new Drafts(11).write("7", "Mine");
    const other = new Drafts(12);
    expect(other.read("7")).toBe("");
    expect(getStored()).toEqual([]);
    new Drafts(1).write("7", "Mine");
    new Drafts(12);
    expect(new Drafts(1).read("7")).toBe("");
});

test("without a user nothing is kept", async () => {
    await mountThread();
    new Drafts(11).write("7", "Mine");
    const nobody = new Drafts(false);
    nobody.write("7", "Yours");
    expect(nobody.read("7")).toBe("");
    expect(getStored()).toEqual([]);
});

test("a browser that stores nothing keeps the draft as long as the page", async () => {
    const refuse = () => {
        throw new DOMException("full", "QuotaExceededError");
    };
    await mountThread();
    patchWithCleanup(browser.sessionStorage, { setItem: refuse, getItem: refuse });
    await write("Hello");
    expect(textarea).toHaveValue("Hello");
    await press("Enter");
    await settle();
    expect(".o_clinic_message").toHaveCount(1);
});
