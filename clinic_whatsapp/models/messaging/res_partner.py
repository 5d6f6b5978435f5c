from odoo import api, fields, models

from ..patient.res_partner import STAFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    whatsapp_conversation_count = fields.Integer(
        "WhatsApp conversations", compute="_compute_whatsapp_conversation_count", groups=STAFF
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_whatsapp_conversation_count(self):
        counts = dict(
            self.env["clinic.whatsapp.conversation"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.whatsapp_conversation_count = counts.get(partner._origin, 0)

    def action_open_whatsapp(self):
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_conversation")
        return {**action, "domain": [("partner_id", "in", self.ids)], "context": {}}
