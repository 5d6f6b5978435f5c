"""Templates at Meta: submitting them, and learning what became of them.

A template that Meta does not know is created, one that it knows is edited. Nothing that Meta has taken is forgotten
because another template failed: what went wrong is said of each one, and raised only when none got through.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...cloud_api.client import CloudApiError, InvalidCredentials, InvalidValue, Rejected
from ...cloud_api.errors import Policy
from ...cloud_api.limits import InvalidMessage
from .template import APPROVED, DISABLED, DRAFT, PAUSED, PENDING, REJECTED, SERVICE_TEXT
from .template_definition import WITH_FILE

STATUSES = {
    "APPROVED": APPROVED,
    "REINSTATED": APPROVED,
    "PENDING": PENDING,
    "IN_APPEAL": PENDING,
    "REJECTED": REJECTED,
    "PAUSED": PAUSED,
    "FLAGGED": APPROVED,
}  # everything else cannot be sent, cloud_api.md §4.3
GONE = "DELETED"
WRITTEN_HERE = {
    "status",
    "status_reason",
    "remote_id",
    "remote_status",
    "is_foreign",
    "needs_unknown_values",
    "edit_moments",
    "file_id",
}  # by the connector: what Meta says, and what it has to be told
NOT_ABOUT_THE_TEXT = {2388019, 2388023, 2388024, 2388039}  # subcodes: how many, which name, when; cloud_api.md §6.3


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    remote_status = fields.Selection(
        [
            (PENDING, "In review"),
            (APPROVED, "Approved"),
            (REJECTED, "Rejected"),
            (PAUSED, "Paused"),
            (DISABLED, "Disabled"),
        ],
        "Status at Meta",
        readonly=True,
        copy=False,
        help="Of what Meta has; a draft here may be a change of it that was not submitted yet.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            is_free = vals.get("category") == SERVICE_TEXT  # which Meta never sees
            self._check_not_faked({**vals, "status": DRAFT} if is_free else vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_faked(vals)
        return super().write(vals)

    def _check_not_faked(self, vals):
        """
        :raise AccessError: when a person says what only Meta can say
        """
        said = {name for name in WRITTEN_HERE & vals.keys() if vals[name] and (name, vals[name]) != ("status", DRAFT)}
        if said and not self.env.su:
            raise AccessError(self.env._("Only Meta decides about the status of a template. Submit it for approval."))

    def action_submit(self):
        """Submit drafts to Meta; its answer is shown on each of them.

        :raise UserError: when a starter text is among them, or nothing could be submitted
        :return: True, or the notification that names those that could not be submitted
        """
        self.check_access("write")
        if self.filtered(lambda template: not template.account_id):
            raise UserError(
                self.env._("A starter text has no number yet. Open the number and add the starter texts there.")
            )
        submitted = self.filtered(lambda template: template.category != SERVICE_TEXT)
        if broken := submitted.filtered("problems"):
            raise ValidationError("\n\n".join(template._explain_problems() for template in broken))
        failed = {}
        for account, templates in submitted.grouped("account_id").items():
            failed.update(templates._submit_through(account))
        if failed and len(failed) == len(submitted):
            raise UserError("\n\n".join(failed.values()))
        return account._notify_user("\n\n".join(failed.values()), kind="warning", sticky=True) if failed else True

    def _submit_through(self, account):
        """Return {template: why it could not be submitted}.

        The rows are locked before Meta is asked: its webhooks about them, which may come at once, wait for the end. A
        conflict with one would make Odoo repeat the request, and Meta would be asked twice.
        """
        self.lock_for_update()
        # sudo: clinic.whatsapp.account - a branch manager submits with the credentials of his branch's number
        with account.sudo()._cloud_api() as api_client:
            reasons = {template: template._submit(api_client) for template in self}
        return {template: f"{template.display_name}: {reason}" for template, reason in reasons.items() if reason}

    def _submit(self, api_client):
        """Submit one template; return why Meta was not able to look at it, None when it did.

        That Meta refuses the text is kept with the template.
        """
        if self.remote_id and self.edit_problem:
            return self.edit_problem
        try:
            self._submit_components(api_client, self._get_components(self._upload_sample(api_client)))
        except Rejected as rejected:
            return self._learn_refusal(rejected.error)
        except (InvalidMessage, InvalidValue) as error:
            return self.env._(error.limit)
        except InvalidCredentials:
            return self.account_id._get_bad_settings_text()
        except CloudApiError:
            return self.env._("Meta did not answer. Try again in a moment.")
        return None

    def _submit_components(self, api_client, components):
        if self.remote_id:
            return self._submit_edit(api_client, components)
        ttl = self._get_definition().ttl_seconds
        category = self.category.upper()
        remote = api_client.create_template(self.name, self.language, category, components, ttl_seconds=ttl)
        return self._learn(remote.status, remote_id=remote.id, category=remote.category)

    def _upload_sample(self, api_client) -> str:
        """Return the handle of the file in the header; empty when there is none."""
        if self.header_type not in WITH_FILE:
            return ""
        return api_client.upload_sample(self._get_file_data(), self.file_id.name, self.file_id.mime_type)

    def _learn_refusal(self, error):
        """Keep that Meta refuses the text; return in words what stands in the way of submitting it at all."""
        told = self._explain_refusal(error)
        if self._is_about_text(error):
            status = DRAFT if self.remote_id else REJECTED  # what Meta has had before, it still has
            self._write_from_meta({"status": status, "status_reason": told})
            return None
        return told

    @api.model
    def _is_about_text(self, error) -> bool:
        known = error.code == 100 or error.subcode
        return bool(known) and error.subcode not in NOT_ABOUT_THE_TEXT and error.meaning.policy is Policy.NEVER

    @api.model
    def _explain_refusal(self, error) -> str:
        """Return what went wrong, what to do, and what Meta says about it."""
        meaning, said = error.meaning, error.user_msg or error.details
        told = [self.env._(meaning.title), self.env._(meaning.advice)]
        if said and said not in told:
            told.append(self.env._("Meta says: %(words)s", words=said))
        return " ".join(told)

    def _learn(self, status, *, remote_id=None, category=None, reason=None):
        """Take over what Meta says about a template.

        :param str status: as Meta writes it, ``APPROVED`` …; an unknown one means that it cannot be sent
        :param str | None category: as Meta writes it; Meta may have changed it (cloud_api.md §4.6)
        """
        said = reason if reason and reason != "NONE" else False  # what Meta writes where there is none
        learned = STATUSES.get(status, DISABLED)
        vals = {"status": learned, "remote_status": learned, "status_reason": said}
        if status == GONE:
            vals |= {"remote_id": False, "remote_status": False}  # it can be submitted anew
        elif remote_id:
            vals["remote_id"] = str(remote_id)
        if category and category.lower() in dict(self._fields["category"].selection):
            vals["category"] = category.lower()
        self._write_from_meta(vals)

    def _write_from_meta(self, vals):
        """Keep what Meta says of one template, where it is news."""
        if any(self[name] != value for name, value in vals.items()):
            moved = vals.get("category", self.category) != self.category
            # sudo: clinic.whatsapp.template - what only Meta decides is written by the connector
            self.sudo().write({"status": self.status, **vals})
            if moved:
                self._report_category(moved)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    template_ids = fields.One2many("clinic.whatsapp.template", "account_id", "Templates")

    def action_open_templates(self):
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_template")
        return {**action, "domain": [("waba_id", "=", self.waba_id)], "context": {"default_account_id": self.id}}

    def action_refresh_templates(self):
        """Ask Meta for all templates of this number's WABA: status and text of ours, and those that we do not have."""
        self.check_access("read")
        self.env["clinic.whatsapp.template"].check_access("write")
        told = [account._refresh_templates() for account in self]
        return self._notify_user("\n".join(told))

    def _refresh_templates(self) -> str:
        """Return in words what was taken over.

        :raise UserError: when Meta did not tell
        """
        try:
            with self._cloud_api() as api_client:
                remotes = list(api_client.templates())
        except Rejected as error:
            raise UserError(self.env["clinic.whatsapp.template"]._explain_refusal(error.error)) from error
        except CloudApiError as error:
            raise UserError(self.env._("Meta did not answer. Try again in a moment.")) from error
        self._learn_templates(remotes, adopt=True)
        return self._import_templates(remotes)
