import time
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from ..models.messaging import health
from .common import APP, PHONE_A, WABA, ClinicCase, SimulatorCase

NUMBER_A, NUMBER_B = "905550000001", "905550000002"


class AccountEventCase(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account_a.write({"phone_number": "+90 555 000 00 01", "responsible_user_id": cls.manager_a.id})
        cls.account_b.phone_number = "0555 000 00 02"
        cls.manager_b = cls.create_user("manager.b", cls.branch_b, "clinic_whatsapp.group_branch_manager")
        cls.account_b.responsible_user_id = cls.manager_b

    def receive_event(self, field, value, *, waba=WABA, at=None, through=None, metadata=None):
        """Let a webhook about a number, account or template arrive, and process it."""
        if metadata:
            value = {**value, "metadata": metadata}
        entry = {"id": waba, "time": at or int(time.time()), "changes": [{"field": field, "value": value}]}
        known = self.env["clinic.whatsapp.event"].search([])
        self.enqueue(through or self.account_a, {"object": "whatsapp_business_account", "entry": [entry]})
        self.run_inbox()
        return self.env["clinic.whatsapp.event"].search([]) - known

    def codes(self, account=None):
        return set((account or self.account_a).findings or {})


@tagged("post_install", "-at_install")
class TestAccountEvents(AccountEventCase):
    def test_the_number_that_is_named_is_the_one_that_changes(self):
        value = {"event": "ONBOARDING", "max_daily_conversations_per_business": "TIER_2K"}
        for shown in (NUMBER_B, "+90 555 000 00 02"):
            self.account_b.messaging_limit = 0
            event = self.receive_event("phone_number_quality_update", {**value, "display_phone_number": shown})
            self.assertEqual(event.state, "done", event.error)
            self.assertEqual((self.account_a.messaging_limit, self.account_b.messaging_limit), (0, 2000))

    def test_a_number_that_is_not_ours_changes_nothing_and_is_kept(self):
        value = {"display_phone_number": "905550000009", "event": "FLAGGED"}
        event = self.receive_event("phone_number_quality_update", value)
        self.assertEqual(event.state, "dead")
        self.assertNotIn("5550000009", event.error)
        self.assertFalse(self.codes() | self.codes(self.account_b))

    def test_the_number_of_the_metadata_comes_first(self):
        metadata = {"display_phone_number": NUMBER_B, "phone_number_id": self.account_b.phone_number_id}
        self.receive_event("security", {"event": "PIN_CHANGED"}, metadata=metadata)
        self.assertEqual((self.codes(), self.codes(self.account_b)), (set(), {health.PIN_CHANGED}))

    def test_what_concerns_the_account_concerns_all_of_its_numbers(self):
        event = self.receive_event("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"})
        self.assertEqual(event.state, "done", event.error)
        self.assertEqual((self.account_a.messaging_limit, self.account_b.messaging_limit), (10000, 10000))

    def test_another_account_of_the_same_app_is_not_touched(self):
        self.account_b.waba_id = "200000000000002"
        value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
        self.receive_event("account_update", value, waba="200000000000002")
        self.assertEqual((self.codes(), self.codes(self.account_b)), (set(), {health.BANNED}))
        self.assertEqual((self.account_a.state, self.account_b.state), ("connected", "needs_attention"))

    def test_another_app_cannot_report_about_this_account(self):
        self.account_b.write({"app_id": "666", "app_secret": "other", "waba_id": "200000000000002"})
        value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
        event = self.receive_event("account_update", value, through=self.account_b)
        self.assertEqual(event.state, "dead")
        self.assertFalse(self.codes() | self.codes(self.account_b))
        self.account_b.app_id = APP  # the app is no secret, its secret is
        event = self.receive_event("account_update", {**value, "x": 1}, through=self.account_b)
        self.assertEqual(event.state, "dead")
        self.assertFalse(self.codes() | self.codes(self.account_b))

    def test_an_unknown_account_is_kept(self):
        event = self.receive_event("account_review_update", {"decision": "REJECTED"}, waba="404")
        self.assertEqual(event.state, "dead")
        self.assertIn("404", event.error)

    def test_each_manager_is_asked_about_his_own_number_once(self):
        value = {"display_phone_number": NUMBER_A, "event": "PIN_RESET_REQUEST", "requester": "1"}
        for _delivery in range(2):
            self.receive_event("security", value, at=1760000000)
        self.assertEqual(self.account_a.activity_ids.user_id, self.manager_a)
        self.assertEqual(len(self.account_a.activity_ids), 1)
        self.assertFalse(self.account_b.activity_ids)
        mine = [("res_model", "=", "clinic.whatsapp.account")]
        self.assertFalse(self.env["mail.activity"].with_user(self.manager_b).search(mine))

    # Quality and limits

    def test_limits_as_text_and_as_number(self):
        for sent, kept in (("TIER_250", 250), (2000, 2000), ("TIER_10K", 10000), (-1, -1), ("TIER_UNLIMITED", -1)):
            value = {"max_daily_conversations_per_business": sent, "max_phone_numbers_per_waba": 2}
            self.receive_event("business_capability_update", value)
            self.assertEqual(self.account_a.messaging_limit, kept, sent)
        self.receive_event("business_capability_update", {"max_daily_conversations_per_business": {"odd": []}})
        self.assertEqual(self.account_a.messaging_limit, -1)

    def test_a_lowered_limit_is_told_and_a_raised_one_ends_it(self):
        for limit, expected in (("TIER_2K", set()), ("TIER_250", {health.LIMIT_LOWERED}), ("TIER_10K", set())):
            value = {"display_phone_number": NUMBER_A, "event": "DOWNGRADE", "current_limit": limit}
            self.receive_event("phone_number_quality_update", value)
            self.assertEqual(self.codes(), expected)

    def test_flagged_and_unflagged(self):
        for event, expected in (("FLAGGED", {health.QUALITY_LOW}), ("UNFLAGGED", set())):
            self.receive_event("phone_number_quality_update", {"display_phone_number": NUMBER_A, "event": event})
            self.assertEqual(self.codes(), expected)

    def test_a_throughput_upgrade_raises_the_rate_unless_the_manager_chose_his_own(self):
        self.account_b.messages_per_second = 10
        for number in (NUMBER_A, NUMBER_B):
            value = {"display_phone_number": number, "event": "THROUGHPUT_UPGRADE"}
            self.receive_event("phone_number_quality_update", value)
        self.assertEqual((self.account_a.messages_per_second, self.account_b.messages_per_second), (1000, 10))

    # Name

    def name_event(self, decision, at=None, **values):
        named = {"display_phone_number": NUMBER_A, "requested_verified_name": "Papatya Diş"}
        value = {"decision": decision, "rejection_reason": None, **named, **values}
        return self.receive_event("phone_number_name_update", value, at=at)

    def test_an_approved_name_wants_another_registration(self):
        self.name_event("PENDING")
        self.assertEqual(self.codes(), {health.NAME_IN_REVIEW})
        self.name_event("APPROVED")
        self.assertEqual(self.codes(), {health.REGISTER_AGAIN})
        self.assertIn("Papatya Diş", self.account_a.activity_ids.summary)
        self.assertIn("14 days", self.account_a.activity_ids.summary)
        self.assertEqual(self.account_a.state, "connected")

    def test_a_rejected_name_says_why(self):
        self.name_event("REJECTED", rejection_reason="NAME_EMPLOYEE_ISSUE")
        self.assertEqual(self.account_a.findings[health.NAME_DECLINED]["detail"], "Name employee issue")
        self.assertEqual(self.account_a.name_status, "DECLINED")

    def test_a_late_webhook_does_not_undo_a_newer_one(self):
        self.name_event("APPROVED", at=1760000100)
        self.name_event("PENDING", at=1760000000)
        self.assertEqual(self.codes(), {health.REGISTER_AGAIN})
        for state, at in (("REINSTATE", 1760000100), ("DISABLE", 1760000000)):
            value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}}
            self.assertEqual(self.receive_event("account_update", value, at=at).state, "done")
        self.assertEqual(self.account_a.state, "connected")

    def test_a_decision_of_the_future_is_kept(self):
        self.assertEqual(self.name_event("POSTPONED").state, "dead")
        self.assertFalse(self.codes())

    # Account

    def account_event(self, event, **values):
        return self.receive_event("account_update", {"event": event, **values})

    def test_bans(self):
        for states, expected, state in (
            ("SCHEDULE_FOR_DISABLE", {health.BAN_SCHEDULED}, "connected"),
            (["DISABLE"], {health.BANNED}, "needs_attention"),
            ("REINSTATE", set(), "needs_attention"),
        ):
            ban = {"waba_ban_state": states, "waba_ban_date": "December 1, 2026"}
            self.account_event("DISABLED_UPDATE", ban_info=ban)
            self.assertEqual((self.codes(), self.account_a.state), (expected, state))
            self.assertEqual(self.codes(), self.codes(self.account_b))
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("clinic_whatsapp.ir_cron_health").id)]
        )
        self.assertTrue(triggers, "the check asks Meta, and resumes the numbers")

    def test_restrictions_last_as_long_as_meta_says(self):
        until = int((fields.Datetime.now() + timedelta(days=7)).timestamp())
        kinds = {
            "RESTRICTED_BIZ_INITIATED_MESSAGING": health.RESTRICTED_STARTING,
            "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": health.RESTRICTED_REPLYING,
            "RESTRICTED_ADD_PHONE_NUMBER_ACTION": health.RESTRICTED_ADDING,
            "RESTRICTED_BUSINESS_INITIATED_CALLING": health.RESTRICTED_CALLING,
            "RESTRICTED_USER_INITIATED_CALLING": health.RESTRICTED_CALLING,
            "RESTRICTED_UTILITY_TEMPLATES": health.RESTRICTED_UTILITY,
            "RESTRICTED_SOMETHING_NEW": f"{health.RESTRICTED}:Restricted something new",
        }
        info = [{"restriction_type": kind, "expiration": until} for kind in kinds]
        event = self.account_event("ACCOUNT_RESTRICTION", restriction_info=info)
        self.assertEqual(event.state, "done", event.error)
        self.assertEqual(self.codes(), set(kinds.values()))
        self.assertIn("until", str(self.account_a.health_panel))
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.account_a._forget_outdated_findings()
        self.assertFalse(self.codes())
        self.assertFalse(self.account_a.activity_ids)

    def test_what_takes_the_number_away_stops_it(self):
        for event, expected in (
            ("ACCOUNT_OFFBOARDED", health.OFFBOARDED),
            ("ACCOUNT_DELETED", health.ACCOUNT_DELETED),
        ):
            self.account_event(event, phone_number=NUMBER_A)
            self.assertIn(expected, self.codes())
        self.assertEqual((self.account_a.state, self.account_b.state), ("needs_attention", "connected"))
        self.account_event("ACCOUNT_RECONNECTED", phone_number=NUMBER_A)
        self.assertFalse(self.codes())

    def test_violations_and_partners(self):
        self.account_event("ACCOUNT_VIOLATION", violation_info={"violation_type": "HEALTHCARE"})
        self.account_event("PARTNER_REMOVED", disconnection_info={"reason": "USER_REQUEST", "initiated_by": "BUSINESS"})
        self.account_event("PARTNER_APP_UNINSTALLED")
        self.assertEqual(
            self.codes(), {f"{health.POLICY_VIOLATION}:HEALTHCARE", health.PARTNER_REMOVED, health.APP_REMOVED}
        )
        self.assertEqual(self.account_a.state, "connected")

    def test_news_for_others_are_done_without_a_finding(self):
        for event in (
            "PARTNER_ADDED",
            "PARTNER_APP_INSTALLED",
            "VOLUME_BASED_PRICING_TIER_UPDATE",
            "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
            "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
            "MM_LITE_TERMS_SIGNED",
            "AD_ACCOUNT_LINKED",
            "VERIFIED_ACCOUNT",
        ):
            self.assertEqual(self.account_event(event).state, "done", event)
        self.assertFalse(self.codes())

    def test_events_of_the_future_are_kept(self):
        for field, value in (
            ("account_update", {"event": "TELEPORTED"}),
            ("account_update", {"event": ["odd"]}),
            ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "PERHAPS"}}),
            ("account_update", {"event": "DISABLED_UPDATE", "ban_info": None}),
            ("account_review_update", {"decision": "MAYBE"}),
            ("security", {"display_phone_number": NUMBER_A, "event": "PIN_SHOUTED"}),
            ("security", {"display_phone_number": NUMBER_A, "event": {"odd": 1}}),
            ("business_username_updates", {"display_phone_number": NUMBER_A, "status": "stolen"}),
            ("account_alerts", {"alert_info": "odd"}),
            ("field_of_the_future", {"x": 1}),
        ):
            event = self.receive_event(field, value)
            self.assertEqual((event.state, event.attempts), ("dead", 0), f"{field} {value}: {event.error}")
        self.assertFalse(self.codes())

    def test_odd_values_never_break_an_event(self):
        odd_restriction = {"restriction_type": 7, "expiration": "soon"}
        named = {"display_phone_number": NUMBER_A}
        for field, value in (
            ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": None}),
            ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [odd_restriction]}),
            ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": "x"}),
            ("account_alerts", {"alert_info": {"alert_type": "X\x00", "alert_severity": 3, "alert_description": []}}),
            ("phone_number_quality_update", {**named, "event": None, "current_limit": []}),
            ("phone_number_name_update", {**named, "decision": "REJECTED", "rejection_reason": {"a": "\x00"}}),
            ("business_capability_update", {}),
        ):
            event = self.receive_event(field, value)
            self.assertFalse(event.attempts, f"{field} {value}: {event.error}")

    def test_reviews(self):
        for decision, expected in (
            ("PENDING", {health.REVIEW_PENDING}),
            ("REJECTED", {health.REVIEW_REJECTED}),
            ("APPROVED", set()),
        ):
            self.receive_event("account_review_update", {"decision": decision})
            self.assertEqual(self.codes(), expected)

    # Alerts, security, user name

    def alert(self, kind, severity="INFORMATIONAL", **values):
        info = {"alert_severity": severity, "alert_status": "NONE", "alert_type": kind, **values}
        entity = {"entity_type": "PHONE_NUMBER", "entity_id": int(PHONE_A)}
        return self.receive_event("account_alerts", {**entity, "alert_info": info})

    def test_alerts(self):
        for kind, expected in (
            ("OBA_APPROVED", health.BADGE_APPROVED),
            ("OBA_REJECTED", health.BADGE_REJECTED),
            ("PROFILE_PICTURE_LOST", health.PICTURE_LOST),
            ("INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED", health.LIMIT_RAISE_DEFERRED),
            ("INCREASED_CAPABILITIES_ELIGIBILITY_FAILED", health.LIMIT_RAISE_FAILED),
            ("INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO", health.LIMIT_RAISE_QUESTION),
        ):
            self.assertEqual(self.alert(kind).state, "done")
            self.assertIn(expected, self.codes())
        self.assertFalse(self.codes(self.account_b), "the alert names one number")
        self.assertEqual(len(self.account_a.activity_ids), 3)

    def test_an_unknown_alert_is_told_in_metas_words_and_can_end(self):
        self.alert("METEORITE", "CRITICAL", alert_description="It is coming.")
        self.assertIn("It is coming.", self.account_a.activity_ids.summary)
        self.alert("METEORITE", "CRITICAL", alert_status="RESOLVED")
        self.assertFalse(self.codes())

    def test_an_alert_about_the_business_concerns_all_numbers(self):
        info = {"alert_severity": "WARNING", "alert_type": "PAYMENT", "alert_description": "Pay"}
        self.receive_event("account_alerts", {"entity_type": "BUSINESS", "entity_id": 1, "alert_info": info})
        self.assertEqual(self.codes(), self.codes(self.account_b))
        self.assertTrue(self.codes())

    def test_pin_events(self):
        for event, expected in (
            ("PIN_CHANGED", health.PIN_CHANGED),
            ("PIN_RESET_REQUEST", health.PIN_RESET_REQUESTED),
            ("PIN_REQUEST_SUCCESS", health.PIN_RESET),
        ):
            self.receive_event("security", {"display_phone_number": NUMBER_A, "event": event})
            self.assertIn(expected, self.codes())

    def test_user_names_in_both_spellings_of_the_field(self):
        for field in ("business_username_updates", "business_username_update"):
            value = {"display_phone_number": NUMBER_A, "username": "papatya"}
            self.receive_event(field, {**value, "status": "APPROVED"}, at=1760000000)
            self.assertEqual(self.account_a.whatsapp_username, "papatya")
            self.receive_event(field, {**value, "status": "deleted", "context": "revoked"}, at=1760000001)
            self.assertFalse(self.account_a.whatsapp_username)
            self.assertEqual(self.codes(), {health.USERNAME_REVOKED})
            self.account_a.latest_events = False
        self.receive_event("business_username_updates", {**value, "status": "reserved"})


@tagged("post_install", "-at_install")
class TestResuming(SimulatorCase):
    def test_a_reinstated_account_sends_again_when_meta_confirms_it(self):
        self.account_a.state = "connected"
        for state, expected in (("DISABLE", "needs_attention"), ("REINSTATE", "needs_attention")):
            value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}}
            entry = {"id": WABA, "changes": [{"field": "account_update", "value": value}]}
            self.enqueue(self.account_a, {"object": "whatsapp_business_account", "entry": [entry]})
            self.run_inbox()
            self.assertEqual(self.account_a.state, expected)
        with self.cron_env() as env:
            env["clinic.whatsapp.account"]._cron_health()
        self.assertEqual(self.account_a.state, "connected")
        self.assertFalse(self.account_a.activity_ids)
