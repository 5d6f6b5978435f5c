"""Run inside `odoo shell` of a fresh database (with `env`): make the numbers that a file describes.

CLINIC_BENCHMARK_NUMBERS names the JSON file.

Each number is paused and has a conversation with each of its patients, the window open and one text waiting to be sent;
the last patients of a number may be quiet: nothing waits for them.
"""

import json
import os
from pathlib import Path

from odoo import fields

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


def queue_texts(account, contacts, number):
    found = env["clinic.whatsapp.conversation"]._find_or_create(account, contacts)
    conversations = [found[contact] for contact in contacts]
    env["clinic.whatsapp.conversation"].concat(*conversations)._open_window(fields.Datetime.now())
    purpose = env["clinic.consent.purpose"]._get("service", company)
    messages = env["clinic.whatsapp.message"]._queue(
        [
            {
                "conversation_id": conversation.id,
                "purpose_id": purpose.id,
                "kind": number["kind"],
                "body": f"Merhaba {index}, sonucunuz hazır.",
            }
            for index, conversation in enumerate(conversations[: number["patients"] - number["quiet"]])
        ]
    )
    assert set(messages.mapped("state")) == {"queued"}, messages.mapped("problem")


def run():
    numbers = json.loads(Path(os.environ["CLINIC_BENCHMARK_NUMBERS"]).read_text())
    contacts = create_contacts(max((number["wa_ids"] for number in numbers), key=len))
    for number in numbers:
        account = create_account(number)
        if number["wa_ids"]:
            ours = env["clinic.whatsapp.contact"].concat(*map(contacts.get, number["wa_ids"]))
            queue_texts(account, ours, number)
    env["ir.cron.trigger"].search([]).unlink()


run()
