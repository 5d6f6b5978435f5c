"""Which visit a message in a conversation is about, when it is about one: the patient's last."""

from odoo import api, fields, models

from ...appointment.appointment import ARRIVED, DONE
from ..trigger import OF_CHAT

VISIT = "clinic.appointment"
TOOK_PLACE = (ARRIVED, DONE)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    last_visit_id = fields.Many2one(
        VISIT,
        "Last visit",
        compute="_compute_last_visit_id",
        help="When the patient was here last, in the branch of the conversation or in one that writes over its number.",
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_last_visit_id(self):
        last = {}
        for visit in self._find_visits():
            for company in visit.company_id.parent_ids:
                last[visit.patient_id, company] = visit
        for conversation in self:
            conversation.last_visit_id = last.get((conversation.partner_id, conversation.company_id), False)

    def _find_visits(self):
        """Return the visits of these patients that have taken place, the last one last, as the reader may see them."""
        visits = self.env[VISIT]
        if not visits.has_access("read"):
            return visits
        here = [("patient_id", "in", self.partner_id.ids), ("company_id", "child_of", self.company_id.ids)]
        came = [("state", "in", TOOK_PLACE), ("start", "<=", fields.Datetime.now())]
        return visits.search([*here, *came], order="start, id")


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    def _get_template_models(self):
        """Extended: what is said in a conversation may be about the patient's last visit."""
        known = super()._get_template_models()
        return {**known, VISIT: "last_visit_id"} if self.trigger in OF_CHAT else known
