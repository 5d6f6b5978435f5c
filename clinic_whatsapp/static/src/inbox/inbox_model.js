import { markRaw } from "@odoo/owl";
import { Mutex } from "@web/core/utils/concurrency";
import { describe } from "../outgoing";
import { belongs, compareRows, UNANSWERED } from "./inbox_rules";

const MODEL = "clinic.whatsapp.conversation";
const ACCESS_ERROR = "odoo.exceptions.AccessError";
const PAGE = 40;

/**
 * The list of the inbox as far as it is loaded, and which conversation is open.
 *
 * The bus names conversations by id; their rows are fetched under the reader's own rights and take their place. A row
 * that does not come back may not be read any more and disappears, with the conversation if it is open. What leaves the
 * list because of what one has just done stays in sight until another one is chosen.
 */
export class Inbox {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.mutex = markRaw(new Mutex());
        this.heard = markRaw(new Set());
        this.watchers = 0;
        this.filters = { view: UNANSWERED, search: "", branchId: false, tagId: false };
        this.forget();
    }

    /** Drop what was read: patients' names stay in memory only while somebody looks at them. */
    forget() {
        this.known = {};
        this.ids = [];
        this.counts = {};
        this.hasMore = false;
        this.isLoaded = false;
        this.isLoading = false;
        this.problem = null;
        this.chosenId = null;
        this.isLost = false; // the open conversation has just been taken away
        this.generation = (this.generation ?? 0) + 1;
        this.heard.clear();
    }

    get rows() {
        return this.ids.map((id) => this.known[id]);
    }

    /** The row of the open conversation. */
    get chosen() {
        return this.known[this.chosenId] ?? null;
    }

    watch() {
        if (!this.watchers++) {
            this.load();
        }
    }

    unwatch() {
        if (!--this.watchers) {
            this.forget();
        }
    }

    /** @param {Partial<{view: string, search: string, branchId: number, tagId: number}>} filters */
    filter(filters) {
        Object.assign(this.filters, filters);
        return this.watchers ? this.load() : undefined;
    }

    /** Fetch as many rows as are on screen, at least one page. Of several in a row only the last one counts. */
    load() {
        const generation = ++this.generation;
        this.isLoading = true;
        return this.mutex.exec(async () => {
            if (generation === this.generation) {
                await this.guard(() => this.fetchAgain(generation));
                this.isLoading = generation !== this.generation;
            }
        });
    }

    loadMore() {
        if (!this.hasMore || this.isLoading) {
            return;
        }
        this.isLoading = true;
        const { generation } = this;
        return this.mutex.exec(async () => {
            if (generation === this.generation) {
                await this.guard(() => this.append(generation));
                this.isLoading = generation !== this.generation;
            }
        });
    }

    /** Fetch the rows of what the bus named. */
    hear(ids) {
        ids.forEach((id) => this.heard.add(id));
        return this.mutex.exec(async () => {
            const named = [...this.heard];
            this.heard.clear();
            if (named.length && this.watchers) {
                await this.guard(() => this.refreshRows(named));
            }
        });
    }

    /** Open a conversation, on the list or not. */
    async choose(id) {
        this.chosenId = id;
        this.isLost = false;
        this.prune();
        if (id && !this.known[id]) {
            await this.hear([id]);
        }
    }

    /** Return the conversation above (-1) or below (1) the given one. */
    getNeighbour(id, step) {
        const place = this.ids.indexOf(id);
        return this.ids[place < 0 ? 0 : Math.min(this.ids.length - 1, Math.max(0, place + step))];
    }

    /** Let the server do something with a conversation, then show what became of it; its refusal is raised. */
    async act(id, method, args = [], context = {}) {
        try {
            return await this.orm.call(MODEL, method, [[id], ...args], { context });
        } finally {
            this.hear([id]);
        }
    }

    // What only this class calls

    fetch(offset, limit = PAGE) {
        const { view, search, branchId, tagId } = this.filters;
        return this.orm.silent.call(MODEL, "get_inbox", [], {
            view,
            search,
            branch_id: branchId,
            tag_id: tagId,
            offset,
            limit,
        });
    }

    async fetchAgain(generation) {
        const wanted = this.isLoaded ? this.ids.length : 0;
        const page = await this.fetch(0);
        const { rows } = page;
        while (page.has_more && rows.length < wanted && generation === this.generation) {
            const next = await this.fetch(rows.length);
            rows.push(...next.rows);
            page.has_more = next.has_more && Boolean(next.rows.length);
        }
        if (generation === this.generation) {
            this.replace(rows, page);
        }
    }

    replace(rows, { has_more: hasMore, counts }) {
        const { chosen } = this;
        this.known = Object.fromEntries(rows.map((row) => [row.id, row]));
        this.ids = [...new Set(rows.map((row) => row.id))];
        Object.assign(this, { hasMore, counts, isLoaded: true });
        if (chosen && !this.known[chosen.id]) {
            this.known[chosen.id] = chosen;
            this.hear([chosen.id]); // not on the list; is it still there?
        }
    }

    async append(generation) {
        const atHome = this.rows.filter((row) => this.isAtHome(row));
        const { rows, has_more: hasMore } = await this.fetch(atHome.length);
        if (generation === this.generation) {
            rows.forEach((row) => (this.known[row.id] = row));
            this.ids = [...new Set([...this.ids, ...rows.map((row) => row.id)])];
            this.hasMore = hasMore;
        }
    }

    async refreshRows(ids) {
        const rows = await this.orm.silent.call(MODEL, "get_inbox_rows", [ids]);
        const found = new Set(rows.map((row) => row.id));
        ids.filter((id) => !found.has(id)).forEach((id) => this.lose(id));
        const { search } = this.filters;
        const isSearchTouched = search && rows.some((row) => !this.ids.includes(row.id) && row.id !== this.chosenId);
        rows.forEach((row) => this.place(row));
        if (isSearchTouched) {
            this.load();
        } else if (this.filters.branchId) {
            this.counts = (await this.fetch(0, 1)).counts; // the live ones are of all branches
        }
    }

    lose(id) {
        this.isLost = this.isLost || id === this.chosenId;
        this.chosenId = id === this.chosenId ? null : this.chosenId;
        this.ids = this.ids.filter((other) => other !== id);
        delete this.known[id];
    }

    place(row) {
        this.known[row.id] = row;
        const others = this.ids.filter((id) => id !== row.id);
        if (this.ids.includes(row.id)) {
            const stays = row.id === this.chosenId || this.isAtHome(row);
            this.ids = stays ? this.insert(row, others, this.isAtHome(row)) : others;
        } else if (!this.filters.search && this.isAtHome(row)) {
            this.ids = this.insert(row, others, true);
        }
        if (!this.ids.includes(row.id) && row.id !== this.chosenId) {
            delete this.known[row.id];
        }
    }

    /** Put a row where it belongs; below the last loaded one the next page brings it. */
    insert(row, others, isSorted) {
        if (!isSorted) {
            return this.ids;
        }
        const compare = compareRows(this.filters);
        const place = others.findIndex((id) => compare(row, this.known[id]) < 0);
        if (place < 0) {
            return this.hasMore && row.id !== this.chosenId ? others : [...others, row.id];
        }
        return others.toSpliced(place, 0, row.id);
    }

    isAtHome(row) {
        return belongs(row, this.filters);
    }

    /** Take away what stayed only because it was open. */
    prune() {
        this.ids = this.ids.filter((id) => id === this.chosenId || this.isAtHome(this.known[id]));
    }

    async guard(action) {
        try {
            await action();
            this.problem = null;
        } catch (error) {
            this.problem = describe(error);
            if (error.exceptionName === ACCESS_ERROR) {
                [...this.ids, this.chosenId].filter(Boolean).forEach((id) => this.lose(id)); // all of it, not some rows
            }
        }
    }
}
