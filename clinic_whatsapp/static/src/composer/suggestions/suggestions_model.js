import { normalize } from "@web/core/l10n/utils";
import { describe } from "../../outgoing";

const SHOWN = 8;

/** What may replace the word before the cursor, once that word begins with a mark: “/” or “@”. */
export class Suggestions {
    /**
     * @param {string} mark
     * @param {() => Promise<{id: number, name: string, text: string}[]>} load asked once, when the mark is typed first
     */
    constructor(mark, load) {
        this.mark = mark;
        this.load = load;
        this.pattern = new RegExp(`(?:^|\\s)${mark}([^\\s${mark}]*)$`);
        this.items = null;
        this.isLoading = false;
        this.problem = null;
        this.leave();
        this.dismissedAt = null; // where the word begins for which one wanted none
    }

    get isOpen() {
        return this.query !== null && this.dismissedAt !== this.start && Boolean(this.matches.length || this.problem);
    }

    /** Those whose name begins with the word stand first. */
    get matches() {
        const word = simplify(this.query || "");
        const ranked = (this.items || [])
            .map((item) => ({ item, rank: getRank(item, word) }))
            .filter(({ rank }) => rank < 3);
        return ranked
            .sort((one, other) => one.rank - other.rank)
            .slice(0, SHOWN)
            .map(({ item }) => item);
    }

    get end() {
        return this.start + this.mark.length + this.query.length;
    }

    /** Look at what stands before the cursor. */
    async look({ value, selectionStart }) {
        const query = value.slice(0, selectionStart).match(this.pattern)?.[1] ?? null;
        const start = query === null ? null : selectionStart - query.length - this.mark.length;
        if (start !== this.dismissedAt) {
            this.dismissedAt = null;
        }
        if (query !== this.query || start !== this.start) {
            Object.assign(this, { query, start, index: 0 });
        }
        if (query !== null && !this.items && !this.isLoading) {
            await this.fetch();
        }
    }

    leave() {
        Object.assign(this, { query: null, start: null, index: 0 });
    }

    /**
     * @param {KeyboardEvent} ev
     * @param {(item: Object) => void} choose
     * @returns {boolean} whether the key was for the list
     */
    press(ev, choose) {
        const { matches } = this;
        if (!this.isOpen || ev.isComposing || ev.shiftKey) {
            return false;
        }
        if (ev.key === "Escape") {
            this.dismissedAt = this.start;
        } else if (["ArrowDown", "ArrowUp"].includes(ev.key) && matches.length) {
            this.index = (this.index + (ev.key === "ArrowDown" ? 1 : matches.length - 1)) % matches.length;
        } else if (["Enter", "Tab"].includes(ev.key) && matches.length) {
            choose(matches[Math.min(this.index, matches.length - 1)]);
        } else {
            return false;
        }
        ev.preventDefault();
        ev.stopPropagation();
        return true;
    }

    async fetch() {
        this.isLoading = true;
        try {
            this.items = await this.load();
            this.problem = null;
        } catch (error) {
            this.problem = describe(error);
        } finally {
            this.isLoading = false;
        }
    }
}

/** Without case and accents; a Turkish “ı” is found by “i” as well. */
function simplify(text) {
    return normalize(text).replace(/ı/g, "i");
}

function getRank({ name, text }, word) {
    const simple = simplify(name);
    if (simple.startsWith(word)) {
        return 0;
    }
    return [simple, simplify(text)].findIndex((where) => where.includes(word)) + 1 || 3;
}
