from odoo import models
from odoo.exceptions import UserError

from .consent_states import CHANNEL_OPTIN, SUPERSEDED


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Keep the consent ledger as it was written: a merge rewrites all rows of a contact by SQL, past every guard.

        Whoever becomes one with another contact has not agreed under that one's number: his opt-ins end (LR-19).

        :raise UserError: when a contact with entries in the ledger would be merged into another one
        """
        # sudo: clinic.consent - entries of all branches count
        ledger = self.env["clinic.consent"].sudo()
        merged = set(partner_ids) - set(dst_partner.ids if dst_partner else ())
        if entry := ledger.search(
            ["|", ("partner_id", "in", list(merged)), ("acting_partner_id", "in", list(merged))], limit=1
        ):
            raise UserError(
                self.env._(
                    "The consents of %(name)s are on record and cannot be moved to another contact. Merge the others "
                    "into this contact, or keep both.",
                    name=entry.partner_id.name,
                )
            )
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        if dst_partner:
            self._end_opt_ins(dst_partner.exists())
        return result

    def _end_opt_ins(self, patient):
        # sudo: clinic.consent - entries of all branches count
        ledger = self.env["clinic.consent"].sudo()
        entries = ledger.search([("partner_id", "=", patient.id), ("record_kind", "=", CHANNEL_OPTIN)])
        for controller in entries.controller_id:
            standing = ledger._get_standing(patient, controller).values()
            ledger.union(*(entry for entry in standing if entry.record_kind == CHANNEL_OPTIN))._end(SUPERSEDED)
