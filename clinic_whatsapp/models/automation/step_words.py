"""When a message leaves, in words, where the step itself says on which side of a date it stands."""

from odoo import api, models

from ..messaging.send_window import DAYS, HOURS, MINUTES
from .trigger import OF_DATE


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    @api.depends("offset_side")
    def _compute_when_text(self):
        """Extended: dates are counted to and from."""
        dated = self.filtered(lambda step: step.automation_id.trigger in OF_DATE)
        for step in dated:
            step.when_text = step._tell_distance()
        return super(ClinicWhatsappAutomationStep, self - dated)._compute_when_text()

    def _tell_distance(self) -> str:
        if not self.offset_value:
            return self.env._("on the day itself") if self.offset_unit == DAYS else self.env._("at that moment")
        units = {
            MINUTES: (self.env._("1 minute"), self.env._("%s minutes", self.offset_value)),
            HOURS: (self.env._("1 hour"), self.env._("%s hours", self.offset_value)),
            DAYS: (self.env._("1 day"), self.env._("%s days", self.offset_value)),
        }
        one, many = units[self.offset_unit or DAYS]
        length = one if self.offset_value == 1 else many
        if self.offset_side == "before":
            return self.env._("%(length)s before", length=length)
        return self.env._("%(length)s after", length=length)
