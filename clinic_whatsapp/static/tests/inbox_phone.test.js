import { describe, expect, test } from "@odoo/hoot";
import { resize } from "@odoo/hoot-dom";
import { contains } from "@web/../tests/web_test_helpers";
import { hearNews, inbox, mountInbox, row, settleInbox, setupInbox } from "./inbox_test_helpers";
import { clinic } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
setupInbox();

const panes = () =>
    [".o_clinic_inbox_list", ".o_clinic_thread", ".o_clinic_inbox_patient"].filter((selector) => document.querySelector(selector));

async function mountOnPhone(props) {
    await resize({ width: 390, height: 844 });
    inbox.add({ id: 7, name: "Ayse Demir", waiting_since: "2026-03-04 09:00:00", reply_due_at: "2026-03-04 10:00:00" });
    clinic.addTo(7, { body: "Are you there?" });
    await mountInbox(props);
}

test("at the width of a phone there is one pane at a time, each with its way back", async () => {
    await mountOnPhone();
    expect(panes()).toEqual([".o_clinic_inbox_list"]);
    await contains(row(7)).click();
    await settleInbox();
    expect(panes()).toEqual([".o_clinic_thread"]);
    await contains(".o_clinic_bar_who").click();
    expect(panes()).toEqual([".o_clinic_inbox_patient"]);
    await contains(".o_clinic_inbox_patient .o_clinic_bar_back").click();
    await settleInbox();
    expect(panes()).toEqual([".o_clinic_thread"]);
    await contains(".o_clinic_thread .o_clinic_bar_back").click();
    await settleInbox();
    expect(panes()).toEqual([".o_clinic_inbox_list"]);
});

test("a conversation that the address names is open at once", async () => {
    await mountOnPhone({ resId: 7 });
    expect(panes()).toEqual([".o_clinic_thread"]);
    expect(".o_clinic_bubble_text").toHaveText("Are you there?");
});

test("what is taken away says so, and leads back to the list", async () => {
    await mountOnPhone({ resId: 7 });
    inbox.forbidden.add(7);
    await hearNews(7);
    expect(panes()).toEqual([".o_clinic_inbox_list"]);
    expect(".o_clinic_row").toHaveCount(0);
    expect(".o_notification").toHaveText(/no longer yours to read/);
});
