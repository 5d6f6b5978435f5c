// Requests to the simulator. What fails is told in a toast and thrown as Told, so that callers just stop.
import { toast } from "./dom.js";
import { t } from "./i18n.js";

/** A failure that the person at the page has already been told. */
export class Told extends Error {}

function tell(text) {
  toast(text);
  throw new Told(text);
}

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => tell(t("offline")));
  const data = await answer.json().catch(() => tell(t("offline")));
  return answer.ok ? data : tell(data.error);
}

const phonePath = (waId) => `/_sim/phones/${waId}`;
const inChat = (chat, rest = {}) => ({ phone_number_id: chat.phone_number_id, ...rest });

export const listPhones = (query) => call("GET", `/_sim/phones?q=${encodeURIComponent(query)}`);
export const getPhone = (waId) => call("GET", phonePath(waId));
export const setProfile = (waId, values) => call("PUT", phonePath(waId), values);
export const getMessages = (waId, chat) => call("GET", `${phonePath(waId)}/messages?phone_number_id=${chat.phone_number_id}`);
export const sendAction = (waId, chat, action) => call("POST", `${phonePath(waId)}/send`, inChat(chat, action));
export const playVoice = (waId, chat, id) => call("POST", `${phonePath(waId)}/play`, inChat(chat, { message_id: id }));
export const expireWindow = (waId, chat) => call("POST", `${phonePath(waId)}/expire_window`, inChat(chat));
export const getFaults = () => call("GET", "/_sim/faults");
export const setFaults = (values) => call("POST", "/_sim/faults", values);
export const clearFaults = () => call("DELETE", "/_sim/faults");
export const getLog = (limit) => call("GET", `/_sim/log?limit=${limit}`);
