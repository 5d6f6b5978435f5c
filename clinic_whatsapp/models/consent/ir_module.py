from odoo import api, models
from odoo.tools import SQL


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """Translate the controllers' purposes too: files of translations only know the patterns."""
        result = super()._load_module_terms(modules, langs, overwrite)
        if "clinic_whatsapp" in modules:
            self.env["clinic.consent.purpose"]._translate_copies()
        return result


class ClinicConsentPurpose(models.Model):
    _inherit = "clinic.consent.purpose"

    @api.model
    def _translate_copies(self):
        """Give copies the translations of their pattern, in languages that they lack and for words they have kept.

        Raw SQL: translations are one JSON value a field; the ORM would write them language by language.
        """
        self.env.flush_all()
        for name in ("name", "description"):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE clinic_consent_purpose AS copy
                       SET %(field)s = pattern.%(field)s || copy.%(field)s
                      FROM clinic_consent_purpose pattern
                     WHERE pattern.company_id IS NULL AND copy.company_id IS NOT NULL AND copy.code = pattern.code
                       AND copy.%(field)s->>'en_US' = pattern.%(field)s->>'en_US'""",
                    field=SQL.identifier(name),
                )
            )
        self.invalidate_model(["name", "description"])
