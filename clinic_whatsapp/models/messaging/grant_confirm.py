"""Whoever agreed is told what was recorded and how to end it (legal.md LR-14, LR-47, §8.5).

Every way of agreeing ends in :meth:`ClinicConsent._apply`, so whoever wrote the entry need not think of it. Confirmed
is the preference for the channel, by whichever way it was given: that it reaches the patient also shows that the number
is right. So is an approval of commercial messages that was not signed on paper, and what was agreed to in the chat. An
explicit consent that was signed on a sheet or a page is not: the message would tell what it is about.

In the open window by a free text; else by a template (:mod:`..template.grant_confirm`), for which the grant itself is
the opt-in.
"""

from odoo import models

from ..consent.consent_purpose import FEEDBACK, MARKETING
from ..consent.consent_states import APPROVAL, CHANNEL_OPTIN, CHAT, GRANTED, PAPER
from .message import GRANT_CONFIRM


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def _apply(self):
        """Extended: the patient is told at once."""
        result = super()._apply()
        self.filtered(lambda entry: entry._needs_confirmation())._send_confirmation()
        return result

    def _needs_confirmation(self) -> bool:
        """Tell whether one entry is a grant that the patient is told about."""
        if self.status != GRANTED:
            return False
        is_electronic_approval = self.record_kind == APPROVAL and self.method != PAPER
        return self.record_kind == CHANNEL_OPTIN or self.method == CHAT or is_electronic_approval

    def _send_confirmation(self):
        """Tell the patient about each of these grants, through the number of the branch where it was recorded.

        :return: the messages, ``queued`` or ``blocked``; none for a branch without a number
        """
        messages = self.env["clinic.whatsapp.message"]
        # sudo: clinic.consent - the patient is told whatever the one who recorded it may see
        for entry in self.sudo():
            company = entry.company_id
            account = self.env["clinic.whatsapp.account"]._for_companies(company)[company]
            if account:
                entry = entry.with_company(company)
                messages |= entry._get_conversation(account)._confirm_grant(entry)
        return messages.with_env(self.env)

    def _get_conversation(self, account):
        """Return where the patient was asked, else his conversation with the branch's number."""
        if self.question_id:
            return self.question_id.conversation_id
        patient = self.partner_id
        contact = self.env["clinic.whatsapp.contact"]._for_patients(patient, self.controller_id)[patient]
        return self.env["clinic.whatsapp.conversation"]._find_or_create(account, contact)[contact]


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _confirm_grant(self, entry):
        """Confirm one grant in this conversation.

        :param clinic.consent entry: of the patient of this conversation
        :return: the message, ``queued`` or ``blocked``
        """
        if not self.is_window_open:
            return self._confirm_grant_by_template(entry)
        this = self._in_patients_language()
        return this._send_service(GRANT_CONFIRM, this._get_confirmation(entry.with_env(this.env)))

    def _confirm_grant_by_template(self, _entry):
        """Hook: confirm a grant of somebody whose window is closed."""
        return self.env["clinic.whatsapp.message"]

    def _get_confirmation(self, entry):
        moment = self._format_moment(entry.given_at or entry.recorded_at)
        if entry.purpose_code == MARKETING:
            return self._get_commercial_confirmation(moment)
        if entry.purpose_code == FEEDBACK:
            return self.env._(
                "Thank you, your preference was recorded on %(moment)s. Short surveys will come here after a visit. "
                "Reply RET to opt out.",
                moment=moment,
            )
        if entry.purpose_code != "appointment":
            return self.env._(
                "Thank you, your consent for %(purpose)s was recorded on %(moment)s. Reply STOP to withdraw it.",
                purpose=entry.purpose_id.name,
                moment=moment,
            )
        return self.env._(
            "Thank you, your preference was recorded on %(moment)s. Appointment messages will come here. Reply STOP to "
            "opt out.",
            moment=moment,
        )

    def _get_commercial_confirmation(self, moment):
        # sudo: clinic.privacy.controller - who the clinic is in law is no secret to its patients
        file = self.env["clinic.privacy.controller"].sudo()._get_for(self.company_id)
        return self.env._(
            "%(trade_name)s (MERSİS %(mersis)s): on %(moment)s you approved commercial messages. If this was not you "
            "or you change your mind, reply RET or use İYS.",
            trade_name=file.trade_name,
            mersis=file.mersis or "–",
            moment=moment,
        )
