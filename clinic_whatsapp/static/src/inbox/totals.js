import { markRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

const MODEL = "clinic.whatsapp.conversation";
const PAUSE = 1500; // milliseconds; a burst of news is counted twice, not each time

/** How many wait, for all screens of this browser tab. Counted only for staff. */
export class Totals {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.isOn = false;
        this.numbers = null; // {unanswered, mine, unassigned, overdue}
        this.isPausing = false;
        this.isAskedAgain = false;
    }

    start() {
        if (!this.isOn) {
            this.isOn = true;
            this.refresh();
        }
    }

    async refresh() {
        if (!this.isOn || this.isPausing) {
            this.isAskedAgain = this.isOn;
            return;
        }
        this.isPausing = true;
        this.isAskedAgain = false;
        browser.setTimeout(() => this.resume(), PAUSE);
        await this.count();
    }

    resume() {
        this.isPausing = false;
        if (this.isAskedAgain) {
            this.refresh();
        }
    }

    /** Numbers that cannot be had are not shown: an old one would say that nobody waits. */
    async count() {
        try {
            this.numbers = await this.orm.silent.call(MODEL, "get_inbox_counts", []);
        } catch (error) {
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
            this.numbers = null;
        }
    }
}
