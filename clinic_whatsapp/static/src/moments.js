import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** @param {string} at naive UTC, as the server writes it */
export function getTime(at) {
    return deserializeDateTime(at).toLocaleString(DateTime.TIME_SIMPLE);
}

/** @param {string} at naive UTC */
export function getDateAndTime(at) {
    return deserializeDateTime(at).toLocaleString(DateTime.DATETIME_FULL);
}

/** Return the user's own day of a moment, for example “2026-03-01”. */
export function getDay(at) {
    return deserializeDateTime(at).toISODate();
}

/** @param {string} day as {@link getDay} returns it */
export function nameDay(day) {
    const date = DateTime.fromISO(day);
    const daysAgo = DateTime.now().startOf("day").diff(date, "days").days;
    if (Math.round(daysAgo) === 0) {
        return _t("Today");
    }
    if (Math.round(daysAgo) === 1) {
        return _t("Yesterday");
    }
    return date.toLocaleString(daysAgo > 0 && daysAgo < 7 ? { weekday: "long" } : DateTime.DATE_FULL);
}

/** Return the whole minutes until a moment, negative when it has passed. */
export function getMinutesLeft(at) {
    return Math.floor(deserializeDateTime(at).diffNow("minutes").minutes);
}

/** @param {number} minutes */
export function nameTimeLeft(minutes) {
    if (minutes < 1) {
        return _t("Less than a minute left");
    }
    if (minutes < 60) {
        return _t("%(minutes)s min left", { minutes });
    }
    return _t("%(hours)s h %(minutes)s min left", {
        hours: Math.floor(minutes / 60),
        minutes: minutes % 60,
    });
}
