"""WhatsApp tells that a person changed number, id or telephone (cloud_api.md §8.3).

The identity moves by itself only where Meta names the id that we know. The patient's file is never rewritten: staff
gets a line in the conversation and one activity.
"""

import json

from odoo import fields, models

from ...cloud_api.inbound import InboundMessage, UserIdUpdate
from .message import IN, RECEIVED
from .moments import naive

MOVES = ("user_changed_number", "user_changed_user_id", "customer_changed_number")
SYSTEM = "system"


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive_identity_change(self, inbound: InboundMessage):
        self._follow_identity(
            inbound.identity,
            {"wamid": inbound.wamid, "body": inbound.body, "sent_at": naive(inbound.sent_at)},
            wa_id=inbound.wa_id,
            user_ref=inbound.user_id,
        )

    def _receive_user_id_update(self, update: UserIdUpdate):
        self._follow_identity(update.identity, {"sent_at": fields.Datetime.now()}, wa_id=update.wa_id)

    def _follow_identity(self, identity, vals, *, wa_id=None, user_ref=None):
        """Move an identity, and tell it where this number talks to that person. About strangers nothing is kept."""
        controller = self.company_id._get_controller()
        contact = self.env["clinic.whatsapp.contact"]._find_former(controller, identity, wa_id=wa_id, user_ref=user_ref)
        if not contact:
            return
        moved = identity.kind in MOVES and contact._move_identity(identity)
        conversation = self.env["clinic.whatsapp.conversation"].search(
            [("account_id", "=", self.id), ("contact_id", "=", contact.id)], limit=1
        )
        if conversation:
            conversation._tell_identity_change(identity, moved, vals)


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _tell_identity_change(self, identity, moved, vals):
        """Write the line, and ask staff to look."""
        change = {"type": identity.kind, "moved": moved, "wa_id": identity.new_wa_id}
        self.env["clinic.whatsapp.message"].create(
            {
                "conversation_id": self.id,
                "partner_id": self.partner_id.id,
                "direction": IN,
                "kind": False,
                "state": RECEIVED,
                "message_type": SYSTEM,
                "wire_type": SYSTEM,
                "content": json.dumps({"system": change}),
                **vals,
            }
        )
        env, user = self._for_responsible_user()
        self._ask_to_verify(user, *self.with_env(env)._get_identity_question(identity, moved))
        self._notify()

    def _get_identity_question(self, identity, moved):
        """Return (summary, note) of the activity."""
        if identity.kind not in MOVES:
            return self.env._("Make sure it is the same person"), self.env._(
                "WhatsApp was set up anew for this number. Ask for the name and date of birth before you write "
                "anything personal."
            )
        if moved:
            return self.env._("The patient's WhatsApp number changed"), self.env._(
                "Messages go to the new number by themselves. Ask the patient and correct the number on the patient's "
                "form."
            )
        return self.env._("Somebody says to have a new WhatsApp number"), self.env._(
            "It could not be matched safely, so nothing was changed. Make sure who it is, then correct the number on "
            "the patient's form."
        )


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _get_system_line(self, change):
        """Return a change of identity in words.

        :param dict change: ``content["system"]``
        """
        kind = change.get("type")
        if kind not in MOVES and kind in ("customer_identity_changed", "user_identity_changed"):
            return self.env._("WhatsApp was set up anew for this number. It may be another person.")
        if kind not in MOVES:
            return self.body or self.env._("WhatsApp reports a change: %(kind)s", kind=kind or "?")
        if not change.get("moved"):
            return self.env._("WhatsApp reports a new number. It could not be matched safely, so nothing was changed.")
        if change.get("wa_id"):
            return self.env._(
                "The patient's number changed to +%(number)s. Messages go there from now on.", number=change["wa_id"]
            )
        return self.env._(
            "The patient's number changed; WhatsApp does not tell the new one. Messages go there from now on."
        )
