"""Generated lives of two visits: what may happen to them, and to the automations that tell of them."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from odoo.exceptions import UserError, ValidationError

from .appointment_common import NOW, AppointmentCase

BOUNDED = {
    "max_examples": 30,
    "phases": (Phase.explicit, Phase.generate),  # shrinking would take minutes
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
STARTS = (NOW + 2 * DAY, NOW + 2 * DAY + 5 * HOUR, NOW + 3 * DAY)
UPCOMING = ("booked", "confirmed")
STATES = ("booked", "confirmed", "arrived", "done", "cancelled", "no_show")
ONLY_UPCOMING = str([("state", "in", UPCOMING)])
NOBODY = "[('id', '=', 0)]"
MOST_CALLS = 2  # a day, for one patient

visits = st.sampled_from((0, 1))
events = st.lists(
    st.one_of(
        st.tuples(st.just("state"), visits, st.sampled_from(STATES)),
        st.tuples(st.just("state"), visits, st.sampled_from(("cancelled", "booked"))),
        st.tuples(st.just("move"), visits, st.sampled_from(STARTS)),
        st.tuples(st.just("call"), visits),
        st.tuples(st.just("wait"), st.sampled_from((MINUTE, HOUR, 7 * HOUR))),
        st.tuples(st.just("wait"), st.sampled_from((7 * HOUR, DAY))),
        st.tuples(st.just("cron"), st.booleans()),
        st.tuples(st.just("work"), st.sampled_from((2, 5))),
        st.tuples(st.just("edit"), st.sampled_from((1, 2))),
        st.tuples(st.just("switch"), st.sampled_from(("before", "booked", "done", "date", "called"))),
        st.tuples(st.just("narrow"), st.booleans()),
    ),
    min_size=6,
    max_size=20,
)


class Undo(Exception):
    """Ends a life; nothing of it stays."""


class LifeCase(AppointmentCase):
    """What happens is looked at after every event (:meth:`check`) and around every run of the scheduled action."""

    def setUp(self):
        super().setUp()
        vals = {"once_a_day": False}
        self.automations = {
            "booked": self.automate("booked", **vals),
            "confirmed": self.automate("confirmed", **vals),
            "moved": self.automate("moved", **vals),
            "cancelled": self.automate("cancelled", **vals),
            "done": self.automate("done", (3, "hours"), **vals),
            "no_show": self.automate("no_show", (1, "hours"), **vals),
            "before": self.automate("before", (1, "days"), **vals),
        }
        source = self.env.ref("clinic_whatsapp.source_appointment")
        vals.update(source_id=source.id, domain=ONLY_UPCOMING)
        self.automations["date"] = self.automate("date", (12, "hours"), **vals)
        self.automations["date"].step_ids.offset_side = "before"
        self.automations["called"] = self.automate("called", max_count=MOST_CALLS, max_days=1, **vals)
        self.run_planner()

    def get_patients(self):
        """Return whose visits they are."""
        return [self.patient, self.patient]

    def try_out(self, life):
        try:
            with self.env.cr.savepoint():
                self.live(life)
                raise Undo
        except Undo:
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def live(self, life):
        self.now = NOW
        self.at(NOW)
        self.begin([self.book(STARTS[0], patient_id=patient.id) for patient in self.get_patients()])
        for kind, *values in life:
            self.step_on(MINUTE)  # two events never carry the same moment
            getattr(self, kind)(*values)
            self.check()
        self.step_on(MINUTE)
        self.cron(True)
        self.check()

    def step_on(self, span):
        self.now += span
        self.at(self.now)

    def begin(self, booked):
        """A life begins with these visits."""
        self.visits = self.env["clinic.appointment"].union(*booked)
        self.calls = []  # (id of a visit, when the server action asked)

    def check(self):
        """Look at what there is."""

    def look_around(self, act):
        """Look at what the scheduled action does."""
        act()

    # What may happen

    def state(self, number, new):
        self.attempt(number, {"state": new, **({"cancelled_by": "patient"} if new == "cancelled" else {})})

    def move(self, number, start):
        self.attempt(number, {"start": start})

    def attempt(self, number, vals):
        """Change a visit, if the book allows it."""
        try:
            with self.env.cr.savepoint():
                self.visits[number].with_user(self.user_a).write(vals)
        except (UserError, ValidationError):
            self.env.invalidate_all()

    def wait(self, span):
        self.step_on(span)

    def cron(self, is_taken):
        """Let the scheduled action run, and WhatsApp take what it has queued, if it can be reached."""
        self.look_around(lambda: self.run_planner(self.now))
        messages = self.rows(self.visits, "queued").message_id
        for message in messages if is_taken else ():
            message.state = "sent"
            message._on_settled()

    def work(self, times):
        """Let time pass in which all is as it should be."""
        for _turn in range(times):
            self.step_on(6 * HOUR)
            self.cron(True)

    def edit(self, days):
        self.automations["before"].step_ids.offset_value = days

    def switch(self, name):
        automation = self.automations[name]
        automation.active = not automation.active

    def narrow(self, is_narrow):
        """Let a manager narrow the conditions for a while, so that nothing fulfils them."""
        self.automations["date"].domain = NOBODY if is_narrow else ONLY_UPCOMING

    def call(self, number):
        """Let a server action ask for a message."""
        automation, visit = self.automations["called"], self.visits[number]
        automation.with_user(self.user_a)._note(visit, self.now)
        if automation.active and visit.state in UPCOMING:
            self.calls.append((visit.id, self.now))
