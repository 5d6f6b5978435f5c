"""What a patient wants to receive, said in one word or by a button (legal.md LR-39 to LR-43).

- STOP ends all WhatsApp messages of the controller, RET the promotion and the surveys. The stop lies on the number, so
  it holds for somebody unknown too; what his patients had agreed to is withdrawn in the ledger. One confirmation leaves
  while the window is open, and none when the stop was there already.
- START lifts the stop and asks anew; it brings back no consent.
- What counts is when the patient wrote it: a STOP that Meta brings late undoes no newer START and no newer consent, nor
  the other way round.

"Iptal" is in :mod:`.cancel_word`, "wrong number" in :mod:`.wrong_number`, yes and no in :mod:`.consent_answer`.
"""

from odoo import fields, models

from ..consent import opt_out
from ..consent.consent_purpose import APPOINTMENT, FEEDBACK, HEALTH, MARKETING
from ..consent.consent_states import CHAT, GRANTED, OPEN_STATES, RENEWAL_REQUIRED, WITHDRAWN
from .inbox_messages import CLOCK_SKEW
from .message import OPTOUT_CONFIRM

SPOKEN = ("text", "edit")  # who corrects his message to STOP means it
NO_ACTION = "none"  # a button of a template that does nothing by itself says what is written on it
BUTTON_WISHES = (opt_out.STOP, opt_out.STOP_MARKETING, opt_out.ONLY_APPOINTMENTS)
NARROW = "only_appointments"
PROMOTION = (MARKETING, FEEDBACK)
MORE_THAN_APPOINTMENTS = (HEALTH, *PROMOTION)
AGREED = (*OPEN_STATES, RENEWAL_REQUIRED)
TODO = "mail.mail_activity_data_todo"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self:
            if follow := message._get_wishes().get(message._read_wish()):
                follow()
        return result

    def _get_wishes(self):
        """Return {wish: what one message with it does}. Hook."""
        return {
            opt_out.STOP: self._opt_out,
            opt_out.STOP_MARKETING: self._opt_out_of_promotion,
            opt_out.ONLY_APPOINTMENTS: self._keep_to_appointments,
            opt_out.START: self._opt_in_again,
        }

    def _read_wish(self):
        """Return what one message asks for, None when it is anything else."""
        if self.message_type in SPOKEN:
            return opt_out.read_wish(self.body or "")
        action, asked = self._pressed()
        if asked and action == NO_ACTION and (wish := opt_out.read_wish(self.body or "")) in BUTTON_WISHES:
            return wish
        return opt_out.ONLY_APPOINTMENTS if asked and action == NARROW else None

    def _opt_out(self):
        """End all messages to this number (LR-39)."""
        contact = self.conversation_id.contact_id
        if contact.suppressed_at or self._is_overtaken():
            return
        contact._suppress(self.sent_at)
        self._withdraw_consents()
        self.conversation_id._confirm_stop()

    def _opt_out_of_promotion(self):
        """End promotion and surveys; appointments go on (LR-39)."""
        if self._stop_promotion():
            self.conversation_id._confirm_stop_of_promotion()

    def _stop_promotion(self) -> bool:
        """Tell whether promotion was not stopped for this number already, and is now."""
        contact = self.conversation_id.contact_id
        if contact.marketing_chosen_at and contact.marketing_chosen_at > self.sent_at:
            return False
        before = contact.marketing_stopped_at or contact.suppressed_at
        self._withdraw_consents(PROMOTION)
        contact._choose_marketing(False, self.sent_at)
        return not before

    def _keep_to_appointments(self):
        """End everything but appointment messages; who had stopped those too is asked whether he wants them again."""
        self._stop_promotion()
        self._withdraw_consents(MORE_THAN_APPOINTMENTS)
        if self.conversation_id.contact_id.suppressed_at:
            self._opt_in_again()
        else:
            self.conversation_id._confirm_narrowing()

    def _opt_in_again(self):
        """Lift the stop of the channel and ask anew (LR-43)."""
        conversation = self.conversation_id
        contact = conversation.contact_id
        was_stopped = bool(contact.suppressed_at)
        contact.resumed_at = max(contact.resumed_at or self.sent_at, self.sent_at)
        if was_stopped and contact.suppressed_at <= self.sent_at:
            contact.suppressed_at = False
            conversation._ask_again()

    def _is_overtaken(self) -> bool:
        """Tell whether the person has asked for messages, or agreed to some, after he wrote this one."""
        contact = self.conversation_id.contact_id
        if contact.resumed_at and contact.resumed_at > self.sent_at:
            return True
        return any(
            entry.status == GRANTED and decided_at(entry) > self.sent_at
            for entry in contact._get_agreements().values()
        )

    def _withdraw_consents(self, codes=None):
        contact = self.conversation_id.contact_id.with_company(self.company_id)
        contact._withdraw_consents(self._get_decided_at(), codes, answer=self)

    def _get_decided_at(self):
        """Return when the patient wrote this; Meta's clock may be ahead of ours, but not by much."""
        return min(self.sent_at, fields.Datetime.now() + CLOCK_SKEW)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _confirm_stop(self):
        this = self._in_patients_language()
        text = this.env._(
            "Done. %(clinic)s will no longer message you on WhatsApp. Your appointments remain valid; if needed we "
            "will call you. Reply START to receive messages again.",
            clinic=self._get_clinic_name(),
        )
        this._send_service(OPTOUT_CONFIRM, text, [(NARROW, this.env._("Only appointments"))])

    def _confirm_stop_of_promotion(self):
        this = self._in_patients_language()
        text = this.env._(
            "Promotional and survey messages are stopped. Appointment messages continue. Reply STOP to end these too."
        )
        this._send_service(OPTOUT_CONFIRM, text)

    def _confirm_narrowing(self):
        this = self._in_patients_language()
        text = this.env._("From now on you receive appointment messages only. Reply STOP to end these too.")
        this._send_service(OPTOUT_CONFIRM, text)

    def _ask_again(self):
        """Ask a patient who wants messages again; where the chat cannot ask, staff does."""
        if self._ask_consent(APPOINTMENT):
            return
        env, _user = self._for_responsible_user()
        self._ask_staff(
            TODO,
            env._("The patient wants WhatsApp messages again"),
            env._("Answer, and record the consent on the patient's form: without it no reminder is sent."),
        )


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def _apply(self):
        """Whoever agrees to surveys after RET gets them; promotion needs a grant of its own anyway."""
        result = super()._apply()
        if self.status == GRANTED and self.purpose_code == FEEDBACK:
            # sudo: clinic.whatsapp.contact - a number of the controller, whoever recorded the consent
            contacts = self.sudo().contact_id or self.sudo().partner_id.whatsapp_contact_ids
            stopped = contacts.filtered(lambda contact: contact.company_id == self.controller_id)
            stopped.filtered("marketing_stopped_at")._choose_marketing(True, self.given_at)
        return result


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _get_agreements(self):
        """Return what the patients of one number have said to the controller: see ``clinic.consent._get_standing``."""
        return self.env["clinic.consent"]._get_standing(self.partner_ids, self.company_id)

    def _suppress(self, moment):
        """Let nothing more leave for these numbers, whoever brings the wish, and in whatever way (LR-39, LR-42).

        :param datetime moment: naive UTC, when the person said so
        :return: those to whom something could leave before
        """
        open_ones = self.filtered(lambda contact: not contact.suppressed_at)
        open_ones.suppressed_at = moment
        return open_ones

    def _withdraw_consents(self, moment, codes=None, method=CHAT, **proof):
        """Record a withdrawal for every patient of one number, of all that was agreed to before a moment.

        :param datetime moment: naive UTC, when the person said so
        :param codes: of purposes; all by default
        """
        here = self.env.company._get_controller() == self.company_id
        for (partner, code, kind), entry in self._get_agreements().items():
            if entry.status in AGREED and (codes is None or code in codes) and decided_at(entry) <= moment:
                self.env["clinic.consent"]._record(
                    partner,
                    entry.purpose_id,
                    WITHDRAWN,
                    method=method,
                    company=self.env.company if here else self.company_id,
                    record_kind=kind,
                    contact=self,
                    given_at=moment,
                    **proof,
                )

    def _choose_marketing(self, wanted, moment):
        """Let a stop that comes from WhatsApp's own settings do what RET does (LR-42)."""
        result = super()._choose_marketing(wanted, moment)
        for contact in self.filtered(lambda contact: contact.marketing_stopped_at == moment):
            contact._withdraw_consents(moment, PROMOTION)
        return result


def decided_at(entry):
    """Return when the person decided what an entry of the ledger says, naive UTC."""
    moments = [moment for moment in (entry.given_at, entry.withdrawn_at) if moment]
    return max(moments or [entry.recorded_at])
