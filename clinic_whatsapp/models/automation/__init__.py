from . import (  # isort: skip
    trigger,
    automation,
    automation_step,
    scheduled,
    planner,
    due_queue,
    catch_up,
    hours_change,
    appointment,
    message,
    res_partner,
    template,
)
