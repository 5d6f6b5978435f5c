from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError


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
            name = self.env["ir.model"]._get(self._name).name
            raise AccessError(self.env._("The branch of “%(name)s” cannot be changed.", name=name))
        return super().write(vals)

    def _works_here(self, user) -> bool:
        """Tell whether a user is an employee who works in the branch of one record."""
        # sudo: res.users - the branches of a colleague are not readable by everybody
        return not user.sudo().share and self.company_id in user.sudo().company_ids

    def _check_works_here(self, user):
        """
        :raise ValidationError: when a user who is named does not work in the branch of one record
        """
        if user and not self._works_here(user):
            raise ValidationError(
                self.env._(
                    "%(user)s does not work in %(branch)s. Choose somebody who does.",
                    user=user.name,
                    branch=self.company_id.name,
                )
            )


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
                index=True,
        default=lambda self: self.env.company,
        help="Usable in this company and in the branches below it. Empty: usable everywhere.",
    )

    def write(self, vals):
        """Keep settings in their company, whether it is written, or follows from what they belong to."""
        before = {record: record.company_id for record in self}
        result = super().write(vals)
        if any(record.company_id != company for record, company in before.items()):
            name = self.env["ir.model"]._get(self._name).name
            raise AccessError(
                self.env._("The company of “%(name)s” cannot be changed. Copy it instead.", name=name)
            )
        return result
