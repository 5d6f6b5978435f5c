import threading
from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase, tagged

from ..cloud_api.client import Accepted, Rejected, Unreachable
from ..cloud_api.errors import ApiError
from ..models.messaging.sender import THREADS, Envelope, Receipt, Route, Sender, get_thread_count

QUICK, SLOW = 1, 2
PATIENCE = 30  # seconds


class Meta:
    """Answers at once, with the reference of the message."""

    def __init__(self):
        self.written = []
        self.read = []

    def send(self, outbound, permit, before_write, after_write):
        before_write()
        self.written.append(outbound)
        after_write()
        return self.answer(outbound)

    def answer(self, outbound):
        return Accepted(wamid=outbound)

    def mark_read(self, wamid, typing):
        self.read.append((wamid, typing))


class SlowMeta(Meta):
    """Answers when it is told to."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def answer(self, outbound):
        assert self.go.wait(PATIENCE)
        return super().answer(outbound)


class BrokenMeta(Meta):
    def answer(self, outbound):
        raise ZeroDivisionError


class RefusingMeta(Meta):
    """Refuses everything with one error."""

    def __init__(self, code):
        super().__init__()
        self.code = code

    def answer(self, outbound):
        raise Rejected(ApiError(code=self.code))


@tagged("post_install", "-at_install")
class TestSender(BaseCase):
    """The threads alone: what they get of a message means nothing to them."""

    def route(self, account_id, api, per_second=1000):
        return Route.open(account_id, api, per_second)

    def envelopes(self, route, count, **options):
        first = route.account_id * 1000
        return [Envelope(first + index, f"wamid.{index}", None, route, **options) for index in range(count)]

    def test_a_number_that_gets_no_answers_holds_up_no_other(self):
        slow, quick = self.route(SLOW, SlowMeta()), self.route(QUICK, Meta())
        with Sender() as sender:
            sender.give(self.envelopes(slow, THREADS + 8))
            sender.give(self.envelopes(quick, 5))
            outcomes = {}
            while len(outcomes) < 5:
                outcomes.update(sender.collect(0.05))
            self.assertEqual({message_id // 1000 for message_id in outcomes}, {QUICK})
            self.assertEqual(sender.count_under_way(SLOW, False), THREADS + 8)
            self.assertEqual(sender.count_under_way(QUICK, False), 0)
            slow.api.go.set()

    def test_every_outcome_is_collected_once(self):
        with Sender() as sender:
            sender.give(self.envelopes(self.route(QUICK, Meta()), 50))
            outcomes = sender.collect(PATIENCE)
            self.assertEqual(len(outcomes), 50)
            self.assertFalse(sender.collect(PATIENCE))
            self.assertFalse(sender.is_busy())

    def test_an_unforeseen_failure_counts_as_unanswered(self):
        with Sender() as sender, self.assertLogs("odoo.addons.clinic_whatsapp.models.messaging.sender", "ERROR"):
            sender.give(self.envelopes(self.route(QUICK, BrokenMeta()), 1))
            [outcome] = sender.collect(PATIENCE).values()
        self.assertEqual(type(outcome).__name__, "Unanswered")

    def test_an_urgent_message_leaves_before_what_waits_in_bulk(self):
        route = self.route(SLOW, SlowMeta())
        with Sender() as sender:
            sender.give(self.envelopes(route, THREADS + 20))
            [reply] = self.envelopes(route, 1)
            sender.give([Envelope(7, "reply", None, route, urgent=True)])
            route.api.go.set()
            sender.collect(PATIENCE)
        self.assertLessEqual(route.api.written.index("reply"), THREADS, reply)

    def test_when_meta_refuses_the_whole_number_the_rest_does_not_leave(self):
        route = self.route(QUICK, RefusingMeta(190), per_second=5)  # two threads
        with Sender() as sender:
            sender.give(self.envelopes(route, 20))
            outcomes = sender.collect(PATIENCE)
        self.assertLessEqual(len(route.api.written), route.threads)
        withheld = [outcome for outcome in outcomes.values() if type(outcome).__name__ == "Withheld"]
        self.assertEqual(len(withheld), 20 - len(route.api.written))

    def test_a_limit_of_the_whole_account_stops_the_rest_too(self):
        route = self.route(QUICK, RefusingMeta(80007), per_second=5)
        with Sender() as sender:
            sender.give(self.envelopes(route, 20))
            sender.collect(PATIENCE)
        self.assertLessEqual(len(route.api.written), route.threads)

    def test_too_fast_slows_the_number_down(self):
        route = self.route(QUICK, RefusingMeta(130429))
        usual = route.pace.interval
        with Sender() as sender:
            sender.give(self.envelopes(route, 1))
            sender.collect(PATIENCE)
        self.assertGreater(route.pace.interval, 1.5 * usual)
        self.assertFalse(route.closed.is_set())

    def test_a_message_whose_moment_passed_in_the_queue_does_not_leave(self):
        route = self.route(QUICK, Meta())
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        with Sender() as sender:
            sender.give(self.envelopes(route, 1, expires_at=now - timedelta(seconds=1)))
            [outcome] = sender.collect(PATIENCE).values()
        self.assertEqual(type(outcome).__name__, "Expired")
        self.assertFalse(route.api.written)

    def test_a_message_that_expires_while_it_waits_for_its_turn_does_not_leave(self):
        route = self.route(QUICK, Meta(), per_second=1)
        soon = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(seconds=0.3)
        with Sender() as sender:
            sender.give(self.envelopes(route, 1, expires_at=soon))  # its turn comes after a second
            [outcome] = sender.collect(PATIENCE).values()
        self.assertEqual(type(outcome).__name__, "Expired")
        self.assertFalse(route.api.written)

    def test_no_connection_waits_long_for_its_turn(self):
        for per_second in (1, 3, 20, 80, 1000):
            threads = get_thread_count(per_second)
            self.assertLess(threads / per_second, 3, per_second)
            self.assertGreaterEqual(threads, 2)

    def test_a_turn_ends_when_the_message_could_not_be_written(self):
        class Unwritten(Meta):
            def send(self, outbound, permit, before_write, after_write):
                before_write()
                raise Unreachable("network")

        route = self.route(QUICK, Unwritten())
        with Sender() as sender:
            sender.give(self.envelopes(route, 5))
            outcomes = sender.collect(PATIENCE)
        self.assertEqual({type(outcome).__name__ for outcome in outcomes.values()}, {"Unreachable"})
        self.assertEqual(len(outcomes), 5)

    def test_a_receipt_that_is_not_taken_harms_nobody(self):
        class Gone(Meta):
            def mark_read(self, wamid, typing):
                super().mark_read(wamid, typing)
                raise Unreachable("refused")

        route = self.route(QUICK, Gone())
        with Sender() as sender:
            sender.give_receipts([Receipt("wamid.in", True, route)])
            sender.give(self.envelopes(route, 1))
            sender.collect(PATIENCE)
        self.assertEqual(route.api.read, [("wamid.in", True)])
