from odoo import api, fields, models
from odoo.exceptions import UserError

from .reasons import BLOCKED, BY_HAND, FAILED, SKIP_REASONS
from .wish import PLANNED, SKIPPED

QUEUED, DONE = "queued", "done"


class ClinicWhatsappScheduled(models.Model):
    """One message that is due once. Written by the planner only (``planner.py``, ``due_queue.py``)."""

    _name = "clinic.whatsapp.scheduled"
    _inherit = ["clinic.branch.mixin"]
    _description = "Scheduled WhatsApp message"
    _order = "due_at desc, id desc"
    _rec_names_search = ["partner_id.name"]

    automation_id = fields.Many2one(
        "clinic.whatsapp.automation", required=True, readonly=True, index=True, ondelete="restrict"
    )
    step_id = fields.Many2one(
        "clinic.whatsapp.automation.step",
        "Message of the automation",
        readonly=True,
        ondelete="set null",
    )
    company_id = fields.Many2one(readonly=True)
    partner_id = fields.Many2one("res.partner", "Patient", readonly=True, index="btree_not_null", ondelete="cascade")
    res_model = fields.Char("About (model)", required=True, readonly=True)
    res_id = fields.Many2oneReference("About", model_field="res_model", required=True, readonly=True)
    appointment_id = fields.Many2one("clinic.appointment", compute="_compute_appointment_id")
    anchor = fields.Datetime(
        required=True,
        readonly=True,
        help="The moment it hangs on: the start of the appointment, or when it was booked, moved or cancelled.",
    )
    noted_at = fields.Datetime(readonly=True, help="When it was planned, or when what it answers happened.")
    due_at = fields.Datetime("Due", required=True, readonly=True)
    state = fields.Selection(
        [(PLANNED, "Planned"), (QUEUED, "Sending"), (DONE, "Sent"), (SKIPPED, "Not sent")],
        required=True,
        readonly=True,
        default=PLANNED,
    )
    conversation_id = fields.Many2one(
        "clinic.whatsapp.conversation", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    is_moved = fields.Boolean("Moved by a colleague", readonly=True, help="Its due moment was chosen by a colleague.")
    answered_at = fields.Datetime(readonly=True, help="When the patient answered it.")
    skip_reason = fields.Selection(SKIP_REASONS, "Why not", readonly=True)
    message_id = fields.Many2one("clinic.whatsapp.message", readonly=True, index="btree_not_null", ondelete="set null")
    message_state = fields.Selection(related="message_id.state", string="Delivery")
    explanation = fields.Char("What happened", compute="_compute_explanation")
    advice = fields.Char("What to do", compute="_compute_explanation")

    _once = models.UniqueIndex("(step_id, res_model, res_id, anchor)", "A message is scheduled once for each occasion.")
    _due_idx = models.Index("(due_at) WHERE state = 'planned'")
    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id")
    def _compute_appointment_id(self):
        for row in self:
            row.appointment_id = row.res_model == "clinic.appointment" and row.res_id

    @api.depends("automation_id.name", "partner_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.automation_id.name

    @api.depends("state", "skip_reason", "message_id.state")
    @api.depends_context("lang")
    def _compute_explanation(self):
        labels = dict(self._fields["skip_reason"]._description_selection(self.env))
        for row in self:
            # sudo: clinic.whatsapp.message - its reason, not its text; it may have gone over the parent's number
            message = row.skip_reason in (BLOCKED, FAILED) and row.message_id.sudo()
            row.explanation = (message and message.problem) or labels.get(row.skip_reason, False)
            row.advice = message and message.advice

    def action_skip(self):
        """Keep planned messages from leaving; for those who may change what they are about."""
        if any(row.state != PLANNED for row in self):
            raise UserError(self.env._("Only a message that is still planned can be stopped."))
        self.check_access("read")
        for rows in self.filtered(lambda row: row.res_model in self.env).grouped("res_model").values():
            rows._get_records().exists().check_access("write")
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner only; access was checked above
        self.sudo()._skip(BY_HAND)

    def action_open_appointment(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _skip(self, reason):
        """Record that these messages do not leave.

        :param str reason: one of ``reasons.py``
        """
        self.write({"state": SKIPPED, "skip_reason": reason})

    def _get_progress(self):
        """Return how far this row has come, in the words of ``reminder_state``; False without a row."""
        if self.state == DONE:
            return self.message_state
        return self.state
