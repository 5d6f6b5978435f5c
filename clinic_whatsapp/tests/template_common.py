"""Templates with headers, footers and buttons of every kind, before a simulated Meta that keeps its limits."""

import base64
import itertools
from pathlib import Path

from odoo.fields import Command

from .common import APP, APP_SECRET, TOKEN, VERIFY_TOKEN, SimulatorCase

SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
SAMPLES = Path(__file__).resolve().parents[2] / "simulator" / "samples"


def sample(name) -> bytes:
    """Return one of the simulator's files as a binary field takes it."""
    return base64.b64encode((SAMPLES / name).read_bytes())


class TemplateCase(SimulatorCase):
    """Each test has a business account of its own, without templates."""

    wabas = itertools.count(200000000010000)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator.set_settings(review_seconds=0.05)

    def setUp(self):
        super().setUp()
        self.waba = str(next(self.wabas))
        self.join(self.account_a, self.waba)

    def join(self, account, waba, **values):
        """Let a number belong to a business account, here and at Meta."""
        account.waba_id = waba
        self.simulator.register_number(
            account.phone_number_id,
            waba_id=waba,
            app_id=APP,
            app_secret=APP_SECRET,
            access_token=f"{TOKEN}{account.phone_number_id}",
            verify_token=VERIFY_TOKEN,
            **{"token_scopes": SCOPES, **values},
        )

    def draft(self, name, body="Sayın {{1}}, randevunuz bizde kayıtlı.", **vals):
        """Return a draft about a patient, whose text begins with her name."""
        variables = [Command.create({"index": 1, "field_path": "name", "sample": "Ayşe"})] if "{{1}}" in body else []
        values = {"status": "draft", "button_ids": [], "variable_ids": variables, **vals}
        return self.create_template(name=name, body=body, **values)

    def submit(self, template):
        """Submit a template as its branch manager, and let Meta review it."""
        result = template.with_user(self.manager_a).action_submit()
        self.simulator.settle()
        self.account_a.sudo()._check_health()
        return result

    def remote(self, template):
        """Return what Meta has of a template."""
        return self.simulator.template(template.name, template.language, self.waba)

    def send(self, template, **values):
        self.opt_in(self.patient)
        [message] = template._queue_messages(
            self.appointment_purpose, [(self.patient, self.patient, self.account_a)], values=values
        )
        return message

    def deliver(self, message):
        """Let a message leave with its file, and return what the phone shows of it."""
        phone = self.simulator.phone(self.patient.whatsapp_phone, self.account_a.phone_number_id)
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_media()
        self.run_dispatch()
        self.assertEqual(message.state, "sent", message.problem)
        self.simulator.settle()
        return next(shown for shown in phone.messages() if shown["id"] == message.wamid)
