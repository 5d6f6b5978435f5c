"""The transfer file: what makes it lawful that messages pass through WhatsApp's servers abroad (legal.md §1.3, LR-33).

A consent box cannot cure a regular transfer (§0.3). Messages leave only with a signed and notified standard contract,
with an adequacy decision, or with a documented acceptance of the risk, which then asks each patient's consent and shows
a banner to everybody, always.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .consent_purpose import TRANSFER

UNRESOLVED, SIGNED, VALID = "unresolved", "signed", "valid_sc"
ADEQUACY, RISK_ACCEPTED, ENDED = "adequacy", "risk_accepted", "ended"
OPEN_STATES = (VALID, ADEQUACY, RISK_ACCEPTED)
NEEDED = {  # what a state rests on
    SIGNED: ("sc_module", "sc_signed_on"),
    VALID: ("sc_module", "sc_signed_on", "sc_notified_on", "sc_reference"),
    ADEQUACY: ("adequacy_country_id", "adequacy_published_on"),
    RISK_ACCEPTED: ("risk_accepted_by", "risk_accepted_on", "risk_reason"),
    ENDED: ("transfer_ended_on",),
}
PAST_DATES = ("sc_signed_on", "sc_notified_on", "adequacy_published_on", "risk_accepted_on", "transfer_ended_on")
DAYS_TO_NOTIFY = 5  # working days after the signature, KVKK m.9/5


class ClinicPrivacyController(models.Model):
    _inherit = "clinic.privacy.controller"

    transfer_state = fields.Selection(
        [
            (UNRESOLVED, "Unresolved"),
            (SIGNED, "Contract signed, not yet notified"),
            (VALID, "Standard contract in force"),
            (ADEQUACY, "Adequacy decision"),
            (RISK_ACCEPTED, "Risk accepted"),
            (ENDED, "Ended"),
        ],
        "Transfer abroad",
        required=True,
        default=UNRESOLVED,
        help="No message leaves unless a standard contract is in force, an adequacy decision exists or the risk was "
        "accepted.",
    )
    sc_module = fields.Selection(
        [
            ("sc1", "SS-1: controller to controller"),
            ("sc2", "SS-2: controller to processor"),
            ("sc3", "SS-3: processor to processor"),
            ("sc4", "SS-4: processor to controller"),
        ],
        "Contract module",
        default="sc2",
    )
    sc_signed_on = fields.Date("Contract signed on")
    sc_notify_by = fields.Date(
        "To be notified by",
        compute="_compute_sc_notify_by",
        help="The authority must know of the contract within five working days after the signature.",
    )
    sc_notified_on = fields.Date("Notified to the authority on")
    sc_reference = fields.Char("Notification reference")
    adequacy_country_id = fields.Many2one("res.country", "Adequate country")
    adequacy_published_on = fields.Date("Decision published on")
    risk_accepted_by = fields.Char("Risk accepted by", help="Who answers for it, and on whose advice.")
    risk_accepted_on = fields.Date()
    risk_reason = fields.Text("Why the risk is accepted")
    transfer_ended_on = fields.Date("Basis ended on")
    public_institution = fields.Boolean(help="Health data of public institutions stay in the country.")
    public_institution_reason = fields.Text("Why WhatsApp is used all the same")
    transfer_banner = fields.Char(compute="_compute_transfer_banner")

    @api.constrains("transfer_state", *{name for names in NEEDED.values() for name in names})
    def _check_transfer(self):
        """A state holds only with what it rests on; nothing is dated ahead."""
        for controller in self:
            missing = [name for name in NEEDED.get(controller.transfer_state, ()) if not controller[name]]
            if missing:
                raise ValidationError(
                    self.env._(
                        "“%(state)s” needs: %(fields)s.",
                        state=controller._get_state_label(),
                        fields=", ".join(self._fields[name]._description_string(self.env) for name in missing),
                    )
                )
            controller._check_transfer_dates()

    def _check_transfer_dates(self):
        today = fields.Date.context_today(self)
        if any(self[name] and self[name] > today for name in PAST_DATES):
            raise ValidationError(self.env._("The transfer file tells what has happened: no date lies in the future."))
        if self.sc_signed_on and self.sc_notified_on and self.sc_notified_on < self.sc_signed_on:
            raise ValidationError(self.env._("A contract is notified after it was signed."))

    def _get_state_label(self):
        return dict(self._fields["transfer_state"]._description_selection(self.env))[self.transfer_state]

    @api.depends("sc_signed_on")
    def _compute_sc_notify_by(self):
        for controller in self:
            signed = controller.sc_signed_on
            controller.sc_notify_by = signed and controller._add_working_days(signed, DAYS_TO_NOTIFY)

    def _add_working_days(self, day, count):
        """Return the day that is some working days later; the company's public holidays do not count."""
        holidays = self._get_holidays(day, day + timedelta(days=4 * count + 14))
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5 and day not in holidays
        return day

    def _get_holidays(self, first, last):
        """Return the days between two days that are public holidays in the company's calendar."""
        # sudo: resource.calendar.leaves - public holidays are no secret
        leaves = self.env["resource.calendar.leaves"].sudo().search(
            [
                ("resource_id", "=", False),
                ("company_id", "in", [self.company_id.id, False]),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ]
        )
        local = self.with_context(tz=self.company_id._get_tz())
        days = set()
        for leave in leaves:
            start = fields.Datetime.context_timestamp(local, leave.date_from).date()
            stop = fields.Datetime.context_timestamp(local, leave.date_to).date()
            days |= {start + timedelta(days=offset) for offset in range((stop - start).days + 1)}
        return days

    @api.depends("transfer_state", "sc_signed_on", "public_institution", "public_institution_reason")
    def _compute_transfer_banner(self):
        for controller in self:
            controller.transfer_banner = controller._get_transfer_banner()

    def _get_transfer_banner(self) -> str:
        """Return the red sentence that everybody must see about one controller's transfer, or an empty string.

        It stays for as long as the state stays: there is no way to close it (LR-33).
        """
        if self._is_barred_as_public():
            return self.env._(
                "No WhatsApp message leaves: a public institution needs a written reason for using WhatsApp (Data "
                "protection › Controller file)."
            )
        if self.transfer_state == RISK_ACCEPTED:
            return self.env._(
                "Messages pass through servers abroad at the clinic's own risk, without a standard contract: only "
                "patients who consented to the transfer are written to first."
            )
        if self.transfer_state == SIGNED:
            return self.env._(
                "No WhatsApp message leaves: the standard contract is signed but not notified to the authority, which "
                "is due by %(day)s.",
                day=format_date(self.env, self.sc_notify_by),
            )
        if self.transfer_state not in OPEN_STATES:
            return self.env._(
                "No WhatsApp message leaves: nothing allows the transfer of patients' data abroad (Data protection › "
                "Controller file)."
            )
        return ""

    def write(self, vals):
        result = super().write(vals)
        if "transfer_state" in vals:
            self.filtered(lambda controller: not controller._needs_transfer_consent())._end_fallback()
        return result

    def _end_fallback(self):
        """Stop asking patients for consent to the transfer: something else carries it now, or nothing does (LR-03)."""
        # sudo: clinic.consent.purpose - follows from the transfer file, whoever may change that
        purposes = self.env["clinic.consent.purpose"].sudo()
        domain = [("company_id", "in", self.company_id.ids), ("code", "=", TRANSFER), ("is_on", "=", True)]
        purposes.search(domain).is_on = False

    def _may_transfer(self) -> bool:
        """Tell whether one controller's messages may pass through WhatsApp at all (LR-33)."""
        return self.transfer_state in OPEN_STATES

    def _needs_transfer_consent(self) -> bool:
        """Tell whether each patient must have consented to the transfer: only where the risk was accepted (LR-33)."""
        return self.transfer_state == RISK_ACCEPTED

    def _is_barred_as_public(self) -> bool:
        """Tell whether one controller is a public institution that gave no reason for using WhatsApp (§1.3)."""
        return self.public_institution and not (self.public_institution_reason or "").strip()
