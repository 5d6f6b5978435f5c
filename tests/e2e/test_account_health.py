"""What Meta reports about numbers, at once and twice, while the health check asks about them: no finding is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from simulator.payloads import encode

from .clinic import WABA, Clinic
from .webhooks import Storm, body, text

HEALTH = ("ir_cron_health",)
ALERTS = tuple(f"ALERT_{number}" for number in range(6))
RESTRICTIONS = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_UTILITY_TEMPLATES", "RESTRICTED_OF_TOMORROW")
EXPECTED = {
    *(f"alert:Alert {number}" for number in range(6)),
    "restricted_starting",
    "restricted_utility",
    "restricted:Restricted of tomorrow",
    "policy_violation:DRUGS",
    "partner_removed",
}


def event(field: str, value: dict[str, object]) -> bytes:
    """A webhook about all numbers of the account."""
    entry = {"id": WABA, "time": int(time.time()), "changes": [{"field": field, "value": value}]}
    return encode({"object": "whatsapp_business_account", "entry": [entry]})


def alert(kind: str) -> bytes:
    info = {"alert_severity": "WARNING", "alert_status": "ACTIVE", "alert_type": kind, "alert_description": ""}
    return event("account_alerts", {"entity_type": "BUSINESS", "entity_id": "1", "alert_info": info})


def restriction(kind: str) -> bytes:
    info = [{"restriction_type": kind, "expiration": int(time.time()) + 24 * 3600}]
    return event("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": info})


def findings(clinic: Clinic) -> dict[int, dict[str, dict[str, object]]]:
    """The findings of each number, as the database has them."""
    return {account: found or {} for account, found in clinic.sql("SELECT id, findings FROM clinic_whatsapp_account")}


def test_no_finding_is_lost_or_told_twice(clinic: Clinic) -> None:
    """Both numbers get every webhook at both addresses, several times, beside messages and the health check."""
    webhooks = [
        *map(alert, ALERTS),
        *map(restriction, RESTRICTIONS),
        event("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "DRUGS"}}),
        event("account_update", {"event": "PARTNER_REMOVED"}),
    ]
    storms = [Storm(branch, clients=2, repeats=2, seed=seed) for seed, branch in enumerate((clinic.a, clinic.b))]
    texts = [body(clinic.a, messages=[text("905300000777", f"wamid.health.{n}", "…")]) for n in range(10)]
    with ThreadPoolExecutor(3) as pool:
        posted = [pool.submit(storm.post, [*webhooks, *texts]) for storm in storms]
        checked = pool.submit(lambda: [clinic.let_crons_run(*HEALTH) for _run in range(3)])
        assert [set(answers.result()) for answers in posted] == [{200}, {200}]
        checked.result()
    clinic.wait_for_inbox()
    accounts = (clinic.a.account_id, clinic.b.account_id)
    for account in accounts:
        found = findings(clinic)[account]
        assert found.keys() >= EXPECTED
        told = clinic.sql(
            "SELECT id FROM mail_activity WHERE active AND res_model = %s AND res_id = %s",
            "clinic.whatsapp.account",
            account,
        )
        assert {number for (number,) in told} == {entry["activity"] for entry in found.values() if entry["activity"]}
    clinic.sql("UPDATE mail_activity SET active = FALSE WHERE res_model = 'clinic.whatsapp.account'")
    clinic.sql("UPDATE clinic_whatsapp_account SET findings = NULL")


def test_a_ban_stops_both_numbers_and_its_end_resumes_them(clinic: Clinic) -> None:
    """The webhooks come from the simulator over HTTP, and the check asks it over HTTP."""
    query = "SELECT DISTINCT state FROM clinic_whatsapp_account"
    for ban, expected in (("DISABLE", "needs_attention"), ("REINSTATE", "connected")):
        value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ban, "waba_ban_date": "today"}}
        clinic.meta.account_event("account_update", value, waba_id=WABA)
        clinic.wait(lambda wanted=expected: clinic.sql(query) == [(wanted,)], lambda: f"states: {clinic.sql(query)}")
    assert not any("banned" in found for found in findings(clinic).values())
    panel = clinic.staff(clinic.a.reception).read("clinic.whatsapp.account", clinic.a.account_id, "health_panel")
    assert "Quality green" in panel["health_panel"]
