from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class ClinicCalendarVisit(models.Model):
    """Whom an event is about. It stands beside the event, behind the wall of its branch.

    Every employee reads every event of Odoo's calendar (odoo19.md §5), and what he may read he may also search, group
    and export by. So the event itself says nothing of the patient: neither in a column nor among its attendees, who
    would get invitations by e-mail as well. Written through the event's own fields only (``event.py``).
    """

    _name = "clinic.calendar.visit"
    _inherit = ["clinic.branch.mixin"]
    _description = "Patient of a calendar event"
    _order = "id desc"
    _check_company_auto = True

    event_id = fields.Many2one("calendar.event", required=True, readonly=True, ondelete="cascade")
    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        domain=[("is_patient", "=", True)],
    )

    _once = models.UniqueIndex("(event_id)", "An event is about one patient.")

    @api.depends("event_id.name")
    def _compute_display_name(self):
        for visit in self:
            visit.display_name = visit.event_id.name

    @api.constrains("patient_id")
    def _check_patient(self):
        for visit in self:
            if not visit.patient_id.is_patient:
                raise ValidationError(
                    self.env._(
                        "%(name)s is not marked as a patient. Tick “Patient” on the contact first.",
                        name=visit.patient_id.name,
                    )
                )

    @api.model
    def _get_by_event(self, events):
        """Return {event: its row}, as far as the reader's branches go; of everybody for the superuser."""
        return {visit.event_id: visit for visit in self.search([("event_id", "in", events.ids)])}

    @api.model
    def _keep(self, event, patient, company):
        """Make an event be about a patient, or about nobody, in a branch of the user's.

        :raise AccessError: for a patient or a branch that the user may not see
        :raise UserError: when the event belongs to another branch already
        """
        # sudo: clinic.calendar.visit - only this method writes rows; what the user may see is checked here
        known = self.sudo().search([("event_id", "=", event.id)])
        if known and not known.with_env(self.env)._filtered_access("read"):
            raise UserError(self.env._("This event is taken. Create one of your own for your patient."))
        if not patient:
            known.unlink()
            return
        self._check_may_take(patient, company)
        if known:
            known.write({"patient_id": patient.id, "company_id": company.id})
        else:
            known.create({"event_id": event.id, "patient_id": patient.id, "company_id": company.id})

    @api.model
    def _check_may_take(self, patient, company):
        patient.check_access("read")
        if not self.env.su and company not in self.env.companies:
            raise AccessError(self.env._("Choose a branch that is active for you."))
