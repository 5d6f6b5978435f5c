"""When two transactions get in each other's way.

Odoo repeats a request that lost against another transaction. A cron that commits on its way has to do so itself, step
by step: whatever is written between two commits runs through :func:`repeated`. Advisory locks (``exclusive``) belong to
the session and outlive the roll-back.
"""

from collections.abc import Callable
from typing import TypeVar

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONFLICTS

TRIES = 5
Result = TypeVar("Result")


def repeated(env, step: Callable[[], Result]) -> Result:
    """Run one step of a cron and commit it; when it loses a conflict, roll back and begin it anew.

    :param step: reads what it needs itself; the caches are empty when it begins anew
    :return: what ``step`` returned
    :raise psycopg2.Error: the conflict, when five attempts have lost
    """
    for tries_left in reversed(range(TRIES)):
        try:
            result = step()
            env["ir.cron"]._commit_progress()
            return result
        except CONFLICTS:
            env.cr.rollback()
            if not tries_left:
                raise
    raise AssertionError("unreachable")
