"""Somebody writes, or tells staff, that our messages reach the wrong person (legal.md LR-19, decision 2020/407).

From that moment nothing more leaves to the number, in any branch; what was sent there becomes the draft of an incident,
because it may have told a stranger that somebody is a patient. The person gets one answer. Staff checks the record.
"""

from odoo import fields, models
from odoo.exceptions import UserError

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
        reason = env._("Somebody wrote from this number that it is the wrong one.")
        contact._suspend_as_wrong(self.sent_at, reason, conversation.company_id)
        conversation._answer_wrong_number()
        conversation._ask_staff(
            VERIFY_IDENTITY,
            env._("Wrong number: check the record"),
            env._(
                "Somebody wrote that our messages reach the wrong person. Nothing is sent to this number any more. "
                "Call the patient, correct the number on the form, and tell your privacy officer."
            ),
        )


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _suspend_as_wrong(self, moment, reason, company):
        """Send nothing more to this number in any branch, close the links that lie on it, and draft the incidents.

        :param datetime moment: naive UTC, since when it is known
        :param str reason: who says so
        :param res.company company: the branch that was told
        """
        self.partner_ids._close_links()
        self.write({"suspended_at": moment, "suspended_reason": reason, "verified_at": False})
        self._draft_wrong_number_incident(moment, company)

    def _draft_wrong_number_incident(self, moment, company):
        """Draft an incident for each branch that sent something to the number, and for this one in any case."""
        groups = self.env["clinic.whatsapp.message"]._read_group(
            [
                ("conversation_id.contact_id", "=", self.id),
                ("direction", "=", OUT),
                ("state", "not in", NOT_SENT),
            ],
            ["company_id"],
            ["__count", "create_date:min", "create_date:max"],
        )
        told = {company: facts for company, *facts in groups}
        for branch in company | company.union(*told):
            count, first_at, last_at = told.get(branch, (0, False, False))
            self.env["clinic.privacy.incident"]._draft(
                "wrong_number",
                company=branch,
                detected_at=moment,
                contact=self,
                patients=self.partner_ids,
                message_count=count,
                first_at=first_at,
                last_at=last_at,
            )


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _answer_wrong_number(self):
        this = self._in_patients_language()
        text = this.env._(
            "Thank you for telling us. Messages to this number are stopped and our record will be checked. Please "
            "delete the earlier messages."
        )
        this._send_service(WRONG_NUMBER, text)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_report_wrong_number(self):
        """Do what the chat does when somebody writes that the number is the wrong one, without a message (LR-19)."""
        self.ensure_one()
        self.check_access("write")
        if not self.reached_phone:
            raise UserError(self.env._("There is no number that WhatsApp can read. Correct the phone number first."))
        # sudo: clinic.whatsapp.contact - staff may not write identities, but say that this one is wrong
        contacts = self.env["clinic.whatsapp.contact"].sudo().with_company(self.env.company)
        contact = contacts._for_patients(self, self.env.company._get_controller())[self]
        if not contact.suspended_at:
            reason = self.env._("%(user)s reported that it is the wrong number.", user=self.env.user.name)
            contact._suspend_as_wrong(fields.Datetime.now(), reason, self.env.company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
