import { useEffect } from "@odoo/owl";
import { useBus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const PAUSE = 300; // milliseconds without a key; then the form hears what was typed

/**
 * Keep a text box and a form in step while somebody types: what is typed goes to the record at every pause, and what
 * changes there comes back unless something newer stands in the box.
 *
 * @param {{el: HTMLInputElement | HTMLTextAreaElement | null}} ref
 * @param {Object} params
 * @param {() => Object} params.getModel of the form
 * @param {() => string} params.read what the record says
 * @param {(text: string) => Promise} params.write
 * @param {(text: string) => void} [params.show] hears of every change of what stands in the box
 * @returns {{onInput: () => void, commit: () => Promise}}
 */
export function useLiveText(ref, { getModel, read, write, show = () => {} }) {
    let told = null; // what the record was told, or said, last
    let seen = null;
    let flying = 0;

    function take() {
        const value = read();
        if (!ref.el || flying || value === seen) {
            return;
        }
        const isTyped = told !== null && ref.el.value !== told;
        seen = value;
        if (!isTyped) {
            told = ref.el.value = value;
            show(value);
        }
    }

    function tellIsDirty() {
        getModel().bus.trigger("FIELD_IS_DIRTY", Boolean(ref.el) && ref.el.value !== told);
    }

    async function commit() {
        if (!ref.el || ref.el.value === told) {
            return tellIsDirty();
        }
        told = ref.el.value;
        flying++;
        try {
            await write(told);
        } catch (error) {
            told = null; // it is told again before the form is saved
            throw error;
        } finally {
            flying--;
            tellIsDirty();
        }
        take();
    }

    const later = useDebounced(commit, PAUSE);
    const { bus } = getModel();
    useBus(bus, "NEED_LOCAL_CHANGES", (ev) => ev.detail.proms.push(commit()));
    useBus(bus, "WILL_SAVE_URGENTLY", () => commit());
    useEffect(() => {
        read(); // its changes are what this waits for
        take();
    });

    return {
        commit,
        onInput() {
            show(ref.el.value);
            tellIsDirty();
            later();
        },
    };
}
