"""Who else looks at a conversation or writes in it, so that two people do not answer twice.

Said to the branch over the bus in ids and forgotten: there is no table of who looked when. A client believes it for
some seconds, so nothing has to be taken back when a browser dies.
"""

from odoo import models
from odoo.exceptions import UserError

from ..messaging.conversation import BUS_CHANNEL

BUS_PRESENCE = "clinic_whatsapp/presence"
KINDS = ("looking", "typing", "left")


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_show_presence(self, kind):
        """Tell the branch that the user looks at one conversation, writes in it, or has left it.

        :param str kind: ``looking``, ``typing`` or ``left``
        :raise AccessError: when the user may not read the conversation
        """
        self.ensure_one()
        self.check_access("read")
        if kind not in KINDS:
            raise UserError(self.env._("Presence is one of %(kinds)s.", kinds=", ".join(KINDS)))
        self.env["bus.bus"]._sendone(
            (self.company_id, BUS_CHANNEL),
            BUS_PRESENCE,
            {
                "conversation_id": self.id,
                "user_id": self.env.uid,
                "company_id": self.company_id.id,
                "kind": kind,
            },
        )
        return True
