import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { getKind } from "./file_rules";

let lastOutgoing = 0;

/** @returns {Object} the bubble of a text or file that the server does not have yet */
export function makeOutgoing(text, file) {
    const kind = file && getKind(file);
    return {
        id: `outgoing_${++lastOutgoing}`,
        direction: "out",
        type: kind || "text",
        kind: "reply",
        body: text,
        file,
        media: file && prepareMedia(file, kind),
        buttons: [],
        state: "sending",
        at: serializeDateTime(luxon.DateTime.now()),
        author: user.name,
    };
}

function prepareMedia(file, kind) {
    return {
        state: "uploading",
        kind,
        name: file.name,
        mime: file.type,
        size: file.size,
        preview: URL.createObjectURL(file),
        progress: 0,
    };
}

/** The sender's own copies of files: shown until WhatsApp has them. */
export class Previews {
    constructor() {
        this.addresses = new Map();
    }

    add(messageId, address) {
        this.addresses.set(messageId, address);
    }

    show(messages) {
        for (const { id, media } of messages) {
            if (media?.state === "pending" && this.addresses.has(id)) {
                media.preview = this.addresses.get(id);
            }
        }
    }

    forget() {
        for (const address of this.addresses.values()) {
            URL.revokeObjectURL(address);
        }
        this.addresses.clear();
    }
}

/** Why the server did not take what was sent, and whether it may have left all the same. */
export function explainFailure(error) {
    if (error instanceof ConnectionLostError) {
        return {
            problem: _t("The connection broke"),
            advice: _t("The text may have left. Look at the thread once you are online, before you send it again."),
        };
    }
    return { problem: describe(error), advice: _t("Nothing was sent.") };
}

/** Put an error of the server into words; what is no such error is a mistake of ours and goes on. */
export function describe(error) {
    if (error instanceof ConnectionLostError) {
        return _t("No connection to the server.");
    }
    if (error instanceof RPCError) {
        return error.data?.message || error.message;
    }
    throw error;
}
