from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    whatsapp_automations_paused = fields.Boolean(
        "Automations paused",
        groups="clinic_whatsapp.group_user",
        help="Nothing of automations leaves here and in the branches below.",
    )
