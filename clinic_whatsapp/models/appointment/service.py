from odoo import fields, models

DEFAULT_ARRIVE_EARLY = 15  # minutes


class ClinicService(models.Model):
    """What a patient comes for. It gives an appointment its length and tells how early to arrive."""

    _name = "clinic.service"
    _inherit = ["clinic.shared.mixin"]
    _description = "Clinic service"
    _order = "sequence, name, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    color = fields.Integer("Colour", help="The colour of this service in lists and tags.")
    duration = fields.Integer(
        "Duration (minutes)",
        required=True,
        default=30,
        help="How long an appointment for this service lasts, unless it is changed on the appointment.",
    )
    arrive_early_minutes = fields.Integer(
        "Arrive early (minutes)",
        default=DEFAULT_ARRIVE_EARLY,
        help="How many minutes before the start the patient should be there. Reminders can mention it.",
    )

    _duration_positive = models.Constraint("CHECK (duration > 0)", "A service lasts at least one minute.")
    _arrive_early_not_negative = models.Constraint(
        "CHECK (arrive_early_minutes >= 0)", "Nobody can arrive early by less than zero minutes."
    )
