import { getDay, nameDay } from "../moments";

/** Bubbles of one voice in a row stand close together, and only the first one names who speaks. */
function getVoice({ direction, kind, author, template, system }) {
    return [direction, kind, author || "", template || "", Boolean(system)].join("|");
}

/** Put notes between the messages by their moments. They have ids of their own kinds, so their keys say that they are. */
function mergeNotes(messages, notes) {
    const waiting = notes.map((note) => ({ key: `note_${note.id}`, note }));
    const merged = [];
    for (const message of messages) {
        while (waiting.length && waiting[0].note.at < message.at) {
            merged.push(waiting.shift());
        }
        merged.push({ key: message.id, message });
    }
    return [...merged, ...waiting];
}

/**
 * What is shown of a thread by day, in the order in which it is shown.
 *
 * @param {Thread} thread
 * @returns {{day: string, key: string, name: string, items: Object[]}[]} an item has a `message` or a `note`
 */
export function getDays(thread) {
    const days = [];
    const pressed = getPressedButtons(thread);
    let previous = null;
    for (const item of mergeNotes(thread.bubbles, thread.notes)) {
        const { message, note } = item;
        const day = getDay((message ?? note).at);
        if (days.at(-1)?.day !== day) {
            const key = days.some((other) => other.day === day) ? item.key : day;
            days.push({ day, key, name: nameDay(day), items: [] });
            previous = null;
        }
        if (message) {
            item.isFirstNew = message.id === thread.firstNewId;
            item.isContinued = Boolean(!item.isFirstNew && previous && getVoice(previous) === getVoice(message));
            item.pressed = pressed[message.id];
        }
        previous = message ?? null;
        days.at(-1).items.push(item);
    }
    return days;
}

function getPressedButtons({ messages }) {
    const answers = messages.filter((message) => message.direction === "in" && message.quoted);
    return Object.fromEntries(answers.map((message) => [message.quoted.id, message.body]));
}
