"""Consents that end within 30 days, told to whoever looks after the number of their branch (legal.md LR-21).

One activity a number and run, with how many there are and the way to their list: a branch with a thousand patients is
not given a thousand activities. Up to which end it has been told is kept at the number, so the next night tells of
those only that have come into sight since; while the activity is open, it is brought up to date instead.
"""

from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ..consent.consent_expiry import REMINDED_BEFORE

ENDING_CONSENTS = "clinic_whatsapp.activity_ending_consents"
LIST = "/odoo/whatsapp-ending-consents"


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _ask_those_who_expire(self):
        """Extended: the branches are reminded."""
        result = super()._ask_those_who_expire()
        ending = self._find_ending()
        branches = ending.company_id
        number_of = self.env["clinic.whatsapp.account"]._for_companies(branches)
        entries = ending.grouped(lambda entry: number_of[entry.company_id])
        # sudo: clinic.whatsapp.account - the cron reminds all branches
        accounts = self.env["clinic.whatsapp.account"].sudo()
        for account in accounts.search([]):
            account._remind_of_ending(entries.get(account, self.browse()))
        return result


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    reminded_until = fields.Datetime(
        readonly=True, copy=False, groups=NO_ACCESS, help="Consents that end up to then have been told of."
    )

    def _remind_of_ending(self, entries):
        """Let the open reminder of one number say how many consents end soon; make one for those not told of yet."""
        reminder = self.activity_search([ENDING_CONSENTS])
        fresh = entries.filtered(lambda e: not self.reminded_until or e.effective_until > self.reminded_until)
        if not entries:
            reminder.unlink()
        elif reminder:
            reminder.write(self._prepare_reminder_vals(entries))
        elif fresh:
            vals = self._prepare_reminder_vals(entries)
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ENDING_CONSENTS, user_id=self._get_manager().id, **vals
            )
        if fresh:
            self.reminded_until = fields.Datetime.now() + REMINDED_BEFORE

    def _prepare_reminder_vals(self, entries):
        env = self._for_manager().env
        note = env._("Ask the patients again at their next visit, or send them a link. After the end nothing is sent.")
        link = Markup('<a href="%s">%s</a>') % (LIST, env._("Show these consents"))
        return {
            "summary": env._("Consents that end within 30 days: %(count)s", count=len(entries)),
            "note": Markup("<p>%s</p><p>%s</p>") % (note, link),
            "date_deadline": min(entries.mapped("effective_until")).date(),
        }
