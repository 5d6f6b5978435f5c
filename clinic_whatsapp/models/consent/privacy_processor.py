from odoo import api, fields, models
from odoo.exceptions import ValidationError

WHATSAPP, BSP = "whatsapp", "bsp"


class ClinicPrivacyProcessor(models.Model):
    """A third party that gets patients' data from a controller (legal.md §7.2). Notices name them (LR-07)."""

    _name = "clinic.privacy.processor"
    _inherit = ["clinic.audited.mixin", "clinic.shared.mixin"]
    _description = "Processor"
    _order = "company_id, service, name"

    company_id = fields.Many2one(
        "res.company",
        "Controller",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company._get_controller(),
    )
    name = fields.Char("Legal name", required=True)
    country_id = fields.Many2one("res.country", required=True, help="Where the data are.")
    role = fields.Selection(
        [("processor", "Processor"), ("controller", "Controller"), ("sub_processor", "Sub-processor")],
        required=True,
        default="processor",
    )
    service = fields.Selection(
        [
            (WHATSAPP, "WhatsApp infrastructure"),
            (BSP, "WhatsApp solution provider"),
            ("hosting", "Hosting"),
            ("sms", "SMS"),
            ("iys", "İYS integration"),
            ("signature", "Electronic signature"),
            ("backup", "Backup"),
            ("monitoring", "Error monitoring"),
            ("ai", "AI service"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    is_active = fields.Boolean("Gets data", default=True, help="Whether it gets patients' data at present.")
    contract_on = fields.Date("Contract of")
    reviewed_on = fields.Date("Last review")
    note = fields.Text()

    _audited = ("name", "country_id", "role", "service", "is_active", "contract_on", "reviewed_on", "note")

    @api.constrains("company_id")
    def _check_root(self):
        for processor in self:
            if processor.company_id != processor.company_id._get_controller():
                raise ValidationError(self.env._("Processors work for the legal entity, not for one of its branches."))

    @api.model
    def _ensure_for(self, companies):
        """Give controllers that have no processor yet the one that every user of WhatsApp has."""
        # sudo: clinic.privacy.processor - made with the controller's file, by whoever comes first
        rows = self.sudo()
        known = {company for (company,) in rows._read_group([("company_id", "in", companies.ids)], ["company_id"])}
        rows.create(
            [
                {
                    "company_id": company.id,
                    "name": "Meta Platforms Ireland Ltd. / WhatsApp LLC",
                    "country_id": self.env.ref("base.us").id,
                    "service": WHATSAPP,
                }
                for company in companies
                if company not in known
            ]
        )
