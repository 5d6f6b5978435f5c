import threading

from odoo.tests import BaseCase, tagged

from ..cloud_api.client import Accepted
from ..cloud_api.pace import TokenBucket
from ..models.messaging.sender import THREADS, Envelope, Route, Sender

QUICK, SLOW = 1, 2
PATIENCE = 30  # seconds


class SlowMeta:
    """Answers when it is told to."""

    def __init__(self):
        self.answer = threading.Event()

    def send(self, outbound, permit):
        assert self.answer.wait(PATIENCE)
        return Accepted(wamid=outbound)


class QuickMeta:
    def send(self, outbound, permit):
        return Accepted(wamid=outbound)


class BrokenMeta:
    def send(self, outbound, permit):
        raise ZeroDivisionError


@tagged("post_install", "-at_install")
class TestSender(BaseCase):
    """The threads alone: what they get of a message means nothing to them."""

    def envelopes(self, account_id, api, count):
        route = Route(account_id, api, TokenBucket(1000))
        return [Envelope(account_id * 1000 + index, f"wamid.{index}", None, route) for index in range(count)]

    def test_a_number_that_gets_no_answers_holds_up_no_other(self):
        slow = SlowMeta()
        with Sender() as sender:
            sender.give(self.envelopes(SLOW, slow, THREADS + 8))
            sender.give(self.envelopes(QUICK, QuickMeta(), 5))
            outcomes = {}
            while len(outcomes) < 5:
                outcomes.update(sender.collect(0.05))
            self.assertEqual({message_id // 1000 for message_id in outcomes}, {QUICK})
            self.assertEqual(sender.count_under_way(), {SLOW: THREADS + 8})
            slow.answer.set()

    def test_every_outcome_is_collected_once(self):
        with Sender() as sender:
            sender.give(self.envelopes(QUICK, QuickMeta(), 50))
            outcomes = sender.collect(PATIENCE)
            self.assertEqual(len(outcomes), 50)
            self.assertFalse(sender.collect(PATIENCE))
            self.assertFalse(sender.count_under_way())

    def test_an_unforeseen_failure_counts_as_unanswered(self):
        with Sender() as sender, self.assertLogs("odoo.addons.clinic_whatsapp.models.messaging.sender", "ERROR"):
            sender.give(self.envelopes(QUICK, BrokenMeta(), 1))
            [outcome] = sender.collect(PATIENCE).values()
        self.assertEqual(type(outcome).__name__, "Unanswered")

    def test_turns_are_not_given_out_ahead(self):
        """While one thread waits for its turn, the others have none: what is late leaves no burst behind."""
        moments = iter(range(1000))
        bucket = TokenBucket(2, burst=1, clock=lambda: next(moments))
        route = Route(QUICK, QuickMeta(), bucket)
        with route.queue:
            waiting = threading.Thread(target=route.wait_for_turn)
            waiting.start()
            waiting.join(0.05)
            self.assertTrue(waiting.is_alive())
            self.assertEqual(bucket.reserve(), 0.0)
        waiting.join(PATIENCE)
        self.assertFalse(waiting.is_alive())
