"""Moments as the database keeps them: UTC without a zone."""

from datetime import datetime, timezone


def naive(moment: datetime) -> datetime:
    """Return a moment with a zone as naive UTC."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def utc_now() -> datetime:
    """Return naive UTC to the microsecond: what was queued in this very second is due, too."""
    return naive(datetime.now(timezone.utc))
