"""Two branches of one clinic, their staff and a patient; with or without the simulator behind their numbers."""

import base64
import contextlib
import json
import sys
import time
from pathlib import Path

from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user

# The simulator stands beside the addon in the repository; it is never a part of it.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from simulator.testing import Simulator

from .privacy_common import hand_over_notice, put_in_order

PHONE_A, PHONE_B = "100000000000001", "100000000000002"
WABA, APP = "200000000000001", "300000000000001"
APP_SECRET, TOKEN, VERIFY_TOKEN = "test_app_secret", "EAATESTTOKEN", "test_verify_token"
PATIENT_PHONE = "+905300000001"
PDF = base64.b64encode(b"%PDF-1.4 signed form")


class ClinicMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True, "tracking_disable": True})
        cls.root = cls.env["res.company"].create({"name": "Papatya Klinik", "country_id": cls.env.ref("base.tr").id})
        cls.branch_a, cls.branch_b = cls.env["res.company"].create(
            [{"name": name, "parent_id": cls.root.id, "phone": "+90 216 555 00 00"} for name in ("Kadıköy", "Çankaya")]
        )
        cls.branch_a.partner_id.tz = cls.branch_b.partner_id.tz = "Europe/Istanbul"
        cls.account_a = cls.create_account(cls.branch_a, PHONE_A)
        cls.account_b = cls.create_account(cls.branch_b, PHONE_B)
        cls.user_a = cls.create_user("reception.a", cls.branch_a)
        cls.user_b = cls.create_user("reception.b", cls.branch_b)
        cls.manager_a = cls.create_user("manager.a", cls.branch_a, "clinic_whatsapp.group_branch_manager")
        cls.clinic_manager = cls.create_user(
            "clinic.manager", cls.root | cls.branch_a | cls.branch_b, "clinic_whatsapp.group_manager"
        )
        cls.patient = cls.create_patient("Deniz Örnek", PATIENT_PHONE)
        put_in_order(cls.root)
        purposes = cls.env["clinic.consent.purpose"]
        cls.appointment_purpose = purposes._get("appointment", cls.root)
        cls.service_purpose = purposes._get("service", cls.root)

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Let requests out to this machine only, as Odoo does; its own handler knows no (connect, read) time-outs."""
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    @classmethod
    def create_account(cls, branch, phone_number_id, **vals):
        return cls.env["clinic.whatsapp.account"].create(
            {
                "name": f"Reception {branch.name}",
                "company_id": branch.id,
                "phone_number_id": phone_number_id,
                "waba_id": WABA,
                "app_id": APP,
                "access_token": f"{TOKEN}{phone_number_id}",
                "app_secret": APP_SECRET,
                "verify_token": VERIFY_TOKEN,
                "api_url": "http://127.0.0.1:9",  # nobody listens there
                "state": "connected",
                **vals,
            }
        )

    @classmethod
    def create_user(cls, login, branches, group="clinic_whatsapp.group_user"):
        return new_test_user(
            cls.env, login, groups=group, company_id=branches[:1].id, company_ids=[Command.set(branches.ids)]
        )

    @classmethod
    def create_patient(cls, name, phone, **vals):
        return cls.env["res.partner"].create(
            {"name": name, "phone": phone, "is_patient": True, "company_id": cls.root.id, **vals}
        )

    @classmethod
    def deliver_notice(cls, partner, branch=None):
        """Let a patient have received the privacy notice."""
        return hand_over_notice(partner, branch or cls.branch_a)

    @classmethod
    def opt_in(cls, partner, branch=None):
        cls.deliver_notice(partner, branch)
        return cls.env["clinic.consent"]._record(
            partner, cls.appointment_purpose, "granted", method="spoken", company=branch or cls.branch_a
        )

    @classmethod
    def create_template(cls, account=None, **vals):
        """Return an approved template with one variable (the patient's name) and one button."""
        return cls.env["clinic.whatsapp.template"].create(
            {
                "name": "hello",
                "language": "tr",
                "category": "utility",
                "account_id": (account or cls.account_a).id,
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "body": "Sayın {{1}}, kliniğimizden size merhaba diyoruz!",
                "variable_ids": [Command.create({"index": 1, "field_path": "name", "sample": "Ayşe"})],
                "button_ids": [Command.create({"text": "Tamam"})],
                "status": "approved",
                **vals,
            }
        )

    @classmethod
    def open_conversation(cls, account, partner, *, window=True):
        """Return the conversation of a patient with a number, with the 24-hour window open."""
        contact = cls.env["clinic.whatsapp.contact"]._for_patients(partner, cls.root)[partner]
        conversation = cls.env["clinic.whatsapp.conversation"]._find_or_create(account, contact)[contact]
        if window:
            conversation._open_window(cls.env.cr.now())
        return conversation

    def receive(self, account, message, *, contact=None):
        """Let a message arrive as the webhook stores it, and process it."""
        payload = {
            "object": "whatsapp_business_account",
            "entry": [{"id": WABA, "changes": [{"field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "905550000001", "phone_number_id": account.phone_number_id},
                "contacts": [contact or {"profile": {"name": "Deniz"}, "wa_id": message.get("from")}],
                "messages": [message],
            }}]}],
        }  # fmt: skip
        self.enqueue(account, payload)
        self.run_inbox()
        return self.env["clinic.whatsapp.message"].search(
            [("account_id", "=", account.id), ("wamid", "=", message.get("id"))]
        )

    def enqueue(self, account, payload):
        split = sys.modules["odoo.addons.clinic_whatsapp.cloud_api.webhook"].split
        self.env["clinic.whatsapp.event"]._enqueue(account, split(json.dumps(payload).encode()))

    def text(self, body, *, wamid, phone=PATIENT_PHONE, moment=None, **values):
        """Return an inbound text as Meta sends it."""
        return {
            "from": phone.lstrip("+"),
            "id": wamid,
            "timestamp": str(int(moment or time.time())),
            "type": "text",
            "text": {"body": body},
            **values,
        }

    def run_inbox(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.event"]._cron_inbox()

    def run_dispatch(self):
        with self.cron_env() as env:
            env["clinic.whatsapp.message"]._cron_dispatch()

    @contextlib.contextmanager
    def cron_env(self):
        """Yield an environment that may commit, as a cron's does; its commits end with the test."""
        self.env.flush_all()
        shared = contextlib.nullcontext() if isinstance(self, HttpCase) else self.enter_registry_test_mode()
        with shared, self.registry.cursor() as cr:
            yield self.env(cr=cr)
        self.env.invalidate_all()


class ClinicCase(ClinicMixin, TransactionCase):
    """The clinic without a network."""


class SimulatorCase(ClinicCase):
    """The clinic with both numbers on the simulator: real HTTP, in both numbers' name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = Simulator()
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        (cls.account_a | cls.account_b).api_url = cls.simulator.url
        for number in (PHONE_A, PHONE_B):
            cls.register_number(number)

    @classmethod
    def register_number(cls, number, **values):
        cls.simulator.register_number(
            number,
            waba_id=WABA,
            app_id=APP,
            app_secret=APP_SECRET,
            access_token=f"{TOKEN}{number}",
            verify_token=VERIFY_TOKEN,
            **values,
        )

    def setUp(self):
        super().setUp()
        self.simulator.clear_faults()

    def sent(self):
        """Return what Meta accepted since the class started, oldest first."""
        return self.simulator.log("accepted")
