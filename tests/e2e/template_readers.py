"""Run inside `odoo shell` of a founded clinic (with `env`): let it use every purpose, and register its readers.

CLINIC_E2E_READERS is JSON: ``readers``, for each patient ``{"lang", "purpose"}``, and ``answer``, the file that gets
``[{"id", "phone"}]`` in their order. Each of them has the privacy notice, has agreed to appointment messages and to
the purpose, stands behind the number, and has an appointment that was moved.
"""

import json
import os
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.addons.clinic_whatsapp.tests.ledger_common import SIGNED
from odoo.addons.clinic_whatsapp.tests.privacy_common import hand_over_notice, switch_on

env = env(context={**env.context, "tracking_disable": True})  # noqa: F821 - odoo shell provides env
given = json.loads(os.environ["CLINIC_E2E_READERS"])
branch = env["clinic.whatsapp.account"].search([], order="id", limit=1).company_id
controller = branch._get_controller()
KINDS = {
    "appointment": ["channel_optin"],
    "health": ["explicit_consent"],
    "feedback": ["channel_optin"],
    "marketing": ["explicit_consent", "approval"],
}
SENDER = {"trade_name": "Papatya Sağlık Hizmetleri A.Ş.", "mersis": "0123456789000015"}  # as in the samples
NAMES = {"tr_TR": "İrem Çağlar-Öğüt", "en_US": "Seán O’Brien & Daughters"}


def open_clinic():
    """Switch on every purpose, and publish what patients are asked to agree to."""
    switch_on(controller, "health", "feedback", "marketing")
    env["clinic.consent.purpose"].search([("company_id", "=", controller.id)]).write({"quiet_from": 0, "quiet_to": 24})
    env["clinic.privacy.controller"]._get_for(controller).write({"iys_policy": "off", **SENDER})
    texts = env["clinic.privacy.notice"].search([("company_id", "=", controller.id), ("lang", "=", "tr")])
    known = {(text.document_type, text.purpose_code) for text in texts if text.state == "published"}
    wanted = [("optin", "feedback"), ("explicit_consent", "health")]
    wanted += [("explicit_consent", "marketing"), ("approval", "marketing")]
    drafts = texts.filtered(lambda text: text.state == "draft")
    drafts.filtered(lambda text: (text.document_type, text.purpose_code) in set(wanted) - known).action_publish()


def register(number, lang, purpose):
    patient = env["res.partner"].create(
        {
            "name": NAMES[lang],
            "is_patient": True,
            "phone": f"+905301{number:06}",
            "lang": lang,
            "company_id": controller.id,
        }
    )
    hand_over_notice(patient, branch)
    for code in dict.fromkeys(("appointment", purpose)):
        asked = env["clinic.consent.purpose"]._get(code, controller)
        for kind in KINDS[code]:
            env["clinic.consent"]._record(
                patient, asked, "granted", method="tablet", company=branch, record_kind=kind, **SIGNED
            )
    env["clinic.whatsapp.contact"]._for_patients(patient, controller)[patient].verified_at = fields.Datetime.now()
    return patient


def book(patient, number):
    start = fields.Datetime.now().replace(minute=30, second=0) + timedelta(days=2 + number % 20)
    visit = env["clinic.appointment"].create({"patient_id": patient.id, "company_id": branch.id, "start": start})
    visit.start = start + timedelta(hours=1)


open_clinic()
readers = [register(number, **reader) for number, reader in enumerate(given["readers"], given["first"])]
for number, patient in enumerate(readers):
    book(patient, number)
Path(given["answer"]).write_text(json.dumps([{"id": it.id, "phone": it.phone.lstrip("+")} for it in readers]))
