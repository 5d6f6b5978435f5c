"""Which messages leave next.

Of each conversation only the oldest waiting message is claimed: order within a conversation is kept, whatever happens
to a message before it; but one that waits for the morning (``held_until``) holds up nothing that may leave now. What a
person wrote, and what waits before it in the same conversation, is claimed apart from the bulk, so that a
receptionist's reply never waits behind a thousand reminders. Nobody gets more messages in a minute
than Meta allows for one person (cloud_api.md §6.1); what is too much waits, and holds up nobody else.

Raw SQL, because choosing, locking and marking must be one statement: a message that somebody cancels meanwhile is
skipped, not waited for. What is chosen is materialized: a subquery that locks may be run again for each row that it is
joined with, and then finds the next ones, past the limit. Each look-up has its index, so that a claim costs the same
however long the queue is.
"""

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .media_state import MEDIA_PENDING
from .message import QUEUED, SENDING
from .moments import utc_now

PAIR_SECONDS = 60
PAIR_MESSAGES = 10  # to one person in this time: one in six seconds, and a burst that nobody at a keyboard exceeds
DUE = "COALESCE(next_attempt_at, create_date)"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    _queue_idx = models.Index(f"(account_id, ({DUE}), id) WHERE state = 'queued'")
    _urgent_idx = models.Index(f"(account_id, ({DUE})) WHERE state = 'queued' AND kind != 'automatic'")
    _waiting_idx = models.Index("(conversation_id, id) WHERE state IN ('queued', 'sending')")
    _sending_idx = models.Index("(account_id) WHERE state = 'sending'")
    _pair_idx = models.Index("(conversation_id, claimed_at) WHERE claimed_at IS NOT NULL")

    @api.model
    def _claim(self, room):
        """Return the oldest due messages, now ``sending``.

        :param dict room: {number: how many at the most}
        """
        return self._mark([self._bulk_query(account, most) for account, most in room.items() if most > 0])

    @api.model
    def _claim_urgent(self, room):
        """Return what persons wrote, and what waits before it in the same conversations, now ``sending``.

        :param dict room: {number: how many at the most}
        """
        return self._mark([self._urgent_query(account, most) for account, most in room.items() if most > 0])

    def _mark(self, queries):
        self.flush_model()
        claimed = [
            row[0]
            for chosen in queries
            for row in self.env.execute_query(
                SQL(
                    """
                    WITH chosen AS MATERIALIZED (%s)
                    UPDATE clinic_whatsapp_message message
                       SET state = %s, claimed_at = %s, attempts = COALESCE(attempts, 0) + 1
                      FROM chosen
                     WHERE message.id = chosen.id
                    RETURNING message.id""",
                    chosen,
                    SENDING,
                    utc_now(),
                )
            )
        ]
        messages = self.browse(sorted(claimed))
        messages.invalidate_recordset()
        return messages

    def _bulk_query(self, account, most) -> SQL:
        return SQL(
            """
            SELECT due.id
              FROM clinic_whatsapp_message due
             WHERE due.account_id = %(account)s
               AND %(ready)s
               AND %(oldest)s
          ORDER BY COALESCE(due.next_attempt_at, due.create_date), due.id
             LIMIT %(most)s
               FOR UPDATE SKIP LOCKED""",
            account=account.id,
            ready=self._ready_condition(),
            oldest=self._oldest_condition(),
            most=most,
        )

    def _urgent_query(self, account, most) -> SQL:
        """The planner must not walk through the whole queue for the few: hence the materialized steps."""
        return SQL(
            """
            WITH urgent AS MATERIALIZED (
                 SELECT DISTINCT conversation_id
                   FROM clinic_whatsapp_message
                  WHERE account_id = %(account)s
                    AND state = %(queued)s
                    AND kind != 'automatic'
                    AND COALESCE(next_attempt_at, create_date) <= %(now)s),
                 oldest AS MATERIALIZED (
                 SELECT head.id
                   FROM urgent
                  CROSS JOIN LATERAL (
                        SELECT id
                          FROM clinic_whatsapp_message
                         WHERE conversation_id = urgent.conversation_id
                           AND state IN (%(queued)s, %(sending)s)
                           AND (held_until IS NULL OR held_until <= %(now)s)
                      ORDER BY id
                         LIMIT 1) head)
            SELECT due.id
              FROM oldest
              JOIN clinic_whatsapp_message due ON due.id = oldest.id
             WHERE %(ready)s
          ORDER BY due.id
             LIMIT %(most)s
               FOR UPDATE OF due SKIP LOCKED""",
            account=account.id,
            ready=self._ready_condition(),
            queued=QUEUED,
            sending=SENDING,
            now=utc_now(),
            most=most,
        )

    def _oldest_condition(self) -> SQL:
        """Return that no older message of the same conversation waits before ``due``."""
        return SQL(
            """
            NOT EXISTS (
                SELECT 1
                  FROM clinic_whatsapp_message older
                 WHERE older.conversation_id = due.conversation_id
                   AND older.state IN (%s, %s)
                   AND (older.held_until IS NULL OR older.held_until <= %s)
                   AND older.id < due.id)""",
            QUEUED,
            SENDING,
            utc_now(),
        )

    def _ready_condition(self) -> SQL:
        """Return what a waiting message ``due`` needs, so that it may be claimed now: its time, its file, its pace."""
        now = utc_now()
        return SQL(
            """
            due.state = %s
            AND due.media_state IS DISTINCT FROM %s
            AND COALESCE(due.next_attempt_at, due.create_date) <= %s
            AND %s > (
                SELECT count(*)
                  FROM clinic_whatsapp_message recent
                 WHERE recent.conversation_id = due.conversation_id
                   AND recent.claimed_at > %s)""",
            QUEUED,
            MEDIA_PENDING,
            now,
            PAIR_MESSAGES,
            now - timedelta(seconds=PAIR_SECONDS),
        )

    @api.model
    def _get_next_due(self, accounts):
        """Return when the next message is due that waits for nothing but its time, naive UTC; None without one.

        :param clinic.whatsapp.account accounts: of these numbers
        """
        [[moment]] = self.env.execute_query(
            SQL(
                """
                SELECT min(first.due)
                  FROM unnest(%(accounts)s::integer[]) number
                  CROSS JOIN LATERAL (
                       SELECT COALESCE(due.next_attempt_at, due.create_date) AS due
                         FROM clinic_whatsapp_message due
                        WHERE due.account_id = number
                          AND due.state = %(queued)s
                          AND due.media_state IS DISTINCT FROM %(pending)s
                          AND %(oldest)s
                     ORDER BY COALESCE(due.next_attempt_at, due.create_date)
                        LIMIT 1) first""",
                accounts=accounts.ids,
                queued=QUEUED,
                pending=MEDIA_PENDING,
                oldest=self._oldest_condition(),
            )
        )
        return moment
