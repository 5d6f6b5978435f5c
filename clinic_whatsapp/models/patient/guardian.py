"""Who decides for a patient, and under which number he is reached (legal.md §5.1, LR-22, LR-23).

A minor and a restricted adult are reached through the guardian: what we write goes to the guardian's number, and only
the guardian says what may be written. All of this is known to the whole clinic, none of it is about a branch.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_partner import DEFAULT_REGION, STAFF

LEGAL_GUARDIAN = "legal_guardian"
SELF, GUARDIAN, RELATIVE, UNKNOWN = "self", "guardian", "relative", "unknown"


class ResPartner(models.Model):
    _inherit = "res.partner"

    guardian_relation = fields.Selection(
        [
            ("mother", "Mother with custody"),
            ("father", "Father with custody"),
            (LEGAL_GUARDIAN, "Guardian appointed by a court"),
        ],
        groups=STAFF,
        help="On what the guardian's word rests. After a divorce only the parent with custody decides.",
    )
    is_restricted = fields.Boolean(
        "Adult under guardianship",
        groups=STAFF,
        help="A court has given this adult a guardian, who decides about messages.",
    )
    needs_guardian = fields.Boolean(compute="_compute_needs_guardian", groups=STAFF)
    number_owner = fields.Selection(
        [
            (SELF, "The patient"),
            (GUARDIAN, "The guardian"),
            (RELATIVE, "A relative"),
            (UNKNOWN, "Not known"),
        ],
        "Number belongs to",
        default=SELF,
        groups=STAFF,
        help="Whose telephone rings. Under a relative's number we write only with the patient's written permission, "
        "and never about health.",
    )
    reached_phone = fields.Char(
        "Messages go to",
        compute="_compute_reached_phone",
        groups=STAFF,
        help="The patient's number, or the guardian's where a guardian decides.",
    )
    deceased_on = fields.Date(
        "Died on", groups=STAFF, help="From then on nothing is sent, and every consent has ended."
    )

    @api.depends("birth_date", "is_restricted")
    def _compute_needs_guardian(self):
        for partner in self:
            partner.needs_guardian = partner.is_minor or partner.is_restricted

    @api.depends(
        "whatsapp_phone",
        "needs_guardian",
        "company_id",
        "guardian_id.phone",
        "guardian_id.country_id.code",
        "guardian_id.deceased_on",
    )
    def _compute_reached_phone(self):
        for partner in self:
            guardian = partner.needs_guardian and partner._get_guardian_phone()
            partner.reached_phone = guardian or partner.whatsapp_phone

    def _get_guardian(self):
        """Return who decides for one patient, or could; one who has died is none any more."""
        return self.guardian_id.filtered(lambda guardian: not guardian.deceased_on)

    def _get_guardian_phone(self):
        """Return the guardian's number (E.164), or False; a guardian need not be a patient."""
        guardian = self._get_guardian()
        # sudo: res.company - in which country the legal entity is, for staff of its branches
        region = guardian.country_id.code or self.company_id.sudo().country_id.code or DEFAULT_REGION
        return self._to_e164(guardian.phone, region)

    def _lacks_guardian(self):
        """Return those of some patients to whom nobody may write first, because no guardian can be reached (LR-22)."""
        return self.filtered(
            lambda partner: (
                partner.needs_guardian
                and not (
                    partner._get_guardian() and (partner._get_guardian_phone() or partner.number_owner == GUARDIAN)
                )
            )
        )

    @api.constrains("deceased_on")
    def _check_deceased_on(self):
        today = fields.Date.context_today(self)
        if any(partner.deceased_on and partner.deceased_on > today for partner in self):
            raise ValidationError(self.env._("The date of death lies in the future. Correct it."))

    @api.constrains("guardian_id")
    def _check_guardian(self):
        if any(partner.guardian_id == partner for partner in self):
            raise ValidationError(self.env._("A patient cannot be his or her own guardian. Choose somebody else."))
