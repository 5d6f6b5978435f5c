# Loaded after the inbox, upon which it builds: who waits, who is blocked, who looks at what.
from . import (  # isort: skip
    closed_period,
    staff_active,
    set_off,
    no_reply,
    last_visit,
    closing,
    last_look,
    text,
    conditions,
)
