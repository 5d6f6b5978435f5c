"""Which kinds of records a manager may choose from when he says what automations can be about.

Managers of a branch may not read Odoo's list of models, and need not: they see the kinds of records that they may read
anyway, as far as a patient can stand in them.
"""

from odoo import api, models

LEADING = ("res.partner", "clinic.appointment")  # to a patient
HIDDEN = (
    *("ir.", "base.", "bus.", "mail.", "discuss.", "snailmail.", "sms.", "portal.", "res.config", "res.company"),
    *("res.users", "res.partner.", "clinic.whatsapp.", "clinic.consent", "clinic.privacy."),
)  # what keeps Odoo and this app running


class ClinicWhatsappSource(models.Model):
    _inherit = "clinic.whatsapp.source"

    @api.model
    def get_models(self):
        """Return the kinds of records that the user may choose, by name.

        :return: ``[{"id", "name", "model"}]``
        """
        self.check_access("read")
        names = [name for name, model in self.env.items() if self._is_choosable(name, model)]
        # sudo: ir.model - the names of models whose records the user may read
        rows = self.env["ir.model"].sudo().search([("model", "in", names)], order="name")
        return [{"id": row.id, "name": row.name, "model": row.model} for row in rows]

    @api.model
    def _is_choosable(self, name, model) -> bool:
        is_ordinary = not (model._abstract or model._transient or name.startswith(HIDDEN))
        leads = any(it.type == "many2one" and it.comodel_name in LEADING for it in model._fields.values())
        return is_ordinary and leads and model.has_access("read")
