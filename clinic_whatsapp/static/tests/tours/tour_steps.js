/** What the journeys have in common; selectors are those of Hoot. */
export const row = (name) => `.o_clinic_row:contains('${name}')`;
export const message = (text) => `.o_clinic_message:contains('${text}')`;
export const queued = (text) => `.o_clinic_message_out[data-state='queued']:contains('${text}')`;
export const status = (text) => `.o_clinic_bar_status:contains('${text}')`;
export const gone = (selector) => `.o_clinic_inbox:not(:has(${selector}))`;

/** Click on what is in sight. */
export const click = (trigger, content) => ({ content, trigger, run: "click" });

/** Wait for what should be in sight. */
export const see = (trigger, content) => ({ content, trigger });

/** Type a text in place of what stands there. */
export const type = (trigger, text, content) => ({ content, trigger, run: `edit ${text}` });

/** Type a text and press Enter. */
export const enter = (trigger, text, content) => ({ content, trigger, run: `edit ${text} && press Enter` });

/** Open a conversation that is on the list, and wait for what was said last. */
export const open = (name, text) => [
    click(row(name), `open the conversation with ${name}`),
    see(message(text), "read what was written"),
];

/** Choose something in a menu of the bar above the conversation. */
export const choose = (menu, label) => [click(menu), click(`.o-dropdown-item:contains('${label}')`)];

/** Look at another tab of the list. */
export const showView = (view) => [
    click(`.o_clinic_inbox_tab[data-view='${view}']`),
    see(`.o_clinic_inbox_tab_active[data-view='${view}']`),
];
