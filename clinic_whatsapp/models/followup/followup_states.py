"""How far a course has come, and why one has ended before its last message."""

RUNNING, COMPLETED, STOPPED = "running", "completed", "stopped"
STATES = [(RUNNING, "Under way"), (COMPLETED, "Completed"), (STOPPED, "Stopped")]

BY_STAFF = "by_staff"
NO_MORE = "no_more"
ANSWERED = "answered"
COMPLAINT = "complaint"
NEW_VISIT = "new_visit"
UNDONE = "undone"
DECEASED = "deceased"

STOP_REASONS = [
    (BY_STAFF, "Stopped by a colleague"),
    (NO_MORE, "The patient wants no more of these messages"),
    (ANSWERED, "The patient has answered"),
    (COMPLAINT, "The patient has a complaint"),
    (NEW_VISIT, "The patient has a new appointment"),
    (UNDONE, "The visit it began with was not finished after all"),
    (DECEASED, "The patient has died"),
]
