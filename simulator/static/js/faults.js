// The card with the fault switches, in plain words. It always shows how the simulator stands, whoever set it.
import { h } from "./dom.js";
import { clearFaults, getFaults, setFaults } from "./api.js";
import { t } from "./i18n.js";
import { countField, option, segments, select, toggle } from "./switches.js";

const LATENCIES = [[0, 0], [100, 250], [1000, 2000], [5000, 10000], [40000, 40000]];
const CODES = [131026, 131047, 131056, 130429, 131049, 131042, 131000, 132015, 190, 368];

export function faultsCard(card) {
  let faults = null;
  const change = async (values) => show(await setFaults(values));

  function show(values) {
    faults = values;
    draw();
  }

  function latency() {
    const value = faults.latency_ms.join("-");
    const known = LATENCIES.some((pair) => pair.join("-") === value);
    const choices = (known ? LATENCIES : [faults.latency_ms, ...LATENCIES]).map((pair) => [pair.join("-"), latencyName(pair)]);
    const control = select(value, choices, "fault-latency", (text) => change({ latency_ms: text.split("-").map(Number) }), t("fault_latency"));
    return option({ title: t("fault_latency"), help: t("fault_latency_help"), wide: [control], active: faults.latency_ms[1] > 0 });
  }

  function down() {
    const choices = [["", t("down_no")], ["html502", t("down_page")], ["reset", t("down_reset")]];
    const control = segments(faults.down, choices, "fault-down", (value) => change({ down: value }));
    return option({ title: t("fault_down"), help: t("fault_down_help"), wide: [control], active: faults.down !== "" });
  }

  function refuse() {
    const count = countField("fault-fail-count", t("how_many"));
    const code = select(CODES[0], CODES.map((value) => [value, `${t(`code_${value}`)} (${value})`]), "fault-fail-code", undefined, t("fault_fail"));
    const when = select("fail_next", [["fail_next", t("at_once")], ["fail_later_next", t("later")]], "fault-fail-when", undefined, t("fault_fail"));
    const left = (faults.fail_next?.count ?? 0) + (faults.fail_later_next?.count ?? 0);
    const apply = () => change({ [when.value]: { code: Number(code.value), count: Number(count.value) } });
    return option({ title: t("fault_fail"), help: t("fault_fail_help"), control: leftBadge(left), wide: [count, code, when, applyButton("fault-fail-apply", apply)], active: left > 0 });
  }

  function loseAnswer() {
    const count = countField("fault-answer-count", t("how_many"));
    const how = select("drop_answer_next", [["drop_answer_next", t("hang_up")], ["hang_next", t("stay_silent")]], "fault-answer-how", undefined, t("fault_answer"));
    const left = faults.drop_answer_next + faults.hang_next;
    const apply = () => change({ [how.value]: Number(count.value) });
    return option({ title: t("fault_answer"), help: t("fault_answer_help"), control: leftBadge(left), wide: [count, how, applyButton("fault-answer-apply", apply)], active: left > 0 });
  }

  function duplicates() {
    const control = segments(faults.duplicate_webhooks, [[1, "1×"], [2, "2×"], [3, "3×"]], "fault-duplicates", (value) => change({ duplicate_webhooks: value }));
    return option({ title: t("fault_duplicates"), help: t("fault_duplicates_help"), control, active: faults.duplicate_webhooks > 1 });
  }

  function switchFor(name, key) {
    const control = toggle(faults[key], t(`fault_${name}`), `fault-${name}`, (on) => change({ [key]: on }));
    return option({ title: t(`fault_${name}`), help: t(`fault_${name}_help`), control, active: faults[key] });
  }

  function draw() {
    if (!faults) return;
    const normal = h("button", { class: "button quiet", type: "button", "data-testid": "faults-normal", onclick: async () => show(await clearFaults()) }, t("faults_normal"));
    const options = [refuse(), loseAnswer(), latency(), down(), duplicates(), switchFor("shuffle", "shuffle_statuses"), switchFor("pause", "webhook_paused"), switchFor("media", "media_down")];
    normal.disabled = !options.some((element) => element.classList.contains("active"));
    card.replaceChildren(
      h("div", { class: "card-head" }, h("h2", {}, t("faults_title")), normal),
      h("p", { class: "card-note" }, t("faults_note")),
      h("div", { class: "options" }, options));
  }

  getFaults().then(show);
  return { show, draw };
}

const applyButton = (testid, apply) => h("button", { class: "button", type: "button", "data-testid": testid, onclick: apply }, t("apply"));
const leftBadge = (count) => (count > 0 ? h("span", { class: "left", "data-testid": "fault-left" }, t("count_left", { count })) : null);

function latencyName([least, most]) {
  const seconds = (ms) => String(ms / 1000).replace(".", document.documentElement.lang === "tr" ? "," : ".");
  if (!most) return t("latency_none");
  return least === most ? t("latency_one", { most: seconds(most) }) : t("latency_seconds", { least: seconds(least), most: seconds(most) });
}
