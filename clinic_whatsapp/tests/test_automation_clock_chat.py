"""When conversations lead to a message, on the clock of a branch in Berlin; and that the tables leave no occasion out.

An answer to what a patient has just written leaves at any hour: in the nights in which the clocks change, at midnight
and on a holiday, whatever the hours of the automation say; what the clinic may say by itself (LR-26) in the quiet hours
of its purpose, too. What follows from a closed conversation is news like any other.
"""

from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..models.automation.trigger import TRIGGERS
from .chat_trigger_common import ChatTriggerCase
from .test_automation_clock import AFTER_IT, AT_ONCE, CASES, GOOD_FRIDAY, HOUR, utc

AT_ANY_HOUR = (  # (month, day, hour, minute); the branch is closed at all of these
    (3, 12, 0, 0),
    (3, 29, 1, 59),
    (3, 29, 3, 0),  # a minute later
    (4, 3, 11, 0),  # on a holiday
    (10, 25, 1, 59),
    (10, 25, 2, 30),  # the second of the two
)
ANSWERS = ("greeting", "out_of_hours", "keyword", "button")
WAITS = (  # offset, when he wrote, when he hears from us: half an hour of opening hours later, and then by the clock
    (AT_ONCE, (3, 28, 17, 45), (3, 29, 9, 15)),
    (AT_ONCE, (10, 24, 17, 45), (10, 25, 9, 15)),
    ((6, "hours"), (3, 12, 17, 30), (3, 13, 0, 0)),
    ((8, "hours"), (3, 28, 17, 30), (3, 29, 3, 0)),
    ((8, "hours"), (4, 2, 17, 30), (4, 3, 2, 0)),
    ((9, "hours"), (10, 24, 17, 30), (10, 25, 2, 0)),  # the second of the two
)
ANSWER_CASES = (
    *((trigger, AT_ONCE, moment, moment) for trigger in ANSWERS for moment in AT_ANY_HOUR),
    *(("no_reply", *row) for row in WAITS),
)
CLOSED_CASES = tuple(("closed", *row) for row in AFTER_IT)
MIDNIGHT, HOLIDAY, CHANGES = (0, 0), (4, 3), ((3, 29), (10, 25))


@tagged("post_install", "-at_install")
class TestChatClock(ChatTriggerCase):
    """The branch is open from nine to six on every day but Good Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch_a.resource_calendar_id = cls.new_calendar(cls.branch_a, ((9, 18),), "Europe/Berlin", range(7))
        cls.close(cls.branch_a, *GOOD_FRIDAY)
        cls.menu = cls.env.ref("clinic_whatsapp.template_greeting_en")

    def test_answers_leave_at_any_hour(self):
        quiet = self.env["clinic.consent.purpose"].search([("company_id", "=", self.root.id)])
        quiet.write({"quiet_from": 9, "quiet_to": 20})
        for trigger, offset, occasion, expected in ANSWER_CASES:
            with self.subTest(trigger=trigger, offset=offset, occasion=occasion):
                automation = self.prepare(trigger, offset, (9, 20))
                self.bring_about(trigger, utc(*occasion))
                row = self.noted(automation)
                self.assertEqual((row.due_at, row.state), (utc(*expected), "planned"))
                self.run_planner(utc(*expected))
                self.assertEqual((row.state, row.message_id.state), ("queued", "queued"))
                self.assertUnhindered(row.message_id)

    def test_what_follows_a_closed_conversation_waits_for_the_hours(self):
        for trigger, offset, hours, occasion, expected in CLOSED_CASES:
            with self.subTest(offset=offset, hours=hours, occasion=occasion):
                automation = self.prepare(trigger, offset, hours)
                self.bring_about(trigger, utc(*occasion))
                row = self.noted(automation)
                self.assertEqual((row.due_at, row.state), (utc(*expected), "planned"))

    def assertUnhindered(self, message):
        """A message waits for nothing but its turn, in the quiet hours of its purpose, too."""
        self.assertFalse(message.held_until)
        self.assertIsNone(self.env["clinic.whatsapp.gate"]._judge(message)[message])

    def prepare(self, trigger, offset, hours):
        """Return an automation with one text, which leaves between two hours unless it is an answer."""
        self.env["clinic.whatsapp.automation"].search([]).active = False  # each is tried alone
        step = dict(zip(("offset_value", "offset_unit"), offset, strict=True))
        what = {
            "keyword": {"keywords": "adres"},
            "button": {"button_ids": [Command.link(self.menu._get_buttons()[1].id)]},
        }
        window = dict(zip(("window_from", "window_to"), hours, strict=True))
        return self.answer_chat(trigger, step=step, **window, **what.get(trigger, {}))

    def bring_about(self, trigger, moment):
        """Let somebody whom the clinic has never heard of before write, press a button or be closed at a moment."""
        self.at(moment - 2 * HOUR)
        patient = self.new_patient(phone=f"+9053000001{next(self.count):02d}")
        self.opt_in(patient)
        if trigger == "button":
            asked = self.offer_menu(patient)
            self.at(moment)
            self.press(asked, 1, phone=patient.whatsapp_phone)
        elif trigger == "closed":
            conversation = self.write(phone=patient.whatsapp_phone).conversation_id
            self.at(moment)
            conversation.with_user(self.user_a).action_close()
        else:
            self.write("adres", at=moment, phone=patient.whatsapp_phone)

    def offer_menu(self, patient):
        """Return our message with buttons to a patient who has written."""
        conversation = self.write(phone=patient.whatsapp_phone).conversation_id
        asked = self.menu.with_context(clinic_template_conversation=conversation)._queue_messages(
            self.service_purpose, [(patient, conversation, self.account_a)], kind="greeting"
        )
        asked.sudo().write({"state": "sent", "wamid": f"wamid.menu.{next(self.count)}"})
        return asked


class TestTables(BaseCase):
    """Every trigger there is has its rows, for each of the hours at which time is not what it seems."""

    ROWS = [(case[0], *case[-2:]) for case in (*CASES, *ANSWER_CASES, *CLOSED_CASES)]

    def test_every_trigger_has_rows(self):
        self.assertEqual({trigger for trigger, _occasion, _expected in self.ROWS}, set(TRIGGERS))

    def test_every_trigger_meets_both_changes_of_the_clocks_midnight_and_a_holiday(self):
        for trigger in TRIGGERS:
            moments = [sorted(row[1:]) for row in self.ROWS if row[0] == trigger]
            for day in (*CHANGES, HOLIDAY):
                self.assertTrue(any(first[:2] <= day <= last[:2] for first, last in moments), (trigger, day))
            self.assertTrue(any(MIDNIGHT in (first[2:], last[2:]) for first, last in moments), trigger)
