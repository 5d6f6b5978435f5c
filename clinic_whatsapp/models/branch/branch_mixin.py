from odoo import fields, models
from odoo.exceptions import AccessError


class ClinicBranchMixin(models.AbstractModel):
    """Every row that belongs to one branch: it carries the branch and stays there.

    Record rules are checked before a write only, so a user could push a row out to a branch he cannot see
    (odoo19.md §1); a row therefore never changes its branch through ``write``.
    """

    _name = "clinic.branch.mixin"
    _inherit = ["clinic.link.mixin"]
    _description = "Belongs to a branch"

    company_id = fields.Many2one(
        "res.company",
        "Branch",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The branch this belongs to. Only people who work in this branch see it.",
    )

    def write(self, vals):
        if "company_id" in vals and any(record.company_id.id != vals["company_id"] for record in self):
            raise AccessError(self.env._("The branch of “%(name)s” cannot be changed.", name=self._description))
        return super().write(vals)


class ClinicSharedMixin(models.AbstractModel):
    """Settings that a branch keeps for itself or a parent company shares with the branches below it.

    Read by the branches below, changed only by people of the company that owns them: see ``security/rules.xml``.
    """

    _name = "clinic.shared.mixin"
    _inherit = ["clinic.link.mixin"]
    _description = "Shared with the branches below"
    _check_company_domain = models.check_company_domain_parent_of

    company_id = fields.Many2one(
        "res.company",
        "Company",
        index=True,
        default=lambda self: self.env.company,
        help="Usable in this company and in the branches below it. Empty: usable everywhere.",
    )

    def write(self, vals):
        """Keep settings in their company, whether it is written, or follows from what they belong to."""
        before = {record: record.company_id for record in self}
        result = super().write(vals)
        if any(record.company_id != company for record, company in before.items()):
            raise AccessError(
                self.env._("The company of “%(name)s” cannot be changed. Copy it instead.", name=self._description)
            )
        return result
