import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, getService, makeMockEnv, mockService, mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { InboxSystray } from "@clinic_whatsapp/inbox/systray/systray";
import { DesktopNotice } from "@clinic_whatsapp/inbox/systray/desktop_notice";
import { hearNews, inbox, settleInbox, setupInbox } from "./inbox_test_helpers";

describe.current.tags("desktop");
setupInbox();

const AYSE = { id: 7, name: "Ayse Demir", waiting_since: "2026-03-04 09:00:00", reply_due_at: "2026-03-04 10:00:00" };
const MEHMET = { id: 8, name: "Mehmet Kaya", waiting_since: "2026-03-04 10:00:00", reply_due_at: "2026-03-04 11:00:00" };

async function mountSystray() {
    await mountWithCleanup(InboxSystray);
    await settleInbox();
    await animationFrame();
}

function setupNotifications(permission, answer = permission) {
    const shown = [];
    class Notification extends EventTarget {
        static permission = permission;
        static async requestPermission() {
            Notification.permission = answer;
            return answer;
        }
        constructor(title, { body }) {
            super();
            shown.push(`${title}: ${body}`);
        }
    }
    patchWithCleanup(browser, { Notification });
    return shown;
}

async function makeNotice() {
    await makeMockEnv();
    return new DesktopNotice({ isOnMainTab: async () => true }, () => {});
}

const hide = (hidden = true) =>
    patchWithCleanup(document, {
        get hidden() {
            return hidden;
        },
    });

test("the counter tells everywhere in Odoo how many wait, and when it is too long", async () => {
    inbox.add(AYSE, MEHMET);
    await mountSystray();
    expect(".o_clinic_systray_count").toHaveText("2");
    expect(".o_clinic_systray_count").toHaveClass("o_clinic_systray_late");
    expect(".o_clinic_systray button").toHaveAttribute("aria-label", "WhatsApp: 2 wait for an answer");
});

test("it follows the news, however many come at once, with two questions to the server", async () => {
    let asked = 0;
    onRpc("clinic.whatsapp.conversation", "get_inbox_counts", () => {
        asked++;
    });
    await mountSystray();
    expect(".o_clinic_systray_count").toHaveCount(0);
    await advanceTime(2000);
    asked = 0;
    inbox.add(AYSE);
    for (let times = 0; times < 10; times++) {
        await hearNews(7);
    }
    await advanceTime(2000);
    await settleInbox();
    expect(".o_clinic_systray_count").toHaveText("1");
    expect(asked).toBe(2);
});

test("who is no staff of the inbox has no counter and asks nothing", async () => {
    onRpc("has_group", () => false);
    await mountSystray();
    await hearNews(7);
    await advanceTime(2000);
    expect(".o_clinic_systray").toHaveCount(0);
    expect(inbox.calls).toEqual([]);
});

test("its lines lead to what they count", async () => {
    const opened = [];
    mockService("action", { doAction: (action) => opened.push(action) });
    inbox.add(AYSE, MEHMET);
    await mountSystray();
    await contains(".o_clinic_systray button").click();
    await animationFrame();
    expect(queryAllTexts(".o_clinic_systray_number")).toEqual(["2", "0", "2"]);
    expect(".o_clinic_systray_overdue").toHaveText("1 longer than they should");
    await contains(".o_clinic_systray_line:eq(2)").click();
    expect(opened).toEqual(["clinic_whatsapp.action_inbox"]);
    expect(getService("clinic_whatsapp").inbox.filters.view).toBe("unassigned");
});

test("a notice on the desktop names nobody and quotes nothing", async () => {
    const shown = setupNotifications("granted");
    hide();
    const notice = await makeNotice();
    await notice.toggle();
    await notice.tell(1);
    await notice.tell(1);
    expect(shown).toEqual([]);
    await notice.tell(2);
    expect(shown).toEqual(["WhatsApp: 2 patients wait for an answer."]);
    await notice.tell(0);
    await notice.tell(1);
    expect(shown.at(-1)).toBe("WhatsApp: A patient waits for an answer.");
});

test("there is none without having asked for it, nor while one looks at the page", async () => {
    const shown = setupNotifications("granted");
    hide(false);
    const notice = await makeNotice();
    await notice.tell(1);
    await notice.tell(2);
    await notice.toggle();
    await notice.tell(3);
    expect(shown).toEqual([]);
});

test("numbers that could not be had are no reason for a notice", async () => {
    const shown = setupNotifications("granted");
    hide();
    const notice = await makeNotice();
    await notice.toggle();
    await notice.tell(3);
    await notice.tell(undefined);
    await notice.tell(3);
    expect(shown).toEqual([]);
});

test("a browser that refuses is respected", async () => {
    setupNotifications("default", "denied");
    const notice = await makeNotice();
    await notice.toggle();
    expect(notice.isOn).toBe(false);
    expect(notice.isRefused).toBe(true);
});
