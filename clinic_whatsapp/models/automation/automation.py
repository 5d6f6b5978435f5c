from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..appointment.appointment import BY_CLINIC, BY_PATIENT
from ..branch.wall_fields import WalledOne2many
from ..consent.consent_purpose import TRANSFER
from .trigger import (
    BEFORE,
    BUTTON,
    CALLED,
    CHAT_MODEL,
    FOLLOWUP,
    GREETING,
    KEYWORD,
    NO_REPLY,
    OF_APPOINTMENT,
    OF_CHAT,
    ON_BOOKED,
    ON_CANCELLED,
    ON_CHANGED,
    ON_CLOSED,
    ON_CONFIRMED,
    ON_CREATED,
    ON_DATE,
    ON_DONE,
    ON_MOVED,
    ON_NO_SHOW,
    OUT_OF_HOURS,
)

PLANNING_FIELDS = frozenset(
    {
        "active",
        "trigger",
        "source_id",
        "purpose_id",
        "domain",
        "date_path",
        "wait_minutes",
        "branch_ids",
        "service_ids",
        "cancelled_by",
        "window_from",
        "window_to",
        "step_ids",
    }
)


class ClinicWhatsappAutomation(models.Model):
    """A rule that a manager wrote: when this happens to an appointment, send these templates."""

    _name = "clinic.whatsapp.automation"
    _inherit = ["clinic.shared.mixin"]
    _description = "WhatsApp automation"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean("Switched on", default=True, help="Nothing is sent while it is switched off.")
    enabled_at = fields.Datetime(
        "Switched on at",
        readonly=True,
        copy=False,
        help="What happened before this moment causes no message.",
    )
    branch_ids = fields.Many2many(
        "res.company",
        string="Branches",
        help="Only in these branches. Empty: all branches of the company.",
    )
    purpose_id = fields.Many2one(
        "clinic.consent.purpose",
        required=True,
        ondelete="restrict",
        domain=[("company_id", "=", False), ("code", "!=", TRANSFER)],
        default=lambda self: self.env.ref("clinic_whatsapp.purpose_appointment", raise_if_not_found=False),
        help="What the messages are for. It decides which consent of the patient is needed, by the rules of the clinic "
        "that writes.",
    )
    trigger = fields.Selection(
        [
            (ON_BOOKED, "an appointment is booked"),
            (ON_CONFIRMED, "an appointment is confirmed"),
            (BEFORE, "an appointment is coming up"),
            (ON_MOVED, "an appointment is moved to another time"),
            (ON_CANCELLED, "an appointment is cancelled"),
            (ON_DONE, "an appointment is over"),
            (ON_NO_SHOW, "a patient has not come to an appointment"),
            (ON_DATE, "a date of a record comes"),
            (ON_CREATED, "a record is created"),
            (ON_CHANGED, "a record starts to meet the conditions"),
            (CALLED, "a server action asks for it"),
            (GREETING, "a patient writes for the first time"),
            (OUT_OF_HOURS, "a patient writes outside the opening hours"),
            (KEYWORD, "a patient writes a keyword"),
            (BUTTON, "a patient presses a button"),
            (NO_REPLY, "a patient waits for an answer"),
            (ON_CLOSED, "a conversation is closed"),
            (FOLLOWUP, "a treatment plan says so"),
        ],
        "When",
        required=True,
        default=BEFORE,
    )
    source_id = fields.Many2one(
        "clinic.whatsapp.source",
        "Records",
        compute="_compute_source_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What kind of record it is about, and where the patient, the branch and the date stand in it.",
    )
    source_date_path = fields.Char("Usual date", related="source_id.date_path")
    model = fields.Char(compute="_compute_model", store=True, precompute=True)
    domain = fields.Char("Only if", help="Conditions on the record. Empty: every record.")
    date_path = fields.Char("Date", help="The moment the messages hang on. Empty: the usual one of these records.")
    keywords = fields.Text(help="Words or phrases, one a line.")
    button_ids = fields.Many2many(
        "clinic.whatsapp.template.button",
        "clinic_whatsapp_automation_button_rel",
        string="Buttons",
        help="Only when one of these buttons is pressed.",
    )
    wait_minutes = fields.Integer(
        "Minutes without an answer", default=30, help="Counted in the opening hours of the branch."
    )
    service_ids = fields.Many2many(
        "clinic.service", string="Services", help="Only for these services. Empty: for all of them."
    )
    cancelled_by = fields.Selection(
        [(BY_CLINIC, "the clinic"), (BY_PATIENT, "the patient")],
        help="Only if it was cancelled by this side. Empty: whoever cancelled it.",
    )
    window_from = fields.Float(
        "From",
        required=True,
        default=9.0,
        help="Messages leave from this hour on, in the time of the branch, and never in the quiet hours of the "
        "purpose.",
    )
    window_to = fields.Float(
        "To",
        required=True,
        default=20.0,
        help="Messages leave up to this hour. What would be too late waits for the next morning; a reminder that "
        "would come too late then leaves the evening before, and one that falls on a public holiday on the last "
        "working day before.",
    )
    stop_on_reply = fields.Boolean(
        "Stop when the patient writes",
        compute="_compute_stops",
        store=True,
        readonly=False,
        precompute=True,
        help="Once the patient has written after the first message, the others do not leave.",
    )
    stop_on_visit = fields.Boolean(
        "Stop at a new appointment",
        compute="_compute_stops",
        store=True,
        readonly=False,
        precompute=True,
        help="Once the patient has booked again, the others do not leave.",
    )
    stop_on_complaint = fields.Boolean(
        "Stop at a complaint",
        compute="_compute_stops",
        store=True,
        readonly=False,
        precompute=True,
        help="Once the patient complains, the others do not leave, and somebody is asked to call.",
    )
    max_count = fields.Integer("At most", help="Messages of this automation for one patient. 0: no limit.")
    max_days = fields.Integer("In days", default=30, help="The days in which they are counted.")
    once_a_day = fields.Boolean(
        "Not twice a day",
        default=True,
        help="Not to a patient who gets the same text on the same day already.",
    )
    expires_hours = fields.Integer(
        "Only within hours", help="So many hours after it was due it does not leave any more. 0: as usual."
    )
    one_for_family = fields.Boolean(
        "One message for a family",
        compute="_compute_one_for_family",
        store=True,
        readonly=False,
        precompute=True,
        help="Only for reminders: the visits of one day in one branch, of patients who are reached under the same "
        "number, become one message. It leaves when the first of them is due.",
    )
    stopped_reason = fields.Char("Why it stopped", readonly=True, copy=False)
    stopped_at = fields.Datetime(readonly=True, copy=False)
    step_ids = fields.One2many("clinic.whatsapp.automation.step", "automation_id", "Messages", copy=True)
    scheduled_ids = WalledOne2many("clinic.whatsapp.scheduled", "automation_id", "Scheduled messages", readonly=True)
    planned_count = fields.Integer("Planned", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")
    skipped_count = fields.Integer("Not sent", compute="_compute_counts")
    summary = fields.Char(compute="_compute_summary")
    is_editable = fields.Boolean(compute="_compute_is_editable")
    needs_planning = fields.Boolean(readonly=True, copy=False)
    planned_up_to = fields.Integer(
        readonly=True, copy=False, help="The last appointment that was planned since the change."
    )

    _window_order = models.Constraint(
        "CHECK (window_from >= 0 AND window_from < window_to AND window_to <= 24)",
        "The hours in which messages may leave must begin before they end, within one day.",
    )
    _limits_not_negative = models.Constraint(
        "CHECK (max_count >= 0 AND max_days >= 0 AND expires_hours >= 0 AND wait_minutes >= 0)",
        "Limits and waiting times cannot be less than nothing.",
    )
    _needs_planning_idx = models.Index("(id) WHERE needs_planning")

    @api.depends("trigger")
    def _compute_source_id(self):
        """Appointments and treatment plans have one source; where it is free, the choice of the manager stays."""
        for automation in self:
            if automation.trigger in OF_APPOINTMENT:
                automation.source_id = self.env.ref("clinic_whatsapp.source_appointment", raise_if_not_found=False)
            elif automation.trigger == FOLLOWUP:
                automation.source_id = self.env.ref("clinic_whatsapp.source_followup", raise_if_not_found=False)
            elif automation.trigger in OF_CHAT:
                automation.source_id = False
            else:
                automation.source_id = automation.source_id

    @api.depends("trigger", "source_id.model")
    def _compute_model(self):
        for automation in self:
            automation.model = CHAT_MODEL if automation.trigger in OF_CHAT else automation.source_id.model

    @api.depends("trigger")
    def _compute_stops(self):
        """A treatment plan stops by itself; other automations only when they are told to."""
        for automation in self:
            is_plan = automation.trigger == FOLLOWUP
            automation.stop_on_reply = automation.stop_on_visit = automation.stop_on_complaint = is_plan

    @api.depends("trigger")
    def _compute_one_for_family(self):
        for automation in self:
            automation.one_for_family = automation.one_for_family and automation.trigger == BEFORE

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        rows = self.env["clinic.whatsapp.scheduled"]._read_group(
            [("automation_id", "in", self.ids)], ["automation_id", "state"], ["__count"]
        )
        counts = {(automation.id, state): count for automation, state, count in rows}
        for automation in self:
            automation.planned_count = counts.get((automation.id, "planned"), 0)
            automation.sent_count = counts.get((automation.id, "done"), 0)
            automation.skipped_count = counts.get((automation.id, "skipped"), 0)

    @api.depends("company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_editable(self):
        editable = self._origin._filtered_access("write")
        for automation in self:
            automation.is_editable = not automation._origin or automation._origin in editable

    @api.depends("step_ids.when_text", "step_ids.name_text")
    @api.depends_context("lang")
    def _compute_summary(self):
        for automation in self:
            automation.summary = " · ".join(
                f"{step.when_text}: {step.name_text}" for step in automation.step_ids
            )

    @api.constrains("active", "step_ids")
    def _check_has_message(self):
        for automation in self:
            if automation.active and not automation.step_ids:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” has nothing to send. Add a message before switching it on.",
                        name=automation.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        automations = super().create(vals_list)
        switched_on = automations.filtered("active")
        switched_on.enabled_at = fields.Datetime.now()
        switched_on._plan_again()
        return automations

    def write(self, vals):
        self._check_trigger(vals)
        switched_on = self.filtered(lambda automation: not automation.active and vals.get("active"))
        result = super().write(vals)
        switched_on.enabled_at = fields.Datetime.now()
        if not PLANNING_FIELDS.isdisjoint(vals):
            self._plan_again()
        return result

    def _check_trigger(self, vals):
        """Keep the occasion for which something was planned."""
        changed = self.filtered(lambda automation: automation.trigger != vals.get("trigger", automation.trigger))
        # sudo: clinic.whatsapp.scheduled - rows of other branches count too
        if changed.sudo().scheduled_ids:
            raise UserError(self.env._("It has planned messages already. Create another automation instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: clinic.whatsapp.scheduled - rows of other branches count too
        rows = self.env["clinic.whatsapp.scheduled"].sudo().search([("automation_id", "in", self.ids)])
        if rows.filtered("message_id"):
            raise UserError(self.env._("It has sent messages; its history is kept. Switch it off instead."))
        rows.unlink()

    def copy_data(self, default=None):
        """A copy belongs to the company of whoever copies, and is switched off until it has been checked."""
        vals_list = super().copy_data(default)
        return [
            {
                **vals,
                "name": self.env._("%(name)s (copy)", name=automation.name),
                "active": False,
                "company_id": self.env.company.id,
                **(default or {}),
            }
            for automation, vals in zip(self, vals_list, strict=True)
        ]

    def action_copy_to_branch(self):
        """Copy an automation that the parent company shares, so that the branch can change it."""
        copy = self.copy()
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_automation")
        return {**action, "res_id": copy.id, "views": [(False, "form")]}

    def action_open_scheduled(self):
        """Open what these automations have planned, sent and skipped; the button's context picks a filter."""
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_scheduled")
        return {
            **action,
            "domain": [("automation_id", "in", self.ids)],
            "context": {**self.env.context, "active_test": False},
        }
