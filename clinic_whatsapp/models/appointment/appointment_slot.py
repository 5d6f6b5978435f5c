"""No practitioner is booked twice at the same time.

The check reads the other appointments of the practitioner, so two people who book at the same moment
must not both read before the other has written. Every booking therefore *updates* the practitioner's
row without changing it: of two concurrent transactions PostgreSQL makes the second one wait and then
fail with a serialization error, Odoo repeats it, and the repetition sees the appointment of the first.
A plain row lock would not do: under REPEATABLE READ the second one would still read its old snapshot.
"""

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_time

from .appointment import ARRIVED, BOOKED, CONFIRMED

OCCUPYING = (BOOKED, CONFIRMED, ARRIVED)


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    @api.constrains("practitioner_id", "start", "stop", "state")
    def _check_practitioner_is_free(self):
        occupying = self.filtered(lambda a: a.practitioner_id and a.state in OCCUPYING)
        if not occupying:
            return
        self.flush_model(["practitioner_id", "start", "stop", "state"])
        occupying._take_turns()
        for appointment_id, other_id in occupying._find_overlaps():
            # sudo: clinic.appointment - the other one may be in another branch; only its time is told
            self.browse(appointment_id)._refuse(self.sudo().browse(other_id))

    def _take_turns(self):
        """Make concurrent bookings of the same practitioners wait for each other."""
        ids = tuple(sorted(self.practitioner_id.ids))
        query = SQL("UPDATE resource_resource SET active = active WHERE id IN %s", ids)
        self.env.cr.execute(query, log_exceptions=False)  # a collision is repeated by Odoo, no error

    def _find_overlaps(self):
        """Return [(one of self, the appointment it collides with)]; one query for any number."""
        return self.env.execute_query(
            SQL(
                """
                SELECT mine.id, other.id
                  FROM clinic_appointment mine
                  JOIN clinic_appointment other
                    ON other.practitioner_id = mine.practitioner_id
                   AND other.id <> mine.id
                   AND other.state IN %(occupying)s
                   AND other.start < mine.stop
                   AND other.stop > mine.start
                 WHERE mine.id IN %(ids)s
                 LIMIT 1""",
                occupying=OCCUPYING,
                ids=tuple(self.ids),
            )
        )

    def _refuse(self, other):
        tz = self.company_id._get_tz()
        raise ValidationError(
            self.env._(
                "%(practitioner)s is already booked from %(start)s to %(stop)s. Choose another time or"
                " another practitioner.",
                practitioner=self.practitioner_id.name,
                start=format_time(self.env, other.start, tz=tz, time_format="HH:mm"),
                stop=format_time(self.env, other.stop, tz=tz, time_format="HH:mm"),
            )
        )
