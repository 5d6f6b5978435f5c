"""Editing what Meta has: only in some states, not too often, and not everything (cloud_api.md §4.4).

A change that could not be submitted is refused when it is saved, with the moment from which it is possible: otherwise
the draft would stop a message that Meta still lets go out.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from ...cloud_api.client import CloudApiError, Rejected
from .template import APPROVED, CONTENT, DISABLED, DRAFT, PENDING
from .template_foreign import judge_remote

PAUSE = timedelta(hours=24)
PERIOD, MOST = timedelta(days=30), 10  # edits of an approved template
IDENTITY = {"name", "language", "account_id"}
REVIEWED = {"sequence", "kind", "text", "url", "phone_number", "code", "flow_id"}  # what Meta reviews of a button
FROM_META = "clinic_from_meta"
FROM_META_MARK = object()  # no caller from outside can put this into a context


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    last_edited_at = fields.Datetime("Last edited at Meta", readonly=True, copy=False)
    edit_moments = fields.Json(readonly=True, copy=False, help="When it was edited while it was approved, UTC.")
    edit_problem = fields.Char("Why it cannot be edited now", compute="_compute_edit_problem")

    @api.depends("remote_id", "remote_status", "edit_moments", "is_foreign")
    @api.depends_context("lang", "tz")
    def _compute_edit_problem(self):
        for template in self:
            template.edit_problem = template._get_edit_problem()

    def write(self, vals):
        if CONTENT & vals.keys() and "status" not in vals:
            for template in self:
                template._check_editable(vals)
        return super().write(vals)

    def _check_editable(self, vals):
        """
        :raise UserError: when Meta would not take a change of one template; says why, and from when on it will
        """
        if self.is_foreign:
            raise UserError(self.edit_problem)
        if not self.remote_id:
            return
        if any(self._differs(name, vals) for name in IDENTITY):
            raise UserError(
                self.env._("Meta knows a template by its name, its language and its account. Copy it instead.")
            )
        if self.remote_status == APPROVED and self._differs("category", vals):
            raise UserError(self.env._("The category of an approved template cannot be changed. Copy it instead."))
        if self.status != DRAFT and self.edit_problem:
            raise UserError(self.edit_problem)

    def _differs(self, name, vals) -> bool:
        return name in vals and self._fields[name].convert_to_write(self[name], self) != vals[name]

    def _get_edit_problem(self):
        """Return why Meta takes no change of one template now; False when it does."""
        if self.is_foreign:
            return self._explain_foreign()
        if not self.remote_id:
            return False
        if self.remote_status == PENDING:
            return self.env._("Meta is reviewing it. It can be edited when that is done.")
        if self.remote_status == DISABLED:
            return self.env._("Meta does not let it be used any more. Copy it under another name.")
        moment = self.remote_status == APPROVED and self._get_next_edit()
        return bool(moment) and self.env._(
            "Meta lets an approved template be edited once in 24 hours and ten times in 30 days. This one can be "
            "edited again on %(moment)s.",
            moment=format_datetime(self.env, moment),
        )

    def _get_next_edit(self):
        """Return from when on an approved template can be edited, naive UTC; None when it can be now."""
        now = fields.Datetime.now()
        edits = sorted(fields.Datetime.to_datetime(moment) for moment in self.edit_moments or [])
        waits = [edit + PAUSE for edit in edits[-1:]]
        waits += [edit + PERIOD for edit in edits[-MOST:][:1] if len(edits) >= MOST]
        return max((moment for moment in waits if moment > now), default=None)

    def action_discard_edit(self):
        """Throw away a change that was not submitted: take over the text that Meta has.

        :raise UserError: when Meta does not tell it, or it has other variables or buttons than the draft
        """
        self.check_access("write")
        for template in self.filtered(lambda template: template.remote_id and template.status == DRAFT):
            # sudo: clinic.whatsapp.account - a branch manager asks with the credentials of his branch's number
            with template.account_id.sudo()._cloud_api() as api_client:
                template._discard_edit(api_client)
        return True

    def _discard_edit(self, api_client):
        try:
            remote = api_client.template(self.remote_id)
        except Rejected as rejected:
            raise UserError(self._explain_refusal(rejected.error)) from rejected
        except CloudApiError as error:
            raise UserError(self.env._("Meta did not answer. Try again in a moment.")) from error
        definition = judge_remote(remote)[0]
        if not (definition and self._fits(definition)):
            raise UserError(
                self.env._(
                    "What Meta has needs other variables or buttons. Give the draft the same ones first: variables and "
                    "buttons as many and as they were."
                )
            )
        self._learn(remote.status, remote_id=remote.id, category=remote.category)
        self._adopt(definition)

    def _submit_edit(self, api_client, components):
        """Replace what Meta has of one template; it goes back to review.

        :raise CloudApiError: when Meta did not take it
        """
        was_approved = self.remote_status == APPROVED
        ttl = self.ttl_minutes * 60 or (None if self.category == "marketing" else -1)  # -1: as long as Meta does
        api_client.edit_template(
            self.remote_id,
            category=None if was_approved else self.category,
            components=components,
            ttl_seconds=ttl,
        )
        self._note_edit(was_approved)
        self._learn("PENDING")

    def _note_edit(self, was_approved):
        now = fields.Datetime.now()
        counted = [moment for moment in self.edit_moments or [] if moment > fields.Datetime.to_string(now - PERIOD)]
        if was_approved:
            counted.append(fields.Datetime.to_string(now))
        # sudo: clinic.whatsapp.template - counted by the connector
        self.sudo().write({"last_edited_at": now, "edit_moments": counted})


class ClinicWhatsappTemplateButton(models.Model):
    _inherit = "clinic.whatsapp.template.button"

    def write(self, vals):
        result = super().write(vals)
        if REVIEWED & vals.keys():
            self._change_template()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_changes_template(self):
        self._change_template()

    def _change_template(self):
        """Let templates be drafts again whose buttons are changed one by one, unless Meta itself has changed them."""
        if self.env.context.get(FROM_META) is not FROM_META_MARK:
            self.template_id.filtered(lambda template: template.status != DRAFT).write({"button_ids": []})
