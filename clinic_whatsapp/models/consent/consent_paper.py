from odoo import models
from odoo.exceptions import UserError

from .consent_states import GRANTED, PAPER, PENDING, UNPROVEN


class ClinicConsent(models.Model):
    """A signed paper counts once a second person has looked at the signature (legal.md LR-13)."""

    _inherit = "clinic.consent"

    def _check_signature(self):
        """Record that the current user has compared the signature of one pending entry: the consent is given.

        :return: the new entry
        :raise UserError: when it does not wait any more, or the user attached the form himself
        """
        return self._decide(GRANTED, checked_by=self.env.user)

    def _reject_signature(self, note=None):
        """Record that the paper of one pending entry proves nothing; return the new entry."""
        return self._decide(UNPROVEN, note=note or self.note)

    def _get_check_obstacle(self):
        """Return why one pending entry cannot become a consent any more, whatever its signature; None when it can."""
        # sudo: clinic.consent - the reader of the entry; what it links to may lie behind other rules
        pending = self.sudo()
        controller, facts = pending.controller_id, {**pending._get_facts(), "given_at": pending.given_at}
        if facts["text"]._find_outdated():
            return self._explain_outdated_text(facts)
        if not pending._find_delivery(controller, facts):
            return self._explain_missing_notice(controller, facts)
        return None

    def _decide(self, status, **proof):
        self.ensure_one()
        self.check_access("read")
        # sudo: clinic.consent - the entry was just found readable; what it links to may lie behind other rules
        pending = self.sudo()
        if pending.status != PENDING or not pending._is_newest():
            raise UserError(self.env._("This form does not wait for a check any more."))
        return self._record(
            pending.partner_id.with_env(self.env), pending.purpose_id, status, method=PAPER, company=self.company_id,
            **{"note": pending.note, **pending._get_proof(), **proof},
        )  # fmt: skip

    def _get_proof(self):
        """Return what one entry rests on, as keywords of ``_record``."""
        return {
            "origin": self,
            "record_kind": self.record_kind,
            "contact": self.contact_id or None,
            "acting": self.acting,
            "acting_partner": self.acting_partner_id or None,
            "text": self.text_id,
            "guardian_text": self.guardian_text_id,
            "notice": self.notice_id,
            "phone": self.phone,
            "signer_name": self.signer_name,
            "given_at": self.given_at,
        }

    def _is_newest(self) -> bool:
        """Tell whether nothing was recorded after one entry about the same person, purpose and kind."""
        return not self.search_count(
            [
                ("controller_id", "=", self.controller_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("purpose_code", "=", self.purpose_code),
                ("record_kind", "=", self.record_kind),
                ("id", ">", self.id),
            ],
            limit=1,
        )
