"""What “cancel” means for somebody who has an appointment (legal.md LR-40); see ``messaging.cancel_word``."""

from odoo import fields, models

from .appointment_answer import CANCEL, Answer
from .appointment_events import UPCOMING


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _has_something_to_cancel(self, moment):
        return super()._has_something_to_cancel(moment) or bool(self._get_upcoming_visits())

    def _cancel_wanted_visit(self):
        """Cancel the only appointment that this person can mean; where he can mean several, a person asks.

        What stands in another branch is cancelled by nobody here: that branch is asked to do it.
        """
        visits = self._get_upcoming_visits()
        if len(visits) != 1:
            return super()._cancel_wanted_visit()
        visit = visits.with_company(visits.company_id)
        user = self._get_responsible_user()
        if self.company_id in visit.company_id.parent_ids:
            return visit._take_answer(Answer(CANCEL, fields.Datetime.now(), user, self))
        user = visit._get_person(user)
        env = visit.with_context(lang=user.lang).env
        return visit._ask_person(
            user,
            env._("The patient wants to cancel this appointment"),
            env._("The patient wrote so to another branch. Call, and cancel it if that is what is meant."),
        )

    def _get_upcoming_visits(self):
        """Return the appointments ahead of the patients of this number, in all branches of the controller."""
        # sudo: clinic.appointment - the inbox works for all branches; nothing of another one is shown here
        return (
            self.env["clinic.appointment"]
            .sudo()
            .search(
                [
                    ("patient_id", "in", self.contact_id.partner_ids.ids),
                    ("company_id", "child_of", self.company_id._get_controller().id),
                    ("state", "in", UPCOMING),
                    ("start", ">", fields.Datetime.now()),
                ]
            )
        )
