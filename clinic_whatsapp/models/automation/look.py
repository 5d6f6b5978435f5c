"""One look at some records of one model, with the automations and the time as they are now.

Everything that is asked more than once is found out once, for all records together: the number of queries depends on
the automations and branches, never on the number of records.
"""

from collections import defaultdict
from datetime import timedelta

from .subject import describe
from .trigger import BEFORE

HORIZON = timedelta(days=31)  # a holiday that pushes a message further than this is none


class Look:
    """
    :param records: of one model, as the superuser sees them
    :param automations: whose messages are wanted: those that are switched on
    :param datetime now: naive UTC
    """

    def __init__(self, records, automations, now):
        self.records = records
        self.now = now
        self._automations = automations
        self._by_id = dict(zip(records._ids, records, strict=True))
        self._known = {}
        self._windows = {}

    def get(self, res_id):
        """Return a record; None when it is not one of those that were looked at."""
        return self._by_id.get(res_id)

    def once(self, key, find):
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def get_wishes(self, noted):
        """Return {(step id, record id, anchor): Wish} of what ought to be there.

        :param dict noted: {(automation id, record id): [(anchor, when it was noted)]} of what cannot be worked out
        """
        cases = {automation: automation._find_cases(self, noted) for automation in self._automations}
        if any(cases.values()):
            self._read_windows([case for found in cases.values() for case in found])
        wishes = {}
        for automation, found in cases.items():
            wishes.update(automation._attempt(lambda found=found: dict(self._wish(found)), {}))
        return wishes

    def _wish(self, cases):
        for automation, subject, anchor, since in cases:
            plan = self._get_plan(automation, subject.company)
            yield from plan.get_wishes(subject, anchor, since, self.now)

    def get_subject(self, automation, record):
        paths = self.once(("paths", automation.id), automation._get_paths)
        company = automation.company_id
        return self.once((paths, company.id, record.id), lambda: describe(record, paths, company))

    def matches(self, automation, record) -> bool:
        """Tell whether a record fulfils the conditions of an automation."""
        ids = self.find_matching(automation)
        return ids is None or record.id in ids

    def find_matching(self, automation):
        """Return the ids of the records that fulfil the conditions of an automation; None when all do."""
        return self.once(("matching", automation.id), lambda: automation._find_matching(self.records))

    def find_cases(self, automation, noted):
        """Yield (automation, subject, anchor, what offsets are counted from) of every occasion of one automation."""
        trigger = automation._get_trigger()
        for record in self.records:
            if trigger.is_over(record, self.now):
                continue
            if trigger.is_noted:
                anchors = noted.get((automation.id, record.id), ())
            else:
                anchors = self._find_anchor(automation, trigger, record)
            for anchor, since in anchors:
                subject = self.get_subject(automation, record)
                if self._is_wanted(automation, trigger, subject):
                    yield automation, subject, anchor, since

    def _find_anchor(self, automation, trigger, record):
        if not trigger.applies(record):
            return ()
        company = self.get_subject(automation, record).company
        anchor = company and automation._read_anchor(record, company)
        return [(anchor, anchor)] if anchor else ()

    def _is_wanted(self, automation, trigger, subject) -> bool:
        """Tell whether a message is called for; where there is nobody to write to, only if somebody asked for it."""
        return (
            bool(subject.company)
            and (bool(subject.partner) or trigger.is_noted or not subject.problem)
            and self.once(
                ("covers", automation.id, subject.company.id), lambda: automation._covers(subject.company)
            )
            and automation._is_for(subject.record)
            and self.matches(automation, subject.record)
        )

    def has_ended(self, row, subject) -> bool:
        """Tell whether the message of one row helps nobody any more."""
        if not row.step_id:
            return False
        plan = row.automation_id._get_plan(subject.company, self._windows)
        ends_at = plan.get_end(subject.record, row.anchor, row.step_id._get_offset())
        return bool(ends_at) and ends_at <= self.now

    def _read_windows(self, cases):
        """Find the hours of all branches, with the holidays up to the last message."""
        env = self.records.env
        companies = env["res.company"].union(*{subject.company for _a, subject, _anchor, _since in cases})
        reach = {automation: automation._get_reach() for automation in self._automations}
        ends = defaultdict(lambda: self.now)
        for automation, _subject, _anchor, since in cases:
            ends[automation] = max(ends[automation], since)
        last = max(end + (reach[a] if a.trigger != BEFORE else timedelta()) for a, end in ends.items())
        self._windows = env["clinic.consent.purpose"]._get_windows(companies, self.now, last + HORIZON)

    def _get_plan(self, automation, company):
        return self.once(("plan", automation.id, company.id), lambda: automation._get_plan(company, self._windows))
