import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";

const BUNDLE = "clinic_whatsapp.assets_template_dialog"; // fetched when somebody opens the dialog for the first time
export const TEMPLATE_DIALOG = "clinic_whatsapp.TemplateDialog";

/** Conversations whose dialog a reload of the screen has closed: it opens again with what was typed. */
export const toReopen = new Set();

/** Tell, once, whether the dialog of a conversation is to be opened again. */
export function isToReopen(conversationId) {
    return toReopen.delete(conversationId);
}

/** @param {{thread: Thread, onSent: () => void} | {selection: {model: string, ids: number[]}}} props */
export async function openTemplateDialog(dialogService, props) {
    await loadBundle(BUNDLE);
    dialogService.add(registry.category("lazy_components").get(TEMPLATE_DIALOG), props);
}

registry.category("actions").add("clinic_whatsapp.send_template", async (env, { params }) => {
    await openTemplateDialog(env.services.dialog, { selection: params });
});
