from . import visit, event, attending, title, recurrence  # isort: skip
