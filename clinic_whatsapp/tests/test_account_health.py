import os
import re
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..cloud_api.client import AppSubscription, CloudApi, Rejected
from ..cloud_api.errors import ApiError
from ..models.messaging import health
from ..models.messaging.account_health import UNLIMITED
from .common import PHONE_A, PHONE_B, ClinicCase, SimulatorCase

HEALTH_LOGGER = "odoo.addons.clinic_whatsapp.models.messaging.account_health"
AVAILABLE = {"PHONE_NUMBER": {"can_send_message": "AVAILABLE"}}


def plain(html):
    """Return the text that a reader sees."""
    return " ".join(re.sub("<[^>]+>", " ", str(html)).split())


@tagged("post_install", "-at_install")
class TestFindings(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account_a.responsible_user_id = cls.manager_a

    def codes(self, account=None):
        return set((account or self.account_a).findings or {})

    def test_a_new_problem_is_one_activity_for_the_branch_manager(self):
        for detail in ("once", "twice", "twice"):
            self.account_a._report_finding(health.META_LIMITS, detail)
        activity = self.account_a.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.manager_a))
        self.assertEqual(self.account_a.findings[health.META_LIMITS]["detail"], "twice")

    def test_the_activity_is_closed_when_the_finding_is_gone(self):
        self.account_a._report_finding(health.QUALITY_LOW)
        activity = self.account_a.activity_ids
        self.account_a._clear_finding(health.QUALITY_LOW)
        self.assertFalse(self.account_a.activity_ids)
        self.assertFalse(activity.active, "it is kept as done")
        self.assertFalse(self.codes())
        self.account_a._clear_finding(health.QUALITY_LOW)

    def test_a_finding_that_comes_back_is_told_again(self):
        for _time in range(2):
            self.account_a._report_finding(health.QUALITY_LOW)
            self.assertEqual(len(self.account_a.activity_ids), 1)
            self.account_a._clear_finding(health.QUALITY_LOW)

    def test_what_is_only_worth_knowing_is_no_activity(self):
        self.account_a._report_finding(health.NAME_IN_REVIEW)
        self.assertFalse(self.account_a.activity_ids)
        self.assertIn("reviews the name", plain(self.account_a.health_panel))

    def test_findings_with_a_subject_stand_beside_each_other(self):
        for subject in ("1", "2"):
            self.account_a._report_finding(health.TEMPLATE_STOPPED, f"text {subject}", subject=subject)
        self.account_a._clear_finding(health.TEMPLATE_STOPPED, subject="1")
        self.assertEqual(self.codes(), {f"{health.TEMPLATE_STOPPED}:2"})
        self.assertEqual(len(self.account_a.activity_ids), 1)

    def test_findings_of_several_numbers_are_kept_in_one_call(self):
        (self.account_a | self.account_b)._report_finding(health.BAN_SCHEDULED)
        self.assertEqual(self.codes(), self.codes(self.account_b))
        self.assertEqual(len(self.account_b.activity_ids), 1)

    def test_an_activity_is_written_in_the_language_of_its_manager(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.manager_a.lang = "tr_TR"
        seen = []
        real = type(self.env["clinic.whatsapp.account"])._explain_finding

        def listen(account, key, entry):
            seen.append(account.env.lang)
            return real(account, key, entry)

        with patch.object(type(self.account_a), "_explain_finding", listen):
            self.account_a._report_finding(health.QUALITY_LOW)
        self.assertEqual(seen, ["tr_TR"])

    def test_news_stay_until_somebody_has_looked(self):
        self.account_a._report_finding(health.PIN_CHANGED)
        self.account_a._forget_outdated_findings()
        self.assertEqual(self.codes(), {health.PIN_CHANGED})
        self.account_a.activity_ids.action_feedback()
        self.account_a._forget_outdated_findings()
        self.assertFalse(self.codes())

    def test_news_without_an_activity_are_shown_for_a_month(self):
        self.account_a._report_finding(health.BADGE_APPROVED)
        with freeze_time(fields.Datetime.now() + timedelta(days=29)):
            self.account_a._forget_outdated_findings()
            self.assertTrue(self.codes())
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.account_a._forget_outdated_findings()
            self.assertFalse(self.codes())

    def test_a_finding_with_an_end_ends(self):
        self.account_a._report_finding(health.RESTRICTED_STARTING, until=fields.Datetime.now() + timedelta(days=3))
        self.account_a.activity_ids.action_feedback()
        self.account_a._forget_outdated_findings()
        self.assertTrue(self.codes(), "done or not, it lasts as long as Meta says")
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self.account_a._forget_outdated_findings()
        self.assertFalse(self.codes())

    def test_a_code_of_another_version_hurts_nobody(self):
        self.account_a.findings = {"from_the_future": {"since": "2026-01-01 00:00:00", "activity": 0, "detail": "x"}}
        self.account_a._report_finding(health.QUALITY_LOW)
        self.account_a._forget_outdated_findings()
        self.assertIn("Quality red", plain(self.account_a.health_panel))

    def test_somebody_elses_activity_is_never_closed(self):
        other = self.account_b.activity_schedule("mail.mail_activity_data_todo", summary="another")
        self.account_a._report_finding(health.QUALITY_LOW)
        entry = {**self.account_a.findings[health.QUALITY_LOW], "activity": other.id}
        self.account_a.findings = {health.QUALITY_LOW: entry}
        self.account_a._clear_finding(health.QUALITY_LOW)
        self.assertTrue(other.active)

    def test_nobody_writes_findings_by_hand(self):
        for name in ("findings", "latest_events"):
            with self.assertRaises(AccessError):
                self.account_a.with_user(self.clinic_manager).write({name: {"banned": {}}})

    def test_words_of_meta_cannot_carry_markup(self):
        self.account_a._report_finding(health.META_LIMITS, "<script>alert(1)</script>")
        self.assertNotIn("<script>", str(self.account_a.health_panel))
        self.assertNotIn("<script>", str(self.account_a.activity_ids.note))

    def test_another_branch_sees_neither_findings_nor_activities(self):
        manager_b = self.create_user("manager.b", self.branch_b, "clinic_whatsapp.group_branch_manager")
        self.account_a._report_finding(health.QUALITY_LOW)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.account_a.with_user(manager_b).read(["findings", "health_panel"])
        self.assertFalse(
            self.env["mail.activity"].with_user(manager_b).search([("res_model", "=", self.account_a._name)])
        )

    def test_reception_may_see_how_its_number_is_doing(self):
        self.account_a._report_finding(health.QUALITY_LOW)
        self.assertIn("Quality red", plain(self.account_a.with_user(self.user_a).health_panel))

    def test_the_worst_comes_first(self):
        for code in (health.NAME_IN_REVIEW, health.QUALITY_LOW, health.BANNED):
            self.account_a._report_finding(code)
        found = [finding.level for finding, _key, _entry in self.account_a._get_findings()]
        self.assertEqual(found, [health.PROBLEM, health.WARNING, health.INFO])

    def test_every_finding_can_be_told(self):
        for code, finding in health.FINDINGS.items():
            with self.subTest(code=code):
                title, advice = self.account_a._explain_finding(code, {"detail": "190"})
                self.assertTrue(title and advice)
                self.assertNotIn("%(", title + advice)
                self.assertIn(finding.level, health.LEVELS)

    def test_good_things_are_shown_in_the_readers_time(self):
        self.account_a.last_webhook_at = fields.Datetime.now() - timedelta(minutes=3)
        self.account_a.write({"quality_rating": "green", "messaging_limit": 250, "number_status": "CONNECTED"})
        panel = plain(self.account_a.with_context(tz="Asia/Tokyo").health_panel)
        self.assertIn("the last one 3 minutes ago", panel)
        local = fields.Datetime.context_timestamp(
            self.account_a.with_context(tz="Asia/Tokyo"), self.account_a.last_webhook_at
        )
        self.assertIn(local.strftime(":%M"), panel)
        for words in ("Quality green", "up to 250 new people in 24 hours", "never expires"):
            self.assertIn(words, panel)

    def test_a_stopped_number_says_so_until_it_is_connected_again(self):
        self.account_a._needs_attention("The bill is not paid.")
        self.assertEqual(self.codes(), {health.SENDING_STOPPED})
        self.assertIn("The bill is not paid.", plain(self.account_a.health_panel))
        self.assertIn("The bill is not paid.", str(self.account_a.activity_ids.note))
        self.account_a.state = "connected"
        self.assertFalse(self.codes())
        self.assertFalse(self.account_a.activity_ids)


@tagged("post_install", "-at_install")
class TestHealthCheck(SimulatorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account_a.responsible_user_id = cls.manager_a

    def setUp(self):
        super().setUp()
        for number in (PHONE_A, PHONE_B):
            self.register_number(
                number,
                webhook_url="",
                token_valid=True,
                token_expires_at=0,
                token_scopes=["whatsapp_business_messaging", "whatsapp_business_management"],
                status="CONNECTED",
                quality="GREEN",
                name_status="APPROVED",
                new_name_status="NONE",
                messaging_limit="TIER_2K",
                throughput_level="STANDARD",
                health={},
            )

    def check(self, **values):
        """Let Meta change the number, then check it."""
        if values:
            self.simulator.change_number(PHONE_A, **values)
        self.account_a._check_health()
        return set(self.account_a.findings or {}) - {health.NO_WEBHOOK_YET}

    def run_cron(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.account"]._cron_health()

    def test_a_healthy_number_has_no_findings(self):
        self.assertFalse(self.check())
        account = self.account_a
        self.assertEqual(
            (account.quality_rating, account.messaging_limit, account.number_status, account.throughput_level),
            ("green", 2000, "CONNECTED", "STANDARD"),
        )
        self.assertTrue(account.health_checked_at and account.verified_name)
        self.assertFalse(account.activity_ids)

    def test_the_check_changes_nothing_at_meta(self):
        before = self.simulator.state()
        self.check()
        self.assertEqual(self.simulator.state(), before)

    def test_an_invalid_token_stops_the_number_once_and_a_new_one_resumes_it(self):
        self.simulator.change_number(PHONE_A, token_valid=False)
        for _run in range(2):
            self.run_cron()
            self.assertEqual(self.account_a.state, "needs_attention")
            self.assertIn(health.TOKEN_INVALID, self.account_a.findings)
            self.assertNotIn(health.META_REFUSES, self.account_a.findings, "one cause is one finding")
            self.assertEqual(len(self.account_a.activity_ids), 1)
        self.assertEqual(self.account_b.state, "connected")
        self.simulator.change_number(PHONE_A, token_valid=True)
        self.run_cron()
        self.assertEqual((self.account_a.state, self.account_a.state_reason), ("connected", False))
        self.assertFalse(self.account_a.activity_ids)

    def test_the_named_cause_replaces_the_stop(self):
        self.account_a._needs_attention("Meta error 190")
        self.assertEqual(self.check(token_valid=False), {health.TOKEN_INVALID})
        self.assertEqual(len(self.account_a.activity_ids), 1)

    def test_a_stop_without_a_known_cause_stays_until_somebody_tests(self):
        self.account_a._needs_attention("The bill is not paid.")
        self.run_cron()
        self.assertEqual(self.account_a.state, "needs_attention")
        self.account_a.action_test_connection()
        self.assertEqual(self.account_a.state, "connected")
        self.assertFalse(self.account_a.activity_ids)

    def test_a_wrong_app_secret_is_not_blamed_on_the_token(self):
        self.account_a.app_secret = "another"
        found = self.check()
        self.assertIn(health.META_REFUSES, found)
        self.assertNotIn(health.TOKEN_INVALID, found)
        self.assertIn("app secret", plain(self.account_a.health_panel))

    def test_a_token_that_expires_is_announced_twice(self):
        day = 24 * 3600
        for days, expected in ((20, set()), (13, {health.TOKEN_EXPIRES_SOON}), (2, {health.TOKEN_EXPIRES_NOW})):
            with self.subTest(days=days):
                self.assertEqual(self.check(token_expires_at=int(time.time() + days * day) + 60), expected)
                self.assertEqual(len(self.account_a.activity_ids), len(expected))
        self.assertIn("in 2 days", plain(self.account_a.health_panel))
        self.assertEqual(self.account_a.state, "connected")
        self.assertFalse(self.check(token_expires_at=0))

    def test_a_missing_permission_is_named(self):
        self.assertEqual(self.check(token_scopes=["whatsapp_business_messaging"]), {health.PERMISSION_MISSING})
        self.assertIn("whatsapp_business_management", plain(self.account_a.health_panel))

    def test_a_number_that_cannot_be_used_needs_attention(self):
        for status in health.UNUSABLE_STATUSES:
            with self.subTest(status=status):
                self.simulator.change_number(PHONE_A, status=status)
                self.run_cron()
                self.assertIn(health.NUMBER_UNUSABLE, self.account_a.findings)
                self.assertEqual(self.account_a.state, "needs_attention")
        self.assertIn(str(health.NUMBER_STATUSES[status]), self.account_a.state_reason)

    def test_a_limited_number_goes_on(self):
        for status in health.LIMITED_STATUSES:
            with self.subTest(status=status):
                self.assertEqual(self.check(status=status, health=AVAILABLE), {health.NUMBER_LIMITED})
        self.run_cron()
        self.assertEqual(self.account_a.state, "connected")

    def test_one_cause_is_one_finding_with_metas_advice(self):
        self.assertEqual(self.check(status="PENDING"), {health.NUMBER_UNUSABLE})
        self.assertTrue(self.account_a.findings[health.NUMBER_UNUSABLE]["detail"])
        self.assertEqual(len(self.account_a.activity_ids), 1)

    def test_a_status_that_nobody_knows_is_shown(self):
        self.assertEqual(self.check(status="HIBERNATING", health=AVAILABLE), {health.NUMBER_STATUS_UNKNOWN})
        self.assertIn("HIBERNATING", plain(self.account_a.health_panel))

    def test_quality(self):
        for quality, kept, expected in (
            ("YELLOW", "yellow", {health.QUALITY_MEDIUM}),
            ("RED", "red", {health.QUALITY_LOW}),
            ("NA", "unknown", set()),
            ("ULTRAVIOLET", "unknown", set()),
            ("GREEN", "green", set()),
        ):
            with self.subTest(quality=quality):
                self.assertEqual(self.check(quality=quality), expected)
                self.assertEqual(self.account_a.quality_rating, kept)
                self.assertEqual(len(self.account_a.activity_ids), len(expected))

    def test_limits_in_words(self):
        for limit, kept, words in (
            ("TIER_250", 250, "up to 250 new people"),
            ("TIER_100K", 100000, "up to 100,000 new people"),
            ("TIER_UNLIMITED", UNLIMITED, "any number of new people"),
            ("TIER_SOMETHING", UNLIMITED, "any number of new people"),
        ):
            with self.subTest(limit=limit):
                self.check(messaging_limit=limit)
                self.assertEqual(self.account_a.messaging_limit, kept)
                self.assertIn(words, plain(self.account_a.health_panel))

    def test_the_state_of_the_name(self):
        self.assertEqual(self.check(name_status="PENDING_REVIEW"), {health.NAME_IN_REVIEW})
        self.assertEqual(self.check(name_status="APPROVED", new_name_status="DECLINED"), {health.NAME_DECLINED})
        self.assertFalse(self.check(new_name_status="NONE"))

    def test_metas_own_errors_and_solutions_are_shown(self):
        error = {
            "error_code": 141006,
            "error_description": "There is a problem with the payment account.",
            "possible_solution": "Add a valid payment method.",
        }
        entity = {"can_send_message": "BLOCKED", "errors": [error]}
        self.assertEqual(self.check(health={"WABA": entity}), {health.META_BLOCKS})
        self.assertIn("Add a valid payment method.", plain(self.account_a.health_panel))
        self.run_cron()
        self.assertEqual(self.account_a.state, "needs_attention")
        entity["can_send_message"] = "LIMITED"
        self.assertEqual(self.check(health={"BUSINESS": entity}), {health.META_LIMITS})

    def test_a_number_that_sends_is_not_banned_any_more(self):
        self.account_a._report_finding(health.BANNED)
        self.account_a._stop_on_problems()
        self.run_cron()
        self.assertEqual(self.account_a.state, "connected")

    def test_an_account_that_is_not_subscribed_is_a_problem_until_the_test_subscribes_it(self):
        with self.account_a._cloud_api() as api:
            api._graph.call("DELETE", f"{self.account_a.waba_id}/subscribed_apps", lambda answer: None)
        self.assertEqual(self.check(), {health.NOT_SUBSCRIBED})
        self.account_a.action_test_connection()
        self.assertNotIn(health.NOT_SUBSCRIBED, self.account_a.findings or {})
        self.assertEqual(self.account_a.state, "connected")

    def test_webhooks_that_go_elsewhere(self):
        found = self.check(webhook_url="https://other.example.com/hook/secret")
        self.assertIn(health.WEBHOOK_ELSEWHERE, found)
        panel = plain(self.account_a.health_panel)
        self.assertIn("other.example.com", panel)
        self.assertNotIn("hook/secret", panel)
        self.assertNotIn(health.WEBHOOK_ELSEWHERE, self.check(webhook_url=self.account_a.webhook_url))
        self.assertNotIn(
            health.WEBHOOK_ELSEWHERE, self.check(webhook_url=self.account_b.webhook_url), "numbers share an address"
        )

    def test_fields_that_meta_does_not_report_are_named(self):
        subscription = AppSubscription(self.account_a.webhook_url, True, frozenset({"messages", "security"}))
        with patch.object(CloudApi, "app_subscription", return_value=subscription):
            self.assertEqual(self.check(), {health.WEBHOOK_FIELDS})
        panel = plain(self.account_a.health_panel)
        self.assertIn("account_update", panel)
        self.assertNotIn("security", panel)

    def test_a_meta_that_does_not_tell_the_fields_is_no_finding(self):
        refusal = Rejected(ApiError(code=100, title="Unsupported get request"))
        with patch.object(CloudApi, "app_subscription", side_effect=refusal):
            self.assertFalse(self.check())

    def send(self, minutes_ago):
        conversation = self.open_conversation(self.account_a, self.patient)
        message = conversation._send_text("Merhaba")
        moment = fields.Datetime.now() - timedelta(minutes=minutes_ago)
        message.sudo().write({"state": "sent", "wamid": f"wamid.{minutes_ago}", "sent_at": moment})

    def test_silence_after_sending_is_a_warning(self):
        self.send(minutes_ago=20)
        self.assertEqual(self.check(), {health.WEBHOOKS_SILENT})
        self.account_a.last_webhook_at = fields.Datetime.now() - timedelta(minutes=25)
        self.assertEqual(self.check(), {health.WEBHOOKS_SILENT})
        self.account_a.last_webhook_at = fields.Datetime.now() - timedelta(minutes=19)
        self.assertFalse(self.check())

    def test_a_message_that_just_left_proves_nothing(self):
        self.send(minutes_ago=1)
        self.assertFalse(self.check())

    def test_the_rate_follows_metas_throughput(self):
        self.check(throughput_level="HIGH")
        self.assertEqual(self.account_a.messages_per_second, 1000)
        self.check(throughput_level="STANDARD")
        self.assertEqual(self.account_a.messages_per_second, 80)
        self.check(throughput_level="NOT_APPLICABLE")
        self.assertEqual(self.account_a.messages_per_second, 80)

    def test_a_rate_of_the_managers_own_stays(self):
        self.account_a.messages_per_second = 40
        self.check(throughput_level="HIGH")
        self.assertEqual(self.account_a.messages_per_second, 40)

    def test_meta_out_of_reach_is_no_alarm_and_forgets_nothing(self):
        self.check(quality="RED")
        self.account_a.api_url = "http://127.0.0.1:9"
        self.run_cron()
        found = set(self.account_a.findings) - {health.NO_WEBHOOK_YET}
        self.assertEqual(found, {health.UNREACHABLE, health.QUALITY_LOW})
        self.assertEqual((self.account_a.state, self.account_a.quality_rating), ("connected", "red"))
        self.assertEqual(len(self.account_a.activity_ids), 1, "for the quality only")
        self.assertIn("127.0.0.1:9", plain(self.account_a.health_panel))

    def test_a_refusal_is_kept_while_meta_is_out_of_reach(self):
        self.account_a.phone_number_id = "424242"
        self.assertEqual(self.check(), {health.META_REFUSES})
        self.account_a.api_url = "http://127.0.0.1:9"
        self.assertEqual(self.check(), {health.META_REFUSES, health.UNREACHABLE})

    def test_a_busy_meta_is_asked_again_later(self):
        self.simulator.set_faults(fail_next={"code": 131016, "count": 1})
        self.assertFalse(self.check())

    def test_a_stopped_number_is_not_resumed_while_meta_is_out_of_reach(self):
        self.check(status="BANNED")
        self.account_a._stop_on_problems()
        self.account_a.findings = {}
        self.account_a.api_url = "http://127.0.0.1:9"
        self.run_cron()
        self.assertEqual(self.account_a.state, "needs_attention")

    def test_one_number_that_fails_does_not_stop_the_others(self):
        real = type(self.account_a)._ask_about_number

        def fail(account, api, diagnosis):
            if account.id == self.account_a.id:
                raise ValueError("unforeseen")
            return real(account, api, diagnosis)

        with patch.object(type(self.account_a), "_ask_about_number", fail), mute_logger(HEALTH_LOGGER):
            self.run_cron()
        self.assertFalse(self.account_a.health_checked_at)
        self.assertTrue(self.account_b.health_checked_at)

    def test_empty_settings_are_named(self):
        self.account_a.app_secret = False
        self.assertEqual(self.check(), {health.SETTINGS_MISSING})
        self.assertIn("App Secret", plain(self.account_a.health_panel))
        self.assertIn("App Secret", plain(self.account_a.with_user(self.user_a).health_panel), "its name only")

    def test_impossible_settings_are_named(self):
        self.account_a.waba_id = "not digits"
        self.assertEqual(self.check(), {health.SETTINGS_INVALID})

    def test_a_server_without_encryption_keys_says_so(self):
        with patch.dict(os.environ, {"CLINIC_WHATSAPP_KEYS": "no key"}):
            self.assertIn(health.ENCRYPTION_KEY, self.check())
            self.assertIn("CLINIC_WHATSAPP_KEYS", plain(self.account_a.health_panel))
        self.assertFalse(self.check())

    def test_a_copy_of_the_database_asks_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.run_cron()
        self.assertFalse(self.account_a.health_checked_at)

    def test_paused_numbers_are_left_alone(self):
        self.account_a.action_pause()
        self.run_cron()
        self.assertFalse(self.account_a.health_checked_at)
        self.assertTrue(self.account_b.health_checked_at)

    def test_the_schedule_exists(self):
        cron = self.env.ref("clinic_whatsapp.ir_cron_health")
        self.assertTrue(cron.active)
        with self.cron_env() as env:
            env.ref("clinic_whatsapp.ir_cron_health").method_direct_trigger()
        self.assertTrue(self.account_a.health_checked_at)

    def test_registering_again_ends_the_reminder(self):
        self.account_a._report_finding(health.REGISTER_AGAIN, "Papatya Diş")
        self.assertIn(health.REGISTER_AGAIN, self.check())
        self.assertNotIn(health.REGISTER_AGAIN, self.check(verified_name="Papatya Diş"))
