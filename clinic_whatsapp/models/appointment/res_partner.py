from odoo import api, fields, models

from ..branch.wall_fields import WalledOne2many
from ..patient.res_partner import STAFF
from .appointment_events import UPCOMING


class ResPartner(models.Model):
    _inherit = "res.partner"

    appointment_ids = WalledOne2many("clinic.appointment", "patient_id", "Appointments", groups=STAFF)
    appointment_count = fields.Integer(compute="_compute_appointments", groups=STAFF)
    next_appointment_at = fields.Datetime("Next appointment", compute="_compute_appointments", groups=STAFF)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_appointments(self):
        """Count with the rights of the reader: a stored count would tell about other branches."""
        Appointment = self.env["clinic.appointment"]
        mine = [("patient_id", "in", self.ids)]
        counts = dict(Appointment._read_group(mine, ["patient_id"], ["__count"]))
        ahead = [("state", "in", UPCOMING), ("start", ">", fields.Datetime.now())]
        starts = dict(Appointment._read_group(mine + ahead, ["patient_id"], ["start:min"]))
        for partner in self:
            partner.appointment_count = counts.get(partner._origin, 0)
            partner.next_appointment_at = starts.get(partner._origin, False)

    def action_open_appointments(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_appointment")
        return {
            **action,
            "name": self.env._("Appointments"),
            "view_mode": "list,calendar,kanban,form",
            "views": [(False, name) for name in ("list", "calendar", "kanban", "form")],
            "domain": [("patient_id", "=", self.id)],
            "context": {"default_patient_id": self.id},
        }
