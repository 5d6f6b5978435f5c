"""Events whose patient nobody chose: about the only patient among their attendees, in the branch of their organizer.

Everybody sees the attendees of an event, but not that one of them is a patient: that is told to people who have the
organizer's branch active. Colleagues who are patients too attend as colleagues. An event that another branch has taken
is free for whoever cannot see that; only the planner, who sees all, keeps to the patient who was chosen.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .event import VISIT


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_attending_patients(self):
        """Return {event: its patient} for those of these events that are about an attendee."""
        taken = self.env[VISIT]._get_by_event(self)
        found = {}
        for event in self:
            if event in taken or not event._get_organizing_branch():
                continue
            # sudo: res.partner - who of the attendees is a patient and no colleague, for the organizer's branch
            patients = event.partner_ids.sudo().filtered(lambda partner: partner._is_outside_patient())
            if len(patients) == 1:
                found[event] = patients.with_env(self.env)
        return found

    @api.model
    def _get_free_domain(self):
        """Return the domain of events without a chosen patient whose organizer works in a branch of the user's."""
        taken = self.env[VISIT]._search(Domain.TRUE)
        domain = Domain("id", "not in", taken.subselect("event_id")) & Domain("user_id", "!=", False)
        if self.env.su:
            return domain
        # sudo: res.users - the branches of colleagues decide, they are not shown
        colleagues = self.env["res.users"].sudo()._search([("company_id", "in", self.env.companies.ids)])
        return domain & (Domain("user_id", "=", self.env.uid) | Domain("user_id", "in", colleagues.subselect()))

    @api.model
    def _get_attended_by(self, patients):
        """Return the domain of the events that are about one of these patients because he attends.

        Raw SQL, because a domain cannot count: two patients who attend are a meeting, not an appointment.
        """
        self.flush_model(["partner_ids"])
        self.env["res.partner"].flush_model(["is_patient"])
        wanted = self.env["res.partner"]._search(patients)
        alone = SQL(
            """(SELECT attends.calendar_event_id
                  FROM calendar_event_res_partner_rel attends
                  JOIN res_partner patient ON patient.id = attends.res_partner_id AND patient.is_patient
                 WHERE NOT EXISTS (
                       SELECT FROM res_users WHERE res_users.partner_id = patient.id AND res_users.share IS NOT TRUE)
              GROUP BY attends.calendar_event_id
                HAVING count(*) = 1 AND bool_and(patient.id IN %s))""",
            wanted.subselect(),
        )
        return self._get_free_domain() & Domain("id", "in", alone)

    @api.model
    def _get_organized_in(self, operator, value):
        """Return the domain of the free events of some branches: where their organizer works now."""
        # sudo: res.users - the branches of colleagues decide, they are not shown
        users = self.env["res.users"].sudo()._search(Domain("company_id", operator, value))
        return self._get_free_domain() & Domain("user_id", "in", users.subselect())


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _is_outside_patient(self) -> bool:
        return self.is_patient and all(user.share for user in self.user_ids)
