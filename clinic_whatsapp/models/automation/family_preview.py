"""What a look at an automation shows where a family gets one message: its other text, with all visits of that day."""

from datetime import timedelta

import pytz
from odoo import models
from odoo.fields import Domain

from ..appointment.appointment_events import UPCOMING
from ..messaging.send_window import to_local
from ..template.value_helpers import TOGETHER, Together
from .family import LONGEST_DAY, MOST


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _preview_steps(self, record, prospects):
        """Extended: each message is followed by what a family reads in its place."""
        previews = super()._preview_steps(record, prospects)
        if not self.one_for_family or (record and record.is_confidential):
            return previews
        pairs = zip(self.step_ids, previews, strict=True)
        return [shown for step, preview in pairs for shown in (preview, *step._preview_family(record))]


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    def _preview_family(self, record):
        """Yield what a family reads in place of one message."""
        if not self.family_template_id:
            return
        together = Together({record.id: record._find_visits_of_family()} if record else {})
        this = self.with_context(**{TOGETHER: together})
        yield {
            "id": f"{self.id}-family",
            "title": self.env._("if several of a family come that day"),
            "when": self.when_text,
            "due": False,
            "state": "ready",
            "reason": False,
            "label": "",
            "advice": "",
            **this._preview_text(record, this.family_template_id),
        }


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    def _find_visits_of_family(self):
        """Return which visits that the reader may see would be told together with one, itself among them."""
        zone = pytz.timezone(self.company_id._get_tz())
        near = self | self.search(self._get_day_domain(LONGEST_DAY))
        # sudo: res.partner - numbers are compared, not shown
        phones = {visit: visit.sudo().patient_id.reached_phone for visit in near}
        days = {visit: to_local(visit.start, zone).date() for visit in near}
        kin = near.filtered(lambda visit: phones[visit] == phones[self] and days[visit] == days[self])
        return kin[:MOST] if phones[self] else self

    def _get_day_domain(self, length: timedelta) -> Domain:
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", UPCOMING)
            & Domain("start", ">", self.start - length)
            & Domain("start", "<", self.start + length)
            & Domain("is_confidential", "=", False)
        )
