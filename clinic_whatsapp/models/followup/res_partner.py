from odoo import api, fields, models

from ..branch.wall_fields import WalledOne2many
from ..patient.res_partner import STAFF
from .followup_states import DECEASED


class ResPartner(models.Model):
    _inherit = "res.partner"

    followup_ids = WalledOne2many("clinic.followup", "partner_id", "Treatment follow-up", readonly=True, groups=STAFF)
    followup_timeline = fields.Json(compute="_compute_followup_timeline", groups=STAFF)

    @api.depends("followup_ids.timeline")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_followup_timeline(self):
        """Show what the reader may see: courses of other branches are not told."""
        for partner in self:
            partner.followup_timeline = [course.timeline for course in partner.followup_ids]

    def action_start_followup(self):
        """Open the form in which a plan is started for this patient in the current branch."""
        self.ensure_one()
        return self.env["clinic.followup"]._open_start(default_partner_id=self.id)

    def _die(self):
        """Extended: nothing more is due."""
        result = super()._die()
        # sudo: clinic.followup - a death ends the courses of all branches
        self.env["clinic.followup"].sudo().search([("partner_id", "in", self.ids)])._stop(DECEASED)
        return result
