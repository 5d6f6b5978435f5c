from odoo import api, fields, models
from odoo.exceptions import UserError

SECTIONS = [
    ("controller", "Controller"),
    ("data", "Data"),
    ("purposes", "Purposes and legal bases"),
    ("collection", "Collection"),
    ("transfer", "Recipients and transfer"),
    ("retention", "Retention"),
    ("rights", "Rights"),
    ("optional", "WhatsApp is optional"),
]
REQUIRED_SECTIONS = tuple(code for code, _name in SECTIONS if code != "optional")


class ClinicPrivacyNoticeSection(models.Model):
    """One numbered part of a privacy notice; the law names what must be there (LR-06)."""

    _name = "clinic.privacy.notice.section"
    _inherit = ["clinic.shared.mixin"]
    _description = "Section of a privacy notice"
    _order = "notice_id, sequence, id"
    _rec_name = "heading"

    notice_id = fields.Many2one("clinic.privacy.notice", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="notice_id.company_id", store=True, precompute=True, required=True, default=None
    )
    sequence = fields.Integer(default=10)
    code = fields.Selection(SECTIONS, required=True)
    heading = fields.Char(required=True)
    body = fields.Text()

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        sections._check_draft()
        return sections

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()  # nor is a section moved into a published text
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts_only(self):
        self._check_draft()

    def _check_draft(self):
        """Sections of a published text are as fixed as the text (LR-08)."""
        self.check_access("read")
        # sudo: clinic.privacy.notice - its state only
        if any(notice.state != "draft" for notice in self.sudo().notice_id):
            raise UserError(
                self.env._("A published text is never changed: patients have agreed to it. Write a new version.")
            )
