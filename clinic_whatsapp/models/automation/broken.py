from odoo import fields, models


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _stop(self, reason):
        """Switch an automation off that does not work any more, and say why.

        :param str reason: a sentence for the manager
        """
        self.write({"active": False, "stopped_reason": reason, "stopped_at": fields.Datetime.now()})
