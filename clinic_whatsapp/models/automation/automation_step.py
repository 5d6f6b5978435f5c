from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..messaging.send_window import DAYS, HOURS, MINUTES
from .reasons import AUTOMATION_OFF
from .scheduled import PLANNED
from .trigger import BEFORE, OF_CHAT
from .wish import Offset

PLANNING_FIELDS = frozenset({"offset_value", "offset_unit", "offset_side"})


class ClinicWhatsappAutomationStep(models.Model):
    """One message of an automation: which template, and how long before or after."""

    _name = "clinic.whatsapp.automation.step"
    _inherit = ["clinic.link.mixin"]
    _description = "Message of a WhatsApp automation"
    _order = "sequence, id"
    _rec_names_search = ["automation_id.name"]

    automation_id = fields.Many2one("clinic.whatsapp.automation", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    trigger = fields.Selection(related="automation_id.trigger", string="Occasion")
    offset_value = fields.Integer("How long", default=0, help="0: at once.")
    offset_unit = fields.Selection(
        [(MINUTES, "minutes"), (HOURS, "hours"), (DAYS, "days")],
        "Unit",
        required=True,
        default=DAYS,
        help="Days are days on the calendar: one day before 10:00 is 10:00 the day before.",
    )
    offset_side = fields.Selection(
        [("before", "before"), ("after", "after")],
        "Side",
        required=True,
        default="after",
        help="Before or after the date. Where the occasion says it itself, this says nothing.",
    )
    title = fields.Char(translate=True, help="What your staff call this step, e.g. Control visit.")
    template_id = fields.Many2one(
        "clinic.whatsapp.template",
        index="btree_not_null",
        ondelete="restrict",
        help="Any of its languages: each patient gets the one that fits.",
    )
    text = fields.Text(
        translate=True, help="Free text, for answers to what a patient has just written. Others need a template."
    )
    family_template_id = fields.Many2one(
        "clinic.whatsapp.template",
        "Template for a family",
        index="btree_not_null",
        ondelete="restrict",
        help="Names all visits of the day in one message.",
    )
    name_text = fields.Char("What", compute="_compute_name_text")
    when_text = fields.Char("When", compute="_compute_when_text")

    _offset_not_negative = models.Constraint(
        "CHECK (offset_value >= 0)", "How long before or after cannot be less than nothing."
    )

    @api.depends("offset_value", "offset_unit", "automation_id.trigger")
    @api.depends_context("lang")
    def _compute_when_text(self):
        units = dict(self._fields["offset_unit"]._description_selection(self.env))
        one = {
            MINUTES: self.env._("minute"),
            HOURS: self.env._("hour"),
            DAYS: self.env._("day"),
        }
        for step in self:
            names = one if step.offset_value == 1 else units
            length = {"number": step.offset_value, "unit": names.get(step.offset_unit, "")}
            if not step.offset_value:
                step.when_text = self.env._("at once")
            elif step.automation_id.trigger == BEFORE:
                step.when_text = self.env._("%(number)s %(unit)s before", **length)
            else:
                step.when_text = self.env._("%(number)s %(unit)s later", **length)

    @api.depends("title", "text", "template_id.title", "template_id.name")
    @api.depends_context("lang")
    def _compute_name_text(self):
        for step in self:
            step.name_text = step.title or step.template_id.title or step.template_id.name or step.text

    @api.depends("when_text", "automation_id.name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.automation_id.name} ({step.when_text})"

    @api.constrains("offset_value", "automation_id")
    def _check_reminder_has_offset(self):
        for step in self:
            if step.automation_id.trigger == BEFORE and not step.offset_value:
                raise ValidationError(self.env._("Say how long before the appointment the reminder is to leave."))

    @api.constrains("template_id", "text", "automation_id")
    def _check_content(self):
        for step in self:
            if bool(step.template_id) == bool(step.text):
                raise ValidationError(self.env._("Each message needs either a template or a text of its own."))
            if step.text and step.automation_id.trigger not in OF_CHAT:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: a text of its own can only answer what a patient has just written. "
                        "Choose a template.",
                        name=step.automation_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.automation_id.filtered("active")._plan_again()
        return steps

    def write(self, vals):
        moved = self.filtered(lambda s: s.automation_id.id != vals.get("automation_id"))
        if "automation_id" in vals and moved:
            raise AccessError(self.env._("A message cannot move to another automation."))
        result = super().write(vals)
        if not PLANNING_FIELDS.isdisjoint(vals):
            self.automation_id.filtered("active")._plan_again()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_skips_planned(self):
        """What a deleted message has planned is skipped; what it has sent stays in the history."""
        # sudo: clinic.whatsapp.scheduled - nobody but the planner writes its rows, in any branch
        self.env["clinic.whatsapp.scheduled"].sudo().search(
            [("step_id", "in", self.ids), ("state", "=", PLANNED)]
        )._skip(AUTOMATION_OFF)

    def _get_offset(self) -> Offset:
        """Return how long after the anchor this message leaves; before it when negative."""
        sign = self.automation_id._get_trigger().sign or (-1 if self.offset_side == "before" else 1)
        return Offset(self.id, sign * self.offset_value, self.offset_unit)

    def _get_length(self) -> timedelta:
        return timedelta(**{self.offset_unit: self.offset_value})
