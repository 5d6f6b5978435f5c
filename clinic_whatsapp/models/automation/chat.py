"""What conversations set off; loaded after the inbox, which it builds upon."""

from . import (  # isort: skip
    chat_triggers_hours,
    chat_triggers_staff,
    chat_triggers,
    chat_triggers_no_reply,
    chat_triggers_closed,
    chat_triggers_check,
    chat_triggers_text,
    chat_triggers_rules,
)
