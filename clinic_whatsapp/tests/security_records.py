"""One record of every model of the addon in any branch, full of words that must never be seen from outside it.

A model added tomorrow needs a factory here, else ``test_every_model_is_in_the_matrix`` fails.
"""

import itertools

from odoo.fields import Command, Datetime

from .privacy_common import hand_over_notice, put_in_order

FACTORIES = {}
_count = itertools.count(1)


def factory(model):
    """Register a function ``(world) -> vals`` for one model."""

    def register(function):
        FACTORIES[model] = function
        return function

    return register


class World:
    """One branch with everything in it, made on demand by the superuser.

    :param str mark: a word that stands in every text of every record of the branch, and nowhere else in the database.
        What all branches of a legal entity may know has it backwards.
    """

    def __init__(self, env, company, mark):
        self.env = env
        self.company = company
        self.controller = company.root_id
        self.mark = mark
        self.known = mark[::-1]
        self._records = {}

    def __getitem__(self, model):
        """Return the record of a model in this branch."""
        if model not in self._records:
            make = getattr(self, f"_make_{model.replace('.', '_')}", None)
            self._records[model] = make() if make else self.env[model].create(self.vals(model))
        return self._records[model]

    def vals(self, model):
        """Return values of one more record of a model in this branch."""
        return FACTORIES[model](self)

    def fill(self):
        for model in FACTORIES:
            assert self[model]
        self.env.flush_all()
        return self

    @property
    def patient(self):
        """Patients belong to the controller: their names are known in all of its branches."""
        if "patient" not in self._records:
            self._records["patient"] = self.env["res.partner"].create(
                {
                    "name": f"Patient {self.known}",
                    "phone": f"+9053100000{next(_count):02}",
                    "is_patient": True,
                    "company_id": self.controller.id,
                }
            )
        return self._records["patient"]

    def _make_clinic_consent(self):
        paper = {"name": f"Paper {self.mark}", "raw": f"%PDF-1.4 signed {self.mark}".encode()}
        evidence = self.env["ir.attachment"].create(paper)
        purpose = self.env["clinic.consent.purpose"]._get("appointment", self.controller)
        if not self.env["clinic.privacy.notice"]._get_published(self.controller, "notice"):
            put_in_order(self.controller)
        hand_over_notice(self.patient, self.company)
        return self.env["clinic.consent"]._record(
            self.patient, purpose, "granted", method="paper", evidence=evidence, company=self.company, note=self.mark
        )

    def _make_clinic_consent_evidence(self):
        return self["clinic.consent"].evidence_ids

    def _make_clinic_consent_chain(self):
        assert self["clinic.consent"]
        return self.env["clinic.consent.chain"].search([("company_id", "=", self.controller.id)])

    def _make_clinic_privacy_controller(self):
        """Every legal entity has one file already."""
        file = self.env["clinic.privacy.controller"]._get_for(self.controller)
        file.sudo().trade_name = f"Clinic {self.known}"
        return file

    def _make_clinic_whatsapp_scheduled(self):
        appointment = self["clinic.appointment"]
        planned = self.env["clinic.whatsapp.scheduled"].search(
            [("res_model", "=", "clinic.appointment"), ("res_id", "=", appointment.id)], limit=1
        )
        return planned or self.env["clinic.whatsapp.scheduled"].create(self.vals("clinic.whatsapp.scheduled"))


@factory("clinic.whatsapp.account")
def _account(world):
    number = next(_count)
    return {
        "name": f"Number {world.mark}",
        "company_id": world.company.id,
        "phone_number_id": f"88{number:013}",
        "phone_number": world.mark,
        "waba_id": f"waba {world.mark}",
        "app_id": f"app {world.mark}",
        "access_token": f"EAA{world.mark}",
        "app_secret": f"secret{world.mark}",
        "verify_token": f"verify{world.mark}",
        "api_url": "http://127.0.0.1:9",
        "state": "connected",
        "state_reason": world.mark,
    }


@factory("clinic.whatsapp.contact")
def _contact(world):
    return {
        "company_id": world.controller.id,
        "profile_name": f"Profile {world.known}",
        "phone": f"+9053200000{next(_count):02}",
        "partner_ids": [Command.set(world.patient.ids)],
    }


@factory("clinic.whatsapp.conversation")
def _conversation(world):
    return {
        "account_id": world["clinic.whatsapp.account"].id,
        "contact_id": world["clinic.whatsapp.contact"].id,
        "partner_id": world.patient.id,
        "last_message_at": Datetime.now(),
        "window_expires_at": Datetime.add(Datetime.now(), hours=20),
    }


