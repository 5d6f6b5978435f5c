import { _t } from "@web/core/l10n/translation";

const KB = 1024;
const MB = 1024 * KB;

/** Which files can be sent, and how large: the server's own table, so that nobody waits for an upload in vain. */
const OFFICE = "application/vnd.openxmlformats-officedocument.";
export const FILE_RULES = {
    image: { limit: 5 * MB, types: ["image/jpeg", "image/png"] },
    video: { limit: 16 * MB, types: ["video/mp4", "video/3gpp"] },
    audio: { limit: 16 * MB, types: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"] },
    sticker: { limit: 500 * KB, types: ["image/webp"] },
    document: {
        limit: 25 * MB,
        types: [
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            `${OFFICE}wordprocessingml.document`,
            `${OFFICE}spreadsheetml.sheet`,
            `${OFFICE}presentationml.presentation`,
        ],
    },
};
export const ACCEPTED = Object.values(FILE_RULES)
    .flatMap((rule) => rule.types)
    .join(",");
export const MAX_CAPTION = 1024; // characters
const OTHER_NAMES = { "image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4" };
const WITHOUT_CAPTION = ["audio", "sticker"];

/** @param {number} bytes */
export function nameSize(bytes) {
    const [unit, size] = bytes < MB ? ["kilobyte", bytes / KB] : ["megabyte", bytes / MB];
    const maximumFractionDigits = unit === "megabyte" ? 1 : 0;
    return new Intl.NumberFormat(luxon.Settings.defaultLocale, { style: "unit", unit, maximumFractionDigits }).format(
        bytes ? Math.max(size, 1) : 0
    );
}

/** @returns {string | undefined} how a file travels: “image”, “video” … */
export function getKind({ type }) {
    const plain = type.split(";")[0].toLowerCase();
    const name = OTHER_NAMES[plain] ?? plain;
    return Object.keys(FILE_RULES).find((kind) => FILE_RULES[kind].types.includes(name));
}

/** @returns {boolean} whether a text can stand under it */
export function canHaveCaption(file) {
    return !WITHOUT_CAPTION.includes(getKind(file));
}

/**
 * @param {File} file
 * @returns {string | null} why it cannot be sent
 */
export function judgeFile(file) {
    const kind = getKind(file);
    if (!kind) {
        return _t(
            "WhatsApp does not take files of this type. Send a picture (JPEG, PNG), a video (MP4), a sound (MP3, M4A, OGG) or a document (PDF, text, Word, Excel, PowerPoint)."
        );
    }
    if (!file.size) {
        return _t("The file is empty.");
    }
    const { limit } = FILE_RULES[kind];
    if (file.size > limit) {
        return _t("This file has %(size)s; at most %(limit)s can be sent. Choose a smaller one.", {
            size: nameSize(file.size),
            limit: nameSize(limit),
        });
    }
    return null;
}
