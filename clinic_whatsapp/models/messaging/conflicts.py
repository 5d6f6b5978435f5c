"""When two transactions get in each other's way.

Odoo repeats a request that lost against another transaction. A cron that commits on its way has to do so itself, step
by step: whatever is written between two commits runs through :func:`repeated`. Advisory locks (``exclusive``) belong to
the session and outlive the roll-back.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONFLICTS

TRIES = 12
SHORTEST, LONGEST = 0.01, 1.0  # seconds; the pause doubles with every conflict that was lost
Result = TypeVar("Result")


def repeated(env, step: Callable[[], Result]) -> Result:
    """Run one step of a cron and commit it; when it loses a conflict, roll back and begin it anew.

    The pause before the next attempt is a matter of chance, so that two that lost against each other do not meet again.

    :param step: reads what it needs itself; the caches are empty when it begins anew
    :return: what ``step`` returned
    :raise psycopg2.Error: the conflict, when all attempts have lost
    """
    for attempt in range(1, TRIES + 1):
        try:
            result = step()
            env["ir.cron"]._commit_progress()
            return result
        except CONFLICTS:
            env.cr.rollback()
            if attempt == TRIES:
                raise
            time.sleep(random.uniform(0, min(LONGEST, SHORTEST * 2**attempt)))
    raise AssertionError("unreachable")
