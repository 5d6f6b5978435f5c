import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { getDataURLFromFile } from "@web/core/utils/urls";

const MODEL = "clinic.whatsapp.conversation";
const METHOD = "action_send_file";

/**
 * Hand one file to the server, which checks and queues it.
 *
 * @param {number} conversationId
 * @param {File} file
 * @param {string} caption
 * @param {Object} options
 * @param {(share: number) => void} options.onProgress hears how much of it is up, from 0 to 1
 * @param {Object} options.kwargs further arguments of the server's method
 * @returns {Promise<{id: number, state: string, problem: string, advice: string}>}
 */
export async function sendFile(conversationId, file, caption, { onProgress, kwargs }) {
    const data = (await getDataURLFromFile(file)).split(",")[1];
    const xhr = new browser.XMLHttpRequest();
    xhr.upload?.addEventListener("progress", (ev) => ev.lengthComputable && onProgress(ev.loaded / ev.total));
    return rpc(
        `/web/dataset/call_kw/${MODEL}/${METHOD}`,
        {
            model: MODEL,
            method: METHOD,
            args: [[conversationId], file.name, data, caption],
            kwargs: { ...kwargs, context: { ...user.context, ...kwargs.context } },
        },
        { silent: true, xhr }
    );
}
