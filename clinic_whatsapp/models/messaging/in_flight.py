"""A withdrawal and a dispatch at the same moment: after the withdrawal is committed, nothing leaves any more (LR-16).

Under REPEATABLE READ a dispatcher judges by what it saw when its transaction began, and its threads send after the
commit. Both gaps are closed by two locks for each WhatsApp contact:

- Whoever ends something (:meth:`ClinicWhatsappContact._shut`) first updates the contact's row, then takes an advisory
  lock on the contact for itself alone, to the end of its transaction. For that it waits until nothing is under way to
  this contact.
- The dispatcher locks the rows of the contacts it is about to write to ``FOR SHARE``, judges, takes a *shared* advisory
  lock on each contact for its session, and commits. It gives the advisory lock back when the message is not under way
  any more, however that ended.

So of the two one comes first, whatever their order:

- the end is committed before the dispatcher's snapshot: the gate sees it;
- it is committed between the snapshot and the lock: PostgreSQL refuses the lock (serialization failure), and the step
  is begun anew (``conflicts``);
- it is not committed yet: the row is locked, the dispatcher does not wait (``SKIP LOCKED``) but puts the message back;
- the dispatcher locked first: the end waits for its commit, then for the answers of Meta, and is committed after that.

Nobody waits in a circle. The dispatcher waits for no contact; where it has to wait for a row that it writes to, it does
so in short slices and gives back meanwhile what has ended (``outcome``). When the dispatcher dies, its session's locks
die with it.
"""

import zlib
from collections import Counter

from odoo import models
from odoo.tools import SQL

from .conflicts import CONFLICTS, repeated
from .message import OUT, QUEUED

SPACE = zlib.crc32(b"clinic_whatsapp.in_flight") - 2**31  # a signed 32-bit integer


class InFlight:
    """What one dispatcher has under way, as the contacts' locks show it to everybody else."""

    def __init__(self, cr):
        self._cr = cr
        self._contacts: dict[int, int] = {}  # by message id; one lock for each message

    def lock_contacts(self, messages):
        """Lock the contacts of these messages against change until the transaction ends, and return those it got.

        Raw SQL: the ORM locks nothing ``FOR SHARE``.

        :raise psycopg2.errors.SerializationFailure: when one was changed since the transaction began
        """
        contact_ids = sorted(set(messages.conversation_id.contact_id.ids))
        query = "SELECT id FROM clinic_whatsapp_contact WHERE id = ANY(%s) ORDER BY id FOR SHARE SKIP LOCKED"
        self._cr.execute(query, [contact_ids], log_exceptions=False)
        free = {contact_id for (contact_id,) in self._cr.fetchall()}
        return messages.filtered(lambda message: message.conversation_id.contact_id.id in free)

    def begin(self, messages):
        """Show that these messages are under way; their contacts are locked by :meth:`lock_contacts`."""
        contacts = {message.id: message.conversation_id.contact_id.id for message in messages}
        if not contacts:
            return
        # Nobody can have it for himself alone: he would have changed the row, which is locked
        self._cr.execute("SELECT pg_advisory_lock_shared(%s, id) FROM unnest(%s) id", [SPACE, list(contacts.values())])
        self._contacts.update(contacts)

    def keep_only(self, message_ids: set[int]):
        """Give back the locks of all messages but these."""
        over = [message_id for message_id in self._contacts if message_id not in message_ids]
        if not over:
            return
        counts = Counter(self._contacts.pop(message_id) for message_id in over)
        self._cr.execute(
            "SELECT pg_advisory_unlock_shared(%s, id) FROM unnest(%s) id", [SPACE, list(counts.elements())]
        )

    def close(self):
        """Give back everything; in a broken transaction, too."""
        if self._contacts:
            self._cr.rollback()
            self.keep_only(set())


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def write(self, vals):
        """Extended: what stops all messages, or some, is obeyed at once."""
        if any(vals.get(name) for name in ("suppressed_at", "suspended_at", "marketing_stopped_at")):
            self._shut()
        return super().write(vals)

    def _shut(self):
        """Something is ending for these contacts in this transaction: after it is committed nothing leaves for it.

        Waits until nothing is under way to them. What waits in the queue for them is judged again before the
        transaction is committed, so that it is blocked with its reason at once.
        """
        if not self.ids:
            return
        # Raw SQL: the row has to change in this very moment, and in the order in which everybody locks
        query = SQL(
            """
            WITH locked AS MATERIALIZED (
                 SELECT id FROM clinic_whatsapp_contact WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE)
            UPDATE clinic_whatsapp_contact contact SET company_id = contact.company_id
              FROM locked WHERE locked.id = contact.id""",
            ids=self.ids,
        )
        self.env.cr.execute(query)
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s) id", SPACE, sorted(self.ids))
        )
        self._judge_again_before_commit()

    def _judge_again_before_commit(self):
        precommit = self.env.cr.precommit
        shut = precommit.data.setdefault("clinic_whatsapp.shut", set())
        if not shut:
            # sudo: clinic.whatsapp.contact - whoever ends something ends it in all branches of the controller
            precommit.add(self.sudo()._judge_shut)
        shut.update(self.ids)

    def _judge_shut(self):
        """Judge again what waits for the contacts that were shut in this transaction.

        What somebody changed since it began, it cannot change itself: that is done right after the commit.
        """
        contacts = self.browse(self.env.cr.precommit.data.pop("clinic_whatsapp.shut", ()))
        try:
            with self.env.cr.savepoint():
                contacts._judge_queue()
        except CONFLICTS:
            self.env.cr.postcommit.add(contacts._judge_queue_afterwards)

    def _judge_queue_afterwards(self):
        with self.env.registry.cursor() as cr:
            contacts = self.with_env(self.env(cr=cr))
            repeated(contacts.env, contacts._judge_queue)

    def _judge_queue(self):
        """Block what waits for these contacts and may not leave any more, however late it is due.

        Messages that a dispatcher is claiming right now are left to it: it sees what has changed.
        """
        waiting = self.env["clinic.whatsapp.message"].search(
            [
                ("direction", "=", OUT),
                ("state", "=", QUEUED),
                ("conversation_id.contact_id", "in", self.ids),
            ],
            order="id",
        )
        waiting.try_lock_for_update(allow_referencing=True)._judge_and_block()


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _put_back(self):
        """Let claimed messages wait again, as if they had not been claimed."""
        for message in self:
            message.write({"state": QUEUED, "claimed_at": False, "attempts": message.attempts - 1})
