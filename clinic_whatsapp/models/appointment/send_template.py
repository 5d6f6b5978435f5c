from odoo import models


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def action_compose_template(self):
        """Open the composer of templates for the patients of these appointments."""
        return self.env["clinic.whatsapp.template"]._open_composer(self)
