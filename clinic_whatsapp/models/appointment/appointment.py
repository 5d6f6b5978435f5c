from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BOOKED = "booked"
CONFIRMED = "confirmed"
ARRIVED = "arrived"
DONE = "done"
CANCELLED = "cancelled"
NO_SHOW = "no_show"

BY_PATIENT = "patient"
BY_CLINIC = "clinic"

DEFAULT_DURATION = 30  # minutes


class ClinicAppointment(models.Model):
    """A visit of a patient to a branch.

    What happens to it (booked, moved, cancelled …) and which messages that causes: see
    ``appointment_events.py``. The chatter holds internal notes only; a patient never follows it (``branch_notes.py``).
    """

    _name = "clinic.appointment"
    _inherit = ["clinic.branch.mixin", "clinic.privacy.banner.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Appointment"
    _order = "start desc, id desc"
    _check_company_auto = True
    _mail_post_access = "write"
    _rec_names_search = ["patient_id.name"]

    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("is_patient", "=", True)],
        context={"default_is_patient": True},
    )
    practitioner_id = fields.Many2one(
        "resource.resource",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain=[("resource_type", "=", "user")],
        help="Who sees the patient. Nobody can be booked twice at the same time.",
    )
    service_id = fields.Many2one("clinic.service", check_company=True, index="btree_not_null")
    start = fields.Datetime(required=True, tracking=True, index=True)
    duration = fields.Integer(
        "Duration (minutes)",
        compute="_compute_duration",
        store=True,
        readonly=False,
        precompute=True,
    )
    stop = fields.Datetime(
        "End",
        compute="_compute_stop",
        inverse="_inverse_stop",
        store=True,
        readonly=False,
        precompute=True,
    )
    state = fields.Selection(
        [
            (BOOKED, "Booked"),
            (CONFIRMED, "Confirmed"),
            (ARRIVED, "Arrived"),
            (DONE, "Done"),
            (CANCELLED, "Cancelled"),
            (NO_SHOW, "No-show"),
        ],
        required=True,
        default=BOOKED,
        tracking=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    note = fields.Char("Note for the staff", help="Internal. It never appears in a message to the patient.")
    booked_at = fields.Datetime(
        readonly=True, copy=False, help="When it was booked, or booked again after a cancellation."
    )
    confirmed_at = fields.Datetime(readonly=True, copy=False)
    moved_at = fields.Datetime(readonly=True, copy=False, help="When it was last moved to another time.")
    previous_start = fields.Datetime(
        readonly=True,
        copy=False,
        help="The time it was planned for before it was moved, as far as the patient knows.",
    )
    cancelled_at = fields.Datetime(readonly=True, copy=False)
    cancelled_by = fields.Selection([(BY_CLINIC, "The clinic"), (BY_PATIENT, "The patient")], copy=False, tracking=True)
    cancel_reason = fields.Char(copy=False, help="Internal. The patient does not see it.")
    done_at = fields.Datetime(
        readonly=True, copy=False, help="When it was first noted as done; kept while a slip is mended."
    )
    no_show_at = fields.Datetime(readonly=True, copy=False, help="When it was noted that the patient had not come.")
    move_requested = fields.Boolean(
        "Wants another time",
        copy=False,
        tracking=True,
        help="The patient asked for another time and waits for an answer.",
    )

    _duration_positive = models.Constraint("CHECK (duration > 0)", "An appointment must end after it starts.")
    _branch_day_idx = models.Index("(company_id, start)")
    _practitioner_day_idx = models.Index("(practitioner_id, start) WHERE practitioner_id IS NOT NULL")

    @api.depends("service_id")
    def _compute_duration(self):
        for appointment in self:
            known = appointment.duration or DEFAULT_DURATION
            appointment.duration = appointment.service_id.duration or known

    @api.depends("start", "duration")
    def _compute_stop(self):
        for appointment in self:
            start = appointment.start
            appointment.stop = start and start + timedelta(minutes=appointment.duration)

    def _inverse_stop(self):
        for appointment in self.filtered("start"):
            seconds = (appointment.stop - appointment.start).total_seconds()
            appointment.duration = round(seconds / 60)

    @api.depends("patient_id.name", "start", "company_id")
    @api.depends_context("uid", "lang", "clinic_without_time")
    def _compute_display_name(self):
        """Name the patient to people of the branch only: labels of links are read without rules.

        Context ``clinic_without_time`` leaves the time out, where a calendar shows it anyway.
        """
        # sudo: res.users - which branches the reader works in decides what the label may say
        branches = self.env.user.sudo().company_ids
        for appointment in self:
            if not self.env.user._is_superuser() and appointment.company_id not in branches:
                appointment.display_name = self.env._("Appointment of another branch")
            elif self.env.context.get("clinic_without_time"):
                appointment.display_name = appointment.patient_id.name
            else:
                appointment.display_name = self.env._(
                    "%(patient)s, %(when)s",
                    patient=appointment.patient_id.name or "",
                    when=appointment._format(appointment.start, "d MMM yyyy HH:mm", self.env.lang),
                )

    @api.constrains("patient_id")
    def _check_patient(self):
        for appointment in self:
            if not appointment.patient_id.is_patient:
                raise ValidationError(
                    self.env._(
                        "%(name)s is not marked as a patient. Tick “Patient” on the contact first.",
                        name=appointment.patient_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        appointments = super().create([{**self._prepare_new_moments(vals, now), **vals} for vals in vals_list])
        appointments._after_events()
        return appointments

    def write(self, vals):
        result = True
        for event_vals, appointments in self._group_by_event(vals):
            result = super(ClinicAppointment, appointments).write({**vals, **event_vals})
        if self._is_event(vals):
            self._after_events()
        return result

    def copy_data(self, default=None):
        """Propose the copy a week later: the practitioner is taken at the time of the original."""
        vals_list = super().copy_data(default)
        for appointment, vals in zip(self, vals_list, strict=True):
            if "start" not in (default or {}):
                vals["start"] = appointment.start + timedelta(days=7)
                vals.pop("stop", None)
        return vals_list
