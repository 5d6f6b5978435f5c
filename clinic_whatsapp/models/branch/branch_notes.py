"""Internal notes and activities on records of a branch, kept inside it.

Odoo shows a note to its author and to whoever it mentions or notifies, and an activity to whom it is assigned, without
asking whether they may read the record, whose name comes with it (odoo19.md §2.3). So every message carries the branch
of its record, every activity too, and rules without groups keep both to people who have this branch active
(``security/rules.xml``). Only colleagues of the branch are told about notes; patients never are, and never follow.

A model gets this by naming ``clinic.branch.mixin`` before ``mail.thread``.
"""

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class ClinicBranchMixin(models.AbstractModel):
    _inherit = "clinic.branch.mixin"

    def _get_colleagues(self, partner_ids):
        """Return those of some partners who work in the branch of one record."""
        # sudo: res.partner, res.users - who works where is not readable by everybody who writes a note
        partners = self.env["res.partner"].sudo().browse(partner_ids or ())
        return partners.filtered(
            lambda partner: any(not user.share and self.company_id in user.company_ids for user in partner.user_ids)
        )

    def _mail_get_partner_fields(self, introspect_fields=False):
        return []  # a patient is never suggested as a recipient of an internal note

    def message_post(self, *, partner_ids=None, **kwargs):
        return super().message_post(partner_ids=self._get_colleagues(partner_ids).ids, **kwargs)

    def message_notify(self, *, partner_ids=None, **kwargs):
        colleagues = self._get_colleagues(partner_ids)
        if not colleagues:
            return self.env["mail.message"]
        return super().message_notify(partner_ids=colleagues.ids, **kwargs)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        for record in self:
            colleagues = record._get_colleagues(partner_ids).ids
            super(ClinicBranchMixin, record)._message_subscribe(colleagues, subtype_ids, customer_ids)
        return True

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Followers may have left the branch; addresses outside are not told at all."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        colleagues = self._get_colleagues([recipient["id"] for recipient in recipients if recipient["id"]])
        return [recipient for recipient in recipients if recipient["id"] in colleagues._ids]

    def _message_create(self, values_list):
        # sudo: clinic.branch.mixin - the branch of a record is no secret to whoever writes about it
        branches = {record.id: record.company_id.id for record in self.sudo()}
        return super()._message_create(
            [{**values, "record_company_id": branches.get(values.get("res_id"))} for values in values_list]
        )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    clinic_branch_id = fields.Many2one(
        "res.company",
        "Branch",
        compute="_compute_clinic_branch_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
        groups="clinic_whatsapp.group_user",
    )

    def _auto_init(self):
        """Spare a large database the computation: no activity is about us before we are installed."""
        if not column_exists(self.env.cr, "mail_activity", "clinic_branch_id"):
            create_column(self.env.cr, "mail_activity", "clinic_branch_id", "int4")
        return super()._auto_init()

    @api.depends("res_model", "res_id")
    def _compute_clinic_branch_id(self):
        for activity in self:
            record = self.env[activity.res_model].browse(activity.res_id) if activity.res_model in self.env else None
            ours = isinstance(record, self.pool["clinic.branch.mixin"])
            activity.clinic_branch_id = ours and record.company_id
