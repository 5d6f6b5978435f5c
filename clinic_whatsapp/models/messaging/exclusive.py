"""One worker at a time for one number.

A session-level advisory lock is held over the commits of a run and vanishes with the connection. Whoever holds it knows
that nobody else works on the number: order within a conversation and the rate of the number hold by construction, and
what a dead worker left half done can be told from what a living one is doing.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

DISPATCH = "dispatch"
INBOX = "inbox"


@contextmanager
def exclusive(accounts, work: str) -> Iterator:
    """Yield those of the numbers that nobody else is working on, and keep them to us until the block ends.

    :param clinic.whatsapp.account accounts:
    :param str work: ``dispatch`` or ``inbox``
    """
    cr = accounts.env.cr
    space = zlib.crc32(f"clinic_whatsapp.{work}".encode()) - 2**31  # a signed 32-bit integer

    def call(function, account_id):
        cr.execute(f"SELECT {function}(%s, %s)", [space, account_id])  # pylint: disable=sql-injection
        return cr.fetchone()[0]

    ours = accounts.filtered(lambda account: call("pg_try_advisory_lock", account.id))
    try:
        yield ours
    except BaseException:
        cr.rollback()  # an aborted transaction would refuse the unlocking
        raise
    finally:
        for account_id in ours.ids:
            call("pg_advisory_unlock", account_id)
