import { browser } from "@web/core/browser/browser";

const PREFIX = "clinic_whatsapp.draft.";

/**
 * What a user typed and did not send, one text for each conversation (and one for each of its notes).
 *
 * Drafts may tell about somebody's health, so they lie in the storage of this browser tab: they outlive a reload, and
 * end with the tab. What lies in `localStorage` would wait for years on a shared computer, for whoever sits down there.
 * The texts of another user are deleted as soon as a user is known; those of everybody once nobody is logged in
 * (`public/forget_drafts.js`).
 */
export class Drafts {
    /** @param {number | false} userId without a user nothing is kept */
    constructor(userId) {
        this.own = userId ? `${PREFIX}${userId}.` : null;
        this.use((storage) => forgetDrafts(storage, this.own));
    }

    /** @param {string} place for example “7” for conversation 7 */
    read(place) {
        return (this.own && this.use((storage) => storage.getItem(this.own + place))) || "";
    }

    write(place, text) {
        const key = this.own + place;
        if (this.own) {
            this.use((storage) => (text ? storage.setItem(key, text) : storage.removeItem(key)));
        }
    }

    /** A browser may refuse to store anything, or more of it: then the draft lives as long as the page. */
    use(action) {
        try {
            return action(browser.sessionStorage);
        } catch (error) {
            if (!(error instanceof DOMException)) {
                throw error;
            }
        }
    }
}

/** @param {string | null} except the beginning of what stays */
function forgetDrafts(storage, except) {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    const drafts = keys.filter((key) => key.startsWith(PREFIX));
    drafts.filter((key) => !(except && key.startsWith(except))).forEach((key) => storage.removeItem(key));
}
