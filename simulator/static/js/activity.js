// The card "what happened": sends, refusals and webhooks in plain words, newest first.
import { formatNumber, h, icon } from "./dom.js";
import { getLog } from "./api.js";
import { clockWithSeconds, t } from "./i18n.js";

const MOST = 60;

export function activityCard(card) {
  let entries = [];
  let waiting = false;

  function add(entry) {
    entries = [entry, ...entries].slice(0, MOST);
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; draw(); }, 150);
  }

  async function load() {
    entries = (await getLog(MOST)).entries.reverse();
    draw();
  }

  function draw() {
    card.replaceChildren(
      h("div", { class: "card-head" }, h("h2", {}, t("activity_title"))),
      h("p", { class: "card-note" }, t("activity_note")),
      entries.length ? h("ol", { class: "events", "data-testid": "events" }, entries.map(line)) : h("p", { class: "empty" }, t("activity_empty")));
  }

  load();
  return { add, load, draw };
}

function line(entry) {
  const { picture, text, detail, bad } = describe(entry);
  return h("li", { class: `event${bad ? " bad" : ""}`, "data-testid": "event", "data-kind": entry.kind },
    h("span", { class: "event-icon" }, icon(picture)),
    h("span", { class: "event-text" }, text, detail ? h("small", { dir: "auto" }, detail) : null),
    h("time", {}, clockWithSeconds(entry.at)));
}

function describe(entry) {
  if (entry.kind === "accepted") {
    const to = formatNumber(entry.wa_id);
    const text = entry.template ? t("log_template", { to, template: entry.template }) : t("log_accepted", { to });
    const lost = entry.answer !== "sent";
    return { picture: "up_right", text, detail: lost ? t("log_dropped") : "", bad: lost };
  }
  if (entry.kind === "refused") {
    if (!entry.code) return { picture: "close", text: t("log_broken"), detail: entry.http_status ? `HTTP ${entry.http_status}` : "", bad: true };
    return { picture: "close", text: t("log_refused", { code: entry.code }), detail: entry.details, bad: true };
  }
  return webhook(entry);
}

const PROBLEMS = [["No connection", "log_no_connection"], ["No answer in time", "log_no_answer"]];

function problem(text) {
  const known = PROBLEMS.find(([start]) => text.startsWith(start));
  return known ? t(known[1]) : text;
}

function webhook(entry) {
  const ok = entry.http_status === 200;
  const [kind, ...rest] = entry.ref.split(":");
  const name = kind === "message" || kind === "status" ? kind : "other";
  const text = t(`log_${name}${ok ? "" : "_failed"}`, { status: t(`status_${rest.at(-1)}`) });
  const facts = [entry.http_status ?? problem(entry.problem), ok ? `${Math.round(entry.ms)} ms` : "", entry.attempt > 1 ? t("log_attempt", { attempt: entry.attempt }) : ""];
  return { picture: "down_left", text, detail: facts.filter(Boolean).join(" · "), bad: !ok };
}
