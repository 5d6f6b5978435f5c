from . import visit, event, attending, title, planning, recurrence  # isort: skip
