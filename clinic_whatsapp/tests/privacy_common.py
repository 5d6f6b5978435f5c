"""A clinic whose registers are complete, so that its texts can be published."""

import hashlib
import itertools
from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import TransactionCase, new_test_user

COMPLETE = {
    "trade_name": "Yasemin Sağlık A.Ş.",
    "mersis": "0123456789012345",
    "address": "Bağdat Cad. 1, İstanbul",
    "phone": "+90 216 555 00 00",
    "privacy_email": "kvkk@yasemin.example",
    "kep": "yasemin@hs01.kep.example",
    "application_channels": "kvkk@yasemin.example",
    "hosting_name": "Yasemin Barındırma",
}
CONTRACT = {
    "transfer_state": "valid_sc",
    "sc_signed_on": "2026-01-05",
    "sc_notified_on": "2026-01-08",
    "sc_reference": "KVKK-2026-1",
}
RISK = {
    "transfer_state": "risk_accepted",
    "risk_accepted_by": "Av. Ece Hukuk",
    "risk_accepted_on": "2026-02-01",
    "risk_reason": "Meta has not answered yet.",
}
SIGN_OFF = {"sign_off_by": "Av. Ece Hukuk", "sign_off_on": "2026-03-01"}
numbers = itertools.count(1)


def put_in_order(controller):
    """Give a legal entity what the law asks for before anything may leave; at any hour, since tests run at any."""
    env = controller.env
    mine = [("company_id", "=", controller.id)]
    env["clinic.privacy.controller"]._get_for(controller).write(
        {**COMPLETE, **CONTRACT, "hosting_country_id": env.ref("base.tr").id}
    )
    env["clinic.consent.purpose"].search(mine).write({"quiet_from": 0.0, "quiet_to": 24.0})
    drafts = env["clinic.privacy.notice"].search([*mine, ("lang", "=", "tr"), ("state", "=", "draft")])
    asked = [("notice", False), ("optin", "appointment")]
    drafts.filtered(lambda text: (text.document_type, text.purpose_code) in asked).action_publish()


def hand_over_notice(partner, branch, **vals):
    """Let a patient have received the privacy notice in a branch; return the entry."""
    notice = partner.env["clinic.privacy.notice"]._get_published(branch.root_id, "notice", None, "tr")
    ledger = partner.env["clinic.consent"]
    return ledger._record_delivery(partner, notice=notice, method="staff", company=branch, **vals)


def switch_on(controller, *codes):
    """Let a legal entity use purposes that need a sign-off; return them by code."""
    purposes = {code: controller.env["clinic.consent.purpose"]._get(code, controller) for code in codes}
    for purpose in purposes.values():
        purpose.write({**SIGN_OFF, "is_on": True})
    return purposes


def publish_shipped(controller, document_type, code=False):
    """Publish the text that ships, in both languages, unless the clinic has one."""
    texts = controller.env["clinic.privacy.notice"].search(
        [("company_id", "=", controller.id), ("document_type", "=", document_type), ("purpose_code", "=", code)]
    )
    published = texts.filtered(lambda text: text.state == "published").mapped("lang")
    texts.filtered(lambda text: text.state == "draft" and text.lang not in published).action_publish()


def freeze_text(controller, document_type, code=None, **vals):
    """Return a text as it is after its publication, whatever it says; the one before it is retired."""
    body = vals.pop("body", f"{document_type} {code} {next(numbers)}")
    vals = {"lang": "tr", "state": "published", **vals}
    texts = controller.env["clinic.privacy.notice"]
    names = {"company_id": controller.id, "document_type": document_type, "purpose_code": code or False}
    before = texts.search([*((name, "=", value) for name, value in names.items()), ("lang", "=", vals["lang"])])
    if vals["state"] == "published":
        before.filtered(lambda text: text.state == "published").state = "retired"
        before.flush_recordset()
    vals = {"sha256": hashlib.sha256(body.encode()).hexdigest(), **vals}
    text = texts.create({**names, "lang": vals.pop("lang"), "title": document_type, "body": body})
    long_ago = Datetime.now() - timedelta(days=400)
    text.write({"valid_from": max([long_ago, *filter(None, before.mapped("valid_from"))]), **vals})
    return text


class PrivacyCase(TransactionCase):
    """One legal entity with two branches, its officer, and a file that says everything a notice must say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True, "tracking_disable": True})
        cls.texts = cls.env["clinic.privacy.notice"]
        cls.root = cls.create_controller("Yasemin Klinik")
        cls.branch, cls.second = cls.env["res.company"].create(
            [{"name": name, "parent_id": cls.root.id} for name in ("Moda", "Bostancı")]
        )
        cls.file = cls.env["clinic.privacy.controller"]._get_for(cls.root)
        cls.file.write({**COMPLETE, **CONTRACT, "hosting_country_id": cls.env.ref("base.tr").id})
        cls.officer = cls.create_user("officer", "clinic_whatsapp.group_privacy_officer")
        cls.reception = cls.create_user("reception", "clinic_whatsapp.group_user")

    @classmethod
    def create_controller(cls, name):
        return cls.env["res.company"].create({"name": name, "country_id": cls.env.ref("base.tr").id})

    @classmethod
    def create_user(cls, login, group):
        companies = cls.root | cls.branch | cls.second
        return new_test_user(
            cls.env, f"privacy.{login}", groups=group, company_id=cls.root.id, company_ids=[(6, 0, companies.ids)]
        )

    @classmethod
    def get_purpose(cls, code, company=None):
        return cls.env["clinic.consent.purpose"]._get(code, company or cls.root)

    @classmethod
    def get_draft(cls, document_type="notice", purpose_code=False, lang="tr"):
        return cls.texts.search(
            [
                ("company_id", "=", cls.root.id),
                ("document_type", "=", document_type),
                ("purpose_code", "=", purpose_code),
                ("lang", "=", lang),
                ("state", "=", "draft"),
            ]
        )

    @classmethod
    def publish(cls, *args, **kwargs):
        """Publish the draft of a text and return it."""
        draft = cls.get_draft(*args, **kwargs)
        draft.action_publish()
        return draft

    @classmethod
    def publish_next(cls, text, **vals):
        """Publish a further version of a text and return it."""
        new = cls.texts.browse(text.action_new_version()["res_id"])
        new.write(vals)
        new.action_publish()
        return new

    def as_officer(self, records):
        return records.with_user(self.officer).with_company(self.root)
