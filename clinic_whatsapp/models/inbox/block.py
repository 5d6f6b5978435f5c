"""A sender who is a nuisance: what he writes is stored, and raises nothing.

No unread badge, nothing to answer, no greeting, no activity, no other place in the list. What the law or a life may
depend on goes on: a stop is recorded and confirmed, and a word of an emergency is answered with the number to call and
raises its activity. What the clinic sends itself is not touched. The person is known to the whole clinic, and so is the
block; every branch may lift it.
"""

from odoo import fields, models

from ..messaging.conversation import CLOSED
from ..messaging.emergency import ACTIVITY as EMERGENCY
from ..messaging.inbox_messages import CLOCK_SKEW, OPENS_WINDOW
from ..messaging.moments import naive


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    blocked_at = fields.Datetime(
        "Blocked at", readonly=True, help="Since when messages of this person are kept, but raise nothing."
    )


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def action_block(self):
        """Block the senders of these conversations in the whole clinic, and close these."""
        self.check_access("write")
        self._set_blocked(fields.Datetime.now(), self.env._("Sender blocked."))
        self.write({"state": CLOSED, "unread_count": 0})
        return True

    def action_unblock(self):
        """Hear the senders of these conversations again; what they wrote meanwhile stays as it is."""
        self.check_access("write")
        self._set_blocked(False, self.env._("Sender no longer blocked."))
        self._notify()
        return True

    def _set_blocked(self, moment, note):
        changed = self.filtered(lambda conversation: bool(conversation.contact_id.blocked_at) != bool(moment))
        # sudo: clinic.whatsapp.contact - written by the connector only; the caller may write in the conversation
        changed.contact_id.sudo().blocked_at = moment
        for conversation in changed:
            conversation.message_post(body=note, subtype_xmlid="mail.mt_note")

    def _is_blocked(self) -> bool:
        """Tell whether the sender of one conversation is blocked."""
        return bool(self.contact_id.blocked_at)

    def _register_inbound(self, inbound):
        """Keep what a blocked person writes out of sight; that WhatsApp opened the window is a fact all the same."""
        if not self._is_blocked():
            return super()._register_inbound(inbound)
        if inbound.type in OPENS_WINDOW:
            self._open_window(min(naive(inbound.sent_at), fields.Datetime.now() + CLOCK_SKEW))
        return None

    def _welcome(self, *, wants_more):
        return None if self._is_blocked() else super()._welcome(wants_more=wants_more)

    def _ask_for_patient(self, ask):
        return None if self._is_blocked() else super()._ask_for_patient(ask)

    def _ask_to_verify(self, user, summary, note):
        return None if self._is_blocked() else super()._ask_to_verify(user, summary, note)

    def _ask_staff(self, activity_type, summary, note):
        """Ask nobody because of a blocked person, unless somebody may be in danger: life before comfort."""
        if self._is_blocked() and activity_type != EMERGENCY:
            return None
        return super()._ask_staff(activity_type, summary, note)
