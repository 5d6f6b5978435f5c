"""Run inside `odoo shell -d clinic_demo` (with `env`), while the simulator runs and before the server starts.

It runs when the demo's database is new and again when an address has changed, so every step must be one that may be
repeated. CLINIC_SIMULATOR_URL and CLINIC_DEMO_URL hold the addresses of the simulator and of Odoo. What it changes is
committed when it ends without an error.
"""

import os
from datetime import timedelta

from odoo import fields

from devtools import demo_consent
from simulator.client import SimulatorClient, wait_until

ACCOUNTS = ("demo_account_kadikoy", "demo_account_cankaya")
ENGLISH = ("demo_patient_11", "demo_patient_17")
AUTOMATIONS = (
    "automation_confirmation", "automation_reminder", "automation_moved", "automation_cancelled_clinic",
    "automation_cancelled_patient",
)  # fmt: skip
REMINDER_IN = timedelta(minutes=2)


def ref(name):
    return env.ref(f"clinic_whatsapp.{name}")  # noqa: F821 - odoo shell provides env


def connect(simulator, account):
    """Give a number invented credentials that the simulator knows, and test the connection as a manager would."""
    secrets = {
        "access_token": f"EAADEMO{account.phone_number_id}",
        "app_secret": f"demo-secret-{account.app_id}",
        "verify_token": f"demo-verify-{account.phone_number_id}",
    }
    account.write({**secrets, "api_url": simulator.url})
    simulator.register_number(
        account.phone_number_id,
        waba_id=account.waba_id,
        app_id=account.app_id,
        display_phone_number=account.phone_number,
        verified_name=f"{account.company_id.root_id.name} {account.company_id.name}",
        webhook_url=f"{os.environ['CLINIC_DEMO_URL']}/clinic_whatsapp/webhook/{account.webhook_key}",
        **secrets,
    )
    account.action_test_connection()
    if account.state != "connected":
        raise RuntimeError(f"{account.name}: {account.state_reason}")


def prepare_templates(simulator, account):
    """Submit the starter texts and wait for the simulator's review."""
    account.action_add_starter_templates()

    def reviewed():
        return all(template["status"] != "PENDING" for template in simulator.templates(account.waba_id))

    wait_until(reviewed, 30.0, lambda: str(simulator.templates(account.waba_id)))
    account.action_refresh_templates()


def prepare_patients(simulator, patients):
    """Languages, phones and consents."""
    for patient in patients:
        english = patient in {ref(name) for name in ENGLISH}
        patient.lang = "en_US" if english else "tr_TR"
        if patient.whatsapp_phone and not patient.is_minor:
            simulator.phone(patient.whatsapp_phone).profile(name=patient.name)
    demo_consent.ask(patients)


def prepare_automations():
    """Switch the starter automations on, at all hours: whoever tries the demo at night sees them work too."""
    for name in AUTOMATIONS:
        ref(name).write({"active": True, "window_from": 0.0, "window_to": 24.0})


def book_reminder():
    """Book a visit in one day and two minutes: its reminder leaves two minutes after the demo is ready."""
    appointments = env["clinic.appointment"]  # noqa: F821
    start = (fields.Datetime.now() + timedelta(days=1) + REMINDER_IN).replace(second=0)
    appointments.create(
        {
            "patient_id": ref("demo_patient_1").id,
            "company_id": ref("demo_branch_kadikoy").id,
            "service_id": ref("demo_service_examination").id,
            "start": start,
        }
    )


def run():
    env["ir.config_parameter"].set_param("web.base.url", os.environ["CLINIC_DEMO_URL"])  # noqa: F821
    simulator = SimulatorClient(os.environ["CLINIC_SIMULATOR_URL"])
    for name in ACCOUNTS:
        connect(simulator, ref(name))
        prepare_templates(simulator, ref(name))
    demo_consent.put_in_order(ref("demo_branch_kadikoy").root_id)
    prepare_patients(simulator, env["res.partner"].search([("is_patient", "=", True)]))  # noqa: F821
    prepare_automations()
    book_reminder()


run()
