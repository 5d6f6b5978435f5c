// Holds the page together: whose phone, which chat, what arrives. The address bar always says both.
import * as api from "./api.js";
import { activityCard } from "./activity.js";
import { chatView } from "./chat.js";
import { listView, welcomeView } from "./chatlist.js";
import { h, icon, toast } from "./dom.js";
import { faultsCard } from "./faults.js";
import { clock, setLanguage, t, translatePage } from "./i18n.js";
import { follow } from "./live.js";
import { nameOf, peopleCard } from "./people.js";
import { drawProfile } from "./profile.js";

const screen = document.getElementById("screen");
const profile = document.getElementById("profile");
let data = null; // the phone in hand, its chats and contacts
let chat = null; // the chat on screen
let view = null;
let drawing = 0;

const people = peopleCard(document.getElementById("people"), (waId) => go(waId, ""));
const faults = faultsCard(document.getElementById("faults"));
const activity = activityCard(document.getElementById("activity"));

function address() {
  const query = new URLSearchParams(location.search);
  return { phone: (query.get("phone") ?? "").replace(/\D/g, ""), number: query.get("number") ?? "" };
}

function go(phone, number) {
  const query = new URLSearchParams({ ...(phone && { phone }), ...(number && { number }) });
  history.pushState(null, "", query.size ? `?${query}` : "/");
  return load();
}

/** Reads the phone of the address and draws it. A newer call wins over an older one. */
async function load() {
  const turn = ++drawing;
  const { phone, number } = address();
  const fresh = phone ? await api.getPhone(phone) : null;
  const all = fresh ? [...fresh.chats, ...fresh.contacts] : [];
  const open = all.find((entry) => entry.phone_number_id === number) ?? null;
  const messages = open ? (await api.getMessages(phone, open)).messages : [];
  if (turn !== drawing) return;
  const isSame = open && data?.phone.wa_id === fresh.phone.wa_id && chat?.phone_number_id === open.phone_number_id;
  const sheet = isSame ? screen.querySelector(".sheet-back") : null; // what one is about to fill in stays
  [data, chat] = [fresh, open];
  draw(messages);
  if (sheet) screen.append(sheet);
  listen();
  people.refresh(phone);
}

function draw(messages) {
  view = null;
  let element = null;
  if (!data) element = welcomeView();
  else if (!chat) element = listView(data, nameOf(data.phone), (entry) => go(data.phone.wa_id, entry.phone_number_id));
  else {
    view = chatView(screen, data.phone.wa_id, chat, messages, {
      send: (action) => api.sendAction(data.phone.wa_id, chat, action),
      played: (message) => api.playVoice(data.phone.wa_id, chat, message.id),
      back: () => go(data.phone.wa_id, ""),
    });
    element = view.element;
  }
  const off = data && !data.phone.online ? h("div", { class: "phone-off", "data-testid": "phone-off" }, icon("power"), h("p", {}, t("phone_off"))) : null;
  screen.replaceChildren(statusBar(), element, ...(off ? [off] : []));
  drawProfile(profile, data?.phone, chat);
}

const statusBar = () => h("div", { class: "status-bar", "aria-hidden": "true" }, h("span", { class: "status-time" }, clock(Date.now() / 1000)), h("span", {}, icon("signal"), icon("battery")));

/** A chat is open for the simulator only while somebody can see it. */
function listen() {
  const visible = document.visibilityState === "visible" && data?.phone.online;
  follow(data?.phone.wa_id ?? "", chat && visible ? chat.phone_number_id : "", handle);
}

function handle(event) {
  const here = chat && event.phone_number_id === chat.phone_number_id;
  if (event.event === "message" && here) view.upsert(event.message);
  else if (event.event === "typing" && here) view.typing(event.until);
  else if (["message", "typing", "unread"].includes(event.event)) refreshList();
  else if (event.event === "faults") faults.show(event.faults);
  else if (event.event === "phone") phoneChanged(event.phone);
  else if (event.event === "log") logged(event.entry);
  else if (event.event === "connected") catchUp();
  else if (event.event === "reload") { load(); activity.load(); }
  else if (event.event === "offline") toast(t("offline"));
}

/** Shows what arrived after the chat, or the list of chats, was read and before news were heard. */
async function catchUp() {
  const here = chat;
  if (!here) {
    if (data) refreshList();
    return;
  }
  const { messages } = await api.getMessages(data.phone.wa_id, here);
  if (chat === here) for (const message of messages) view.upsert(message);
}

let listTimer = 0;
function refreshList() {
  clearTimeout(listTimer);
  listTimer = setTimeout(() => (chat ? people.refresh() : load()), 100);
}

function phoneChanged(phone) {
  if (phone.wa_id === data?.phone.wa_id) load();
  else people.refresh();
}

function logged(entry) {
  activity.add(entry);
  if (entry.kind === "accepted") refreshList();
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    setLanguage(button.dataset.lang);
    translatePage();
    people.draw();
    faults.draw();
    activity.draw();
    load();
  });
}
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof api.Told) event.preventDefault();
});
addEventListener("popstate", load);
document.addEventListener("visibilitychange", listen);
setInterval(() => {
  const time = screen.querySelector(".status-time");
  if (time) time.textContent = clock(Date.now() / 1000);
}, 5000);
translatePage();
document.getElementById("people").classList.toggle("open", !address().phone);
load();
