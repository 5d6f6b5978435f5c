"""Somebody writes that our messages reach the wrong person (legal.md LR-19, decision 2020/407).

From that moment nothing more leaves to the number, in any branch; what was sent there becomes the draft of an incident,
because it may have told a stranger that somebody is a patient. The person gets one answer. Staff checks the record.
"""

from odoo import models

from ..consent import opt_out
from .message import BLOCKED, CANCELLED, FAILED, OUT, QUEUED, WRONG_NUMBER
from .patient_choice import VERIFY_IDENTITY

NOT_SENT = (BLOCKED, CANCELLED, FAILED, QUEUED)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_wishes(self):
        return {**super()._get_wishes(), opt_out.WRONG_NUMBER: self._report_wrong_number}

    def _report_wrong_number(self):
        conversation = self.conversation_id
        contact = conversation.contact_id
        if contact.suspended_at or (contact.verified_at and contact.verified_at > self.sent_at):
            return
        env, _user = conversation._for_responsible_user()
        contact.write(
            {
                "suspended_at": self.sent_at,
                "suspended_reason": env._("Somebody wrote from this number that it is the wrong one."),
                "verified_at": False,
            }
        )
        conversation._draft_wrong_number_incident(self.sent_at)
        conversation._answer_wrong_number()
        conversation._ask_staff(
            VERIFY_IDENTITY,
            env._("Wrong number: check the record"),
            env._(
                "Somebody wrote that our messages reach the wrong person. Nothing is sent to this number any more. "
                "Call the patient, correct the number on the form, and tell your privacy officer."
            ),
        )


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _draft_wrong_number_incident(self, moment):
        """Draft an incident for each branch that sent something to the number, and for this one in any case."""
        groups = self.env["clinic.whatsapp.message"]._read_group(
            [
                ("conversation_id.contact_id", "=", self.contact_id.id),
                ("direction", "=", OUT),
                ("state", "not in", NOT_SENT),
            ],
            ["company_id"],
            ["__count", "create_date:min", "create_date:max"],
        )
        told = {company: facts for company, *facts in groups}
        for company in self.company_id | self.env["res.company"].union(*told):
            count, first_at, last_at = told.get(company, (0, False, False))
            self.env["clinic.privacy.incident"]._draft(
                "wrong_number",
                company=company,
                detected_at=moment,
                contact=self.contact_id,
                patients=self.contact_id.partner_ids,
                message_count=count,
                first_at=first_at,
                last_at=last_at,
            )

    def _answer_wrong_number(self):
        this = self._in_patients_language()
        text = this.env._(
            "Thank you for telling us. Messages to this number are stopped and our record will be checked. Please "
            "delete the earlier messages."
        )
        this._send_service(WRONG_NUMBER, text)
