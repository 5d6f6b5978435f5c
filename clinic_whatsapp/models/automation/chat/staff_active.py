"""Whether a person of the branch is with a patient just now: has answered him lately, or looks at what he wrote.

That somebody looks is said over the bus every half minute and kept nowhere else (``inbox/presence``). So the bus is
asked, for as far back as a colleague's screen believes it.
"""

import json
from datetime import timedelta

from odoo import models
from odoo.addons.bus.models.bus import channel_with_db, json_dump
from odoo.tools import SQL

from ...inbox.presence import BUS_PRESENCE
from ...inbox.waiting import NEVER_LEFT
from ...messaging.conversation import BUS_CHANNEL
from ...messaging.message import OUT, REPLY

ANSWERED_WITHIN = timedelta(minutes=15)
LOOKED_WITHIN = timedelta(seconds=45)  # as long as ``static/src/inbox/presence`` believes it
LEFT = "left"


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _get_attended(self, now):
        """Return those of some conversations that a person of the branch takes care of just now.

        :param datetime now: naive UTC
        """
        return self & (self._get_answered_since(now - ANSWERED_WITHIN) | self._get_looked_at_since(now - LOOKED_WITHIN))

    def _get_answered_since(self, moment):
        """Return those of some conversations in which a person has written from a moment on (naive UTC)."""
        # sudo: clinic.whatsapp.message - whether somebody answered, not what
        messages = self.env["clinic.whatsapp.message"].sudo()
        answers = messages.search(
            [
                ("conversation_id", "in", self.ids),
                ("direction", "=", OUT),
                ("kind", "=", REPLY),
                ("answers_up_to_id", "!=", False),
                ("state", "not in", NEVER_LEFT),
                ("create_date", ">=", moment),
            ]
        )
        return self & answers.conversation_id.with_env(self.env)

    def _get_looked_at_since(self, moment):
        """Return those of some conversations that somebody of the branch has open, as the bus was told.

        Raw SQL: the bus keeps texts, and no model of ours.

        :param datetime moment: naive UTC
        """
        if not self:
            return self
        said = self.env.execute_query(
            SQL(
                """
                SELECT message
                  FROM bus_bus
                 WHERE create_date >= %(moment)s
                   AND channel = ANY(%(channels)s)
                   AND message LIKE %(kind)s
              ORDER BY id""",
                moment=moment,
                channels=[self._get_bus_channel(company) for company in self.company_id],
                kind=f"%{BUS_PRESENCE}%",
            )
        )
        last = {}
        for [message] in said:
            news = json.loads(message)["payload"]
            last[news["conversation_id"], news["user_id"]] = news["kind"]
        return self.filtered(lambda c: any(key[0] == c.id and kind != LEFT for key, kind in last.items()))

    def _get_bus_channel(self, company) -> str:
        return json_dump(channel_with_db(self.env.cr.dbname, (company, BUS_CHANNEL)))
