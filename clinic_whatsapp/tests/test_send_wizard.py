"""One message to several patients: who gets it, who does not and why, in batches, and never twice."""

from datetime import timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..wizards import send_wizard
from .test_template_offer import OfferCase

PARTNER, VISIT = "res.partner", "clinic.appointment"


class SendCase(OfferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opt_in(cls.patient)
        cls.without = cls.create_patient("Ece Örnek", "+905300000002")
        cls.numberless = cls.create_patient("Can Örnek", False)
        cls.third = cls.create_patient("Ali Örnek", "+905300000003", lang="en_US")
        cls.opt_in(cls.numberless)
        cls.opt_in(cls.third)
        cls.all = cls.patient | cls.without | cls.numberless | cls.third

    def wizards(self, user=None, branch=None):
        return self.env["clinic.whatsapp.send.wizard"].with_user(user or self.user_a).with_company(
            branch or self.branch_a
        )

    def look(self, template, rows, values=None, user=None):
        """Return {id of the row: what is said about it}."""
        told = self.wizards(user).get_recipients(rows._name, rows.ids, template.id, values or {}, len(rows))
        return {row["id"]: row for row in told}

    def begin(self, template, rows, values=None, key="k1", user=None, **kwargs):
        progress = self.wizards(user).action_begin(rows._name, rows.ids, template.id, values or {}, key, **kwargs)
        return self.wizards(user).browse(progress.get("id")), progress

    def finish(self, wizard):
        progress = wizard.get_progress()
        while progress["done"] < progress["total"]:
            progress = wizard.action_continue()
        return progress

    def messages(self, template=None):
        return self.env["clinic.whatsapp.message"].search(
            [("template_id", "=", (template or self.hello).id)], order="id"
        )


@tagged("post_install", "-at_install")
class TestLook(SendCase):
    def test_templates_for_several_are_those_that_can_be_sent(self):
        self.create_reminder()
        self.create_template(name="draft", title="Draft", status="pending")
        offers = self.wizards().get_templates(PARTNER, self.all.ids)
        self.assertEqual([offer["title"] for offer in offers], ["Greeting", "Reminder"])

    def test_who_gets_it_and_who_does_not_and_why(self):
        told = self.look(self.hello, self.all)
        self.assertEqual(
            {row["name"]: (row["state"], row["reason"]) for row in told.values()},
            {
                "Deniz Örnek": ("ready", False),
                "Ece Örnek": ("denied", "no_notice"),
                "Can Örnek": ("denied", "no_phone"),
                "Ali Örnek": ("ready", False),
            },
        )
        self.assertTrue(told[self.without.id]["label"])
        self.assertTrue(told[self.without.id]["advice"])

    def test_a_look_stores_nothing(self):
        models = ("message", "conversation", "contact", "send.wizard")
        count = lambda: [self.env[f"clinic.whatsapp.{model}"].search_count([]) for model in models]  # noqa: E731
        before = count()
        self.look(self.hello, self.all)
        self.wizards().get_draft(PARTNER, self.all.ids, self.hello.id)
        self.assertEqual(count(), before)

    def test_each_reads_the_language_that_he_gets(self):
        self.create_template(title="Greeting", language="en", body="Dear {{1}}, hello from the clinic!")
        told = self.look(self.hello, self.patient | self.third)
        self.assertEqual([told[p.id]["language"] for p in (self.patient, self.third)], ["tr", "en"])
        draft = self.wizards().get_draft(PARTNER, self.all.ids, self.hello.id, self.third.id)
        self.assertEqual((draft["text"], draft["name"]), ("Dear {{1}}, hello from the clinic!", "Ali Örnek"))

    def test_to_several_one_types_only_what_nothing_else_says(self):
        self.hello.write(
            {
                "body": "Sayın {{1}}, {{2}} günü kapalıyız.",
                "status": "approved",
                "variable_ids": [Command.create({"index": 2, "source": "text", "sample": "1 Mayıs"})],
            }
        )
        draft = self.wizards().get_draft(PARTNER, self.all.ids, self.hello.id)
        self.assertEqual([variable["is_fixed"] for variable in draft["variables"]], [True, False])
        alone = self.wizards().get_draft(PARTNER, self.patient.ids, self.hello.id)
        self.assertEqual([variable["is_fixed"] for variable in alone["variables"]], [False, False])
        told = self.look(self.hello, self.patient)[self.patient.id]
        self.assertEqual(told["reason"], "missing_value")
        self.assertIn("{{2}}", told["label"])
        self.assertEqual(self.look(self.hello, self.patient, {"2": "1 Mayıs"})[self.patient.id]["state"], "ready")

    def test_a_message_about_an_appointment_is_about_the_next_one(self):
        reminder = self.create_reminder()
        self.book(9), self.book(-2)
        self.book(2)
        told = self.look(reminder, self.patient | self.third)
        self.assertEqual(told[self.patient.id]["state"], "ready")
        self.assertEqual(told[self.third.id]["reason"], "no_appointment")
        draft = self.wizards().get_draft(PARTNER, self.patient.ids, reminder.id)
        self.assertIn("12:30", [variable["value"] for variable in draft["variables"]])

    def test_appointments_are_told_each_its_own_time(self):
        early, late = self.book(2), self.book(3, patient=self.third)
        late.start += timedelta(hours=2)
        wizard, _progress = self.begin(self.create_reminder(), early | late)
        self.assertEqual(self.finish(wizard)["taken"], 2)
        bodies = self.env["clinic.whatsapp.message"].search([("res_model", "=", VISIT)], order="id").mapped("body")
        self.assertIn("12:30", bodies[0])
        self.assertIn("14:30", bodies[1])

    @freeze_time("2026-03-04 22:00:00")
    def test_messages_to_several_wait_for_the_hours(self):
        self.appointment_purpose.write({"quiet_from": 9.0, "quiet_to": 20.0})
        told = self.look(self.hello, self.patient | self.third)
        self.assertEqual({row["state"] for row in told.values()}, {"waits"})
        alone = self.look(self.hello, self.patient)[self.patient.id]
        self.assertEqual((alone["state"], alone["reason"]), ("denied", "quiet_hours"))
        wizard, _progress = self.begin(self.hello, self.patient | self.third)
        self.assertEqual(self.finish(wizard)["taken"], 2)
        self.assertEqual(set(self.messages().mapped("state")), {"queued"})
        self.assertTrue(all(self.messages().mapped("held_until")))

    def test_a_branch_without_a_number_says_so(self):
        self.account_a.state = "disabled"
        self.assertEqual(self.wizards().get_templates(PARTNER, self.all.ids), [])

    def test_many_recipients_cost_no_more_queries(self):
        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.look(self.hello, patients[:number])
            return self.env.cr.sql_log_count - before

        patients = self.env[PARTNER].union(
            *(self.create_patient(f"P {number}", f"+90531000{number:04}") for number in range(60))
        )
        count(5)
        self.assertLessEqual(count(60), count(10))


@tagged("post_install", "-at_install")
class TestSend(SendCase):
    def test_all_who_may_get_it_get_it_once(self):
        wizard, progress = self.begin(self.hello, self.all)
        self.assertEqual(progress, {"id": wizard.id, "total": 4, "done": 0, "taken": 0, "denied": 0})
        self.assertFalse(self.messages(), "nothing leaves before it goes on")
        self.assertEqual(self.finish(wizard), {"id": wizard.id, "total": 4, "done": 4, "taken": 2, "denied": 2})
        queued = self.messages().filtered(lambda message: message.state == "queued")
        self.assertEqual(queued.partner_id, self.patient | self.third)
        self.assertEqual(queued.mapped("sent_by_id"), self.user_a)
        wizard.action_continue()
        self.assertEqual(len(self.messages()), 4, "what was denied is kept with its reason")

    def test_the_result_names_everybody_and_what_to_do(self):
        wizard, _progress = self.begin(self.hello, self.all)
        self.finish(wizard)
        result = wizard.get_result()
        self.assertEqual([row["state"] for row in result], ["denied", "denied", "taken", "taken"])
        denied = {row["name"]: row for row in result[:2]}
        self.assertEqual(denied["Ece Örnek"]["problem"], "Privacy notice not handed over")
        self.assertTrue(denied["Ece Örnek"]["advice"])
        self.assertEqual(denied["Ece Örnek"]["partner_id"], self.without.id)
        self.assertEqual({row["conversation_id"] for row in result[2:]}, set(
            self.messages().filtered(lambda message: message.state == "queued").conversation_id.ids
        ))

    def test_the_thread_names_who_sent_it(self):
        wizard, _progress = self.begin(self.hello, self.patient | self.third)
        self.finish(wizard)
        for message in self.messages().with_user(self.user_a):
            [bubble] = message._format_for_thread()
            self.assertEqual((bubble["kind"], bubble["author"]), ("automatic", self.user_a.name))

    def test_it_goes_on_in_batches_where_it_was_cut_off(self):
        self.patch(send_wizard, "BATCH", 3)
        wizard, _progress = self.begin(self.hello, self.all)
        self.assertEqual(wizard.action_continue()["done"], 3)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            wizard.action_continue()
            raise UserError("the server was restarted")
        self.env.invalidate_all()
        self.assertEqual(wizard.get_progress()["done"], 3)
        self.assertEqual(self.finish(wizard)["done"], 4)
        self.assertEqual(len(self.messages()), 4)

    def test_a_repeated_request_begins_nothing_new(self):
        first, _progress = self.begin(self.hello, self.all)
        self.finish(first)
        second, progress = self.begin(self.hello, self.all)
        self.assertEqual((second, progress["done"]), (first, 4))
        third, progress = self.begin(self.hello, self.all, key="k2")
        self.assertNotEqual(third, first)
        self.assertEqual(progress["done"], 0)

    def test_who_was_deleted_meanwhile_is_left_out(self):
        gone = self.create_patient("Gone", "+905300000009")
        wizard, _progress = self.begin(self.hello, self.patient | gone)
        gone.unlink()
        self.assertEqual(self.finish(wizard)["taken"], 1)
        self.assertEqual({row["state"] for row in wizard.get_result()}, {"taken", "gone"})

    def test_what_was_typed_is_read_by_the_lint(self):
        _wizard, answer = self.begin(self.hello, self.patient, {"1": "%50 indirim"})
        self.assertIn("indirim", answer["problem"])
        self.assertFalse(self.env["clinic.whatsapp.send.wizard"].search([]))

    def test_what_was_typed_is_not_readable_in_the_database(self):
        wizard, _progress = self.begin(self.hello, self.patient, {"1": "Deniz Hanım"})
        self.env.flush_all()
        self.env.cr.execute("SELECT typed FROM clinic_whatsapp_send_wizard WHERE id = %s", [wizard.id])
        self.assertNotIn("Deniz", str(self.env.cr.fetchone()[0]))
        self.finish(wizard)
        self.assertIn("Deniz Hanım", self.messages().body)

    @freeze_time("2026-03-04 22:00:00")
    def test_to_one_it_may_leave_at_once_with_a_reason(self):
        self.appointment_purpose.write({"quiet_from": 9.0, "quiet_to": 20.0})
        wizard, _progress = self.begin(self.hello, self.patient, urgent_reason=" The doctor is ill ")
        self.assertEqual(self.finish(wizard)["taken"], 1)
        self.assertEqual((self.messages().state, self.messages().urgent_reason), ("queued", "The doctor is ill"))

    def test_who_waits_for_an_answer_keeps_waiting(self):
        self.take("text", "wamid.1", text={"body": "Ne zaman geleyim?"})
        wizard, _progress = self.begin(self.hello, self.patient)
        self.finish(wizard)
        self.assertTrue(self.conversation.waiting_since)

    def test_a_template_that_was_paused_meanwhile_leaves_to_nobody(self):
        wizard, _progress = self.begin(self.hello, self.patient | self.third)
        self.hello.status = "paused"
        self.assertEqual(self.finish(wizard)["taken"], 0)

    def test_buttons_and_lists_open_the_composer(self):
        for rows in (self.all, self.book(2)):
            action = rows.with_user(self.user_a).action_compose_template()
            self.assertEqual((action["tag"], action["params"]["ids"]), ("clinic_whatsapp.send_template", rows.ids))
        with self.assertRaises(UserError):
            self.env[PARTNER].with_user(self.user_a).action_compose_template()

    def test_five_hundred_patients_leave_in_batches(self):
        patients = self.env[PARTNER].create(
            [
                {"name": f"P {n}", "phone": f"+9053200{n:05}", "is_patient": True, "company_id": self.root.id}
                for n in range(500)
            ]
        )
        wizard, progress = self.begin(self.hello, patients)
        self.assertEqual(progress["total"], 500)
        counts = []
        while progress["done"] < 500:
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            progress = wizard.action_continue()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 5)
        self.assertLessEqual(max(counts), 2 * min(counts))
        self.assertEqual(len(set(self.messages().partner_id.ids)), 500)


    def test_a_batch_costs_the_same_queries_however_many_it_reaches(self):
        patients = self.env[PARTNER].union(
            *(self.create_patient(f"P {number}", f"+90531000{number:04}") for number in range(40))
        )
        for patient in patients:
            self.opt_in(patient)
        self.finish(self.begin(self.hello, patients, key="first")[0])  # whoever is written to has a conversation now

        def count(number):
            wizard, _progress = self.begin(self.hello, patients[:number], key=f"k{number}")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(wizard.action_continue()["taken"], number)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(3)
        waking = 2  # queries: a second after the last one, the outbox is woken again
        self.assertLessEqual(count(40), count(10) + waking)


