from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.appointment.res_company import MOST_NOTICE_HOURS, MOST_OFFER_DAYS
from ..models.inbox.res_company import MOST_REPLY_MINUTES

SETTINGS = {
    "reply_minutes": "whatsapp_reply_minutes",
    "auto_assign": "whatsapp_auto_assign",
    "offer_times": "whatsapp_offer_times",
    "move_days": "whatsapp_move_days",
    "move_notice_hours": "whatsapp_move_notice_hours",
    "send_from": "whatsapp_send_from",
    "send_to": "whatsapp_send_to",
    "automations_paused": "whatsapp_automations_paused",
}
PLACE = {"latitude": "partner_latitude", "longitude": "partner_longitude"}  # of the branch's own contact


class ClinicWhatsappBranchSettings(models.TransientModel):
    """How one branch answers. Branch managers may not write companies, so these settings have a form of their own."""

    _name = "clinic.whatsapp.branch.settings"
    _inherit = ["clinic.link.mixin"]
    _description = "WhatsApp settings of a branch"

    company_id = fields.Many2one(
        "res.company",
        "Branch",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    reply_minutes = fields.Integer(
        "Answer within",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="Minutes of opening hours in which a patient's message is answered. Waiting times turn amber and red by "
        "it, and the managers of the branch are told of what takes longer.",
    )
    auto_assign = fields.Boolean(
        "Give to the least busy",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="A message that nobody has taken goes to the colleague with the fewest open conversations among those "
        "who have Odoo open. While nobody has, it stays free.",
    )
    offer_times = fields.Boolean(
        "Offer other times",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="A patient who asks for another time gets a list of free ones and books one of them. Without it a person "
        "agrees on one with the patient.",
    )
    move_days = fields.Integer(
        "Offer up to",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="How many days ahead times are offered.",
    )
    move_notice_hours = fields.Integer(
        "Notice (hours)",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="How many hours before it begins a time can still be chosen.",
    )
    send_from = fields.Float(
        "Messages leave from",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="Hour of the day. Before it nothing leaves that the clinic sends without being asked.",
    )
    send_to = fields.Float(
        "Messages leave until",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="Hour of the day. After it nothing leaves that the clinic sends without being asked.",
    )
    automations_paused = fields.Boolean(
        "Pause automations",
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="Nothing of automations leaves in this branch and in those below it.",
    )
    latitude = fields.Float(
        compute="_compute_settings",
        store=True,
        readonly=False,
        precompute=True,
        digits=(10, 7),
        help="Degrees. Where the branch is on a map; templates with the place of the branch need it.",
    )
    longitude = fields.Float(
        compute="_compute_settings", store=True, readonly=False, precompute=True, digits=(10, 7), help="Degrees."
    )

    _reply_minutes_range = models.Constraint(
        f"CHECK (reply_minutes BETWEEN 1 AND {MOST_REPLY_MINUTES})",
        "A patient is answered within one minute to seven days.",
    )
    _move_range = models.Constraint(
        f"CHECK (move_days BETWEEN 1 AND {MOST_OFFER_DAYS} AND move_notice_hours BETWEEN 0 AND {MOST_NOTICE_HOURS})",
        "Times are offered for one to ninety days ahead, with a notice of up to seven days.",
    )
    _send_hours = models.Constraint(
        "CHECK (send_from >= 0 AND send_from < send_to AND send_to <= 24)",
        "The hours in which messages may leave must begin before they end, within one day.",
    )
    _place_range = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
        "A latitude is between -90 and 90 degrees, a longitude between -180 and 180.",
    )

    @api.depends("company_id")
    def _compute_settings(self):
        for settings in self:
            branch = settings.company_id
            for name, setting in SETTINGS.items():
                settings[name] = branch[setting]
            # sudo: res.partner - the contact of a branch is not readable by all of its managers
            place = branch.sudo().partner_id
            for name, setting in PLACE.items():
                settings[name] = place[setting]

    def action_save(self):
        """Store the settings of one branch."""
        self.ensure_one()
        self.check_access("write")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Switch to this branch to change its settings."))
        # sudo: res.company, res.partner - managers of a branch may not write companies; these settings only
        branch = self.company_id.sudo()
        branch.write({setting: self[name] for name, setting in SETTINGS.items()})
        branch.partner_id.write({setting: self[name] for name, setting in PLACE.items()})
        return {"type": "ir.actions.act_window_close"}
