import { user } from "@web/core/user";

const PREFIX = "clinic_whatsapp.draft."; // as in `drafts.js`, which pages without a user never load

/** Once nobody is logged in, nobody's unsent text is left in the tab. */
function forgetDrafts(storage) {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    keys.filter((key) => key.startsWith(PREFIX)).forEach((key) => storage.removeItem(key));
}

if (!user.userId) {
    try {
        forgetDrafts(window.sessionStorage);
    } catch (error) {
        if (!(error instanceof DOMException)) {
            throw error; // a browser that stores nothing has nothing to forget
        }
    }
}
