"""Where the file of a message stands, and what may go wrong with it. Names only, so that every model may use them."""

MEDIA_PENDING, MEDIA_READY, MEDIA_FAILED = "pending", "ready", "failed"
UNREACHABLE, GONE, TOO_LARGE, UNSAFE, REFUSED, LOST, ALTERED = (
    "unreachable",
    "gone",
    "too_large",
    "unsafe",
    "refused",
    "lost",
    "altered",
)
