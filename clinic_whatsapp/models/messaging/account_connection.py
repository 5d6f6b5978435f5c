"""Does the number work? Asks Meta, and says in plain words what is wrong and what to do (``health``)."""

from odoo import api, models
from odoo.exceptions import UserError

from ...cloud_api.client import CloudApiError, InvalidCredentials, Rejected, Unreachable
from . import health
from .account import CONNECTED, DRAFT, NEEDS_ATTENTION, PAUSED

SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def action_test_connection(self):
        """Ask Meta about token, permissions, number and webhooks; connect the number when nothing stands in its way.

        What is kept in the queue leaves then. A paused number stays paused.
        """
        self.ensure_one()
        self.check_access("write")
        if self._is_neutralized():
            raise UserError(self.env._("This is a copy of the database: it cannot reach WhatsApp."))
        self._check_health()
        if health.NOT_SUBSCRIBED in (self.findings or {}) and self._subscribe_business_account():
            self._check_health()
        if self.state != PAUSED:
            self._follow_test(self._get_test_obstacles())
        return True

    def _follow_test(self, obstacles):
        if obstacles:
            in_use = self.state in (CONNECTED, NEEDS_ATTENTION)
            self.write({"state": NEEDS_ATTENTION if in_use else DRAFT, "state_reason": obstacles[0]})
        else:
            self.write({"state": CONNECTED, "state_reason": False})
            self._schedule_dispatch()

    def _subscribe_business_account(self) -> bool:
        """Let the app get the webhooks of the business account; tell whether Meta agreed."""
        try:
            with self._cloud_api() as api:
                api.subscribe()
        except CloudApiError:
            return False
        return True

    def _get_test_obstacles(self):
        """Return [sentences] about why the number has not passed a test that was just made.

        That sending was stopped is none: somebody has looked since.
        """
        return [
            " – ".join(self._explain_finding(key, entry))
            for finding, key, entry in self._get_findings()
            if key == health.UNREACHABLE or (finding.level == health.PROBLEM and key != health.SENDING_STOPPED)
        ]

    def _missing_settings(self, names):
        """Return a sentence for each of some fields that is empty."""
        return [
            self.env._(
                "“%(field)s” is empty. Fill it in first.", field=self._fields[name]._description_string(self.env)
            )
            for name in names
            if not self[name]
        ]

    def _get_bad_settings_text(self):
        return self.env._("One of the values is not what Meta gives: IDs are digits, the address begins with https://.")

    def _explain_error(self, error: CloudApiError) -> str:
        """Return what went wrong at Meta and what to do about it, in the user's language."""
        if isinstance(error, InvalidCredentials):
            return self._get_bad_settings_text()
        if isinstance(error, Rejected):
            meaning = error.error.meaning
            return f"{self.env._(meaning.title)} {self.env._(meaning.advice)}"
        if isinstance(error, Unreachable):
            what = self.env._("%(url)s cannot be reached.", url=self.api_url)
            return f"{what} {self.env._(error.advice)}"
        return self.env._("Meta did not answer at %(url)s. Try again in a moment.", url=self.api_url)

    @api.model
    def _notify_user(self, text, *, kind="success", sticky=False):
        """Return the action that tells a user what a button did, closes its dialog and reads the view behind again.

        :param str kind: ``success``, ``info``, ``warning`` or ``danger``
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "sticky": sticky,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
