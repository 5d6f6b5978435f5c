"""Run inside `odoo shell` of a fresh database (with `env`): make the numbers that a file describes.

CLINIC_BENCHMARK_NUMBERS names the JSON file.

Each number is paused and has a conversation with each of its patients, the window open and one text waiting to be sent;
the last patients of a number may be quiet: nothing waits for them. Whoever gets something that nobody typed has agreed
to it; the others are not on file. No short notice is published, so nobody is written to because he wrote.
"""

import json
import os
from pathlib import Path

from odoo import fields
from odoo.addons.clinic_whatsapp.tests.privacy_common import hand_over_notice, put_in_order

env = env(context={**env.context, "tracking_disable": True})  # noqa: F821 - odoo shell provides env
company = env.ref("base.main_company")
NUMBER_FIELDS = ("phone_number_id", "webhook_key", "app_secret", "access_token", "api_url")


def create_account(number):
    return env["clinic.whatsapp.account"].create(
        {
            **{name: number[name] for name in NUMBER_FIELDS},
            "name": f"Benchmark {number['index']}",
            "company_id": company.id,
            "waba_id": "200000000000001",
            "app_id": f"30000000000{number['index']:04d}",
            "state": "paused",
        }
    )


def create_contacts(wa_ids):
    """Return {wa_id: contact}; patients are shared by the numbers."""
    contacts = env["clinic.whatsapp.contact"].create(
        [{"company_id": company.id, "wa_id": wa_id, "phone": f"+{wa_id}", "profile_name": wa_id} for wa_id in wa_ids]
    )
    return dict(zip(wa_ids, contacts, strict=True))


def agree(wa_ids):
    """Return {wa_id: patient}: on file, the privacy notice handed over, messages agreed to."""
    patients = env["res.partner"].create(
        [{"name": wa_id, "phone": f"+{wa_id}", "is_patient": True, "company_id": company.id} for wa_id in wa_ids]
    )
    purpose = env["clinic.consent.purpose"]._get("appointment", company)
    for patient in patients:
        hand_over_notice(patient, company)
        env["clinic.consent"]._record(patient, purpose, "granted", method="spoken", company=company)
    return dict(zip(wa_ids, patients, strict=True))


def queue_texts(account, contacts, patients, number):
    found = env["clinic.whatsapp.conversation"]._find_or_create(account, contacts)
    conversations = [found[contact] for contact in contacts]
    env["clinic.whatsapp.conversation"].concat(*conversations)._open_window(fields.Datetime.now())
    purpose = env["clinic.consent.purpose"]._get("service", company)
    waiting = list(zip(number["wa_ids"], conversations, strict=True))[: number["patients"] - number["quiet"]]
    messages = env["clinic.whatsapp.message"]._queue(
        [
            {
                "conversation_id": conversation.id,
                "partner_id": patients[wa_id].id if wa_id in patients else False,
                "purpose_id": purpose.id,
                "kind": number["kind"],
                "body": f"Merhaba {index}, sizi bekliyoruz.",
            }
            for index, (wa_id, conversation) in enumerate(waiting)
        ]
    )
    assert set(messages.mapped("state")) == {"queued"}, messages.mapped("problem")


def run():
    put_in_order(company)
    numbers = json.loads(Path(os.environ["CLINIC_BENCHMARK_NUMBERS"]).read_text())
    contacts = create_contacts(max((number["wa_ids"] for number in numbers), key=len))
    # Before there is a number: nobody is sent a confirmation of what he agreed to.
    automatic = [number["wa_ids"] for number in numbers if number["kind"] == "automatic"]
    patients = agree(list(dict.fromkeys(wa_id for wa_ids in automatic for wa_id in wa_ids)))
    for number in numbers:
        account = create_account(number)
        if number["wa_ids"]:
            ours = env["clinic.whatsapp.contact"].concat(*map(contacts.get, number["wa_ids"]))
            queue_texts(account, ours, patients, number)
    env["ir.cron.trigger"].search([]).unlink()


run()
