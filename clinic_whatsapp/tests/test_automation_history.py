"""What became of the messages of an automation: the same in a form, in a list's groups and on the smart buttons."""

from datetime import timedelta

from odoo.tests import tagged

from .appointment_common import NOW, TOMORROW, AppointmentCase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAGES = ("sent", "delivered", "read")


@tagged("post_install", "-at_install")
class TestAutomationHistory(AppointmentCase):
    def setUp(self):
        super().setUp()
        self.automation = self.automate("before", (1, "hours"))
        self.history = self.automation.with_user(self.manager_a)

    def send(self, state, start=TOMORROW, **vals):
        """Return the row of a reminder that has come as far as this."""
        row = self.rows(self.book(start, **vals)).sudo()
        message = self.ask(row.appointment_id)
        message.state = state
        row.write({"message_id": message.id, "state": "done"})
        return row

    def count(self):
        self.env.flush_all()
        self.history.invalidate_recordset()
        names = ("planned", "sent", "delivered", "read", "answered", "skipped")
        return [self.history[f"{name}_count"] for name in names]

    def group(self):
        rows = self.env["clinic.whatsapp.scheduled"].with_user(self.manager_a)
        return dict(rows._read_group([("automation_id", "=", self.automation.id)], ["progress"], ["__count"]))

    def test_one_word_says_how_far_a_message_has_come(self):
        rows = {state: self.send(state, TOMORROW + HOUR * hours) for hours, state in enumerate(STAGES)}
        rows["unknown"] = self.send("unknown", TOMORROW + 4 * HOUR)
        rows["planned"] = self.rows(self.book(TOMORROW + 5 * HOUR)).sudo()
        rows["skipped"] = self.rows(self.book(TOMORROW + 6 * HOUR)).sudo()
        rows["skipped"]._skip("by_hand")
        rows["answered"] = self.send("read", TOMORROW + 7 * HOUR)
        rows["answered"].answered_at = NOW
        for progress, row in rows.items():
            with self.subTest(progress=progress):
                self.assertEqual(row.progress, progress)
                self.assertEqual(row.search([("progress", "=", progress), ("id", "in", row.ids)]), row)
        self.assertEqual(self.group(), dict.fromkeys(rows, 1))

    def test_who_answers_has_read_and_got_it(self):
        for hours, state in enumerate(STAGES):
            self.send(state, TOMORROW + HOUR * hours)
        self.send("sent", TOMORROW + 4 * HOUR).answered_at = NOW
        self.rows(self.book(TOMORROW + 5 * HOUR)).sudo()._skip("by_hand")
        self.book(TOMORROW + 6 * HOUR)
        self.assertEqual(self.count(), [1, 4, 3, 2, 1, 1])

    def test_a_status_of_meta_moves_the_history_without_writing_to_the_row(self):
        row = self.send("sent")
        before = row.write_date
        self.at(NOW + HOUR)
        row.message_id.state = "read"
        self.assertEqual(row.progress, "read")
        self.assertEqual(self.group(), {"read": 1})
        self.assertEqual(row.write_date, before)

    def test_a_message_that_was_deleted_stays_sent(self):
        row = self.send("read")
        row.message_id = False
        self.assertEqual(row.progress, "sent")
        self.assertEqual(self.group(), {"sent": 1})

    def test_pressing_a_button_answers_the_message(self):
        row = self.send("read")
        self.press(row.message_id, "confirm")
        self.assertEqual(row.answered_at, NOW)
        self.at(NOW + HOUR)
        self.press(row.message_id, "confirm")
        self.assertEqual(row.answered_at, NOW, "the first answer counts")

    def test_quoting_the_message_answers_it(self):
        row = self.send("read")
        self.receive(
            self.account_a, self.text("Geliyorum", wamid="wamid.quote", context={"id": row.message_id.wamid})
        )
        self.assertTrue(row.answered_at)

    def test_what_is_no_answer_leaves_it_open(self):
        row = self.send("read")
        reaction = {"emoji": "👍", "message_id": row.message_id.wamid}
        self.receive(self.account_a, self.text("Merhaba", wamid="wamid.hello"))
        self.receive(
            self.account_a,
            {**self.text("", wamid="wamid.thumb"), "type": "reaction", "reaction": reaction},
        )
        self.assertFalse(row.answered_at)

    def test_a_patient_of_another_branch_answers_nothing_of_ours(self):
        row = self.send("read")
        other = self.new_patient()
        self.opt_in(other)
        asked = self.ask(self.book(TOMORROW + DAY, patient_id=other.id))
        self.press(asked, "confirm")
        self.assertFalse(row.answered_at)

    def test_each_branch_counts_its_own(self):
        self.send("read")
        self.send("read", TOMORROW + DAY, company_id=self.branch_b.id)
        self.assertEqual(self.count()[1:4], [1, 1, 1])
        self.assertEqual(self.automation.with_user(self.clinic_manager).read_count, 2)