@factory("clinic.whatsapp.message")
def _message(world):
    return {
        "conversation_id": world["clinic.whatsapp.conversation"].id,
        "partner_id": world.patient.id,
        "direction": "in",
        "state": "received",
        "body": f"It hurts, says {world.mark}",
        "wamid": f"wamid.{world.mark}.{next(_count)}",
        "button_payload": world.mark,
        "purpose_id": world["clinic.consent.purpose"].id,
        "template_id": world["clinic.whatsapp.template"].id,
    }


@factory("clinic.whatsapp.upload")
def _upload(world):
    return {
        "account_id": world["clinic.whatsapp.account"].id,
        "key": f"{world.mark}{next(_count)}",
        "remote_id": world.mark,
        "expires_at": Datetime.add(Datetime.now(), days=20),
    }


@factory("clinic.whatsapp.event")
def _event(world):
    return {
        "account_id": world["clinic.whatsapp.account"].id,
        "company_id": world.company.id,
        "external_ref": f"message:{world.mark}.{next(_count)}",
        "ordering_key": world.mark,
        "kind": "other",
        "payload": f'{{"text": "{world.mark}"}}',
        "state": "dead",
        "error": world.mark,
    }


@factory("clinic.consent.purpose")
def _purpose(world):
    return {"name": f"Purpose {world.mark}", "code": f"{world.mark}_{next(_count)}", "company_id": world.company.id}


@factory("clinic.consent")
def _consent(world):
    return {
        "company_id": world.company.id,
        "controller_id": world.controller.id,
        "partner_id": world.patient.id,
        "purpose_id": world.env.ref("clinic_whatsapp.purpose_appointment").id,
        "status": "granted",
        "method": "spoken",
        "note": world.mark,
        "recorded_at": Datetime.now(),
        "recorded_by_id": world.env.uid,
        "sequence": 1000 + next(_count),
        "entry_hash": world.mark,
        "record_kind": "channel_optin",
    }


@factory("clinic.consent.subject")
def _consent_subject(world):
    stranger = world.env["res.partner"].create({"name": f"Person {next(_count)}"})
    return {"company_id": world.controller.id, "partner_id": stranger.id, "secret": "00"}


@factory("clinic.consent.evidence")
def _consent_evidence(world):
    return {
        "company_id": world.company.id,
        "consent_id": world["clinic.consent"].id,
        "name": f"Paper {world.mark}",
        "media_type": "application/pdf",
        "sha256": world.mark,
    }


@factory("clinic.consent.chain")
def _chain(world):
    return {"company_id": world.company.id}


@factory("clinic.whatsapp.template")
def _template(world):
    return {
        "name": f"hello_{world.mark}_{next(_count)}",
        "title": f"Hello {world.mark}",
        "category": "service",
        "account_id": world["clinic.whatsapp.account"].id,
        "company_id": world.company.id,
        "model_id": world.env["ir.model"]._get_id("clinic.appointment"),
        "body": f"Come to {world.mark}",
        "status": "approved",
    }


@factory("clinic.whatsapp.template.variable")
def _variable(world):
    index = next(_count)
    template = world["clinic.whatsapp.template"]
    return {"template_id": template.id, "index": index, "source": "text", "text": world.mark, "sample": world.mark}


@factory("clinic.whatsapp.template.button")
def _button(world):
    return {"template_id": world["clinic.whatsapp.template"].id, "text": f"Yes {world.mark} {next(_count)}"}


@factory("clinic.whatsapp.template.file")
def _template_file(world):
    version = f"{next(_count):064}"
    name = f"{world.mark}.pdf"
    template = world["clinic.whatsapp.template"].id
    return {"template_id": template, "name": name, "mime_type": "application/pdf", "sha256": version}


@factory("clinic.service")
def _service(world):
    return {"name": f"Service {world.mark}", "company_id": world.company.id}


@factory("clinic.appointment")
def _appointment(world):
    return {
        "patient_id": world.patient.id,
        "company_id": world.company.id,
        "service_id": world["clinic.service"].id,
        "start": Datetime.add(Datetime.now(), days=30, hours=next(_count)),
        "note": f"Fears {world.mark}",
    }


@factory("clinic.whatsapp.source")
def _source(world):
    return {
        "name": f"Source {world.mark}",
        "company_id": world.company.id,
        "model_id": world.env["ir.model"]._get_id("clinic.appointment"),
        "partner_path": "patient_id",
        "company_path": "company_id",
        "date_path": "start",
    }


