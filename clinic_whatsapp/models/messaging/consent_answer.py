"""What a patient answers to a question about consent (legal.md §6, LR-05, LR-11).

A button counts for the question under which it stands. A typed "evet" or "hayır" counts only when the question is the
last thing we said, or is quoted, and is not older than 24 hours: it may have been an answer to a colleague otherwise.
The entry in the ledger names question and answer, and the text that the question led to.

A no counts whenever it comes: it refuses, or takes back what was given. A yes counts once, and not after a stop or
after a newer decision. A yes that cannot be recorded changes nothing; staff is told why. Only when a material version
has come since the question, the patient is asked once more with the new text (LR-09).
"""

from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ..consent import opt_out
from ..consent.consent_states import CHAT, GRANTED, REFUSED, WITHDRAWN
from .consent_question import AGREE, DECLINE
from .message import BLOCKED, CANCELLED, CONSENT_REQUEST, FAILED, OPTOUT_CONFIRM, OUT
from .opt_out_reaction import AGREED, SPOKEN, TODO, decided_at

OPEN = timedelta(hours=24)
DECISIONS = {AGREE: True, DECLINE: False, opt_out.YES: True, opt_out.NO: False}


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self:
            agreed, question = message._read_decision()
            if question:
                message._take_decision(question, agreed)
        return result

    def _read_decision(self):
        """Return (whether the patient agrees, the question that he answers); (None, empty) when he answers none."""
        action, asked = self._pressed()
        if asked.kind == CONSENT_REQUEST and action in (AGREE, DECLINE):
            return DECISIONS[action], asked
        wish = self.message_type in SPOKEN and opt_out.read_wish(self.body or "")
        question = self._get_open_question() if wish in DECISIONS else self.browse()
        return (DECISIONS[wish], question) if question else (None, question)

    def _get_open_question(self):
        """Return the question about consent that a typed answer can only be meant for; empty when there is none."""
        quoted = self.reply_to_id
        last = self.search(
            [
                ("conversation_id", "=", self.conversation_id.id),
                ("direction", "=", OUT),
                ("state", "not in", (BLOCKED, CANCELLED, FAILED)),
                ("create_date", "<=", self.sent_at),
            ],
            order="id desc",
            limit=1,
        )
        question = (quoted or last).filtered(
            lambda message: message.kind == CONSENT_REQUEST and self.sent_at - message.create_date <= OPEN
        )
        return question.filtered(lambda message: not message._is_answered())

    def _is_answered(self) -> bool:
        # sudo: clinic.consent - entries are not readable for everybody who makes the inbox run
        return bool(self.env["clinic.consent"].sudo().search_count([("question_id", "=", self.id)], limit=1))

    def _take_decision(self, question, agreed):
        """Let an answer count, if nothing newer is known."""
        standing = self._get_standing_decision(question)
        if standing and decided_at(standing) > self.sent_at:
            return
        if agreed and standing.status != GRANTED:
            self._take_agreement(question)
        elif not agreed and standing.status in AGREED:
            self._record_decision(question, WITHDRAWN)
            self.conversation_id._confirm_withdrawal(question._get_asked_purpose(), self.sent_at)
        elif not agreed and standing.status not in (REFUSED, WITHDRAWN):
            self._record_decision(question, REFUSED)

    def _get_standing_decision(self, question):
        """Return the entry that says what stands for the patient and purpose of a question; may be empty."""
        purpose = question._get_asked_purpose()
        current = self.env["clinic.consent"]._get_current(
            question.partner_id, purpose, self.company_id._get_controller()
        )
        return current.get((question.partner_id, purpose), self.env["clinic.consent"])

    def _get_asked_purpose(self):
        return self.conversation_id._get_purpose(self.privacy_text_id.purpose_code)

    def _take_agreement(self, question):
        try:
            with self.env.cr.savepoint():
                self._check_agreement(question)
                self.conversation_id._record_seen_notices(self._get_decided_at())
                self._record_decision(question, GRANTED)
        except UserError as reason:
            if not self._ask_anew(question):
                self._report_lost_agreement(str(reason))

    def _ask_anew(self, question):
        """Ask again with the new text where a yes came too late for the old one (LR-09); return the question."""
        conversation = self.conversation_id
        is_outdated = question.privacy_text_id._find_outdated() or self.env["clinic.consent"]._has_outdated_notice(
            question.partner_id, conversation.contact_id, self.company_id._get_controller()
        )
        if not is_outdated or question.partner_id != conversation.partner_id:
            return self.browse()
        return conversation._ask_consent(question.privacy_text_id.purpose_code)

    def _check_agreement(self, question):
        """
        :raise UserError: when the answer says yes to something else than was asked
        """
        env, _user = self.conversation_id._for_responsible_user()
        if self.conversation_id.contact_id._is_cut_off():
            raise UserError(env._("Messages to this number had been stopped before."))
        if question.partner_id != self.conversation_id.partner_id:
            raise UserError(env._("The question was asked for another patient."))

    def _record_decision(self, question, status):
        return (
            self.env["clinic.consent"]
            .with_company(self.company_id)
            ._record(
                question.partner_id,
                question._get_asked_purpose(),
                status,
                method=CHAT,
                company=self.company_id,
                contact=self.conversation_id.contact_id,
                text=question.privacy_text_id,
                question=question,
                answer=self,
                given_at=self._get_decided_at(),
            )
        )

    def _report_lost_agreement(self, reason):
        env, _user = self.conversation_id._for_responsible_user()
        self.conversation_id._ask_staff(
            TODO,
            env._("A patient's “yes” could not be recorded"),
            env._("%(reason)s Ask again at the desk, or by a link.", reason=reason),
        )


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _confirm_withdrawal(self, purpose, moment):
        this = self._in_patients_language()
        text = this.env._(
            "You withdrew your consent for %(purpose)s on %(moment)s. We will send no further messages for this "
            "purpose. Earlier processing is not affected.",
            purpose=purpose.with_env(this.env).name,
            moment=this._format_moment(moment),
        )
        this._send_service(OPTOUT_CONFIRM, text)
