"""Treatment follow-up: one patient's course of a plan.

A plan is an automation whose trigger is ``followup``; a course is the record that its messages hang on, counted from
day zero (``started_at``). What leaves and when follows from the plan and the course, by the planner's rules: a course
that is stopped, moved to another day zero or taken up again has the right messages without anybody writing them.

- A course begins with a finished visit, by itself or by a button, or on the patient. There is one for each visit and
  plan, and without a visit one under way for each patient, plan and branch; the database sees to it.
- It ends after its last message, by hand, or for one of the reasons in ``followup_states`` (``ending``).
- It belongs to one branch for good. Nothing that happens in another branch is told by it.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..automation.trigger import FOLLOWUP
from .followup_states import BY_STAFF, RUNNING, STATES, STOP_REASONS, STOPPED

FIXED = ("automation_id", "partner_id", "appointment_id")
PLANNING_FIELDS = frozenset({"state", "started_at"})


class ClinicFollowup(models.Model):
    """One patient's course of a treatment plan."""

    _name = "clinic.followup"
    _inherit = ["clinic.branch.mixin"]
    _description = "Treatment follow-up"
    _order = "started_at desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["partner_id.name"]

    automation_id = fields.Many2one(
        "clinic.whatsapp.automation",
        "Treatment plan",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('trigger', '=', 'followup'), "
        "'|', ('branch_ids', '=', False), ('branch_ids', 'parent_of', company_id)]",
        help="Which messages follow, and when.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Patient",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("is_patient", "=", True)],
    )
    appointment_id = fields.Many2one(
        "clinic.appointment",
        "Begins with the visit",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('patient_id', '=', partner_id), ('company_id', '=', company_id)]",
    )
    started_at = fields.Datetime(
        "Day zero",
        required=True,
        default=fields.Datetime.now,
        help="The moment from which the messages are counted. What would have been due more than a day ago is not "
        "sent.",
    )
    started_by_id = fields.Many2one(
        "res.users",
        "Started by",
        readonly=True,
        default=lambda self: self.env.user,
        help="Empty: it began by itself when the visit was finished.",
    )
    state = fields.Selection(STATES, required=True, readonly=True, default=RUNNING, copy=False, index=True)
    stop_reason = fields.Selection(STOP_REASONS, "Why it was stopped", readonly=True, copy=False)
    stopped_at = fields.Datetime(readonly=True, copy=False)

    _once_a_visit = models.UniqueIndex(
        "(automation_id, appointment_id) WHERE appointment_id IS NOT NULL",
        "This plan has been started for this visit already.",
    )
    _once_under_way = models.UniqueIndex(
        "(automation_id, partner_id, company_id) WHERE state = 'running' AND appointment_id IS NULL",
        "This plan is under way for this patient already. Stop it before you start it again.",
    )

    @api.depends("automation_id.name")
    def _compute_display_name(self):
        for course in self:
            course.display_name = course.automation_id.name

    @api.constrains("automation_id", "company_id")
    def _check_plan(self):
        for course in self:
            plan = course.automation_id
            if plan.trigger != FOLLOWUP:
                raise ValidationError(self.env._("“%(name)s” is not a treatment plan.", name=plan.name))
            if not plan.active:
                raise ValidationError(
                    self.env._("The plan “%(name)s” is switched off. Switch it on first.", name=plan.name)
                )
            if not plan._covers(course.company_id):
                raise ValidationError(
                    self.env._(
                        "The plan “%(name)s” is not meant for %(branch)s.",
                        name=plan.name,
                        branch=course.company_id.name,
                    )
                )

    @api.constrains("partner_id", "appointment_id")
    def _check_patient(self):
        for course in self:
            patient, visit = course.partner_id, course.appointment_id
            if not patient.is_patient or patient.deceased_on:
                raise ValidationError(
                    self.env._("No plan can be started for %(name)s: not a living patient.", name=patient.name)
                )
            if visit and (visit.patient_id, visit.company_id) != (patient, course.company_id):
                raise ValidationError(self.env._("The visit belongs to another patient or to another branch."))

    @api.model_create_multi
    def create(self, vals_list):
        courses = super().create(vals_list)
        courses._plan()
        return courses

    def write(self, vals):
        self._check_fixed(vals)
        result = super().write(vals)
        if not PLANNING_FIELDS.isdisjoint(vals):
            self._plan()
        return result

    def _check_fixed(self, vals):
        """
        :raise UserError: when a course is to be given to another plan, patient or visit
        """
        if any(name in vals and course[name].id != vals[name] for name in FIXED for course in self):
            raise UserError(self.env._("A course keeps its plan, its patient and its visit. Start another one."))

    @api.ondelete(at_uninstall=False)
    def _unlink_scheduled(self):
        """What was planned for a course goes with it; the messages that left stay in the history."""
        self.env["clinic.whatsapp.scheduled"]._forget(self)

    def action_stop(self):
        """End these courses by hand."""
        self.check_access("write")
        self._stop(BY_STAFF)

    def action_resume(self):
        """Take up stopped courses again; what would have been due in between is not sent."""
        self._resume()

    def action_open_patient(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def _resume(self):
        stopped = self.filtered(lambda course: course.state == STOPPED)
        stopped.write({"state": RUNNING, "stop_reason": False, "stopped_at": False})

    def _stop(self, reason):
        """End those of these courses that are under way.

        :param str reason: one of ``followup_states``
        """
        running = self.filtered(lambda course: course.state == RUNNING)
        running.write({"state": STOPPED, "stop_reason": reason, "stopped_at": fields.Datetime.now()})

    def _plan(self):
        """Make the planned messages of these courses what they ought to be, in this transaction."""
        self.env["clinic.whatsapp.scheduled"]._plan(self)
