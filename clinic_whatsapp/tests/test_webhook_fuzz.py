import hashlib
import hmac
import importlib.util
import json
import re
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..cloud_api.webhook import BadPayload, split
from .common import APP_SECRET, ClinicMixin

MUTATIONS = Path(__file__).resolve().parents[2] / "tests" / "cloud_api" / "mutations.py"
BOUNDED = {
    "max_examples": 40,
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": (Phase.explicit, Phase.generate),  # shrinking would take minutes
    "suppress_health_check": list(HealthCheck),
}
OURS = ("messages", "user_preferences", "user_id_update")
CRASH = re.compile(r"\w+(Error|Exception|Warning|Violation)\b")


def load_mutations():
    spec = importlib.util.spec_from_file_location("clinic_whatsapp_mutations", MUTATIONS)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutations = load_mutations()


@tagged("post_install", "-at_install")
class TestWebhookFuzz(ClinicMixin, HttpCase):
    """Whatever Meta, or a bug of Meta's, signs and sends: never a 500, never a part of a body, never a stuck inbox."""

    def post(self, body):
        signature = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        with mute_logger("odoo.http"):
            url = f"/clinic_whatsapp/webhook/{self.account_a.webhook_key}"
            return self.url_open(url, data=body, headers=headers, allow_redirects=False)

    def events(self):
        return self.env["clinic.whatsapp.event"].search([("company_id", "in", (self.branch_a | self.branch_b).ids)])

    def check_stored_whole_or_not_at_all(self, body):
        self.events().unlink()
        self.env.flush_all()
        try:
            expected = {item.external_ref for item in split(body)}
            codes = (200,)
        except BadPayload:
            expected, codes = set(), (400,)
        self.assertIn(self.post(body).status_code, codes)
        self.env.invalidate_all()
        self.assertEqual(set(self.events().mapped("external_ref")), expected)

    def check_processed(self):
        with mute_logger("odoo.addons.clinic_whatsapp.models.messaging.inbox"):
            self.run_inbox()
        for event in self.events().filtered("error"):
            if json.loads(event.payload).get("field") in OURS:
                self.assertFalse(CRASH.match(event.error), event.error)

    def to_bytes(self, document):
        return json.dumps(document).replace("106540352242922", self.account_a.phone_number_id).encode()

    def test_the_whole_checklist_is_taken_and_processed(self):
        for name, document in mutations.SAMPLES.items():
            with self.subTest(name):
                self.check_stored_whole_or_not_at_all(self.to_bytes(document))
                self.check_processed()

    def test_spoilt_webhooks_are_stored_whole_and_processed(self):
        @settings(**BOUNDED)
        @given(mutations.spoilt())
        def run(document):
            self.check_stored_whole_or_not_at_all(self.to_bytes(document))
            self.check_processed()

        run()

    def test_any_signed_bytes_are_refused_or_stored_whole(self):
        whole = st.just(self.to_bytes(mutations.SAMPLES["text"]))
        hit = st.sampled_from((b"{", b'"', b"wamid", b"["))

        @settings(**BOUNDED)
        @given(st.binary(min_size=1, max_size=200) | st.builds(bytes.replace, whole, hit, st.binary(max_size=3)))
        def run(body):
            self.check_stored_whole_or_not_at_all(body)

        run()
