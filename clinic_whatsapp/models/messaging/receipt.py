"""Blue ticks and "is writing …" for the patient (cloud_api.md §2.5).

Whoever opens a conversation does not wait for Meta: the wish is noted on the patient's newest message, and the
dispatcher carries it out. It is worth one try; a receipt that gets lost harms nobody.
"""

from odoo import api, fields, models

from .message import IN
from .sender import Receipt

READ, TYPING = "read", "typing"


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    shows_read = fields.Boolean(
        "Show patients what was read",
        default=True,
        help="Patients get the two blue ticks when somebody has opened their message, and see that an answer is being "
        "written.",
    )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    receipt_due = fields.Selection([(READ, "Read"), (TYPING, "Read, an answer is being written")], readonly=True)

    _receipt_idx = models.Index("(account_id) WHERE receipt_due IS NOT NULL")

    @api.model
    def _take_receipts(self, routes):
        """Return the receipts that are due over these routes, and forget that they are.

        :param dict routes: {number: Route}
        """
        due = self.search([("account_id", "in", [account.id for account in routes]), ("receipt_due", "!=", False)])
        by_account = {account.id: route for account, route in routes.items()}
        receipts = [
            Receipt(message.wamid, message.receipt_due == TYPING, by_account[message.account_id.id]) for message in due
        ]
        due.receipt_due = False
        return receipts


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_mark_read(self):
        unread = self.filtered("unread_count")
        result = super().action_mark_read()
        unread._ask_for_receipt(READ)
        return result

    def action_show_typing(self):
        """Let the patient see for some seconds that somebody is writing an answer."""
        self.check_access("write")
        self.filtered("is_window_open")._ask_for_receipt(TYPING)
        return True

    def _ask_for_receipt(self, receipt):
        messages = self.env["clinic.whatsapp.message"]
        newest = dict(
            messages._read_group(
                [("conversation_id", "in", self.ids), ("direction", "=", IN), ("account_id.shows_read", "=", True)],
                ["conversation_id"],
                ["id:max"],
            )
        )
        if newest:
            # sudo: clinic.whatsapp.message - written by the connector only; the caller may write in the conversation
            messages.sudo().browse(newest.values()).receipt_due = receipt
            self.account_id._schedule_dispatch()