@tagged("post_install", "-at_install")
class TestWall(SendCase):
    def test_a_sending_is_its_authors_own(self):
        wizard, _progress = self.begin(self.hello, self.patient)
        colleague = self.create_user("colleague.a", self.branch_a)
        for call in ("action_continue", "get_progress", "get_result"):
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(wizard.with_user(colleague), call)()
        again, progress = self.begin(self.hello, self.patient, user=colleague)
        self.assertNotEqual(again, wizard)
        self.assertEqual(progress["done"], 0)

    def test_appointments_of_another_branch_are_refused(self):
        theirs = self.book(2, self.branch_b)
        reminder = self.create_reminder()
        for call in (
            lambda this: this.get_templates(VISIT, theirs.ids),
            lambda this: this.get_draft(VISIT, theirs.ids, reminder.id),
            lambda this: this.get_recipients(VISIT, theirs.ids, reminder.id, {}),
            lambda this: this.action_begin(VISIT, theirs.ids, reminder.id, {}, "x"),
        ):
            with self.assertRaises(AccessError):
                call(self.wizards())

    def test_the_lines_cannot_be_changed_from_outside(self):
        wizard, _progress = self.begin(self.hello, self.patient)
        self.finish(wizard)
        line = wizard.line_ids.with_user(self.user_a)
        for change in (
            lambda: line.write({"state": "waiting"}),
            lambda: line.unlink(),
            lambda: line.create({"wizard_id": wizard.id, "res_id": self.third.id}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_only_patients_and_appointments_are_written_to(self):
        with self.assertRaises(UserError):
            self.wizards().get_templates("res.users", [self.user_a.id])
        stranger = self.env[PARTNER].create({"name": "Supplier", "phone": "+905300000077"})
        self.assertEqual(self.look(self.hello, stranger | self.patient)[stranger.id]["reason"], "no_patient")

    def test_without_our_groups_nothing_is_told(self):
        employee = self.create_user("employee.x", self.branch_a, "base.group_user")
        with self.assertRaises(AccessError):
            self.wizards(employee).get_templates(PARTNER, self.patient.ids)
        with self.assertRaises(AccessError):
            self.begin(self.hello, self.patient, user=employee)
