import hashlib
import hmac
import json
from unittest.mock import patch

import psycopg2
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .. import encryption
from .common import APP_SECRET, VERIFY_TOKEN, WABA, ClinicMixin

CONTROLLER = "odoo.addons.clinic_whatsapp.controllers.webhook"
IR_HTTP = "odoo.addons.clinic_whatsapp.models.messaging.ir_http"


@tagged("post_install", "-at_install")
class TestWebhook(ClinicMixin, HttpCase):
    """Signed bytes over real HTTP."""

    def setUp(self):
        super().setUp()
        self.url = f"/clinic_whatsapp/webhook/{self.account_a.webhook_key}"

    def body(self, *messages, phone_number_id=None):
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": phone_number_id or self.account_a.phone_number_id},
            "messages": list(messages),
        }
        entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def post(self, body, *, url=None, secret=APP_SECRET, content_type="application/json", **headers):
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": content_type, "X-Hub-Signature-256": f"sha256={signature}", **headers}
        with mute_logger("odoo.http"):
            return self.url_open(url or self.url, data=body, headers=headers, allow_redirects=False)

    def events(self):
        return self.env["clinic.whatsapp.event"].search([("company_id", "in", (self.branch_a | self.branch_b).ids)])

    def test_challenge_is_repeated_to_who_knows_the_verify_token(self):
        query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}"
        answer = self.url_open(f"{self.url}?{query}")
        self.assertEqual((answer.status_code, answer.text), (200, "1158201444"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        for wrong in ("", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", query.replace("subscribe", "x")):
            with mute_logger("odoo.http"):
                self.assertEqual(self.url_open(f"{self.url}?{wrong}").status_code, 403)

    def test_signed_webhook_is_stored_and_wakes_the_inbox(self):
        cron = self.env.ref("clinic_whatsapp.ir_cron_inbox")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        answer = self.post(self.body(self.text("Günaydın 🌞 şçğ", wamid="wamid.h1")))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.events().external_ref, "message:wamid.h1")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.assertFalse(self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.h1")]), "the cron's work")
        self.run_inbox()
        message = self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.h1")])
        self.assertEqual(message.body, "Günaydın 🌞 şçğ")

    def test_a_number_needs_no_app_id_to_get_its_own_messages(self):
        self.account_a.app_id = False
        self.post(self.body(self.text("a", wamid="wamid.noapp")))
        self.assertEqual(self.events().state, "new")

    def test_payload_is_ciphertext_in_the_database(self):
        self.post(self.body(self.text("gizli", wamid="wamid.h2")))
        self.env.cr.execute("SELECT payload FROM clinic_whatsapp_event WHERE external_ref = 'message:wamid.h2'")
        self.assertNotIn("gizli", self.env.cr.fetchone()[0])

    def test_repeated_delivery_is_a_no_op(self):
        body = self.body(self.text("a", wamid="wamid.h3"))
        self.assertEqual([self.post(body).status_code for _delivery in range(3)], [200, 200, 200])
        self.assertEqual(len(self.events()), 1)

    def test_missing_or_wrong_signature_is_refused(self):
        body = self.body(self.text("a", wamid="wamid.h4"))
        self.assertEqual(self.post(body, secret="wrong").status_code, 403)
        for header in ("", "sha256=", "sha1=abc", "sha256=" + "0" * 64):
            self.assertEqual(self.post(body, **{"X-Hub-Signature-256": header}).status_code, 403)
        self.assertFalse(self.events())

    def test_account_without_app_secret_accepts_nothing(self):
        self.account_a.app_secret = False
        self.env.flush_all()
        self.assertEqual(self.post(self.body(self.text("a", wamid="wamid.h5")), secret="").status_code, 403)

    def test_other_content_types_are_refused(self):
        body = self.body(self.text("a", wamid="wamid.h6"))
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            self.assertEqual(self.post(body, content_type=content_type).status_code, 415)

    def test_more_than_three_megabytes_are_refused(self):
        self.assertEqual(self.post(b"{" + b" " * (3 * 1024 * 1024) + b"}").status_code, 413)

    def test_broken_json_is_refused(self):
        for body in (b"{", b"[]", b"\xff\xfe", b'{"entry": 1}'):
            self.assertEqual(self.post(body).status_code, 400, body)

    def test_without_an_encryption_key_meta_is_asked_to_come_again(self):
        with self.without_keys(), self.assertLogs(CONTROLLER, "ERROR") as logs:
            answer = self.post(self.body(self.text("gizli", wamid="wamid.nokey")))
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(len(logs.output), 1, "one clear line")
        self.assertNotIn("gizli", logs.output[0])
        self.assertFalse(self.events(), "nothing is stored in clear")
        self.assertEqual(self.post(self.body(self.text("gizli", wamid="wamid.nokey"))).status_code, 200)

    def without_keys(self):
        return patch.object(encryption, "_configured_keys", lambda: "")

    def test_the_inbox_waits_for_the_encryption_key(self):
        self.post(self.body(self.text("a", wamid="wamid.wait")))
        with self.without_keys(), mute_logger("odoo.addons.clinic_whatsapp.encryption"):
            self.run_inbox()
        self.assertEqual((self.events().state, self.events().attempts), ("new", 0))
        self.run_inbox()
        self.assertEqual(self.events().state, "done")

    def test_trouble_of_the_database_is_no_crash(self):
        def fail(*_args):
            raise psycopg2.errors.DiskFull("could not extend file")

        events = self.env.registry["clinic.whatsapp.event"]
        with patch.object(events, "_enqueue", fail), self.assertLogs(IR_HTTP, "ERROR") as logs:
            answer = self.post(self.body(self.text("gizli", wamid="wamid.full")))
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(len(logs.output), 1)
        self.assertFalse(self.events())

    def test_odd_keys_are_not_found(self):
        for key in ("%00", "a%00b", "%0A", "%F0%9F%91%8D", "x" * 2000):
            answer = self.post(self.body(), url=f"/clinic_whatsapp/webhook/{key}")
            self.assertEqual(answer.status_code, 404, key)

    def test_unknown_key_is_not_found_without_detail(self):
        answer = self.post(self.body(), url="/clinic_whatsapp/webhook/unknown")
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("account", answer.text.lower())

    def test_unknown_number_is_answered_and_leaves_a_diagnostics_row(self):
        answer = self.post(self.body(self.text("a", wamid="wamid.h7"), phone_number_id="404"))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual((self.events().state, self.events().external_ref), ("dead", "message:wamid.h7"))

    def test_one_bad_item_never_costs_the_others(self):
        answer = self.post(self.body("not a message", {"type": "text"}, self.text("good", wamid="wamid.h8")))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.events()), 3)
        self.run_inbox()
        self.assertEqual(self.env["clinic.whatsapp.message"].search([("wamid", "=", "wamid.h8")]).body, "good")

    def test_no_session_and_no_cookie_are_created(self):
        self.opener.cookies.clear()
        answer = self.post(self.body(self.text("a", wamid="wamid.h9")))
        self.assertNotIn("Set-Cookie", answer.headers)

    def test_the_template_review_of_meta_is_taken_over(self):
        template = self.create_template(status="pending")
        value = {"event": "REJECTED", "message_template_id": 1, "message_template_name": template.name,
                 "message_template_language": "tr", "reason": "PROMOTIONAL"}  # fmt: skip
        entry = {"id": WABA, "changes": [{"field": "message_template_status_update", "value": value}]}
        self.post(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
        self.run_inbox()
        self.assertEqual(template.status, "rejected")
        self.assertIn("marketing", template.status_reason)

    def test_what_nobody_handles_yet_is_parked_with_its_name(self):
        entry = {"id": WABA, "changes": [{"field": "telepathy", "value": {"x": 1}}]}
        self.post(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
        self.run_inbox()
        self.assertEqual(self.events().state, "dead")
        self.assertIn("telepathy", self.events().error)
