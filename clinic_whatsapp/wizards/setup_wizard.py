"""Small dialogs on the way to a working number. They belong to clinic managers, and to their author alone."""

from odoo import fields, models


class ClinicWhatsappSetupWizard(models.TransientModel):
    """Shows what is set and what Meta says, and asks before one replaces the other."""

    _name = "clinic.whatsapp.setup.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Replace what is set for a WhatsApp number"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection([("ids", "IDs"), ("webhook", "Webhook address")], required=True, readonly=True)
    current_waba_id = fields.Char("On the form: WhatsApp Business Account ID", related="account_id.waba_id")
    current_app_id = fields.Char("On the form: App ID", related="account_id.app_id")
    waba_id = fields.Char("Meta says: WhatsApp Business Account ID", readonly=True)
    app_id = fields.Char("Meta says: App ID", readonly=True)
    current_address = fields.Char("The app delivers to", readonly=True)
    webhook_url = fields.Char("Address of this Odoo", related="account_id.webhook_url")

    def action_take_over(self):
        """Replace what differs; the user has seen both."""
        self.ensure_one()
        account = self.account_id
        if self.kind == "ids":
            account.write({name: self[name] for name in ("waba_id", "app_id") if self[name]})
            return account._notify_user(self.env._("Both IDs are as Meta knows them."))
        with account._ask("app_id", "app_secret", "verify_token") as api:
            return account._set_app_address(api)

    def action_use_own_address(self):
        """Leave the app's address to the other system; this number gets one of its own."""
        return self.account_id.action_set_own_webhook()


class ClinicWhatsappRegisterWizard(models.TransientModel):
    """Registers a number with a PIN that is never stored: saving the dialog hands it to Meta."""

    _name = "clinic.whatsapp.register.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Register a WhatsApp number"

    account_id = fields.Many2one("clinic.whatsapp.account", "Number", required=True, ondelete="cascade")
    pin = fields.Char(
        "PIN",
        compute="_compute_pin",
        inverse="_inverse_pin",
        help="Six digits. The one that was set when two-step verification was switched on; for a new number any six "
        "digits: note them down, Meta asks for them when the number moves.",
    )

    def _compute_pin(self):
        self.pin = False

    def _inverse_pin(self):
        for wizard in self.filtered("pin"):
            wizard.account_id._register_number(wizard.pin.strip())

    def action_done(self):
        """Tell that it worked: the number was registered when the dialog was saved."""
        return self.account_id._notify_user(
            self.env._("The number is registered. Press “Test connection” to see whether all is well.")
        )
