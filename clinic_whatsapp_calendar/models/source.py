from odoo import api, models

from .event import VISIT


class ClinicWhatsappSource(models.Model):
    _inherit = "clinic.whatsapp.source"

    @api.model
    def _is_choosable(self, name, model):
        """Offer events, not the rows behind them."""
        return name != VISIT and super()._is_choosable(name, model)
