"""Asking for an opt-in in the chat (legal.md LR-32, §8.4).

Only while the patient's own window is open and never by a template; for one purpose at a time, with two buttons that
look alike; at most twice in 180 days; without promotion. The question leads to the exact text that is agreed to, and to
the notice, which the patient has got before. What cannot be asked here is asked at the desk, on the tablet or by a
link: commercial messages and the transfer abroad always are.
"""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..consent.consent_purpose import APPOINTMENT, FEEDBACK, HEALTH
from ..consent.consent_states import GRANTED
from ..consent.privacy_notice import DOCUMENT_OF_KIND
from ..consent.privacy_notice import SHORT_NOTICE as SHORT_NOTICE_TEXT
from .message import BLOCKED, CONSENT_REQUEST

ASKED_IN_CHAT = (APPOINTMENT, HEALTH, FEEDBACK)
AGREE, DECLINE = "consent_yes", "consent_no"
MAX_QUESTIONS = 2
PERIOD = timedelta(days=180)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_send_consent_question(self, purpose_code):
        """Ask the patient in the chat for an opt-in.

        :param str purpose_code: ``appointment``, ``health`` or ``feedback``
        :raise UserError: when the law or WhatsApp does not let it be asked here; names the next lawful step
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: clinic.whatsapp.conversation - what was asked before, in all branches, decides whether one may ask
        this = self.sudo().with_company(self.company_id)
        if obstacle := this._get_question_obstacle(purpose_code):
            raise UserError(obstacle)
        this._send_question(purpose_code)
        return True

    def _offer_opt_in(self):
        """Ask a patient for the opt-in to appointment messages who never said anything about it nor was asked."""
        patient, controller = self.partner_id, self.company_id._get_controller()
        standing = self.env["clinic.consent"]._get_standing(patient, controller)
        known = any(code == APPOINTMENT for _patient, code, _kind in standing)
        if not known and not self._find_questions(APPOINTMENT):
            self._ask_consent(APPOINTMENT)

    def _ask_consent(self, purpose_code):
        """Ask, if it may be asked; return the question."""
        if self._get_question_obstacle(purpose_code):
            return self.env["clinic.whatsapp.message"]
        return self._send_question(purpose_code)

    def _send_question(self, purpose_code):
        self._send_short_notice()
        text = self._get_asked_text(purpose_code)
        this = self._in_patients_language(text.lang)
        return this._send_service(
            CONSENT_REQUEST,
            this._get_question(purpose_code, text),
            [(AGREE, this._get_labels(purpose_code)[0]), (DECLINE, this._get_labels(purpose_code)[1])],
            privacy_text_id=text.id,
        )

    def _get_question(self, purpose_code, text) -> str:
        addresses = {"text": self._get_text_address(text), "notice": self._get_notice_address(text)}
        if purpose_code == HEALTH:
            return self.env._(
                "Would you also like check-up and aftercare reminders on WhatsApp? Messages contain no diagnosis or "
                "drug name. Consent text: %(text)s · Privacy notice: %(notice)s",
                **addresses,
            )
        if purpose_code == FEEDBACK:
            return self.env._(
                "May we ask for your opinion after a visit by a short survey on WhatsApp? Text: %(text)s · Privacy "
                "notice: %(notice)s",
                **addresses,
            )
        return self.env._(
            "Would you like appointment confirmations and reminders by WhatsApp from this number? If not, we will keep "
            "using phone or SMS. Text: %(text)s · Privacy notice: %(notice)s",
            **addresses,
        )

    def _get_labels(self, purpose_code):
        """Return what stands on the two buttons, up to 20 characters each."""
        if purpose_code == HEALTH:
            return self.env._("I consent"), self.env._("I do not consent")
        return self.env._("Yes, please"), self.env._("No, thanks")

    def _get_asked_text(self, purpose_code):
        """Return the published text of the one agreement a purpose needs, in the patient's language; may be empty."""
        [kind] = self._get_purpose(purpose_code)._get_required_kinds()
        lang = self._in_patients_language().env.lang
        return self.env["clinic.privacy.notice"]._get_published(
            self.company_id._get_controller(), DOCUMENT_OF_KIND[kind], purpose_code, lang
        )

    def _get_purpose(self, purpose_code):
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        return self.env["clinic.consent.purpose"].sudo()._get(purpose_code, self.company_id)

    # What stands against it

    def _get_question_obstacle(self, purpose_code):
        """Return why a purpose cannot be asked for here, as a sentence with the next step; None when it can."""
        return (
            self._get_channel_obstacle(purpose_code)
            or self._get_patient_obstacle()
            or self._get_purpose_obstacle(purpose_code)
            or self._get_history_obstacle(purpose_code)
        )

    def _get_channel_obstacle(self, purpose_code):
        if purpose_code not in ASKED_IN_CHAT:
            return self.env._("This is never asked in the chat. Use a printed form, the tablet or a link.")
        if not self.is_window_open:
            return self.env._(
                "The patient has not written within 24 hours, so WhatsApp must not be used to ask. Ask at the desk, or "
                "send a link by another way."
            )
        if self.contact_id._is_cut_off():
            return self.env._("Messages to this number are stopped. Ask at the desk.")
        return None

    def _get_patient_obstacle(self):
        patient = self.partner_id
        if not patient:
            return self.env._("Choose first for which patient this conversation is.")
        if patient.deceased_on:
            return self.env._("This patient has died. Nothing is asked or sent any more.")
        if patient.needs_guardian or patient.number_owner != "self":
            return self.env._(
                "It is not certain that the patient decides under this number. Ask on a printed form or the tablet."
            )
        return None

    def _get_purpose_obstacle(self, purpose_code):
        purpose = self._get_purpose(purpose_code)
        if not purpose.active or not purpose.is_on:
            return self.env._("“%(purpose)s” is not in use, so it cannot be asked for.", purpose=purpose.name)
        if len(purpose._get_required_kinds()) != 1:
            return self.env._("“%(purpose)s” needs no agreement of the patient.", purpose=purpose.name)
        text = self._get_asked_text(purpose_code)
        if not text:
            return self.env._(
                "There is no valid text to agree to. Publish one under Data protection › Texts for patients."
            )
        closed = (text | self._get_notice(text.lang)).filtered(lambda text: text._is_closed())
        return closed[0]._explain_closed() if closed else None

    def _get_history_obstacle(self, purpose_code):
        controller = self.company_id._get_controller()
        standing = self.env["clinic.consent"]._get_standing(self.partner_id, controller)
        if any(code == purpose_code and entry.status == GRANTED for (_patient, code, _kind), entry in standing.items()):
            return self.env._("The patient has agreed to this already.")
        if not self._will_have_notice():
            return self.env._("The patient has not got the privacy notice. Hand it over, or publish a short notice.")
        if self._count_questions(purpose_code) >= MAX_QUESTIONS:
            return self.env._("The patient was asked twice within 180 days. Do not ask again here.")
        return None

    def _will_have_notice(self) -> bool:
        """Tell whether the patient has a notice, or gets the short one before the question."""
        controller = self.company_id._get_controller()
        texts = self.env["clinic.privacy.notice"]
        return bool(
            self.env["clinic.consent"]._get_delivered(self.partner_id, self.contact_id, controller)
            or texts._get_published(controller, SHORT_NOTICE_TEXT)
        )

    def _count_questions(self, purpose_code) -> int:
        """Return how often this person was asked for a purpose within 180 days, in all branches (LR-32)."""
        return len(self._find_questions(purpose_code).filtered(lambda message: message.state != BLOCKED))

    def _find_questions(self, purpose_code):
        return self._find_shown(
            CONSENT_REQUEST,
            [
                ("privacy_text_id.purpose_code", "=", purpose_code),
                ("create_date", ">", fields.Datetime.now() - PERIOD),
            ],
        )
