"""Nobody unanswered: a patient waits until a person has dealt with what he wrote, and not a moment longer."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .common import ClinicCase

SEEN = "clinic_whatsapp_seen_id"


class WaitingCase(ClinicCase):
    def setUp(self):
        super().setUp()
        self.deliver_notice(self.patient)
        self.now = fields.Datetime.now()
        self.count = 0

    def write(self, *, minutes_ago=0, body="Merhaba", **values):
        """Let the patient write; return the message."""
        self.count += 1
        moment = (self.now - timedelta(minutes=minutes_ago) - datetime(1970, 1, 1)).total_seconds()
        message = self.text(body, wamid=f"wamid.in.{self.count}", moment=moment, **values)
        return self.receive(self.account_a, message)

    def answer(self, conversation, body="Buyurun", user=None, **context):
        """Let a receptionist answer; return the message."""
        this = conversation.with_user(user or self.user_a).with_context(**context)
        return self.env["clinic.whatsapp.message"].browse(this.action_send_text(body)["id"])

    def minutes(self, conversation):
        """Return for how many minutes somebody waits; None when nobody does."""
        since = conversation.waiting_since
        return since and round((self.now - since).total_seconds() / 60) if since else None


@tagged("post_install", "-at_install")
class TestWaiting(WaitingCase):
    def test_a_patient_waits_from_his_first_unanswered_message(self):
        conversation = self.write(minutes_ago=30).conversation_id
        self.write(minutes_ago=10)
        self.assertEqual(self.minutes(conversation), 30)

    def test_an_answer_of_a_person_ends_the_wait(self):
        conversation = self.write(minutes_ago=30).conversation_id
        self.assertEqual(self.answer(conversation).state, "queued")
        self.assertFalse(conversation.waiting_since)
        self.assertFalse(conversation.reply_due_at)
        self.write(minutes_ago=5)
        self.assertEqual(self.minutes(conversation), 5)

    def test_what_the_clinic_sends_by_itself_answers_nobody(self):
        conversation = self.write(minutes_ago=30).conversation_id
        for kind in ("automatic", "out_of_hours", "greeting"):
            conversation.with_user(self.user_a)._queue_text("Size döneceğiz", "service", kind=kind)
        conversation._send_text("Size döneceğiz")  # a program in the name of nobody
        self.assertEqual(self.minutes(conversation), 30)

    def test_an_answer_that_the_gate_denies_is_none(self):
        conversation = self.write(minutes_ago=30).conversation_id
        conversation.window_expires_at = self.now - timedelta(hours=1)
        self.assertEqual(self.answer(conversation).state, "blocked")
        self.assertEqual(self.minutes(conversation), 30)

    def test_an_answer_that_fails_later_lets_the_patient_wait_as_before(self):
        conversation = self.write(minutes_ago=30).conversation_id
        reply = self.answer(conversation)
        reply.sudo().state = "failed"
        reply.sudo()._on_settled()
        self.assertEqual(self.minutes(conversation), 30)

    def test_an_older_answer_stands_when_a_newer_one_fails(self):
        conversation = self.write(minutes_ago=30).conversation_id
        self.answer(conversation)
        self.write(minutes_ago=10)
        reply = self.answer(conversation)
        reply.sudo().state = "failed"
        reply.sudo()._on_settled()
        self.assertEqual(self.minutes(conversation), 10)

    def test_closing_and_saying_that_none_is_needed_end_the_wait(self):
        for action in ("action_close", "action_no_answer_needed"):
            conversation = self.write(minutes_ago=3).conversation_id
            getattr(conversation.with_user(self.user_a), action)()
            self.assertFalse(conversation.waiting_since, action)
        self.assertEqual(conversation.state, "open")
        conversation.with_user(self.user_a).write({"state": "closed"})
        self.write(minutes_ago=1)
        self.assertEqual((conversation.state, self.minutes(conversation)), ("open", 1))

    def test_what_asks_nothing_makes_nobody_wait(self):
        first = self.write(minutes_ago=20)
        conversation = first.conversation_id
        reply = self.answer(conversation)
        reply.sudo().write({"wamid": "wamid.out", "state": "sent"})
        sender = self.patient.whatsapp_phone.lstrip("+")
        stamp = int((self.now - datetime(1970, 1, 1)).total_seconds())
        thumb = {"message_id": "wamid.out", "emoji": "👍"}
        common = {"from": sender, "timestamp": str(stamp)}
        self.receive(self.account_a, {**common, "id": "wamid.r", "type": "reaction", "reaction": thumb})
        payload = {"payload": f"confirm:{reply.client_ref}:0", "text": "Geleceğim"}
        self.receive(self.account_a, {**common, "id": "wamid.b", "type": "button", "button": payload})
        self.assertFalse(conversation.waiting_since)
        payload = {"payload": f"reschedule:{reply.client_ref}:1", "text": "Başka gün"}
        self.receive(self.account_a, {**common, "id": "wamid.m", "type": "button", "button": payload})
        self.assertEqual(self.minutes(conversation), 0)

    def test_what_the_patient_takes_back_makes_nobody_wait(self):
        first = self.write(minutes_ago=20)
        self.write(minutes_ago=10)
        first.is_revoked = True
        first.conversation_id._refresh_waiting()
        self.assertEqual(self.minutes(first.conversation_id), 10)

    def test_a_message_that_arrives_late_is_not_answered_by_what_was_said_before_it_came(self):
        conversation = self.write(minutes_ago=60).conversation_id
        self.answer(conversation)
        self.write(minutes_ago=30)  # on its way while we were answering
        self.assertEqual(self.minutes(conversation), 30)

    def test_a_patient_whose_clock_is_ahead_does_not_wait_in_the_future(self):
        conversation = self.write(minutes_ago=-90).conversation_id
        self.assertLessEqual(conversation.waiting_since, fields.Datetime.now())

    def test_a_blocked_sender_waits_for_nobody(self):
        conversation = self.write().conversation_id
        conversation.with_user(self.user_a).action_block()
        self.write()
        self.assertFalse(conversation.waiting_since)

    def test_what_came_after_what_was_seen_keeps_waiting(self):
        """He presses Enter, or closes, in the very second in which the patient writes once more."""
        seen = self.write(minutes_ago=30)
        conversation = seen.conversation_id
        self.write(minutes_ago=1)
        self.answer(conversation, **{SEEN: seen.id})
        self.assertEqual(self.minutes(conversation), 1)
        conversation.with_user(self.user_a).with_context(**{SEEN: seen.id}).action_close()
        self.assertEqual((self.minutes(conversation), conversation.state), (1, "open"))

    def test_a_conversation_that_was_handed_over_waits_until_somebody_writes(self):
        conversation = self.open_conversation(self.account_a, self.patient)
        conversation._owe_answer(self.now - timedelta(minutes=15))
        self.assertEqual(self.minutes(conversation), 15)
        self.write(minutes_ago=3)
        self.assertEqual(self.minutes(conversation), 15)
        reply = self.answer(conversation)
        self.assertFalse(conversation.waiting_since)
        reply.sudo().state = "failed"
        reply.sudo()._on_settled()
        self.assertEqual(self.minutes(conversation), 15)
        conversation.with_user(self.user_a).action_no_answer_needed()
        self.assertFalse(conversation.waiting_since)

    def test_another_branch_cannot_end_a_wait(self):
        conversation = self.write(minutes_ago=30).conversation_id
        with self.assertRaises(Exception) as refused:
            conversation.with_user(self.user_b).action_no_answer_needed()
        self.assertEqual(type(refused.exception).__name__, "AccessError")
        self.assertEqual(self.minutes(conversation), 30)

    def test_staff_cannot_write_what_the_connector_keeps(self):
        conversation = self.write().conversation_id.with_user(self.user_a)
        for name in ("waiting_since", "reply_due_at", "dismissed_id", "owed_since"):
            with self.subTest(field=name), self.assertRaisesRegex(Exception, "kept by the connector"):
                conversation.write({name: False})


@tagged("post_install", "-at_install")
class TestReplyDue(WaitingCase):
    """Opening hours of the branch: Monday to Friday 9–12 and 13–18, in Istanbul (UTC+3)."""

    def setUp(self):
        super().setUp()
        self.branch_a.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Kadıköy",
                "tz": "Europe/Istanbul",
                "attendance_ids": [
                    fields.Command.create({"name": "x", "dayofweek": str(day), "hour_from": begin, "hour_to": end})
                    for day in range(5)
                    for begin, end in ((9, 12), (13, 18))
                ],
            }
        )
        self.branch_a.whatsapp_reply_minutes = 60

    def due(self, moment):
        """Return until when an answer is promised; both moments on the branch's clock."""
        local = timedelta(hours=3)
        return fields.Datetime.to_string(self.branch_a._get_reply_due(datetime.fromisoformat(moment) - local) + local)

    def test_the_target_counts_in_opening_hours_only(self):
        self.assertEqual(self.due("2026-11-23 10:00"), "2026-11-23 11:00:00")
        self.assertEqual(self.due("2026-11-23 11:30"), "2026-11-23 13:30:00")  # over lunch
        self.assertEqual(self.due("2026-11-23 20:00"), "2026-11-24 10:00:00")  # at night
        self.assertEqual(self.due("2026-11-27 17:30"), "2026-11-30 09:30:00")  # over the week-end

    def test_a_holiday_of_the_branch_is_no_opening_hour_and_that_of_another_branch_is(self):
        leaves = self.env["resource.calendar.leaves"]
        leaves.create(
            {"name": "x", "company_id": self.branch_b.id, "calendar_id": False,
             "date_from": "2026-11-23 00:00:00", "date_to": "2026-11-23 20:00:00"}
        )  # fmt: skip
        self.assertEqual(self.due("2026-11-23 10:00"), "2026-11-23 11:00:00")
        leaves.create(
            {"name": "x", "company_id": self.branch_a.id, "calendar_id": self.branch_a.resource_calendar_id.id,
             "date_from": "2026-11-23 00:00:00", "date_to": "2026-11-23 20:00:00"}
        )  # fmt: skip
        self.assertEqual(self.due("2026-11-23 10:00"), "2026-11-24 10:00:00")

    def test_without_opening_hours_the_clock_runs_day_and_night(self):
        self.branch_a.resource_calendar_id = False
        self.assertEqual(self.due("2026-11-22 23:30"), "2026-11-23 00:30:00")

    def test_a_new_target_holds_for_those_who_wait_already(self):
        with freeze_time("2026-11-23 08:30:00"):
            self.now = fields.Datetime.now()
            conversation = self.write().conversation_id
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 10, 30))  # lunch between
            self.branch_a.whatsapp_reply_minutes = 15
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 8, 45))
            self.branch_a.resource_calendar_id = False
            self.branch_a.whatsapp_reply_minutes = 60
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 9, 30))

    def test_hours_that_change_hold_for_those_who_wait_already(self):
        calendar = self.branch_a.resource_calendar_id
        with freeze_time("2026-11-23 07:30:00"):  # Monday 10:30 in the clinic
            self.now = fields.Datetime.now()
            conversation = self.write().conversation_id
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 8, 30))
            morning = calendar.attendance_ids.filtered(lambda row: (row.dayofweek, row.hour_to) == ("0", 12))
            morning.hour_to = 11
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 10, 30))
            calendar.attendance_ids = [
                fields.Command.create({"name": "x", "dayofweek": "0", "hour_from": 11, "hour_to": 12})
            ]
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 8, 30))
            morning.unlink()
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 9))
            calendar.tz = "Europe/Berlin"  # 11 there is 10 in UTC
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 11))

    def test_a_day_off_holds_for_those_who_wait_already_and_so_does_its_end(self):
        day = {"name": "x", "date_from": "2026-11-23 00:00:00", "date_to": "2026-11-23 20:00:00"}
        leaves = self.env["resource.calendar.leaves"].with_company(self.branch_a)
        with freeze_time("2026-11-23 07:30:00"):
            self.now = fields.Datetime.now()
            conversation = self.write().conversation_id
            for calendar in (self.branch_a.resource_calendar_id, self.env["resource.calendar"]):
                holiday = leaves.create({**day, "calendar_id": calendar.id})
                self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 24, 7))
                holiday.date_to = "2026-11-23 07:00:00"
                self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 8, 30))
                holiday.date_to = "2026-11-23 20:00:00"
                holiday.unlink()
                self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 23, 8, 30))
            everywhere = leaves.create({**day, "calendar_id": False})
            everywhere.company_id = False
            self.assertEqual(conversation.reply_due_at, datetime(2026, 11, 24, 7))

    def test_hours_of_another_branch_move_nothing_here(self):
        conversation = self.write().conversation_id
        due = conversation.reply_due_at
        conversation.reply_due_at = False  # worked out anew only where something has changed
        self.env["resource.calendar.leaves"].create(
            {"name": "x", "company_id": self.branch_b.id, "calendar_id": self.branch_b.resource_calendar_id.id,
             "date_from": "2026-11-23 00:00:00", "date_to": "2026-11-23 20:00:00"}
        )  # fmt: skip
        self.assertFalse(conversation.reply_due_at)
        self.branch_a.resource_calendar_id.attendance_ids[0].name = "y"
        self.assertEqual(conversation.reply_due_at, due)

    def test_overdue_is_who_was_promised_an_answer_for_earlier(self):
        self.branch_a.resource_calendar_id = False
        late, early = self.write(minutes_ago=61).conversation_id, self.open_conversation(self.account_b, self.patient)
        self.assertTrue(late.is_overdue)
        self.assertFalse(early.is_overdue)
        conversations = self.env["clinic.whatsapp.conversation"].with_user(self.clinic_manager)
        self.assertEqual(conversations.search([("is_overdue", "=", True)]), late)
