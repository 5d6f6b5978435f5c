import { user } from "@web/core/user";
import { describe } from "../outgoing";
import { Writing } from "../thread_writing";

const MODEL = "clinic.whatsapp.conversation";

/** What one writes to the team about a conversation; none of it takes the way to the patient. */
export class NoteWriting extends Writing {
    constructor(id, orm, drafts) {
        super(id, orm, drafts);
        this.noteText = drafts.read(`note.${id}`);
        this.mentioned = []; // colleagues who were chosen from the list
    }

    forget() {
        super.forget();
        this.notes = [];
        this.noteProblem = null;
        this.isNoteOnItsWay = false;
    }

    /** What is typed and not written down; outlives a reload like the draft of a message, and never becomes one. */
    get noteDraft() {
        return this.noteText;
    }

    set noteDraft(text) {
        this.noteText = text;
        this.drafts.write(`note.${this.id}`, text);
    }

    /** @returns {Promise<{id: number, name: string, text: string}[]>} who can be told about a note */
    async getColleagues() {
        const colleagues = await this.orm.silent.call(MODEL, "get_colleagues", [[this.id]]);
        const others = colleagues.filter(({ id }) => id !== user.userId);
        return others.map(({ id, name }) => ({ id, name, text: "" }));
    }

    mention(colleague) {
        this.mentioned.push(colleague);
    }

    /** Write the draft down and tell the colleagues whose names still stand in it; what fails stays. */
    async addNote() {
        const text = this.noteDraft.trim();
        const userIds = this.mentioned.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id);
        this.isNoteOnItsWay = true;
        try {
            await this.orm.silent.call(MODEL, "action_add_note", [[this.id], text, [...new Set(userIds)]]);
        } catch (error) {
            this.noteProblem = describe(error);
            return;
        } finally {
            this.isNoteOnItsWay = false;
        }
        this.noteDraft = "";
        this.noteProblem = null;
        this.mentioned = [];
        await this.refresh();
    }
}
