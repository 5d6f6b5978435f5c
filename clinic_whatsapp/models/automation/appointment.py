from odoo import api, fields, models

from .planner import MODEL
from .scheduled import DONE, PLANNED, QUEUED, SKIPPED
from .trigger import BEFORE, ON_CANCELLED, ON_MOVED, TRIGGERS, get_occasion


class ClinicAppointment(models.Model):
    """Plans the messages of an appointment in the transaction that changes it."""

    _inherit = "clinic.appointment"

    scheduled_ids = fields.One2many(
        "clinic.whatsapp.scheduled",
        "res_id",
        "Scheduled messages",
        domain=[("res_model", "=", MODEL)],
        readonly=True,
    )
    reminder_state = fields.Selection(
        [
            (PLANNED, "Planned"),
            (QUEUED, "Sending"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
            ("read", "Read"),
            ("unknown", "Not confirmed"),
            ("failed", "Failed"),
            (SKIPPED, "Not sent"),
        ],
        "Reminder",
        compute="_compute_reminder_state",
        help="What has become of the last reminder of this appointment.",
    )

    @api.depends("scheduled_ids.state", "scheduled_ids.message_id.state", "start")
    def _compute_reminder_state(self):
        for appointment in self:
            appointment.reminder_state = appointment._get_last_reminder()._get_progress()

    def _get_last_reminder(self):
        """Return the reminder of the present start that was handled last, or is planned first."""
        reminders = self.scheduled_ids.filtered(
            lambda row: row.anchor == self.start and row.automation_id.trigger == BEFORE
        )
        left = reminders.filtered(lambda row: row.state in (QUEUED, DONE)).sorted("due_at")[-1:]
        planned = reminders.filtered(lambda row: row.state == PLANNED).sorted("due_at")[:1]
        return left or planned or reminders.sorted("due_at")[-1:]

    def _after_events(self):
        result = super()._after_events()
        self.env["clinic.whatsapp.scheduled"]._plan(self)
        return result

    def _get_told_start(self):
        """While the message about the last move still waits, the patient knows the time before that one."""
        # sudo: clinic.whatsapp.scheduled - reception may read it; imports and answers may not
        waiting = self.moved_at and self.env["clinic.whatsapp.scheduled"].sudo().search_count(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("anchor", "=", self.moved_at),
                ("automation_id.trigger", "=", ON_MOVED),
                ("state", "=", PLANNED),
            ],
            limit=1,
        )
        return self.previous_start if waiting else super()._get_told_start()

    def _get_occasion(self) -> str:
        """Return what a limit counts by for what is sent by hand: as a reminder, or as the news that it is off."""
        self.ensure_one()
        trigger = ON_CANCELLED if self.state in TRIGGERS[ON_CANCELLED].states else BEFORE
        return get_occasion(trigger, self._name, self.id, self[TRIGGERS[trigger].anchor])

    @api.ondelete(at_uninstall=False)
    def _unlink_scheduled(self):
        """What was planned for an appointment goes with it; the messages that left stay in the history."""
        self.env["clinic.whatsapp.scheduled"]._forget(self)

    def action_open_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_message")
        return {**action, "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)]}
