from odoo import api, fields, models
from odoo.addons.clinic_whatsapp.models.patient.res_partner import STAFF
from odoo.fields import Domain

VISIT = "clinic.calendar.visit"
OPERATORS = ("in", "any", "any!", "child_of", "parent_of")  # what a search comes down to; Odoo derives the others


class CalendarEvent(models.Model):
    """An event as the appointment of a patient, for the staff of its branch; opaque for everybody else.

    Both fields read ``clinic.calendar.visit`` with the rights of whoever asks, the planner with all of them. Where
    nobody was chosen, ``attending.py`` looks among the attendees.
    """

    _name = "calendar.event"
    _inherit = ["calendar.event", "clinic.link.mixin"]

    clinic_patient_id = fields.Many2one(
        "res.partner",
        "Patient",
        compute="_compute_clinic_patient_id",
        inverse="_inverse_clinic_visit",
        search="_search_clinic_patient_id",
        domain=[("is_patient", "=", True)],
        groups=STAFF,
        help="Only the staff of the branch sees whom the event is about. The patient gets no invitation, and the title "
        "of the event becomes “Appointment”.",
    )
    clinic_company_id = fields.Many2one(
        "res.company",
        "Branch of the patient",
        compute="_compute_clinic_company_id",
        inverse="_inverse_clinic_visit",
        search="_search_clinic_company_id",
        groups=STAFF,
        help="The branch that sees the patient and writes to him.",
    )

    @api.model
    def _check_links(self, vals_list):
        """Check our own link only: what others add to events is theirs to guard."""
        name = "clinic_patient_id"
        return super()._check_links([{name: vals[name]} for vals in vals_list if name in vals])

    @api.depends("partner_ids", "user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_clinic_patient_id(self):
        visits = self.env[VISIT]._get_by_event(self._origin)
        attending = self._origin._get_attending_patients()
        for event in self:
            visit = visits.get(event._origin)
            event.clinic_patient_id = visit.patient_id if visit else attending.get(event._origin, False)

    @api.depends("user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_clinic_company_id(self):
        visits = self.env[VISIT]._get_by_event(self._origin)
        for event in self:
            visit = visits.get(event._origin)
            event.clinic_company_id = visit.company_id if visit else event._get_organizing_branch()

    def _get_organizing_branch(self):
        """Return the current branch of the organizer; nothing when the reader does not have it active."""
        if self.user_id == self.env.user and not self.env.su:
            return self.env.company
        # sudo: res.users - the branch of a colleague, told to people of that branch only
        company = self.user_id.sudo().company_id.with_env(self.env)
        return company if self.env.su else company & self.env.companies

    def _inverse_clinic_visit(self):
        for event in self:
            company = event.clinic_company_id or event._get_organizing_branch() or self.env.company
            self.env[VISIT]._keep(event, event.clinic_patient_id, company)
        self._forget_visits()
        self._hide_titles()

    @api.model
    def _forget_visits(self):
        """What was read of ``clinic.calendar.visit`` before it changed is not true any more, for nobody."""
        self.env["calendar.event"].invalidate_model(["clinic_patient_id", "clinic_company_id"], flush=False)

    @api.model
    def _search_clinic_patient_id(self, operator, value):
        if operator not in OPERATORS:
            return NotImplemented
        wanted = Domain(value) if operator in ("any", "any!") else Domain("id", operator, value)
        found = self._get_about(wanted)
        return found | ~self._get_about(Domain.TRUE) if operator == "in" and False in value else found

    @api.model
    def _get_about(self, patients):
        """Return the domain of the events about some patients, as far as the user's branches go.

        :param Domain patients: on ``res.partner``
        """
        chosen = self.env[VISIT]._search(Domain("patient_id", "any", patients))
        return Domain("id", "in", chosen.subselect("event_id")) | self._get_attended_by(patients)

    @api.model
    def _search_clinic_company_id(self, operator, value):
        if operator not in OPERATORS:
            return NotImplemented
        chosen = self.env[VISIT]._search(Domain("company_id", operator, value))
        return Domain("id", "in", chosen.subselect("event_id")) | self._get_organized_in(operator, value)
