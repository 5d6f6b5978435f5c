"""A patient waits for a person longer than he should: he is told that he is not forgotten.

It hangs on the moment since when he waits (``inbox/waiting``), and follows from it: whatever ends the wait takes it
back, and a wait that begins anew is another one. The minutes are counted in the opening hours of the branch; when these
change, so does the moment. It answers nobody: the patient waits as before, and is escalated as before.
"""

import pytz
from odoo import models

from ...messaging.send_window import shift
from ..trigger import NO_REPLY


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _refresh_waiting(self):
        before = {conversation: conversation.waiting_since for conversation in self}
        result = super()._refresh_waiting()
        self.filtered(lambda conversation: conversation.waiting_since != before[conversation])._plan_waits()
        return result

    def _plan_waits(self):
        """Make what is planned for the waits of these conversations what it ought to be."""
        if self and self.env["clinic.whatsapp.automation"]._find_chat([NO_REPLY]):
            self.env["clinic.whatsapp.scheduled"]._plan(self)


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _get_move(self, company):
        """Extended: the wait is counted in the opening hours of the branch, what comes after it by the clock."""
        if self.trigger != NO_REPLY:
            return super()._get_move(company)
        zone, minutes = pytz.timezone(company._get_tz()), self.wait_minutes
        return lambda since, offset: shift(
            company._add_opening_minutes(since, minutes), offset.value, offset.unit, zone
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _promise_anew(self):
        """Let changed opening hours move what is planned for those who wait."""
        result = super()._promise_anew()
        # sudo: clinic.whatsapp.conversation - whoever changes the hours need not read conversations
        conversations = self.env["clinic.whatsapp.conversation"].sudo()
        conversations.search([("company_id", "in", self.ids), ("waiting_since", "!=", False)])._plan_waits()
        return result
