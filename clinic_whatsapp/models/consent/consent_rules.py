"""What the law does not let be recorded. Each refusal says why, and what to do instead.

Refusing and taking back is never made difficult: but for the order of states, none of these rules touches it (LR-16).
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .consent_states import (
    AGREEING,
    CHANNEL_OPTIN,
    CHAT,
    ENDING,
    EXPLICIT_CONSENT,
    GRANTED,
    GRANTING_METHODS,
    LINK,
    PAPER,
    SPOKEN,
    STAFF_ACT,
    SYSTEM,
    TABLET,
    TRANSITIONS,
    UNPROVEN,
)
from .privacy_notice import DOCUMENT_OF_KIND, DRAFT, PUBLISHED, SHORT_NOTICE
from .privacy_notice import NOTICE as FULL_NOTICE

CLOCKS_APART = timedelta(minutes=5)  # Meta's clock and a patient's tablet are not ours
SIGNED = ("ip", "user_agent", "signer_name", "signature")
REQUIRED = {PAPER: ("evidence",), TABLET: SIGNED, LINK: SIGNED, CHAT: ("contact", "question", "answer"), SPOKEN: ()}


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _check_decision(self, controller, facts):
        """
        :raise UserError: when the law, or what stands already, does not let this decision be recorded
        """
        self._check_order(controller, facts)
        self._check_moment(facts["given_at"])
        if facts["status"] == UNPROVEN:
            self._check_kind(facts)
        if facts["status"] not in AGREEING:
            return
        self._check_kind(facts)
        self._check_method(facts)
        self._check_person(facts)
        self._check_notice(controller, facts)
        self._check_text(controller, facts)
        self._check_proof(facts)

    @api.model
    def _check_order(self, controller, facts):
        """States only move forward (LR-12); what the program ends, people do not."""
        key = facts["partner"], facts["purpose"].code, facts["record_kind"]
        before = facts.get("origin") or self._get_standing(facts["partner"], controller).get(key)
        if facts["status"] not in TRANSITIONS[before.status if before else None]:
            states = dict(self._fields["status"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(purpose)s” of %(name)s: after “%(before)s”, “%(after)s” cannot follow.",
                    purpose=facts["purpose"].name,
                    name=facts["partner"].name,
                    before=states[before.status] if before else self.env._("Not asked"),
                    after=states[facts["status"]],
                )
            )
        if facts["status"] in ENDING and facts["method"] not in (SYSTEM, STAFF_ACT):
            raise UserError(self.env._("This state is set by the program, not by people."))

    @api.model
    def _check_moment(self, given_at):
        if given_at > fields.Datetime.now() + CLOCKS_APART:
            raise ValidationError(self.env._("The date lies in the future. Correct it."))

    @api.model
    def _check_kind(self, facts):
        """One kind of record is never taken for another (LR-03; decision 2026/347 of the Authority)."""
        purpose, kind = facts["purpose"], facts["record_kind"]
        if kind in purpose._get_required_kinds():
            return
        if kind == EXPLICIT_CONSENT:
            raise UserError(
                self.env._(
                    "“%(purpose)s” does not rest on explicit consent, so none may be asked for or kept (decision "
                    "2026/347 of the Personal Data Protection Board). Record the channel preference instead.",
                    purpose=purpose.name,
                )
            )
        raise UserError(
            self.env._(
                "“%(purpose)s” does not ask for this kind of record. Nothing was recorded.", purpose=purpose.name
            )
        )

    @api.model
    def _check_method(self, facts):
        if facts["method"] not in GRANTING_METHODS:
            raise UserError(
                self.env._("Only the patient can agree: on paper, on the tablet, by a link, in the chat or in person.")
            )
        if facts["method"] == SPOKEN and facts["record_kind"] != CHANNEL_OPTIN:
            raise UserError(
                self.env._(
                    "“%(purpose)s” cannot be agreed to by word of mouth. Let the patient sign on paper or on the "
                    "tablet, or send a link.",
                    purpose=facts["purpose"].name,
                )
            )

    @api.model
    def _check_person(self, facts):
        # sudo: res.partner - whether somebody lives, for whoever records a consent
        patient = facts["partner"].sudo()
        if patient.deceased_on:
            raise UserError(self.env._("%(name)s has died. No consent can be recorded.", name=patient.name))
        if not facts["purpose"].is_on:
            raise UserError(
                self.env._(
                    "“%(purpose)s” is not in use, so nobody is asked for it. "
                    "Switch it on under Data protection › Purposes.",
                    purpose=facts["purpose"].name,
                )
            )

    @api.model
    def _check_notice(self, controller, facts):
        """No agreement before the notice had reached the same person (LR-05), and none on an outdated one (LR-07)."""
        if not facts["delivery"]:
            raise UserError(self._explain_missing_notice(controller, facts))
        texts = self.env["clinic.privacy.notice"]
        if texts._get_published(controller, FULL_NOTICE, None, facts["partner"].lang)._is_closed():
            raise UserError(
                self.env._(
                    "The privacy notice has not matched the registers for more than a week. Publish a new version; "
                    "then consents can be recorded again."
                )
            )

    @api.model
    def _explain_missing_notice(self, controller, facts):
        contacts = self._get_contacts(controller, facts)
        if self._has_outdated_notice(facts["partner"], contacts, controller, before=facts["given_at"]):
            return self.env._(
                "Since %(name)s had the privacy notice, a version was published that has to be handed over to "
                "everybody anew. Hand over the new notice, then ask again. Nothing was recorded.",
                name=facts["partner"].name,
            )
        return self.env._(
            "%(name)s had not received the privacy notice at that moment. Hand it over first and record that; then "
            "record the consent (KVKK art. 10).",
            name=facts["partner"].name,
        )

    @api.model
    def _check_text(self, controller, facts):
        """What is agreed to is one published text of this controller, kind and purpose (LR-11), in a version that no
        material one has replaced (LR-09); one that was replaced for a comma may still come back signed."""
        # sudo: clinic.privacy.notice - published texts are for everybody
        text = (facts["text"] or self.env["clinic.privacy.notice"]).sudo()
        if not text:
            raise UserError(
                self.env._(
                    "There is no published text for “%(purpose)s”. "
                    "Publish one under Data protection › Texts for patients first.",
                    purpose=facts["purpose"].name,
                )
            )
        if text.state == PUBLISHED and text._is_closed():
            raise UserError(
                self.env._(
                    "“%(text)s” has not matched the registers for more than a week. Publish a new version; then "
                    "consents can be recorded again.",
                    text=text.title,
                )
            )
        wanted = (controller, DOCUMENT_OF_KIND[facts["record_kind"]], facts["purpose"].code)
        if (text.company_id, text.document_type, text.purpose_code) != wanted or text.state == DRAFT:
            raise UserError(
                self.env._("“%(text)s” is not a published text for “%(purpose)s”. Nothing was recorded.",
                           text=text.title, purpose=facts["purpose"].name)
            )  # fmt: skip
        if text._find_outdated():
            raise UserError(self._explain_outdated_text(facts))

    @api.model
    def _explain_outdated_text(self, facts):
        return self.env._(
            "“%(text)s” has been replaced by a version that everybody has to be asked for anew. Ask %(name)s with the "
            "new text. Nothing was recorded.",
            text=facts["text"].sudo().title,  # sudo: clinic.privacy.notice - published texts are for everybody
            name=facts["partner"].name,
        )

    @api.model
    def _check_proof(self, facts):
        """Every way of agreeing leaves its own traces; without them it proves nothing (legal.md §6, LR-11, LR-13)."""
        origin = facts.get("origin") or self.browse()
        missing = [name for name in REQUIRED[facts["method"]] if not facts.get(name)]
        if "evidence" in missing and not origin.evidence_ids:
            raise ValidationError(self.env._("Attach a scan or a photograph of the signed form."))
        if set(missing) - {"evidence"}:
            raise ValidationError(
                self.env._(
                    "This consent lacks its proof: %(missing)s. Nothing was recorded.",
                    missing=", ".join(sorted(self._get_label(name) for name in missing)),
                )
            )
        attached_by = origin.recorded_by_id or self.env.user
        if facts["method"] == PAPER and facts["status"] == GRANTED and facts["checked_by"] == attached_by:
            raise UserError(
                self.env._("The signature is checked by a second person, not by the one who attached the form.")
            )

    @api.model
    def _get_label(self, name):
        labels = {
            "contact": self.env._("the number"),
            "question": self.env._("the question"),
            "answer": self.env._("the answer"),
            "ip": self.env._("the IP address"),
            "user_agent": self.env._("the browser"),
            "signer_name": self.env._("the name of who signed"),
            "signature": self.env._("the signature"),
        }
        return labels[name]

    @api.model
    def _check_delivery(self, controller, facts):
        """
        :raise UserError: when this is no published notice of this controller, nobody got it, or not yet
        """
        # sudo: clinic.privacy.notice - published texts are for everybody
        notice = (facts["notice"] or self.env["clinic.privacy.notice"]).sudo()
        is_notice = notice.document_type in (FULL_NOTICE, SHORT_NOTICE) and notice.state != DRAFT
        if not is_notice or notice.company_id != controller:
            raise UserError(self.env._("This is not a published notice of %(company)s.", company=controller.name))
        if not (facts["partner"] or facts["contact"]):
            raise UserError(self.env._("Say to whom the notice was handed over."))
        self._check_moment(self._get_moment(facts))
