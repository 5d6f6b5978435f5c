from . import visit, event, attending, title, planning, recurrence, source  # isort: skip
