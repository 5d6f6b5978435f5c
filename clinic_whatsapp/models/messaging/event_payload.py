"""Parked events in a form that a person can read."""

import json

from odoo import api, fields, models

from .event import DEAD

PAYLOAD_READERS = "clinic_whatsapp.group_manager"


class ClinicWhatsappEvent(models.Model):
    _inherit = "clinic.whatsapp.event"

    kind_label = fields.Char("About", compute="_compute_kind_label")
    can_replay = fields.Boolean("Can be processed again", compute="_compute_can_replay", groups=PAYLOAD_READERS)
    payload_text = fields.Text("As received", compute="_compute_payload_text", groups=PAYLOAD_READERS)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        labels = {
            "message": self.env._("Message of a patient"),
            "status": self.env._("State of a message of ours"),
            "other": self.env._("News about the number"),
        }
        for event in self:
            event.kind_label = labels.get(event.kind, event.kind)

    @api.depends("state", "payload")
    def _compute_can_replay(self):
        for event in self:
            event.can_replay = event.state == DEAD and bool(event.payload)

    @api.depends("payload")
    def _compute_payload_text(self):
        for event in self:
            event.payload_text = self._indent(event.payload or "")

    @api.model
    def _indent(self, payload):
        try:
            return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
        except ValueError:  # the key is missing: what stands here says so
            return payload
