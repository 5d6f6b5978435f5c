"""Services and practitioners whose mere name tells what a patient has: they count as words about health (LR-31)."""

from odoo import api, fields, models

from ..consent.lint import HEALTH
from ..patient.res_partner import STAFF

HELP = "The name says something about the patient's health: not in templates, and in free text only with a reason."


class ClinicRevealingMixin(models.AbstractModel):
    """Rows whose names may count as words about health; the lists follow every change of them."""

    _name = "clinic.revealing.mixin"
    _description = "Name may tell about health"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.env.registry.clear_cache()
        return rows

    def write(self, vals):
        result = super().write(vals)
        if {"name", "reveals_health", "active", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class ClinicService(models.Model):
    _name = "clinic.service"
    _inherit = ["clinic.service", "clinic.revealing.mixin"]

    reveals_health = fields.Boolean("Tells about health", help=HELP)


class ResourceResource(models.Model):
    _name = "resource.resource"
    _inherit = ["resource.resource", "clinic.revealing.mixin"]

    reveals_health = fields.Boolean("Tells about health", help=HELP, groups=STAFF)


class ClinicLintWord(models.Model):
    _inherit = "clinic.lint.word"

    @api.model
    def _get_revealing_names(self, kind, controller_id):
        names = super()._get_revealing_names(kind, controller_id)
        if kind != HEALTH:
            return names
        domain = [
            ("reveals_health", "=", True),
            "|",
            ("company_id", "=", False),
            ("company_id", "child_of", controller_id),
        ]
        # sudo: clinic.service - a name of another branch tells as much; only the pattern is kept of it
        services = self.env["clinic.service"].sudo().search(domain)
        # sudo: resource.resource - as above
        practitioners = self.env["resource.resource"].sudo().search(domain)
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        names += [service.with_context(lang=code).name for service in services for code in languages]
        return names + practitioners.mapped("name")
