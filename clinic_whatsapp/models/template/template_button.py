from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_BUTTONS = 10  # cloud_api.md §4.2
MAX_TEXT = 25


class ClinicWhatsappTemplateButton(models.Model):
    """A quick-reply button, and what happens when the patient presses it."""

    _name = "clinic.whatsapp.template.button"
    _inherit = ["clinic.shared.mixin"]
    _description = "WhatsApp template button"
    _order = "template_id, sequence, id"
    _rec_name = "text"

    template_id = fields.Many2one("clinic.whatsapp.template", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="template_id.company_id", store=True, precompute=True, default=None)
    sequence = fields.Integer(default=10)
    text = fields.Char(required=True, size=MAX_TEXT)
    action = fields.Selection(
        [("none", "Only a reply")], required=True, default="none", help="What the patient's answer does in Odoo."
    )

    @api.constrains("text", "template_id")
    def _check_buttons(self):
        for template in self.template_id:
            texts = template.button_ids.mapped("text")
            if len(texts) > MAX_BUTTONS or len(set(texts)) != len(texts):
                raise ValidationError(self.env._("A template has at most ten buttons, each with a text of its own."))
