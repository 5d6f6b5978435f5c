"""Templates at Meta: submitting the starter texts, and learning what became of them."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...cloud_api.client import CloudApiError, Rejected
from .template import APPROVED, DISABLED, DRAFT, PAUSED, PENDING, REJECTED, SERVICE_TEXT

STATUSES = {
    "APPROVED": APPROVED,
    "REINSTATED": APPROVED,
    "PENDING": PENDING,
    "IN_APPEAL": PENDING,
    "REJECTED": REJECTED,
    "PAUSED": PAUSED,
    "FLAGGED": APPROVED,
}  # everything else cannot be sent, cloud_api.md §4.3


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def action_submit(self):
        """Submit drafts to Meta; its answer is shown on each of them."""
        self.check_access("write")
        for account, templates in self.grouped("account_id").items():
            if not account:
                raise UserError(
                    self.env._("A starter text has no number yet. Open the number and add the starter texts there.")
                )
            # sudo: clinic.whatsapp.account - a branch manager submits with the credentials of his branch's number
            with account.sudo()._cloud_api() as api:
                for template in templates.filtered(lambda template: template.category != SERVICE_TEXT):
                    template._submit(api)
        return True

    def _submit(self, api):
        try:
            remote = api.create_template(self.name, self.language, self.category.upper(), self._get_components())
        except Rejected as error:
            said = error.error.user_msg or error.error.details or error.error.title
            self.write({"status": REJECTED, "status_reason": said})
        except CloudApiError as error:
            raise UserError(self.env._("Meta did not answer. Try again in a moment.")) from error
        else:
            self._learn(remote.status, remote_id=remote.id, category=remote.category)

    def _get_components(self):
        body = {"type": "BODY", "text": self.body}
        if samples := [variable.sample or variable.fallback or "x" for variable in self.variable_ids.sorted("index")]:
            body["example"] = {"body_text": [samples]}
        buttons = [{"type": "QUICK_REPLY", "text": button.text} for button in self.button_ids]
        return [body, *([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])]

    def _learn(self, status, *, remote_id=None, category=None, reason=None):
        """Take over what Meta says about a template.

        :param str status: as Meta writes it, ``APPROVED`` …; an unknown one means that it cannot be sent
        :param str | None category: as Meta writes it; Meta may have changed it (cloud_api.md §4.6)
        """
        said = reason if reason and reason != "NONE" else False  # what Meta writes where there is none
        vals = {"status": STATUSES.get(status, DISABLED), "status_reason": said}
        if remote_id:
            vals["remote_id"] = str(remote_id)
        if category and category.lower() in dict(self._fields["category"].selection):
            vals["category"] = category.lower()
        if any(self[name] != value for name, value in vals.items()):
            self.write(vals)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    template_ids = fields.One2many("clinic.whatsapp.template", "account_id", "Templates")

    def action_add_starter_templates(self):
        """Copy the starter texts that this number's WABA does not have yet, and submit them."""
        self.ensure_one()
        if not self.waba_id:
            raise UserError(self.env._("Enter the WhatsApp Business Account ID first: templates belong to it."))
        templates = self.env["clinic.whatsapp.template"]
        # sudo: clinic.whatsapp.template - another branch on the same WABA may have them already
        known = {(t.name, t.language) for t in templates.sudo().search([("waba_id", "=", self.waba_id)])}
        missing = templates.search([("account_id", "=", False)]).filtered(lambda t: (t.name, t.language) not in known)
        copies = templates.union(
            *(template.copy({"account_id": self.id, "company_id": self.company_id.id}) for template in missing)
        )
        copies.filtered(lambda template: template.category == SERVICE_TEXT).write({"status": APPROVED})
        copies.filtered(lambda template: template.status == DRAFT).action_submit()
        return self.action_open_templates()

    def action_open_templates(self):
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_template")
        return {**action, "domain": [("waba_id", "=", self.waba_id)], "context": {"default_account_id": self.id}}

    def action_refresh_templates(self):
        """Ask Meta for the status and text of all templates of this number's WABA."""
        self.check_access("read")
        self.env["clinic.whatsapp.template"].check_access("write")
        for account in self:
            try:
                with account._cloud_api() as api:
                    remotes = list(api.templates())
            except Rejected as error:
                meaning = error.error.meaning
                text = f"{self.env._(meaning.title)}\n{self.env._(meaning.advice)}"
                raise UserError(text) from error
            except CloudApiError as error:
                raise UserError(self.env._("Meta did not answer. Try again in a moment.")) from error
            account._learn_templates(remotes, adopt=True)
        return True
