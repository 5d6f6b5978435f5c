"""What the law asks before a message leaves (legal.md §7 C, LR-22 to LR-33).

Each rule takes the messages nobody has objected to so far and returns {message: reason} of what it denies. An *answer*
to what the patient wrote in the last 24 hours needs no notice and no opt-in (LR-26); everything else does.
"""

import re

from odoo import models

from ...cloud_api import phone as phone_numbers
from ..consent.consent_purpose import APPOINTMENT, COMMERCIAL, FEEDBACK, HEALTH, OPT_IN, TRANSFER
from ..consent.consent_states import APPROVAL, EXPLICIT_CONSENT, GRANTED, RENEWAL_REQUIRED
from ..consent.lint import HEALTH as HEALTH_WORDS
from ..consent.lint import PROMO
from ..patient.guardian import RELATIVE
from . import reasons
from .message import (
    AUTO_REPLY,
    AUTOMATIC,
    EMERGENCY,
    GREETING,
    LEGAL_NOTICE,
    OPTOUT_CONFIRM,
    OUT_OF_HOURS,
    REPLY,
    SHORT_NOTICE,
    WRONG_NUMBER,
)

DESPITE_STOP = (OPTOUT_CONFIRM, LEGAL_NOTICE)
# LR-33: P0 notices and opt-out. The number to call in an emergency is one, too: life and limb do not wait for a file,
# and it tells nothing about the person (legal.md §7.4.6; KVKK m.6/3-c).
DESPITE_TRANSFER = (SHORT_NOTICE, OPTOUT_CONFIRM, LEGAL_NOTICE, EMERGENCY)
DESPITE_SUSPENSION = (WRONG_NUMBER,)  # says nothing but that we stop
WRITTEN_HERE = (REPLY, AUTOMATIC, AUTO_REPLY, GREETING, OUT_OF_HOURS)  # all other kinds have fixed texts
EXIT = re.compile(r"\b(?:RET|DUR|STOP)\b")


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    # People

    def _deny_deceased(self, messages):
        """LR-23: whoever writes, for whatever."""
        cases = [case for case in self._get_facts(messages).of(messages) if case.partner.deceased_on]
        return self._denied_cases(cases, reasons.DECEASED)

    def _deny_suspended(self, messages):
        """LR-19: the number may be somebody else's."""
        cases = self._find_by_contact(messages, "suspended_at")
        return self._denied_cases(
            [case for case in cases if case.message.kind not in DESPITE_SUSPENSION], reasons.NUMBER_SUSPENDED
        )

    def _deny_minor(self, messages):
        """LR-22: we write to the guardian, or to nobody. Whoever writes to us is answered."""
        cases = [case for case in self._get_facts(messages).of(messages) if not case.is_answer]
        guarded = {case.partner for case in cases if case.partner.needs_guardian}
        return self._denied_cases(
            [case for case in cases if case.partner in guarded and not self._is_guardians(case)], reasons.MINOR_RULE
        )

    def _is_guardians(self, case) -> bool:
        """Tell whether a message to a ward goes to the guardian's number; an account without one may be the ward's."""
        is_guarded = bool(case.contact.phone) and not case.partner._lacks_guardian()
        return is_guarded and self._is_same_number(case.partner.reached_phone, case.contact)

    def _is_same_number(self, phone, contact) -> bool:
        return not contact.phone or contact.phone == phone or contact.phone in phone_numbers.variants(phone or "")

    # Stops

    def _deny_stopped(self, messages):
        """LR-39: STOP ends everything but its own confirmation and what the law makes us say."""
        cases = self._find_by_contact(messages, "suppressed_at")
        return self._denied_cases([case for case in cases if case.message.kind not in DESPITE_STOP], reasons.STOP_ALL)

    def _deny_marketing(self, messages):
        """LR-39, LR-42: promotion and surveys."""
        cases = self._find_by_contact(messages, "marketing_stopped_at")
        return self._denied_cases(
            [case for case in cases if case.message._is_marketing() or case.purpose.code == FEEDBACK],
            reasons.STOP_MARKETING,
        )

    def _find_by_contact(self, messages, name):
        """Return the cases whose contact has something in a field; few have."""
        facts = self._get_facts(messages)
        marked = {contact.id for contact in facts.contacts if contact[name]}
        return [case for case in facts.of(messages) if case.contact.id in marked] if marked else []

    # Transfer abroad

    def _deny_transfer(self, messages):
        """LR-33: without a transfer file nothing passes through WhatsApp's servers, but notices and the opt-out."""
        cases = [
            case for case in self._get_facts(messages).of(messages) if case.message.kind not in DESPITE_TRANSFER
        ]
        return {case.message: reason for case in cases if (reason := self._judge_transfer(case))}

    def _judge_transfer(self, case):
        file = case.controller.file
        if not file:
            return reasons.TRANSFER_INVALID
        if file._is_barred_as_public():
            return reasons.PUBLIC_INSTITUTION
        if not file._may_transfer():
            return reasons.TRANSFER_INVALID
        if file._needs_transfer_consent() and not case.message._needs_window():
            return None if self._has(case, TRANSFER, EXPLICIT_CONSENT) else reasons.NO_P2
        return None

    # The window

    def _deny_closed_window(self, messages):
        return self._denied(
            messages.filtered(lambda message: message._needs_window() and not message.conversation_id.is_window_open),
            reasons.WINDOW_CLOSED,
        )

    # Notice and agreement

    def _deny_without_notice(self, messages):
        """KVKK m.10, LR-25: whom we write to first has got the notice."""
        cases = [case for case in self._find_unasked(messages) if not case.controller.has_notice(case)]
        return {case.message: self._name_missing(case, reasons.NO_NOTICE) for case in cases}

    def _deny_without_opt_in(self, messages):
        """LR-25, LR-26: the opt-in of the purpose for this number; for service and health the one for appointments.

        Nobody can opt in to a purpose that is off; the next rule says what is missing there (LR-60).
        """
        denied = {}
        for case in self._find_unasked(messages):
            if self._is_off(case.purpose):
                continue
            code, kinds = self._get_opt_in(case)
            if not kinds or not all(self._has(case, code, kind, for_number=True) for kind in kinds):
                denied[case.message] = self._name_missing(case, reasons.NO_OPTIN)
        return denied

    def _get_opt_in(self, case):
        """Return (code of the purpose, kinds of records) that stand for the patient's wish to be written to."""
        if case.purpose.gate == COMMERCIAL:
            return case.purpose.code, (EXPLICIT_CONSENT,)  # the approval is a matter of its own
        if case.purpose.gate == OPT_IN:
            return case.purpose.code, case.purpose._get_required_kinds()
        appointment = case.controller.purposes.get(APPOINTMENT)
        return APPOINTMENT, appointment._get_required_kinds() if appointment else ()

    def _name_missing(self, case, reason):
        """Return the reason; a grant that only a new text has made worthless is to be renewed (LR-09)."""
        code, kinds = self._get_opt_in(case)
        entries = [case.controller.get_entry(case, code, kind) for kind in kinds]
        renewed = any(entry and entry.status == RENEWAL_REQUIRED for entry in entries)
        return reasons.RENEWAL_REQUIRED if renewed else reason

    def _has(self, case, code, kind, for_number=False) -> bool:
        """Tell whether the patient has agreed, and the agreement has not run out; if asked, for this very number."""
        entry = case.controller.get_entry(case, code, kind)
        if not entry or entry.status != GRANTED:
            return False
        if entry.effective_until and entry.effective_until <= self._get_facts(case.message).now:
            return False
        return not (for_number and entry.phone) or self._is_same_number(entry.phone, case.contact)

    def _find_unasked(self, messages):
        """Return the cases in which the clinic writes without being asked."""
        return [case for case in self._get_facts(messages).of(messages) if not case.is_answer]

    # What single purposes ask for

    def _deny_unsigned(self, messages):
        """LR-60: P3 to P5 are off until a counsel has signed off."""
        cases = [case for case in self._find_unasked(messages) if self._is_off(case.purpose)]
        return self._denied_cases(cases, reasons.NO_SIGNOFF)

    def _is_off(self, purpose) -> bool:
        is_signed_off = purpose.is_on and purpose.sign_off_by and purpose.sign_off_on
        return purpose.needs_sign_off and not is_signed_off

    def _deny_health(self, messages):
        """LR-27: health content needs a grant of its own and a number that is proven to be the patient's."""
        cases = [case for case in self._find_unasked(messages) if case.purpose.gate == HEALTH]
        return {case.message: reason for case in cases if (reason := self._judge_health(case))}

    def _judge_health(self, case):
        if not all(self._has(case, case.purpose.code, kind) for kind in case.purpose._get_required_kinds()):
            return reasons.NO_P3
        if not case.contact.verified_at or case.contact.is_unverified or case.partner.number_owner == RELATIVE:
            return reasons.UNVERIFIED_NUMBER
        return reasons.HEALTH_LINT if case.message.media_state else None  # documents go through a secure link

    def _deny_commercial(self, messages):
        """LR-28: approval, registration, and who sends it."""
        cases = [case for case in self._find_unasked(messages) if case.purpose.gate == COMMERCIAL]
        return {case.message: reason for case in cases if (reason := self._judge_commercial(case))}

    def _judge_commercial(self, case):
        if not self._has(case, case.purpose.code, APPROVAL):
            return reasons.NO_ETK
        if case.controller.file.iys_policy != "off" and not self._is_registered(case):
            return reasons.NO_IYS
        return None if self._names_sender(case) else reasons.NO_SENDER

    def _is_registered(self, case) -> bool:
        """Hook: tell whether İYS confirms the approval. Nobody asks it yet, so it does not (fail closed)."""
        return False

    def _names_sender(self, case) -> bool:
        """Tell whether a commercial message says who sends it, under which number, and how to stop it (LR-28)."""
        file, text = case.controller.file, case.message.body or ""
        return bool(file.mersis and file.mersis in text and file.trade_name in text and EXIT.search(text))

    # Words

    def _deny_words(self, messages):
        """LR-30, LR-31: promotion and health words. Whoever typed a text may give a reason and send it all the same."""
        cases = [case for case in self._get_facts(messages).of(messages) if self._is_to_be_read(case.message)]
        groups = {}
        for case in cases:
            groups.setdefault((case.controller, case.purpose.gate == COMMERCIAL), []).append(case.message)
        denied = {}
        for (entity, is_commercial), group in groups.items():
            wordings = messages.browse(message.id for message in group)._get_wordings()
            kinds = (HEALTH_WORDS,) if is_commercial else (PROMO, HEALTH_WORDS)
            found = self.env["clinic.lint.word"]._judge_texts(wordings.values(), kinds=kinds, company=entity.company)
            denied.update((message, reason) for message, reason in zip(wordings, found, strict=True) if reason)
        return denied

    def _is_to_be_read(self, message) -> bool:
        """Tell whether somebody of the clinic wrote these words and has not answered for them."""
        return message.kind in WRITTEN_HERE and not (message.lint_reason and not message.template_id)
