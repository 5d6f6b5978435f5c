/** What came from outside, made fit for the screen: every function takes a text that somebody else wrote. */

const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // a name of a file must not read backwards
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/** @returns {string} one line, in the order in which it was written */
export function cleanLine(text) {
    return (text || "").replace(REORDERING, "").replace(CONTROL, " ").trim();
}

/** @returns {string | null} the address when a browser may open it: nothing but the web */
export function getWebAddress(url) {
    try {
        const { protocol, href } = new URL(url);
        return ["http:", "https:"].includes(protocol) ? href : null;
    } catch {
        return null;
    }
}

/** @returns {string} the host alone, for example “example.com” */
export function getHost(url) {
    return new URL(url).host.replace(/^www\./, "");
}

/** @returns {string | null} an address that calls a number */
export function getCallAddress(phone) {
    const digits = (phone || "").replace(/[^\d+]/g, "");
    return /\d{3}/.test(digits) ? `tel:${digits}` : null;
}

/** @returns {string | null} an address that writes to somebody, and does nothing else */
export function getMailAddress(email) {
    return /^[^\s@?&]+@[^\s@?&]+$/.test(email || "") ? `mailto:${encodeURIComponent(email).replace("%40", "@")}` : null;
}

/** @returns {string} up to two letters that stand for a name */
export function getInitials(name) {
    const words = cleanLine(name)
        .split(" ")
        .map((word) => word.match(/\p{L}/u)?.[0])
        .filter(Boolean);
    return [words[0], ...words.slice(1).slice(-1)].join("").toLocaleUpperCase(luxon.Settings.defaultLocale);
}
