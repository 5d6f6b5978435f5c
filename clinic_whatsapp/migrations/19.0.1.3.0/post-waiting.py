"""Whoever has written and was not answered when the inbox comes waits in it from the beginning.

Of the past it is not known what staff meant to leave unanswered. So only those conversations count that are open and
that nobody has looked at, or in which the clinic may still answer freely. What is overdue already counts as told: the
managers hear of what becomes overdue from now on, not of years at once.
"""

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

ASK_NOTHING = ("reaction", "revoke", "system")
NEVER_LEFT = ("blocked", "cancelled", "failed")


def migrate(cr, version):
    rows = SQL(
        """
        UPDATE clinic_whatsapp_message message
           SET awaits_answer = TRUE
          FROM clinic_whatsapp_conversation conversation
         WHERE conversation.id = message.conversation_id
           AND conversation.state != 'closed'
           AND (conversation.unread_count > 0 OR conversation.window_expires_at > now() AT TIME ZONE 'UTC')
           AND message.direction = 'in'
           AND message.message_type NOT IN %s
           AND message.id > COALESCE((
               SELECT MAX(reply.id)
                 FROM clinic_whatsapp_message reply
                WHERE reply.conversation_id = conversation.id
                  AND reply.direction = 'out' AND reply.kind = 'reply'
                  AND reply.sent_by_id != %s AND reply.state NOT IN %s), 0)
     RETURNING conversation.id""",
        ASK_NOTHING,
        SUPERUSER_ID,
        NEVER_LEFT,
    )
    cr.execute(rows)
    ids = sorted({row[0] for row in cr.fetchall()})
    env = Environment(cr, SUPERUSER_ID, {})
    env.invalidate_all()
    conversations = env["clinic.whatsapp.conversation"]
    conversations.browse(ids)._refresh_waiting()
    conversations.flush_model(["reply_due_at"])
    cr.execute(
        """
        UPDATE clinic_whatsapp_conversation
           SET overdue_told_for = waiting_since
         WHERE waiting_since IS NOT NULL
           AND overdue_told_for IS NULL
           AND reply_due_at <= now() AT TIME ZONE 'UTC'"""
    )
    env.invalidate_all()
