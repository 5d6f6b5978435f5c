"""The ways to ask a patient that begin with a request: the tablet at the desk, a link, a link to all preferences."""

from odoo import models
from odoo.tools import format_datetime

from .consent_request import PATHS, PREFERENCES, SIGN
from .consent_states import EXPIRED_MAJORITY, LINK, TABLET


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_consent_link(self, purpose_code=None):
        """Show a link under which the patient can read, sign or refuse one purpose, to be sent by SMS or e-mail.

        :param str | None purpose_code: by default the one whose button was pressed
        """
        request = self._create_consent_request(purpose_code, LINK)
        # sudo: clinic.consent.request - the address goes to whoever made it, now and never again
        return request.sudo()._show_link(self.env._("Link to sign “%(purpose)s”", purpose=request.purpose_id.name))

    def action_consent_tablet(self, purpose_code=None):
        """Offer to open the page for the patient in a window of its own, to hand over the tablet.

        Nothing of staff is on that page, and its window has no way back to this one. It is still the same browser: the
        tab from which it was opened can be chosen again, unless the tablet is locked to one window.
        """
        request = self._create_consent_request(purpose_code, TABLET)
        # sudo: clinic.consent.request - the address goes to whoever made it, now and never again
        url = PATHS[SIGN] + request.sudo().token
        title = self.env._("Sign “%(purpose)s” on the tablet", purpose=request.sudo().purpose_id.name)
        params = {"title": title, "url": url}
        return {"type": "ir.actions.client", "tag": "clinic_whatsapp.consent_tablet", "params": params}

    def action_preferences_link(self):
        """Show a link under which the patient can see and take back what he agreed to, without a login (LR-16)."""
        self._check_asks()
        request = self.env["clinic.consent.request"]._create_for(self, kind=PREFERENCES)
        # sudo: clinic.consent.request - the address goes to whoever made it, now and never again
        return request.sudo()._show_link(self.env._("Link to the preferences"))

    def _create_consent_request(self, purpose_code, method):
        self._check_asks()
        code = purpose_code or self.env.context.get("clinic_purpose") or "appointment"
        purpose = self.env["clinic.consent.purpose"]._get(code, self.env.company)
        return self.env["clinic.consent.request"]._create_for(self, purpose, SIGN, method=method)

    def _check_asks(self):
        """
        :raise AccessError: when this user may not ask this patient
        """
        self.ensure_one()
        self.check_access("read")
        self.env["clinic.consent.request"].check_access("read")

    def _get_ways_to_ask(self, purpose):
        ways = super()._get_ways_to_ask(purpose)
        return [
            *ways,
            self._prepare_action("action_consent_tablet", self.env._("Sign on the tablet"), purpose),
            self._prepare_action("action_consent_link", self.env._("Copy a link to sign"), purpose),
        ]

    def _get_ways_back(self, purpose):
        ways = super()._get_ways_back(purpose)
        link = self._prepare_action("action_preferences_link", self.env._("Link for the patient to withdraw"), purpose)
        return [*ways, link]


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    def _show_link(self, title):
        """Return the action that shows the address of a new request once, with a button to copy it."""
        until = format_datetime(self.env, self.expires_at, tz=self.company_id._get_tz(), dt_format="d MMMM y HH:mm")
        return {
            "type": "ir.actions.client",
            "tag": "clinic_whatsapp.consent_link",
            "params": {"title": title, "url": self.url, "message": self._get_invitation(), "until": until},
        }

    def _get_invitation(self) -> str:
        """Return what goes to the patient by SMS or e-mail with the link, in his language (legal.md §8.4, §8.6)."""
        patient = self.partner_id
        env = self.with_context(lang=patient.lang or self.env.lang).env
        if self._follows_majority():
            return env._(
                "As you are now of age, your guardian's preference has ended. Set your own preference at %(link)s",
                link=self.url,
            )
        file = env["clinic.privacy.controller"]._get_for(self.company_id)
        clinic = file.sudo().trade_name  # sudo: clinic.privacy.controller - the name in every text for patients
        return env._("%(clinic)s: set your WhatsApp preference at %(link)s", clinic=clinic, link=self.url)

    def _follows_majority(self) -> bool:
        """Tell whether the patient is asked because a guardian's word ended on the 18th birthday."""
        standing = self.env["clinic.consent"]._get_standing(self.partner_id, self.company_id._get_controller())
        return any(
            entry.status == EXPIRED_MAJORITY and code == self.purpose_id.code
            for (_patient, code, _kind), entry in standing.items()
        )
