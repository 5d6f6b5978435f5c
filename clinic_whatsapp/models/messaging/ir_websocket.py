from odoo import models

from .conversation import BUS_CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Subscribe staff to the news of their branches, whatever the browser asked for (odoo19.md §2.5)."""
        channels = [channel for channel in channels if channel != "clinic_whatsapp"]
        if self.env.user and self.env.user.has_group("clinic_whatsapp.group_user"):
            channels += [(company, BUS_CHANNEL) for company in self.env.user.company_ids]
        return super()._build_bus_channel_list(channels)
