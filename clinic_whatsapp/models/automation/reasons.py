"""Why a scheduled message did not leave."""

MOVED = "moved"
CANCELLED = "cancelled"
SUPERSEDED = "superseded"
AUTOMATION_OFF = "automation_off"
TOO_LATE = "too_late"
BLOCKED = "blocked"
FAILED = "failed"
NO_ACCOUNT = "no_account"
NOT_PREPARED = "not_prepared"
BY_HAND = "by_hand"
COPY = "copy"

SKIP_REASONS = [
    (MOVED, "The appointment was moved"),
    (CANCELLED, "The appointment was cancelled"),
    (SUPERSEDED, "Overtaken by events"),
    (AUTOMATION_OFF, "The automation was switched off or changed"),
    (TOO_LATE, "Its moment had passed"),
    (BLOCKED, "Not allowed to leave"),
    (FAILED, "WhatsApp did not deliver it"),
    (NO_ACCOUNT, "The branch has no WhatsApp number"),
    (NOT_PREPARED, "The message could not be prepared"),
    (BY_HAND, "Stopped by a colleague"),
    (COPY, "This is a copy of the database"),
]

REVERSIBLE = (MOVED, CANCELLED, SUPERSEDED, AUTOMATION_OFF, TOO_LATE)  # what may come true again
