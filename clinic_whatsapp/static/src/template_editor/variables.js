import { x2ManyCommands } from "@web/core/orm_service";

export const BODY = "body";
export const HEADER = "header";
export const BUTTON = "button";
export const FIELD = "field";
export const HELPER = "helper";
export const TEXT = "text";

const VARIABLE = /\{\{(\d+)\}\}/g;
const CONTENT = ["source", "field_path", "helper", "text", "fallback", "sample"];
const LINKS = ["preference_link", "notice_link"];

/** @returns {number[]} the numbers of the variables in a text, each once, the smallest first */
export function findNumbers(text) {
    const numbers = [...(text || "").matchAll(VARIABLE)].map(([, number]) => Number(number));
    return [...new Set(numbers)].sort((a, b) => a - b);
}

/** @returns {number} the number of the next variable of a text */
export function getNextNumber(text) {
    return Math.max(0, ...findNumbers(text)) + 1;
}

/** Take a variable out of a text; those behind it move up, so that there is no gap. */
export function dropNumber(text, number) {
    return text.replace(VARIABLE, (mark, found) => {
        if (Number(found) === number) {
            return "";
        }
        return Number(found) > number ? `{{${found - 1}}}` : mark;
    });
}

/** @returns {Object} all values of a new variable; without others, whoever sends the message types it */
export function makeVariable(values) {
    const content = Object.fromEntries(CONTENT.map((name) => [name, false]));
    return { ...content, place: BODY, index: 1, source: TEXT, ...values };
}

/** @returns {Object[]} the records of the variables in one place, in their order */
export function getVariables(list, place) {
    const found = list.records.filter((variable) => variable.data.place === place);
    return found.sort((a, b) => a.data.index - b.data.index);
}

/** @returns {Array[]} commands that give every number of a text a variable, where it has none */
export function addMissing(list, place, text, content = {}) {
    const bound = new Set(getVariables(list, place).map((variable) => variable.data.index));
    const missing = findNumbers(text).filter((number) => !bound.has(number));
    return missing.map((index) => [x2ManyCommands.CREATE, false, makeVariable({ place, index, ...content[index] })]);
}

/**
 * The commands that take one variable away: what those behind it say moves up, and the last line goes.
 *
 * Lines keep their numbers, which are unique in the database at every moment.
 */
export function removeVariable(list, variable) {
    const { place, index } = variable.data;
    const lines = getVariables(list, place).filter((line) => line.data.index >= index);
    const last = lines.at(-1);
    const moved = lines.slice(0, -1).map((line, position) => {
        const next = lines[position + 1].data;
        const content = Object.fromEntries(CONTENT.map((name) => [name, next[name]]));
        return [x2ManyCommands.UPDATE, getId(line), content];
    });
    return [...moved, [x2ManyCommands.DELETE, getId(last)]];
}

export function getId(record) {
    return record.resId || record._virtualId;
}

/** @returns {[string, string][]} code and label of every computed value */
export function getHelpers(list) {
    return list.fields.helper.selection;
}

/**
 * An example of a computed value, as Meta's reviewer wants one; nobody's real data.
 *
 * @param {string} helper its code
 * @param {{language: string, branch: string, isSuffix: boolean}} template
 */
export function makeSample(helper, { language, branch, isSuffix }) {
    const day = luxon.DateTime.local().plus({ days: 3 }).setLocale(language.replace("_", "-"));
    if (LINKS.includes(helper)) {
        return isSuffix ? "4f9a1c" : "https://www.example.com/4f9a1c";
    }
    const samples = {
        appointment_date: day.toLocaleString(luxon.DateTime.DATE_FULL),
        appointment_time: "10:30",
        appointment_previous_date: day.minus({ days: 2 }).toLocaleString(luxon.DateTime.DATE_FULL),
        appointment_previous_time: "14:00",
        arrive_early: "10",
        visits_of_day: language.startsWith("tr") ? "Ali 10:30, Ayşe 11:00" : "John 10:30, Jane 11:00",
        patient_name: language.startsWith("tr") ? "Ayşe Yılmaz" : "Jane Smith",
        branch_name: branch,
        branch_address: "Çiçek Sokak 1, Kadıköy",
        branch_phone: "+90 216 000 00 00",
        next_open_day: day.weekdayLong,
        next_open_time: "09:00",
        clinic_name: branch,
        clinic_register: "0000000000000000",
    };
    return samples[helper] || "";
}
