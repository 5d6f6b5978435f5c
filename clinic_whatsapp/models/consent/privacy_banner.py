"""What staff must see wherever they would write to a patient.

That the transfer abroad is not in order (legal.md LR-33), and that the privacy notice does not say what the clinic does
(LR-07). Nobody can close it; it goes when its cause goes.
"""

from odoo import api, fields, models

from ..patient.res_partner import STAFF


class ClinicPrivacyBannerMixin(models.AbstractModel):
    """A form with the two banners of the controller of its branch."""

    _name = "clinic.privacy.banner.mixin"
    _description = "Shows what is wrong with the registers"

    transfer_banner = fields.Char("About the transfer abroad", compute="_compute_privacy_banners", groups=STAFF)
    notice_banner = fields.Char("About the privacy notice", compute="_compute_privacy_banners", groups=STAFF)

    @api.depends("company_id")
    @api.depends_context("company", "lang")
    def _compute_privacy_banners(self):
        """One look at the registers for each controller, however many records there are."""
        for company, records in self.grouped(lambda record: record._get_banner_company()).items():
            records.update(company._get_privacy_banners())

    def _get_banner_company(self):
        """Hook: return the controller of which one record's banners tell."""
        return (self.company_id or self.env.company)._get_controller()


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_privacy_banners(self) -> dict:
        """Return what is to be told about one controller: ``transfer_banner`` and ``notice_banner``, or nothing."""
        # sudo: clinic.privacy.controller - its state only, which everybody must see
        file = self.env["clinic.privacy.controller"].sudo()._get_for(self)
        return {
            "transfer_banner": file._get_transfer_banner(),
            "notice_banner": self.env["clinic.privacy.notice"]._get_banner(self),
        }


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "clinic.privacy.banner.mixin"]

    def _get_banner_company(self):
        """A patient is shared by the branches: what counts is where one would write from."""
        return self.env.company._get_controller()
