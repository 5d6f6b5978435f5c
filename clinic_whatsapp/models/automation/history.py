"""What became of the messages of automations: planned, sent, delivered, read, answered, or not sent and why.

A row of the planner knows whether its message has left; what the phone did with it stands on the message, and that the
patient answered stands on the row again. ``progress`` says all of it in one word. It is worked out where it is asked
for, in Python for a form and in SQL for lists, groups and charts, so that no status of Meta has to write a row.
"""

from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..messaging.inbox_messages import ABOUT_ANOTHER
from ..messaging.message import DELIVERED, IN, READ, SENT, UNKNOWN
from .scheduled import DONE, PLANNED, QUEUED, SKIPPED

ANSWERED = "answered"
REACHED = {
    "delivered_count": (DELIVERED, READ, ANSWERED),
    "read_count": (READ, ANSWERED),
    "answered_count": (ANSWERED,),
}  # who reads has got it, and who answers has read it, also where the phone tells nothing of it


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    progress = fields.Selection(
        [
            (PLANNED, "Planned"),
            (QUEUED, "Sending"),
            (SENT, "Sent"),
            (UNKNOWN, "Not confirmed"),
            (DELIVERED, "Delivered"),
            (READ, "Read"),
            (ANSWERED, "Answered"),
            (SKIPPED, "Not sent"),
        ],
        "What became of it",
        compute="_compute_progress",
        search="_search_progress",
    )

    @api.depends("state", "answered_at", "message_id.state")
    def _compute_progress(self):
        known = dict(self._fields["progress"].selection)
        for row in self:
            # sudo: clinic.whatsapp.message - its state, not its text; it may have gone over the parent's number
            state = row.message_id.sudo().state
            left = ANSWERED if row.answered_at else state if state in known else SENT
            row.progress = left if row.state == DONE else row.state

    @api.model
    def _search_progress(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL("%s IN %s", model._get_progress_sql(alias), tuple(value))
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "progress":
            return self._get_progress_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_progress_sql(self, alias) -> SQL:
        """Return the SQL twin of :meth:`_compute_progress`."""
        self.env["clinic.whatsapp.message"].flush_model(["state"])
        shown = tuple(value for value, _label in self._fields["progress"].selection)
        return SQL(
            """CASE WHEN %(state)s != %(done)s THEN %(state)s
                    WHEN %(answered_at)s IS NOT NULL THEN %(answered)s
                    ELSE COALESCE((
                        SELECT message.state FROM clinic_whatsapp_message message
                         WHERE message.id = %(message)s AND message.state IN %(shown)s), %(sent)s)
               END""",
            state=self._field_to_sql(alias, "state"),
            done=DONE,
            answered_at=self._field_to_sql(alias, "answered_at"),
            answered=ANSWERED,
            message=self._field_to_sql(alias, "message_id"),
            shown=shown,
            sent=SENT,
        )

    def _mark_answered(self, moment):
        """Remember when the patient answered the messages of these rows; the first answer counts.

        :param datetime moment: naive UTC
        """
        self.filtered(lambda row: not row.answered_at).answered_at = moment


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _react(self):
        result = super()._react()
        for message in self.filtered(lambda message: message.direction == IN):
            message._note_answer()
        return result

    def _note_answer(self):
        """Mark what the patient answers with one message: by a button of it, or by quoting it."""
        _action, asked = self._pressed()
        answered = asked if self.message_type in ABOUT_ANOTHER else asked | self.reply_to_id
        if not answered:
            return
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner and the connector only
        rows = self.env["clinic.whatsapp.scheduled"].sudo().search([("message_id", "in", answered.ids)])
        rows._mark_answered(self.sent_at or fields.Datetime.now())


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    delivered_count = fields.Integer("Delivered", compute="_compute_reached_counts")
    read_count = fields.Integer("Read", compute="_compute_reached_counts")
    answered_count = fields.Integer("Answered", compute="_compute_reached_counts")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reached_counts(self):
        groups = self.env["clinic.whatsapp.scheduled"]._read_group(
            [("automation_id", "in", self.ids), ("state", "=", DONE)], ["automation_id", "progress"], ["__count"]
        )
        counts = Counter({(automation.id, progress): count for automation, progress, count in groups})
        for automation in self:
            for name, stages in REACHED.items():
                automation[name] = sum(counts[automation.id, stage] for stage in stages)
