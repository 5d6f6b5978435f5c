import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.messaging.account_setup import WEBHOOK_FIELDS
from .common import APP, APP_SECRET, PATIENT_PHONE, PHONE_A, TOKEN, VERIFY_TOKEN, WABA, SimulatorCase

BOTH_SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"]


class _Callback(BaseHTTPRequestHandler):
    """What the internet would find at the webhook address: it answers Meta's question."""

    def do_GET(self):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        right = asked.get("hub.verify_token") == VERIFY_TOKEN
        answer = asked.get("hub.challenge", "").encode() if right else b""
        self.send_response(200 if right else 403)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args):
        """Stay silent."""


class SetupCase(SimulatorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.account_a.with_user(cls.clinic_manager)

    def setUp(self):
        super().setUp()
        self.addCleanup(
            self.register_number, PHONE_A, token_valid=True, token_scopes=BOTH_SCOPES, pin="", webhook_url=""
        )

    @contextmanager
    def reachable(self):
        """Let the webhook address of the numbers be reachable."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Callback)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.env["ir.config_parameter"].set_param("web.base.url", f"http://127.0.0.1:{server.server_port}")
        self.env.invalidate_all()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def number(self):
        numbers = self.simulator.state()["numbers"]
        return next(number for number in numbers if number["phone_number_id"] == PHONE_A)

    def patient_writes(self):
        """Open the 24-hour window, here and at Meta."""
        self.simulator.phone(PATIENT_PHONE, PHONE_A).send_text("Merhaba")
        return self.open_conversation(self.account_a, self.patient)

    def told(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    def wizard(self, action):
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].with_user(self.clinic_manager).browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestConnection(SetupCase):
    def test_a_working_number_connects_and_its_queue_goes_on(self):
        message = self.patient_writes()._send_text("Merhaba")
        for state in ("draft", "needs_attention"):
            self.account_a.state = state
            self.account.action_test_connection()
            self.assertEqual(self.account.state, "connected", self.account.state_reason)
        self.run_dispatch()
        self.assertEqual(message.state, "sent")

    def refused(self, **values):
        self.simulator.change_number(PHONE_A, **values)
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "needs_attention")
        self.assertIn(self.account.state_reason.split(" – ")[0], self.account.health_panel)
        return self.account.state_reason

    def test_an_expired_token_is_named(self):
        self.assertIn("token", self.refused(token_valid=False))

    def test_a_missing_permission_is_named(self):
        self.assertIn("whatsapp_business_management", self.refused(token_scopes=["whatsapp_business_messaging"]))

    def test_empty_fields_are_named(self):
        self.account.app_secret = self.account.waba_id = False
        reason = self.refused()
        self.assertIn("App Secret", reason)
        self.assertIn("WhatsApp Business Account ID", reason)

    def test_a_server_that_does_not_answer_is_named(self):
        self.account_a.api_url = "http://127.0.0.1:9"
        self.assertIn("127.0.0.1:9", self.refused())

    def test_a_number_that_never_worked_stays_a_draft(self):
        self.account_a.write({"state": "draft", "phone_number_id": "424242"})
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "draft")
        self.assertTrue(self.account.state_reason)

    def test_a_stop_that_was_mended_is_forgotten(self):
        self.account_a._needs_attention("Meta wants to be paid.")
        self.assertEqual(self.account.state, "needs_attention")
        self.account.action_test_connection()
        self.assertEqual((self.account.state, self.account.state_reason), ("connected", False))

    def test_a_paused_number_stays_paused(self):
        self.account.action_pause()
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "paused")

    def test_the_business_account_is_subscribed_on_the_way(self):
        with self.account_a._cloud_api() as api:
            api._graph.call("DELETE", f"{WABA}/subscribed_apps", lambda answer: None)
            self.assertFalse(api.subscribed_app_ids())
            self.account.action_test_connection()
            self.assertEqual(api.subscribed_app_ids(), {APP})
        self.assertEqual(self.account.state, "connected")

    def test_no_webhook_yet_does_not_look_like_success(self):
        self.account.action_test_connection()
        self.assertIn("No webhook has arrived yet", self.account.health_panel)
        self.assertEqual(self.step("Let WhatsApp deliver here")["state"], "todo")

    def step(self, title):
        return next(step for step in self.account.setup_steps if step["title"] == title)

    def test_the_moments_are_told_in_the_zone_of_the_user(self):
        self.account_a.last_webhook_at = "2026-03-01 22:30:00"
        self.clinic_manager.tz = "Europe/Istanbul"
        self.account.action_test_connection()
        panel = self.env["clinic.whatsapp.account"].with_user(self.clinic_manager).browse(self.account.id).health_panel
        self.assertIn("1:30", panel)
        self.assertNotIn("22:30", panel)


@tagged("post_install", "-at_install")
class TestDiscovery(SetupCase):
    def test_what_is_empty_is_filled_in(self):
        self.account.write({"waba_id": False, "app_id": False})
        self.assertIn("Both IDs", self.told(self.account.action_discover_ids()))
        self.assertEqual((self.account.waba_id, self.account.app_id), (WABA, APP))

    def test_what_differs_is_replaced_only_when_asked(self):
        self.account.write({"waba_id": "999", "app_id": False})
        wizard = self.wizard(self.account.action_discover_ids())
        self.assertEqual((self.account.waba_id, self.account.app_id), ("999", APP))
        self.assertEqual((wizard.current_waba_id, wizard.waba_id), ("999", WABA))
        wizard.action_take_over()
        self.assertEqual((self.account.waba_id, self.account.app_id), (WABA, APP))

    def test_what_is_needed_is_named(self):
        self.account.write({"phone_number_id": False, "access_token": False})
        with self.assertRaisesRegex(UserError, "(?s)Phone number ID.*Access Token"):
            self.account.action_discover_ids()

    def test_a_token_that_meta_refuses_is_told_in_words(self):
        self.simulator.change_number(PHONE_A, token_valid=False)
        with self.assertRaisesRegex(UserError, "token"):
            self.account.action_discover_ids()


@tagged("post_install", "-at_install")
class TestWebhookSetup(SetupCase):
    def test_the_app_delivers_here(self):
        with self.reachable():
            self.assertIn("delivers here", self.told(self.account.action_connect_webhook()))
            with self.account_a._cloud_api() as api:
                subscription = api.app_subscription()
            self.assertEqual(subscription.callback_url, self.account.webhook_url)
        self.assertEqual(subscription.fields, set(WEBHOOK_FIELDS))
        self.assertEqual(self.account.webhook_scope, "app")
        step = next(step for step in self.account.setup_steps if step["method"] == "action_connect_webhook")
        self.assertEqual(step["state"], "waiting", "nothing has arrived yet")

    def test_the_address_of_another_system_is_replaced_only_when_asked(self):
        self.simulator.change_number(PHONE_A, webhook_url="https://other.example/hook")
        with self.reachable():
            wizard = self.wizard(self.account.action_connect_webhook())
            self.assertEqual(wizard.current_address, "https://other.example/hook")
            self.assertFalse(self.account.webhook_scope)
            self.assertEqual(self.number()["webhook_url"], "https://other.example/hook")
            wizard.action_take_over()
            self.assertEqual(self.number()["webhook_url"], self.account.webhook_url)

    def test_a_number_that_shares_its_app_gets_an_address_of_its_own(self):
        self.simulator.change_number(PHONE_A, webhook_url="https://other.example/hook")
        with self.reachable():
            self.wizard(self.account.action_connect_webhook()).action_use_own_address()
            self.assertEqual(self.number()["override_url"], self.account.webhook_url)
            self.assertEqual(self.number()["webhook_url"], "https://other.example/hook")
        self.assertEqual(self.account.webhook_scope, "number")
        self.account.action_clear_own_webhook()
        self.assertFalse(self.number()["override_url"])
        self.assertFalse(self.account.webhook_scope)

    def test_when_meta_cannot_reach_it_what_to_do_by_hand_is_said(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:9")
        told = self.told(self.account.action_connect_webhook())
        self.assertIn("by hand", told)
        self.assertFalse(self.account.webhook_scope)

    def test_an_address_without_https_is_not_offered_to_meta(self):
        self.account_a.api_url = "https://graph.facebook.com"
        self.env["ir.config_parameter"].set_param("web.base.url", "http://odoo.example")
        for method in (self.account._check_webhook_address,):
            with self.assertRaisesRegex(UserError, "https"):
                method()


@tagged("post_install", "-at_install")
class TestRegistration(SetupCase):
    def register(self, pin):
        form = Form(self.env["clinic.whatsapp.register.wizard"].with_user(self.clinic_manager).with_context(
            default_account_id=self.account.id))  # fmt: skip
        form.pin = pin
        return form.save()

    def test_a_number_is_registered_and_who_did_it_is_noted(self):
        self.simulator.change_number(PHONE_A, status="PENDING")
        self.account.action_open_registration()
        self.assertIn("registered", self.told(self.register("271828").action_done()))
        self.assertEqual(self.number()["status"], "CONNECTED")
        self.assertIn(self.clinic_manager.name, self.account.message_ids[:1].body)

    def test_a_wrong_pin_is_told_in_words(self):
        self.simulator.change_number(PHONE_A, pin="314159")
        with self.assertRaisesRegex(UserError, "PIN"):
            self.register("271828")

    def test_what_is_no_pin_does_not_reach_meta(self):
        for pin in ("12345", "abcdef", "1234567", "١٢٣٤٥٦"):
            with self.subTest(pin=pin), self.assertRaisesRegex(UserError, "six digits"):
                self.register(pin)

    def test_the_pin_is_kept_nowhere(self):
        with self.assertLogs(level="DEBUG") as logs:
            wizard = self.register("271828")
        self.assertFalse(wizard.pin)
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM clinic_whatsapp_register_wizard WHERE id = %s", [wizard.id])
        self.assertNotIn("271828", repr(self.env.cr.fetchall()))
        self.assertNotIn("271828", "".join(logs.output))


@tagged("post_install", "-at_install")
class TestProfile(SetupCase):
    def test_it_is_read_when_opened_and_written_back(self):
        wizard = self.wizard(self.account.action_open_profile())
        wizard.write(
            {
                "about": "Randevu ve sorular",
                "description": "Diş kliniği",
                "email": "bilgi@papatya.example",
                "website_1": "https://papatya.example",
                "website_2": "https://papatya.example/randevu",
            }
        )
        wizard.action_save()
        with self.account_a._cloud_api() as api:
            profile = api.profile()
        self.assertEqual((profile.about, profile.vertical), ("Randevu ve sorular", "HEALTH"))
        self.assertEqual(profile.websites, ("https://papatya.example", "https://papatya.example/randevu"))
        again = self.wizard(self.account.action_open_profile())
        self.assertEqual((again.description, again.website_2), ("Diş kliniği", "https://papatya.example/randevu"))

    def test_the_limit_that_is_broken_is_named(self):
        wizard = self.wizard(self.account.action_open_profile())
        for name, value, limit in (
            ("about", "x" * 140, "139"),
            ("address", "x" * 257, "256"),
            ("description", "x" * 513, "512"),
            ("email", "x" * 129, "128"),
            ("website_1", "papatya.example", "http"),
        ):
            with self.subTest(field=name), self.assertRaisesRegex(UserError, limit):
                wizard[name] = value
                wizard.action_save()
            wizard[name] = False


@tagged("post_install", "-at_install")
class TestChecklist(SetupCase):
    def steps(self):
        return {step["title"]: step["state"] for step in self.account.setup_steps}

    def put_out_of_order(self):
        """Take from the clinic what it needs by law before anything may leave."""
        self.env["clinic.privacy.controller"]._get_for(self.root).transfer_state = "unresolved"
        self.env["clinic.privacy.notice"]._get_published(self.root, "notice").sudo().state = "retired"

    def test_a_newcomer_has_everything_before_him(self):
        self.put_out_of_order()
        account = self.env["clinic.whatsapp.account"].with_user(self.clinic_manager).create(
            {"name": "New", "company_id": self.branch_a.id}
        )  # fmt: skip
        self.assertEqual({step["state"] for step in account.setup_steps}, {"todo"})
        self.assertFalse(account.is_set_up)

    def test_it_is_done_with_the_first_message(self):
        self.account_a.last_webhook_at = "2026-03-01 12:00:00"
        self.create_template()
        self.assertFalse(self.account.is_set_up)
        self.patient_writes()._send_text("Merhaba")
        self.run_dispatch()
        self.account.action_test_connection()
        self.env.invalidate_all()
        self.assertEqual(set(self.steps().values()), {"done"}, self.steps())
        self.assertTrue(self.account.is_set_up)
        for state in ("paused", "needs_attention"):
            self.account_a.state = state
            self.assertTrue(self.account.is_set_up, "it was set up before")

    def test_lr33_the_transfer_file_is_a_step_until_something_carries_the_transfer(self):
        title = "Put the transfer file in order"
        file = self.env["clinic.privacy.controller"]._get_for(self.root)
        self.assertEqual(self.steps()[title], "done")
        for state, shown in (("unresolved", "todo"), ("signed", "waiting"), ("valid_sc", "done")):
            file.transfer_state = state
            self.env.invalidate_all()
            self.assertEqual(self.steps()[title], shown)
        file.public_institution = True
        self.env.invalidate_all()
        step = next(step for step in self.account.setup_steps if step["title"] == title)
        self.assertEqual((step["state"], step["method"]), ("todo", "action_open_controller_file"))
        self.assertIn("written reason", step["text"])

    def test_lr25_the_privacy_notice_is_a_step_until_one_is_published(self):
        title = "Publish the privacy notice"
        notice = self.env["clinic.privacy.notice"]._get_published(self.root, "notice").sudo()
        self.assertEqual(self.steps()[title], "done")
        notice.stale_since = "2026-01-01 00:00:00"
        self.env.invalidate_all()
        self.assertEqual(self.steps()[title], "waiting")
        notice.state = "retired"
        self.env.invalidate_all()
        step = next(step for step in self.account.setup_steps if step["title"] == title)
        self.assertEqual((step["state"], step["method"]), ("todo", "action_open_texts"))
        self.assertIn("Texts for patients", step["text"])

    def test_the_buttons_of_the_law_lead_to_the_registers(self):
        self.assertEqual(self.account.action_open_controller_file()["res_model"], "clinic.privacy.controller")
        self.assertEqual(self.account.action_open_texts()["res_model"], "clinic.privacy.notice")

    def test_every_button_of_a_step_exists(self):
        self.put_out_of_order()
        for step in self.account.setup_steps:
            if step["method"]:
                self.assertTrue(callable(getattr(self.account, step["method"])))
                self.assertTrue(step["button"])


@tagged("post_install", "-at_install")
class TestSetupRights(SetupCase):
    BUTTONS = ("action_test_connection", "action_discover_ids", "action_connect_webhook", "action_set_own_webhook",
               "action_clear_own_webhook", "action_open_registration", "action_open_profile")  # fmt: skip

    def test_nobody_below_a_clinic_manager_sets_a_number_up(self):
        for user in (self.user_a, self.manager_a):
            for name in self.BUTTONS:
                with self.subTest(user=user.login, method=name), self.assertRaises(AccessError):
                    getattr(self.account_a.with_user(user), name)()

    def test_no_error_tells_a_secret(self):
        self.simulator.change_number(PHONE_A, token_valid=False)
        for name in self.BUTTONS[1:4]:
            with self.subTest(method=name), self.assertRaises(UserError) as caught:
                getattr(self.account, name)()
            for secret in (TOKEN, APP_SECRET, VERIFY_TOKEN):
                self.assertNotIn(secret, str(caught.exception))
