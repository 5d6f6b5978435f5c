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
EXPIRED = "expired"
SAME_DAY = "same_day"
LIMIT = "limit"
FAMILY = "family"
ANSWERED = "answered"
VISITED = "visited"
COMPLAINT = "complaint"
NO_MATCH = "no_match"
NO_PATIENT = "no_patient"
ENDED = "ended"
BROKEN = "broken"
STAFF_ACTIVE = "staff_active"
DELETED = "deleted"
TOLD = "told"
PAUSED = "paused"  # said by forecasts only: a pause skips nothing

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
    (EXPIRED, "It waited for too long"),
    (SAME_DAY, "The patient gets the same message that day already"),
    (LIMIT, "The limit of this automation for one patient was reached"),
    (FAMILY, "Told in one message with the visits of the family"),
    (ANSWERED, "The patient had answered"),
    (VISITED, "The patient has a new appointment"),
    (COMPLAINT, "The patient complained"),
    (NO_MATCH, "The record does not match any more"),
    (NO_PATIENT, "There is no patient of the clinic to write to"),
    (ENDED, "The treatment plan had ended"),
    (BROKEN, "The automation had stopped working"),
    (STAFF_ACTIVE, "A colleague was answering"),
    (DELETED, "The record was deleted"),
    (TOLD, "It has been sent already"),
]

# What may come true again.
REVERSIBLE = (
    MOVED,
    CANCELLED,
    SUPERSEDED,
    AUTOMATION_OFF,
    TOO_LATE,
    NO_MATCH,
    NO_PATIENT,
    ENDED,
    BROKEN,
)