@factory("clinic.whatsapp.automation")
def _automation(world):
    return {
        "name": f"Reminder {world.mark}",
        "company_id": world.company.id,
        "trigger": "before",
        "step_ids": [Command.create({"offset_value": 1, "template_id": world["clinic.whatsapp.template"].id})],
    }


@factory("clinic.whatsapp.automation.step")
def _step(world):
    return {
        "automation_id": world["clinic.whatsapp.automation"].id,
        "offset_value": 2,
        "template_id": world["clinic.whatsapp.template"].id,
    }


@factory("clinic.whatsapp.scheduled")
def _scheduled(world):
    return {
        "automation_id": world["clinic.whatsapp.automation"].id,
        "step_id": world["clinic.whatsapp.automation.step"].id,
        "company_id": world.company.id,
        "partner_id": world.patient.id,
        "res_model": "clinic.appointment",
        "res_id": world["clinic.appointment"].id,
        "anchor": Datetime.add(Datetime.now(), days=30, minutes=next(_count)),
        "due_at": Datetime.add(Datetime.now(), days=29),
    }


@factory("clinic.followup")
def _followup(world):
    plan = world.env["clinic.whatsapp.automation"].create(
        {
            "name": f"Plan {world.mark} {next(_count)}",
            "company_id": world.company.id,
            "trigger": "followup",
            "purpose_id": world.env.ref("clinic_whatsapp.purpose_health").id,
            "step_ids": [Command.create({"offset_value": 1, "template_id": world["clinic.whatsapp.template"].id})],
        }
    )
    return {"automation_id": plan.id, "partner_id": world.patient.id, "company_id": world.company.id}


@factory("clinic.privacy.controller")
def _privacy_controller(world):
    return {"company_id": world.controller.id, "trade_name": f"Clinic {world.known}"}


@factory("clinic.privacy.processor")
def _privacy_processor(world):
    return {
        "company_id": world.controller.id,
        "name": f"Processor {world.known} {next(_count)}",
        "country_id": world.env.ref("base.ie").id,
    }


@factory("clinic.privacy.notice")
def _privacy_notice(world):
    return {
        "company_id": world.controller.id,
        "document_type": "optin",
        "purpose_code": "feedback",
        "version": 1000 + next(_count),
        "title": f"Text {world.known}",
        "body": f"May {world.known} ask you?",
    }


@factory("clinic.privacy.notice.section")
def _privacy_notice_section(world):
    return {
        "notice_id": world["clinic.privacy.notice"].id,
        "code": "rights",
        "heading": f"Rights {world.known}",
        "body": f"Ask {world.known}",
    }


@factory("clinic.privacy.change")
def _privacy_change(world):
    return {
        "company_id": world.controller.id,
        "res_model": "clinic.privacy.controller",
        "res_id": world["clinic.privacy.controller"].id,
        "label": f"Clinic {world.known}",
        "field_name": f"Address {world.known}",
        "after": world.known,
    }


@factory("clinic.privacy.incident")
def _incident(world):
    return {
        "company_id": world.company.id,
        "contact_id": world["clinic.whatsapp.contact"].id,
        "patient_ids": [Command.set(world.patient.ids)],
        "consequences": f"Consequences {world.mark}",
        "measures": f"Measures {world.mark}",
        "decision": f"Decision {world.mark}",
    }


@factory("clinic.lint.word")
def _lint_word(world):
    return {"company_id": world.controller.id, "text": f"Word {world.known} {next(_count)}"}


@factory("clinic.consent.request")
def _consent_request(world):
    number = next(_count)
    return {
        "company_id": world.company.id,
        "partner_id": world.patient.id,
        "purpose_id": world.env["clinic.consent.purpose"]._get("appointment", world.controller).id,
        "kind": "sign",
        "method": "link",
        "code": f"{world.mark}{number}",
        "token_hash": f"{world.mark}{number}",
        "expires_at": Datetime.add(Datetime.now(), days=7),
    }


@factory("clinic.whatsapp.tag")
def _tag(world):
    return {"company_id": world.company.id, "name": f"Tag {world.mark} {next(_count)}"}


@factory("clinic.whatsapp.canned")
def _canned(world):
    return {"company_id": world.company.id, "shortcut": f"{world.mark}_{next(_count)}", "text": f"Call {world.mark}"}
