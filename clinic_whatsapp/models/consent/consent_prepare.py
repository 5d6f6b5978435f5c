from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from .consent_purpose import COMMERCIAL
from .consent_states import AGREEING, GRANTED, PAPER, PENDING, SELF, WITHDRAWN
from .privacy_notice import DOCUMENT_OF_KIND

MAX_CHAR = 500


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _complete(self, controller, facts):
        """Return the facts of a decision with what follows from them: moment, state, text, notice."""
        facts = {**facts, "given_at": self._get_moment(facts)}
        if facts["method"] == PAPER and facts["status"] == GRANTED and not facts.get("checked_by"):
            facts["status"] = PENDING  # until a second person has looked at the signature (LR-13)
        if facts["status"] in AGREEING:
            facts["text"] = facts.get("text") or self._get_text(controller, facts)
            facts["delivery"] = self._find_delivery(controller, facts)
            facts["notice"] = facts["delivery"].notice_id
        return facts

    @api.model
    def _get_moment(self, facts):
        return (facts.get("given_at") or fields.Datetime.now()).replace(microsecond=0)

    @api.model
    def _get_text(self, controller, facts):
        """Return the published text of what is agreed to, in the patient's language where there is one."""
        document_type = DOCUMENT_OF_KIND[facts["record_kind"]]
        texts = self.env["clinic.privacy.notice"]
        return texts._get_published(controller, document_type, facts["purpose"].code, facts["partner"].lang)

    @api.model
    def _find_delivery(self, controller, facts):
        """Return the newest good delivery of a notice to the same person before he decided, else an empty entry."""
        contacts = self._get_contacts(controller, facts)
        contacts = contacts.filtered(lambda c: c == facts.get("contact") or c.partner_ids == facts["partner"])
        delivered = self._get_delivered(facts["partner"], contacts, controller, before=facts["given_at"])
        found = [entry for entry in delivered.values() if facts.get("notice") in (None, entry.notice_id)]
        # sudo: clinic.consent - nothing, in the environment of what is found
        return max(found, key=lambda entry: (entry.given_at, entry.id), default=self.sudo().browse())

    @api.model
    def _get_contacts(self, controller, facts):
        """Return the numbers that a decision is about: the one it came from, else all of the patient."""
        # sudo: clinic.whatsapp.contact - consent is the controller's, whoever records it
        contacts = facts["partner"].sudo().whatsapp_contact_ids | (facts.get("contact") or self.contact_id).sudo()
        return contacts.filtered(lambda contact: contact.company_id == controller)

    @api.model
    def _prepare_entry_vals(self, company, facts):
        """Return what is stored of the facts: values and ids, nothing that depends on the place in the chain."""
        purpose = facts.get("purpose") or self.env["clinic.consent.purpose"]
        contact = facts.get("contact") or self.contact_id
        given_at = self._get_moment(facts)
        return {
            "company_id": company.id,
            "controller_id": company._get_controller().id,
            "record_kind": facts["record_kind"],
            "status": facts["status"],
            "method": facts["method"],
            "partner_id": facts["partner"].id,
            "contact_id": contact.id,
            "acting": facts.get("acting") or SELF,
            "acting_partner_id": facts["acting_partner"].id if facts.get("acting_partner") else False,
            "purpose_id": purpose.id,
            "purpose_code": purpose.code,
            "legal_basis": purpose.legal_basis,
            "health_basis": purpose.health_basis,
            "given_at": given_at,
            "withdrawn_at": given_at if facts["status"] == WITHDRAWN else False,
            "effective_until": self._get_end(purpose, facts["status"], given_at),
            "recorded_at": fields.Datetime.now(),
            "recorded_by_id": self.env.uid,
            "checked_by_id": facts["checked_by"].id if facts.get("checked_by") else False,
            "origin_id": facts["origin"].id if facts.get("origin") else False,
            **self._prepare_number_vals(facts, contact),
            **self._prepare_text_vals(facts),
            **self._prepare_trace_vals(facts),
        }

    @api.model
    def _prepare_number_vals(self, facts, contact):
        # sudo: clinic.whatsapp.contact - a number of the controller, whoever records the consent
        known = contact.sudo()
        return {
            "phone": facts.get("phone") or known.phone or facts["partner"].sudo().reached_phone,
            "user_ref": known.user_ref,
            "verified_at": known.verified_at,
        }

    @api.model
    def _prepare_text_vals(self, facts):
        texts = self.env["clinic.privacy.notice"].sudo()  # sudo: clinic.privacy.notice - versions and hashes only
        names = ("notice", "text", "guardian_text")
        notice, text, addendum = (texts.browse((facts.get(name) or texts).id) for name in names)
        return {
            "notice_id": notice.id,
            "notice_version": notice.version,
            "notice_hash": notice.sha256,
            "delivery_id": facts["delivery"].id if facts.get("delivery") else False,
            "text_id": text.id,
            "text_version": text.version,
            "text_hash": text.sha256,
            "text_lang": text.lang,
            "guardian_text_id": addendum.id,
            "guardian_text_version": addendum.version,
            "guardian_text_hash": addendum.sha256,
        }

    @api.model
    def _prepare_trace_vals(self, facts):
        messages = self.env["clinic.whatsapp.message"].sudo()  # sudo: clinic.whatsapp.message - Meta's ids only
        question, answer = (messages.browse((facts.get(name) or messages).id) for name in ("question", "answer"))
        plain = ("signer_name", "ip", "user_agent", "challenge_ref", "iys_ref", "note")
        return {
            "question_id": question.id,
            "question_wamid": question.wamid,
            "answer_id": answer.id,
            "answer_wamid": answer.wamid,
            "request_ref": self._get_reference(facts.get("request")),
            **{name: (facts.get(name) or "").replace("\0", "")[:MAX_CHAR] or False for name in plain},
        }

    @api.model
    def _get_reference(self, request):
        return f"{request._name},{request.id}" if request else False

    @api.model
    def _get_end(self, purpose, status, given_at):
        """Return when a grant has to be given anew (LR-21); False when never."""
        months = purpose.review_months if status == GRANTED and purpose else 0
        return given_at + relativedelta(months=months) if months else False

    def _apply(self):
        """Let one entry take effect on the numbers of the patient. Extended where more follows from it.

        A new opt-in lifts an earlier STOP, one for commercial messages lifts only the stop of those (LR-43).
        """
        if self.status != GRANTED:
            return
        stop = "marketing_stopped_at" if self.purpose_id.gate == COMMERCIAL else "suppressed_at"
        # sudo: clinic.whatsapp.contact - a number of the controller, whoever recorded the consent
        entry = self.sudo()
        contacts = entry.contact_id or entry.partner_id.whatsapp_contact_ids
        mine = contacts.filtered(lambda contact: contact.company_id == entry.controller_id)
        mine.filtered(lambda contact: contact[stop] and contact[stop] <= entry.given_at)[stop] = False
