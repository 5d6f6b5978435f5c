"""Deleting one language of a message at Meta (cloud_api.md §4.4).

What still needs it is named first. The record stays, archived, because messages were made of it; Meta keeps the name
of one that was approved to itself for 30 days.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ...cloud_api.client import CloudApiError, Rejected
from ...cloud_api.template_errors import UNKNOWN_TEMPLATE
from .account import GONE
from .template import SERVICE_TEXT


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def action_delete_at_meta(self):
        """Delete templates at Meta, each in its language only, and archive them here.

        :raise UserError: when something needs one of them and has no other language of it, or Meta refuses
        """
        self.check_access("write")
        if needed := self._explain_needed():
            raise UserError(needed)
        self.lock_for_update()  # see _submit_through
        for account, templates in self.grouped("account_id").items():
            # sudo: clinic.whatsapp.account - a branch manager deletes with the credentials of his branch's number
            known = templates.filtered("remote_id")
            if known:
                with account.sudo()._cloud_api() as api_client:
                    for template in known:
                        template._delete_at_meta(api_client)
        self.filtered("active").action_archive()
        return True

    def _explain_needed(self) -> str:
        """Return a line for each template that something still sends, and that no other language stands in for."""
        lines = []
        for template in self:
            users = template._get_all_users()
            if users and not (template._get_other_variants() - self):
                lines.append(
                    self.env._(
                        "%(template)s is still sent by: %(users)s. Choose another template there first.",
                        template=template.display_name,
                        users=", ".join(users),
                    )
                )
        return "\n".join(lines)

    def _get_all_users(self) -> list[str]:
        """Return the names of what sends one template by itself, over all numbers that may use it."""
        names = (name for account in self._get_sending_accounts() for name in self._get_users(account))
        return sorted(set(names))

    def _get_other_variants(self):
        # sudo: clinic.whatsapp.template - another branch on the same business account may have submitted them
        this = self.sudo()
        same = [("name", "=", this.name), ("waba_id", "=", this.waba_id), ("waba_id", "!=", False)]
        return (this.search(same) - this).filtered(lambda variant: variant._is_sendable()).with_env(self.env)

    def _delete_at_meta(self, api_client):
        """
        :raise UserError: when Meta did not do it; says why
        """
        try:
            api_client.delete_template(self.name, self.remote_id)
        except Rejected as rejected:
            if rejected.error.subcode != UNKNOWN_TEMPLATE:  # what is gone already is as good as deleted
                raise UserError(
                    self.env._(
                        "%(template)s: %(reason)s",
                        template=self.display_name,
                        reason=self._explain_refusal(rejected.error),
                    )
                ) from rejected
        except CloudApiError as error:
            raise UserError(self.env._("Meta did not answer. Try again in a moment.")) from error
        self._learn(GONE, reason=self.env._("It was deleted at Meta, from here."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_meta(self):
        """What Meta still has would come back with the next refresh."""
        for template in self:
            if template.remote_id and template.category != SERVICE_TEXT:
                raise UserError(
                    self.env._("Meta still has “%(name)s”. Delete it there first.", name=template.display_name)
                )
