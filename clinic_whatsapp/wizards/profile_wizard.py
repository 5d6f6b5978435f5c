from odoo import api, fields, models

from ..cloud_api.client import BusinessProfile

HEALTH = "HEALTH"


class ClinicWhatsappProfileWizard(models.TransientModel):
    """The business profile that patients see behind the name of a number: read from Meta, written back to Meta."""

    _name = "clinic.whatsapp.profile.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "WhatsApp business profile"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, readonly=True, ondelete="cascade")
    about = fields.Char(help="One line below the name, up to 139 characters. For example: Appointments and questions.")
    address = fields.Char(help="Up to 256 characters.")
    description = fields.Text(help="What the clinic offers, up to 512 characters.")
    email = fields.Char("E-mail", help="Up to 128 characters.")
    website_1 = fields.Char("Website", help="With https://, up to 256 characters.")
    website_2 = fields.Char("Second website", help="WhatsApp shows two at the most.")
    vertical = fields.Selection(
        [
            (HEALTH, "Medical and health"),
            ("BEAUTY", "Beauty and personal care"),
            ("PROF_SERVICES", "Professional services"),
            ("NONPROFIT", "Non-profit"),
            ("OTHER", "Other"),
        ],
        "Kind of business",
        default=HEALTH,
    )

    @api.model
    def _prepare_vals(self, account, profile):
        """Return the values of a wizard that shows a profile as Meta has it."""
        known = dict(self._fields["vertical"].selection)
        first, second = [*profile.websites, "", ""][:2]
        return {
            "account_id": account.id,
            "about": profile.about,
            "address": profile.address,
            "description": profile.description,
            "email": profile.email,
            "website_1": first,
            "website_2": second,
            "vertical": profile.vertical if profile.vertical in known else HEALTH,
        }

    def action_save(self):
        """Write the profile to Meta.

        :raise UserError: that names the limit of Meta that is broken (cloud_api.md §10)
        """
        self.ensure_one()
        with self.account_id._ask("phone_number_id", "access_token") as api:
            api.update_profile(self._to_profile())
        return self.account_id._notify_user(self.env._("Meta shows the new profile within a few minutes."))

    def _get_websites(self):
        return tuple(address.strip() for address in (self.website_1, self.website_2) if address and address.strip())

    def _to_profile(self):
        return BusinessProfile(
            about=self.about or "",
            address=self.address or "",
            description=self.description or "",
            email=self.email or "",
            websites=self._get_websites(),
            vertical=self.vertical or HEALTH,
        )
