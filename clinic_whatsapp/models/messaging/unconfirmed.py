"""Messages whose fate nobody knows: the answer was lost, or the worker died while they were leaving.

Meta may have them, so nobody sends them again on a guess. The status webhook settles them through our reference; when
it is silent for too long, a person is asked. The question is taken back as soon as nothing is open in that
conversation: after a decision (``decision``), or when the status comes after all.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models

from .message import SENDING, UNKNOWN

_logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)  # how long a status webhook may take before a person is asked
QUESTION = "clinic_whatsapp.activity_unconfirmed"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    @api.model
    def _recover_interrupted(self, accounts):
        """Give up on what a dead worker left ``sending``, and ask about what stayed silent.

        :param clinic.whatsapp.account accounts: numbers that we hold for ourselves, see ``exclusive``
        """
        interrupted = self.search([("account_id", "in", accounts.ids), ("state", "=", SENDING)])
        if interrupted:
            _logger.warning("%s messages were being sent when a worker died; their fate is unknown", len(interrupted))
            interrupted.state = UNKNOWN
            interrupted._on_settled()
            interrupted.conversation_id._notify()
        self._ask_about_unknown(accounts)

    @api.model
    def _ask_about_unknown(self, accounts):
        silent = self.search(
            [*self._unsettled(accounts), ("claimed_at", "<", fields.Datetime.now() - PATIENCE)], limit=100
        )
        silent.is_reported = True
        asked = silent.conversation_id.activity_search([QUESTION]).mapped("res_id")
        for conversation in silent.conversation_id.filtered(lambda conversation: conversation.id not in asked):
            user = conversation._get_responsible_user()
            env = conversation.with_context(lang=user.lang).env
            conversation.activity_schedule(
                QUESTION,
                summary=env._("A message was not confirmed by WhatsApp"),
                note=env._("Nobody knows whether it arrived. Ask the patient before writing it again."),
                user_id=user.id,
            )

    @api.model
    def _unsettled(self, accounts):
        """Return the domain of messages whose fate is open and about which nobody was asked yet."""
        return [("account_id", "in", accounts.ids), ("state", "=", UNKNOWN), ("is_reported", "=", False)]

    def _on_settled(self):
        result = super()._on_settled()
        self.filtered("is_reported")._close_question()
        return result

    def _close_question(self):
        """Take the question back in conversations in which there is nothing to decide any more."""
        if not self:
            return
        undecided = [("state", "=", UNKNOWN), ("settled_by_id", "=", False)]
        open_ones = self.search([("conversation_id", "in", self.conversation_id.ids), *undecided]).conversation_id
        (self.conversation_id - open_ones).activity_unlink([QUESTION])
