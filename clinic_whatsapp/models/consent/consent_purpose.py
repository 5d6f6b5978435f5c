from odoo import api, fields, models
from odoo.exceptions import UserError

SERVICE = "service"
APPOINTMENT = "appointment"


class ClinicConsentPurpose(models.Model):
    """What a message is for. The law allows or forbids a message by its purpose (legal.md §1.2)."""

    _name = "clinic.consent.purpose"
    _inherit = ["clinic.shared.mixin"]
    _description = "Message purpose"
    _order = "sequence, id"

    company_id = fields.Many2one(
        "res.company", "Controller", default=False, help="The legal entity that uses this purpose. Empty: every one."
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="The name under which programs know this purpose.")
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    requires_opt_in = fields.Boolean(
        "Needs an opt-in",
        help="Without a recorded opt-in of the patient, no message leaves for this purpose. Otherwise only answers "
        "within 24 hours of the patient's own message are possible.",
    )

    _code_unique = models.UniqueIndex("(code, company_id) NULLS NOT DISTINCT", "This purpose exists already.")

    @api.model
    def _get(self, code, company):
        """Return the purpose that a branch uses.

        :param str code: ``service``, ``appointment`` …
        :param res.company company: branch or controller
        :raise UserError: when the controller does not use this purpose; then nothing may be sent for it
        """
        controller = company._get_controller()
        purpose = self.search(
            [("code", "=", code), ("company_id", "in", [controller.id, False])], order="company_id", limit=1
        )
        if not purpose:
            raise UserError(
                self.env._("%(company)s does not use the purpose “%(code)s”.", company=controller.name, code=code)
            )
        return purpose
