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
        # sudo: res.partner - whoever may merge contacts changes who is reached where, without seeing consents
        before = self.env["res.partner"].sudo().browse(merged | set(dst_partner.ids if dst_partner else ())).exists()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        left = before.exists()
        if left != before:
            left._with_wards().filtered("is_patient")._become_one()
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _become_one(self):
        """End what rested on the numbers of patients who, or whose guardians, were two contacts before (LR-19)."""
        self._close_links()
        self._end_verification(self.whatsapp_contact_ids.mapped("phone"))
        self._end_consents(SUPERSEDED, lambda entry: entry.record_kind == CHANNEL_OPTIN)
        self.whatsapp_contact_ids._shut()
        self.filtered(lambda patient: not patient.deceased_on).ask_consent = True
