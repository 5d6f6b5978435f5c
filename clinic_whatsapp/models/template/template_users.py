"""Who is told when a template that is sent by itself cannot be sent any more.

The manager of every branch for which something sends it is asked once to look (``account_health``).
"""

from odoo import models

from ..messaging import health


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _report_stopped(self, was_sendable, accounts=None):
        """Ask the managers to look when automations need a template that has become unusable.

        :param clinic.whatsapp.account | None accounts: those of its business account, when they are known
        """
        is_sendable = self._is_sendable()
        if not (was_sendable or is_sendable):
            return
        accounts = self._get_sending_accounts() if accounts is None else accounts
        if is_sendable:
            accounts._clear_finding(health.TEMPLATE_STOPPED, subject=str(self.id))
        else:
            self._report_to(accounts, health.TEMPLATE_STOPPED)

    def _report_category(self, moved=False):
        """Ask the managers to look when Meta takes what automations need for something else, now or soon.

        :param bool moved: it has just become another category
        """
        accounts = self._get_sending_accounts()
        if self.pending_category or (moved and self.category == "marketing"):
            self._report_to(accounts, health.TEMPLATE_CATEGORY)
        elif self.category != "marketing":
            accounts._clear_finding(health.TEMPLATE_CATEGORY, subject=str(self.id))

    def _report_to(self, accounts, code):
        for account in accounts:
            told = self.with_context(lang=account._get_manager().lang)
            if users := told._get_users(account):
                account._report_finding(code, f"{told.display_name} – {', '.join(users)}", subject=str(self.id))

    def _get_sending_accounts(self):
        # sudo: clinic.whatsapp.account - numbers of other branches use the templates of the same business account
        accounts = self.env["clinic.whatsapp.account"].sudo()
        return accounts.search([("waba_id", "=", self.waba_id)]) if self.waba_id else accounts

    def _get_users(self, account) -> list[str]:
        """Hook: return the names of what sends this template by itself for the branch of a number."""
        return []


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _forget_outdated_findings(self):
        result = super()._forget_outdated_findings()
        for account in self:
            for key in list(account.findings or {}):
                code, _colon, subject = key.partition(":")
                if code in (health.TEMPLATE_STOPPED, health.TEMPLATE_CATEGORY):
                    template = self.env["clinic.whatsapp.template"].browse(int(subject)).exists()
                    if not template or not template._get_users(account):
                        account._clear_finding(code, subject=subject)
        return result
