"""Whose word counts in the ledger (legal.md §5.1, LR-22).

For a minor and for a restricted adult only the guardian on file can agree: named, with the relation, on a document that
lies beside an entry of the ledger. Refusing and taking back is open to everybody, always.
"""

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...cloud_api import phone as phone_numbers
from ..patient.guardian import LEGAL_GUARDIAN as COURT
from ..patient.guardian import RELATIVE
from .consent_evidence import AUTHORITY
from .consent_states import AGREEING, CHAT, GUARDIAN, LEGAL_GUARDIAN, SELF
from .privacy_notice import DRAFT
from .privacy_notice import GUARDIAN as ADDENDUM


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_decider(self) -> dict:
        """Return who decides for one patient, as keywords of ``clinic.consent._record``: acting, acting_partner."""
        if not self.needs_guardian:
            return {}
        acting = LEGAL_GUARDIAN if self.guardian_relation == COURT else GUARDIAN
        return {"acting": acting, "acting_partner": self._get_guardian()}

    def _get_decider_problem(self, *, acting=SELF, acting_partner=None, authority=None):
        """Return why this person cannot agree for one patient, as a sentence with what to do; None when he can.

        :param str acting: see ``ACTING``
        :param res.partner | None acting_partner: who acts for the patient
        :param authority: the document, where it is handed in now
        """
        decider = self._get_decider()
        if decider and not (decider["acting_partner"] and self.guardian_relation):
            return self.env._(
                "A guardian decides for %(name)s. Enter the guardian and the relation on the patient's form first.",
                name=self.name,
            )
        if decider and (acting, acting_partner) != (decider["acting"], decider["acting_partner"]):
            return self.env._(
                "Only the guardian on file, %(guardian)s, can agree for %(name)s.",
                guardian=self.guardian_id.name,
                name=self.name,
            )
        if (decider or self.number_owner == RELATIVE) and not (authority or self._has_shown_authority(acting_partner)):
            return self._get_missing_document()
        return None

    def _is_bound_by(self, entry) -> bool:
        """Tell whether whoever spoke in an entry decides for one patient still: this guardian, or only himself."""
        decider = self._get_decider()
        if not decider:
            return entry.acting not in (GUARDIAN, LEGAL_GUARDIAN)
        spoke = {"acting": entry.acting, "acting_partner": entry.acting_partner_id}
        return bool(decider["acting_partner"]) and spoke == decider

    def _get_number_problem(self, facts):
        """Return why an answer from this number is not the guardian's; None when it is, or none is needed."""
        contact = facts.get("contact")
        if facts["method"] != CHAT or not self.needs_guardian or (contact and contact.phone == self.reached_phone):
            return None
        return self.env._("The answer came from another number than the guardian's. Ask the guardian at the desk.")

    def _get_missing_document(self):
        if self.needs_guardian:
            return self.env._("Attach the document that shows who the guardian is, for example the court's decision.")
        return self.env._(
            "The number belongs to a relative. Attach the patient's written permission to write to that number."
        )

    def _has_shown_authority(self, acting_partner) -> bool:
        """Tell whether the document already lies beside an entry, by which the same person acted for this patient.

        A permission to write to a relative's number is about that number, and about no other one.
        """
        shown = Domain("kind", "=", AUTHORITY) & Domain("consent_id.partner_id", "=", self.id)
        shown &= Domain("consent_id.acting_partner_id", "=", acting_partner.id if acting_partner else False)
        if not self.needs_guardian:
            shown &= Domain("consent_id.phone", "in", phone_numbers.variants(self.reached_phone or ""))
        # sudo: clinic.consent.evidence - whether it exists, wherever it was shown
        return bool(self.env["clinic.consent.evidence"].sudo().search_count(shown, limit=1))


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _complete(self, controller, facts):
        """Extended: who agreed need not be named where it can only have been the guardian."""
        facts = super()._complete(controller, facts)
        if facts["status"] in AGREEING and not facts.get("acting"):
            facts.update(facts["partner"].sudo()._get_decider())  # sudo: res.partner - whoever records the consent
        return facts

    @api.model
    def _check_decision(self, controller, facts):
        """Extended: what needs the guardian's word is recorded on the guardian's word only.

        :raise ValidationError: somebody else agreed, or on what his word rests is not known
        """
        result = super()._check_decision(controller, facts)
        if facts["status"] in AGREEING:
            # sudo: res.partner - the ledger asks for the whole truth about the patient
            patient = facts["partner"].sudo()
            named = {name: facts.get(name) for name in ("acting", "acting_partner", "authority")}
            problem = patient._get_decider_problem(**named) or patient._get_number_problem(facts)
            if problem:
                raise ValidationError(problem)
            self._check_guardian_text(controller, facts)
        return result

    @api.model
    def _check_guardian_text(self, controller, facts):
        """What a guardian declared beside the text is a published addendum of this controller, too (LR-08)."""
        # sudo: clinic.privacy.notice - published texts are for everybody
        addendum = (facts.get("guardian_text") or self.env["clinic.privacy.notice"]).sudo()
        is_one = (addendum.company_id, addendum.document_type) == (controller, ADDENDUM) and addendum.state != DRAFT
        if addendum and not is_one:
            raise UserError(
                self.env._(
                    "“%(text)s” is not a published guardian's addendum. Nothing was recorded.", text=addendum.title
                )
            )
