from odoo import models
from odoo.exceptions import UserError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Keep the consent ledger as it was written: a merge rewrites all rows of a contact by SQL, past every guard.

        :raise UserError: when a contact with entries in the ledger would be merged into another one
        """
        merged = set(partner_ids) - set(dst_partner.ids if dst_partner else ())
        # sudo: clinic.consent - entries of all branches count
        entry = self.env["clinic.consent"].sudo().search([("partner_id", "in", list(merged))], limit=1)
        if entry:
            raise UserError(
                self.env._(
                    "The consents of %(name)s are on record and cannot be moved to another contact. Merge the others "
                    "into this contact, or keep both.",
                    name=entry.partner_id.name,
                )
            )
        return super()._merge(partner_ids, dst_partner, extra_checks)
