from odoo import fields, models

from ..patient.res_partner import STAFF

OFFER_DAYS, MOST_OFFER_DAYS = 14, 90
NOTICE_HOURS, MOST_NOTICE_HOURS = 2, 7 * 24


class ResCompany(models.Model):
    """Which times a branch offers to patients who want another one: see ``free_slots``."""

    _inherit = "res.company"

    whatsapp_offer_times = fields.Boolean(
        "Offer times in the chat",
        default=True,
        groups=STAFF,
        help="Who asks for another time can choose one that is free. Without it a person agrees on one with him.",
    )
    whatsapp_move_days = fields.Integer(
        "Offer times of the next (days)", default=OFFER_DAYS, groups=STAFF, help="How far ahead times are offered."
    )
    whatsapp_move_notice_hours = fields.Integer(
        "Notice (hours)", default=NOTICE_HOURS, groups=STAFF, help="How long before a visit it can still be booked."
    )

    _whatsapp_move_days_range = models.Constraint(
        f"CHECK (whatsapp_move_days BETWEEN 1 AND {MOST_OFFER_DAYS})",
        "Times are offered for one to ninety days ahead.",
    )
    _whatsapp_move_notice_hours_range = models.Constraint(
        f"CHECK (whatsapp_move_notice_hours BETWEEN 0 AND {MOST_NOTICE_HOURS})",
        "The notice for a visit is between none and seven days.",
    )
