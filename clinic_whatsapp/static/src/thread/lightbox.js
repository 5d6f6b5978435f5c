import { onWillDestroy } from "@odoo/owl";
import { FileViewer } from "@web/core/file_viewer/file_viewer";
import { registry } from "@web/core/registry";
import { getMediaKind } from "../bubble/media/media";
import { cleanLine } from "../bubble/outside";

const PDF = "application/pdf";
const PDF_VIEWER = "/web/static/lib/pdfjs/web/viewer.html?file=";

let lastId = 0;

/** @returns {Object | null} the file of a message as Odoo's viewer wants it */
function getFile({ id, media, revoked }) {
    const isPdf = media?.mime?.startsWith(PDF);
    if (revoked || media?.state !== "ready" || !(isPdf || getMediaKind(media) === "image")) {
        return null;
    }
    return {
        messageId: id,
        name: cleanLine(media.name),
        mimetype: media.mime,
        isImage: !isPdf,
        isPdf,
        isViewable: true,
        defaultSource: isPdf ? `${PDF_VIEWER}${encodeURIComponent(media.url)}#pagemode=none` : media.url,
        downloadUrl: `${media.url}?download=1`,
    };
}

/** Show pictures and PDF files of a thread in Odoo's viewer, one after the other; the keyboard returns where it was. */
export function useLightbox() {
    const key = `clinic_whatsapp.lightbox_${++lastId}`;
    const components = registry.category("main_components");
    let opener = null;

    function close() {
        components.remove(key);
        opener?.focus();
        opener = null;
    }

    function open(messages, messageId) {
        const files = messages.map(getFile).filter(Boolean);
        const startIndex = files.findIndex((file) => file.messageId === messageId);
        if (startIndex >= 0) {
            opener = document.activeElement;
            components.add(key, { Component: FileViewer, props: { files, startIndex, close } }, { force: true });
        }
    }

    onWillDestroy(() => components.remove(key));
    return { open, close };
}
