"""What follows when a conversation has been closed: asking how it was, for example.

It hangs on the moment of the closing. A conversation that is opened again, by a colleague or by the patient, takes back
what has not left; when it is closed again that is another closing. Nobody is asked while the clinic still talks with
him elsewhere: a conversation that was handed over goes on in the other branch.
"""

from odoo import api, fields, models

from ...appointment.appointment import ARRIVED, DONE
from ...messaging.conversation import CLOSED, OPEN
from ..trigger import ON_CLOSED

TOOK_PLACE = (ARRIVED, DONE)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    closed_at = fields.Datetime(readonly=True, help="Since when it is closed.")
    last_visit_id = fields.Many2one(
        "clinic.appointment",
        "Last visit",
        compute="_compute_last_visit_id",
        help="When the patient was here last, in the branch of the conversation.",
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_last_visit_id(self):
        visits = self.env["clinic.appointment"]
        if visits.has_access("read"):
            visits = visits.search(
                [
                    ("patient_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("state", "in", TOOK_PLACE),
                ],
                order="start, id",
            )
        last = {(visit.patient_id, visit.company_id): visit for visit in visits}
        for conversation in self:
            conversation.last_visit_id = last.get((conversation.partner_id, conversation.company_id), False)

    def write(self, vals):
        before = {conversation: conversation.state for conversation in self} if "state" in vals else {}
        result = super().write(vals)
        changed = self.filtered(lambda c: c in before and (before[c] == CLOSED) != (c.state == CLOSED))
        changed._keep_closing()
        return result

    def _keep_closing(self):
        """Keep since when these conversations are closed, and plan or take back what follows from it."""
        now = fields.Datetime.now()
        for is_closed, conversations in self.grouped(lambda c: c.state == CLOSED).items():
            # sudo: clinic.whatsapp.conversation - what follows from a decision of staff is written by the connector
            conversations.sudo().closed_at = is_closed and now
        if self and self.env["clinic.whatsapp.automation"]._find_chat([ON_CLOSED]):
            self.env["clinic.whatsapp.scheduled"]._plan(self)

    def _goes_on_elsewhere(self) -> bool:
        """Tell whether the clinic talks with the person of one conversation in another one."""
        elsewhere = [("contact_id", "=", self.contact_id.id), ("state", "=", OPEN), ("id", "!=", self.id)]
        return bool(self.search_count(elsewhere, limit=1))


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _get_template_models(self):
        """Extended: who has been helped is asked about his last visit."""
        known = super()._get_template_models()
        return {**known, "clinic.appointment": "last_visit_id"} if self.trigger == ON_CLOSED else known
