"""What a controller may not make of a purpose, whoever changes it (legal.md LR-03, LR-60)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .consent_purpose import ABOUT_HEALTH, COMMERCIAL, CONSENT, HEALTH, TRANSFER


class ClinicConsentPurpose(models.Model):
    _inherit = "clinic.consent.purpose"

    @api.constrains("legal_basis", "health_basis", "sensitivity", "code")
    def _check_basis(self):
        """Health data need a basis of their own: neither a contract nor an interest carries them (LR-03, m.6/3)."""
        for purpose in self:
            if purpose.code in ABOUT_HEALTH and purpose.sensitivity != HEALTH:
                raise ValidationError(
                    self.env._(
                        "“%(purpose)s” says that somebody is a patient: that is health data.", purpose=purpose.name
                    )
                )
            if purpose.sensitivity == HEALTH and not purpose.health_basis:
                raise ValidationError(
                    self.env._(
                        "“%(purpose)s” concerns health data: %(basis)s alone does not allow that. Choose a basis of "
                        "KVKK article 6/3 too.",
                        purpose=purpose.name,
                        basis=dict(self._fields["legal_basis"]._description_selection(self.env))[purpose.legal_basis],
                    )
                )
            if purpose.gate == COMMERCIAL and purpose.legal_basis != CONSENT:
                raise ValidationError(
                    self.env._("Promotion needs the patient's explicit consent (KVKK 5/1); no other basis carries it.")
                )

    @api.constrains("is_on", "sign_off_by", "sign_off_on", "code")
    def _check_sign_off(self):
        """What needs a counsel's word is not switched on without it (LR-60)."""
        for purpose in self.filtered("is_on"):
            if purpose.needs_sign_off and not (purpose.sign_off_by and purpose.sign_off_on):
                raise ValidationError(
                    self.env._(
                        "“%(purpose)s” can be used when a counsel has signed it off: enter the name and the date.",
                        purpose=purpose.name,
                    )
                )
            if purpose.sign_off_on and purpose.sign_off_on > fields.Date.context_today(purpose):
                raise ValidationError(self.env._("The sign-off lies in the future."))

    @api.constrains("is_on", "code", "company_id")
    def _check_transfer_fallback(self):
        """Consent to the transfer is a fallback; where a contract carries it, nobody may be asked (LR-03, m.9/6)."""
        for purpose in self.filtered(lambda purpose: purpose.is_on and purpose.code == TRANSFER):
            file = self.env["clinic.privacy.controller"]._get_for(purpose.company_id)
            # sudo: clinic.privacy.controller - the state of the transfer file of the same controller
            if not purpose.company_id or not file.sudo()._needs_transfer_consent():
                raise ValidationError(
                    self.env._(
                        "Patients are asked for consent to the transfer abroad only while the controller file says "
                        "that its risk was accepted."
                    )
                )

    @api.constrains("quiet_from", "quiet_to", "cap_count", "cap_days", "cap_per_occasion", "review_months")
    def _check_limits(self):
        for purpose in self:
            if not 0 <= purpose.quiet_from < purpose.quiet_to <= 24:
                raise ValidationError(self.env._("Messages are sent from an earlier to a later hour, within 0 and 24."))
            counts = (purpose.cap_count, purpose.cap_days, purpose.cap_per_occasion, purpose.review_months)
            if min(counts) < 0 or (purpose.cap_count and not purpose.cap_days):
                raise ValidationError(
                    self.env._("Limits are not negative, and a number of messages needs the number of days.")
                )
