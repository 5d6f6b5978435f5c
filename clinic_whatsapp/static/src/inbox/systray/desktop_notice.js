import { markRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const SETTING = "clinic_whatsapp.desktop_notice";
const TAG = "clinic_whatsapp.inbox"; // a newer one takes the place of the older
const ICON = "/clinic_whatsapp/static/description/icon.png";

/**
 * Tells on the desktop, if one wants it, that more patients wait than before. It names nobody and quotes nothing: a
 * screen is seen by whoever stands before it.
 */
export class DesktopNotice {
    constructor(multiTab, onClick) {
        this.multiTab = markRaw(multiTab);
        this.onClick = markRaw(onClick);
        this.isOn = browser.localStorage.getItem(SETTING) === "on" && this.isAllowed;
        this.unanswered = null; // as one was told last
    }

    get isPossible() {
        return Boolean(browser.Notification);
    }

    get isAllowed() {
        return browser.Notification?.permission === "granted";
    }

    get isRefused() {
        return browser.Notification?.permission === "denied";
    }

    async toggle() {
        if (!this.isOn && !this.isAllowed) {
            await browser.Notification.requestPermission();
        }
        this.isOn = !this.isOn && this.isAllowed;
        browser.localStorage.setItem(SETTING, this.isOn ? "on" : "off");
    }

    /** @param {number | undefined} unanswered how many wait now; unknown is no reason to tell */
    async tell(unanswered) {
        const before = this.unanswered;
        this.unanswered = unanswered ?? before;
        const isMore = before !== null && unanswered > before;
        if (isMore && this.isOn && document.hidden && (await this.multiTab.isOnMainTab())) {
            this.show(unanswered);
        }
    }

    show(unanswered) {
        const notification = new browser.Notification(_t("WhatsApp"), {
            body:
                unanswered === 1
                    ? _t("A patient waits for an answer.")
                    : _t("%(count)s patients wait for an answer.", { count: unanswered }),
            icon: ICON,
            tag: TAG,
        });
        notification.addEventListener("click", () => {
            window.focus();
            notification.close();
            this.onClick();
        });
    }
}
