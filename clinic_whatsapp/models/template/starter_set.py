"""Starter texts: written and checked, waiting to be copied to a number and submitted (legal.md §8.7).

Texts of a purpose that the clinic does not use are copied, so that they can be read and adapted, but not submitted;
neither are those that lead to a page of the clinic whose address nobody has entered.
"""

from urllib.parse import urlsplit

from odoo import api, models
from odoo.exceptions import UserError

from .template import APPROVED, DRAFT, SERVICE_TEXT

EXAMPLE_HOSTS = ("example.com", "example.org", "example.net")  # nobody's, RFC 2606


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    @api.depends("account_id", "button_ids.url")
    @api.depends_context("lang")
    def _compute_wording_problem(self):
        return super()._compute_wording_problem()

    def _get_wording_problems(self):
        return [*super()._get_wording_problems(), *self._get_address_problems()]

    def _get_address_problems(self) -> list[str]:
        """Return what to do about the buttons that lead to no page of the clinic yet."""
        if not self.account_id:
            return []  # a starter text leads nowhere on purpose
        return [
            self.env._("Enter the address of your own page in the button “%(button)s”.", button=button.text)
            for button in self.button_ids
            if self._is_example(button.url)
        ]

    @staticmethod
    def _is_example(url) -> bool:
        host = urlsplit((url or "").replace("{", "").replace("}", "")).hostname or ""
        return host.removeprefix("www.") in EXAMPLE_HOSTS

    def _get_hold_reason(self, company) -> str:
        """Return why this starter text is not submitted for a branch when it is copied; empty when it is."""
        if self.category == SERVICE_TEXT:
            return ""
        # sudo: clinic.consent.purpose - a setting of the controller
        purpose = self.env["clinic.consent.purpose"].sudo()._get(self.purpose_code, company)
        if not purpose.is_on:
            return self.env._(
                "“%(purpose)s” is off. Switch it on under Data protection › Purposes, then submit it.",
                purpose=purpose.name,
            )
        if any(self._is_example(button.url) for button in self.button_ids):
            return self.env._("Enter the address of your own page in its button, then submit it.")
        return ""


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def action_add_starter_templates(self):
        """Copy all starter texts that this number's business account lacks, and submit what can be."""
        self._add_starter_templates(self._get_missing_starters())
        return self.action_open_templates()

    def action_choose_starter_templates(self):
        """Show the starter texts, to choose from and to read before they are submitted."""
        self.ensure_one()
        self.check_access("write")
        self._get_missing_starters()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add starter templates"),
            "res_model": "clinic.whatsapp.starter.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def _get_missing_starters(self):
        """Return the starter texts that this number's business account does not have yet.

        :raise UserError: without the number of the business account
        """
        self.ensure_one()
        if not self.waba_id:
            raise UserError(self.env._("Enter the WhatsApp Business Account ID first: templates belong to it."))
        templates = self.env["clinic.whatsapp.template"]
        # sudo: clinic.whatsapp.template - another branch on the same business account may have them already
        known = {(t.name, t.language) for t in templates.sudo().search([("waba_id", "=", self.waba_id)])}
        starters = templates.search([("account_id", "=", False)])
        return starters.filtered(lambda template: (template.name, template.language) not in known)

    def _add_starter_templates(self, starters):
        """Copy starter texts to this number and submit those that nothing holds back; return the copies."""
        self.ensure_one()
        self.check_access("write")
        copies = starters.browse()
        for starter in starters:
            copies |= starter.copy({"account_id": self.id, "company_id": self.company_id.id})
        # sudo: clinic.whatsapp.template - a free text needs no approval of Meta's
        copies.sudo().filtered(lambda template: template.category == SERVICE_TEXT).write({"status": APPROVED})
        free = copies.filtered(lambda copy: copy.status == DRAFT and not copy._get_hold_reason(self.company_id))
        if free:
            free.action_submit()
        return copies
