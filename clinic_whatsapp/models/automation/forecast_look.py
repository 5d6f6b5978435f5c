"""A look at what one automation would want, whether it is on or off, if it had been switched on at a moment."""

from dataclasses import replace

import pytz

from .look import Look
from .subject import follow, to_moment


class ForecastLook(Look):
    """
    :param records: of one model, as the superuser sees them
    :param clinic.whatsapp.automation automation: whose messages are wanted
    :param datetime now: when it is switched on, naive UTC
    """

    def __init__(self, records, automation, now):
        super().__init__(records, automation, now)
        self._automation = automation

    def _get_plan(self, automation, company):
        find = super()._get_plan

        def assume():
            plan = find(automation, company)
            return replace(plan, enabled_at=self.now, trigger=replace(plan.trigger, is_begun=False))

        return self.once(("forecast", company), assume)

    def get_wishes_ahead(self):
        """Return [((step id, record id, anchor), Wish, Subject)] of what follows from the records as they are."""
        return self._get_wishes_of([(*case[1:], self.now) for case in self.find_cases(self._automation, {})])

    def get_wishes_at(self, path):
        """Return the same as if what is waited for happened, or had happened, at the moment at the end of a path."""
        cases = [
            (subject, moment, moment, moment)
            for subject in (self.get_subject(self._automation, record) for record in self.records)
            if self._is_wanted(self._automation, self._automation._get_trigger(), subject)
            and (moment := self._read_moment(subject, path))
        ]
        return self._get_wishes_of(cases)

    def _read_moment(self, subject, path):
        zone = self.once(("zone", subject.company), lambda: pytz.timezone(subject.company._get_tz()))
        return to_moment(follow(subject.record, path), zone)

    def _get_wishes_of(self, cases):
        """
        :param cases: [(subject, anchor, what offsets are counted from, when it is planned)]
        """
        if not cases:
            return []
        self._read_windows([(self._automation, *case[:3]) for case in cases])
        return [
            (key, wish, subject)
            for subject, anchor, since, now in cases
            for key, wish in self._get_plan(self._automation, subject.company).get_wishes(subject, anchor, since, now)
            if wish.is_open
        ]
