"""The set-up of a number as a short list: what is done, what comes next, and the button for it."""

from odoo import api, fields, models

from .account import CONNECTED, MANAGER, NEEDS_ATTENTION, PAUSED
from .message import DELIVERED, OUT, READ, SENT

TODO, WAITING, DONE = "todo", "waiting", "done"
CREDENTIALS = ("phone_number_id", "access_token", "app_secret")


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    setup_steps = fields.Json("Set-up", compute="_compute_setup_steps", groups=MANAGER)
    is_set_up = fields.Boolean(compute="_compute_setup_steps", groups=MANAGER)

    @api.depends(*CREDENTIALS, "waba_id", "app_id", "webhook_scope", "last_webhook_at", "number_status", "state")
    @api.depends_context("lang")
    def _compute_setup_steps(self):
        for account in self:
            steps = account._get_setup_steps()
            account.setup_steps = steps
            account.is_set_up = all(step["state"] == DONE for step in steps)

    def _get_setup_steps(self):
        """Return [{"state", "title", "text", "method", "button"}] in the order in which a newcomer goes."""
        works = self.state in (CONNECTED, NEEDS_ATTENTION, PAUSED)  # or has worked: the rest is told by its health
        return [
            self._step(
                all(self[name] for name in CREDENTIALS),
                self.env._("Enter what Meta shows"),
                self.env._("Phone number ID, access token and app secret, below under “From the Meta App Dashboard”."),
            ),
            self._step(
                self.waba_id and self.app_id,
                self.env._("Find the other IDs"),
                self.env._("Meta tells which business account and which app belong to the number."),
                "action_discover_ids",
                self.env._("Discover IDs"),
            ),
            self._step(
                self.number_status == "CONNECTED" or works,
                self.env._("Register the number"),
                self.env._("A new number is registered once, with a PIN of six digits. Skip it when it works already."),
                "action_open_registration",
                self.env._("Register"),
            ),
            self._get_webhook_step(),
            self._step(
                works,
                self.env._("Test the connection"),
                self.env._("Asks Meta about token, number and webhooks, and says what is wrong."),
                "action_test_connection",
                self.env._("Test connection"),
            ),
            self._step(
                self._has_sent(),
                self.env._("Send the first message"),
                self.env._("Answer the message from your own phone, or send a template from a patient's form."),
                "action_open_conversations",
                self.env._("Conversations"),
            ),
        ]

    @api.model
    def _step(self, state, title, text, method=False, button=False):
        """Return one step.

        :param state: its state, or whether it is done
        """
        state = state if state in (TODO, WAITING, DONE) else DONE if state else TODO
        return {"state": state, "title": title, "text": text, "method": method, "button": button}

    def _get_webhook_step(self):
        title, method, button = self.env._("Let WhatsApp deliver here"), "action_connect_webhook", self.env._("Set up")
        if self.last_webhook_at:
            return self._step(DONE, title, self.env._("Messages and their ticks arrive."))
        if self.webhook_scope:
            text = self.env._("Set, but nothing has arrived yet. Write a message to the number from your own phone.")
            return self._step(WAITING, title, text, method, self.env._("Set up again"))
        text = self.env._("Tells Meta the webhook address of this number, and subscribes to what it reports.")
        return self._step(TODO, title, text, method, button)

    def _has_sent(self):
        return bool(
            self.env["clinic.whatsapp.message"].search_count(
                [
                    ("account_id", "=", self._origin.id),
                    ("direction", "=", OUT),
                    ("state", "in", (SENT, DELIVERED, READ)),
                ],
                limit=1,
            )
        )
