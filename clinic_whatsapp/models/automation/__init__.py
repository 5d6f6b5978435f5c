from . import (  # isort: skip
    send_window,
    trigger,
    automation,
    automation_step,
    scheduled,
    planner,
    due_queue,
    catch_up,
    appointment,
    message,
    template,
)
