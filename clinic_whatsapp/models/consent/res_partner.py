from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..branch.wall_fields import WalledOne2many
from ..patient.res_partner import STAFF
from .consent_purpose import APPOINTMENT
from .consent_states import DELIVERED, DRAFT, GRANTED, REFUSED, STATUSES, WAITING, WITHDRAWN

NONE = "none"
CONSENT_STATES = [(NONE, "Not asked"), *(state for state in STATUSES if state[0] not in (DELIVERED, DRAFT))]


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_ids = WalledOne2many("clinic.consent", "partner_id", "Consent entries", readonly=True, groups=STAFF)
    appointment_consent = fields.Selection(
        CONSENT_STATES,
        "Appointment messages",
        compute="_compute_appointment_consent",
        search="_search_appointment_consent",
        groups=STAFF,
        help="Whether this patient agreed to get appointment messages over WhatsApp from this clinic.",
    )
    ask_consent = fields.Boolean(
        "Ask at the next visit",
        groups=STAFF,
        help="The desk asks this patient for the consent at the next visit. Ends with the answer, whatever it is.",
    )

    @api.depends("consent_ids")
    @api.depends_context("company")
    def _compute_appointment_consent(self):
        statuses = self._get_consent_statuses(APPOINTMENT, self.env.company._get_controller())
        for partner in self:
            partner.appointment_consent = statuses.get(partner._origin, NONE)

    @api.model
    def _search_appointment_consent(self, operator, value):
        if operator != "in":
            return NotImplemented
        everybody = self._select_appointment_consent(SQL("TRUE"))
        found = [("id", "in", self._select_appointment_consent(SQL("status IN %s", tuple(value) or (None,))))]
        return ["|", *found, ("id", "not in", everybody)] if NONE in value else found

    def _select_appointment_consent(self, condition) -> SQL:
        """Return a sub-select of the patients for whom a condition on what stands (``status``) is true.

        Raw SQL: what stands is the newest of each patient, and a list shows all patients. It must say what
        ``clinic.consent._get_standing`` says.
        """
        controller = self.env.company._get_controller()
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purpose = self.env["clinic.consent.purpose"].sudo()._get(APPOINTMENT, controller)
        self.env["clinic.consent"].flush_model()
        return SQL(
            """(
            SELECT partner_id FROM (
                SELECT newest.partner_id, CASE WHEN newest.status IN %(waiting)s AND decided.status = %(granted)s
                                               THEN decided.status ELSE newest.status END AS status
                  FROM (SELECT max(id) AS id, max(id) FILTER (WHERE status NOT IN %(waiting)s) AS decided_id
                          FROM clinic_consent
                         WHERE controller_id = %(controller)s AND purpose_code = %(code)s AND record_kind IN %(kinds)s
                           AND partner_id IS NOT NULL
                         GROUP BY partner_id) last
                  JOIN clinic_consent newest ON newest.id = last.id
                  LEFT JOIN clinic_consent decided ON decided.id = last.decided_id) standing
             WHERE %(condition)s)""",
            waiting=WAITING,
            granted=GRANTED,
            controller=controller.id,
            code=APPOINTMENT,
            kinds=purpose._get_required_kinds()[:1] or (None,),
            condition=condition,
        )

    def _get_consent_statuses(self, code, controller):
        """Return {patient: status} of those who have an entry for a purpose of this controller.

        :param str code: code of the purpose
        :param res.company controller: the legal entity
        """
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        purpose = self.env["clinic.consent.purpose"].sudo()._get(code, controller)
        current = self.env["clinic.consent"]._get_current(self._origin, purpose, controller)
        return {partner.with_env(self.env): entry.status for (partner, _purpose), entry in current.items()}

    def action_ask_consent(self):
        """Let the desk ask these patients at their next visit; who has agreed already is left out."""
        missing = self.filtered(lambda partner: partner.appointment_consent != GRANTED and not partner.deceased_on)
        missing.ask_consent = True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s patients will be asked at their next visit.", count=len(missing)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_give_consent(self):
        return self._open_consent_wizard(GRANTED, self.env._("Record what was said"))

    def action_refuse_consent(self):
        return self._open_consent_wizard(REFUSED, self.env._("Record a refusal"))

    def action_withdraw_consent(self):
        return self._open_consent_wizard(WITHDRAWN, self.env._("Withdraw consent"))

    def _open_consent_wizard(self, status, title):
        self.ensure_one()
        if not self.is_patient:
            raise UserError(self.env._("Only patients have consents. Tick “Patient” on the contact first."))
        purpose = self.env["clinic.consent.purpose"]._get(
            self.env.context.get("clinic_purpose") or APPOINTMENT, self.env.company
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "clinic.consent.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.id,
                "default_status": status,
                "default_purpose_id": purpose.id,
            },
        }
