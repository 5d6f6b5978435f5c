import json
from datetime import datetime, timedelta

from odoo.tests import tagged

from ..cloud_api.webhook import InboundMessage
from .appointment_common import NOW, TOMORROW, AppointmentCase

HOUR = timedelta(hours=1)


class TwoWayCase(AppointmentCase):
    """A patient who was reminded of a visit tomorrow at noon, and answers an hour later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch_a.resource_calendar_id = cls.doctor_a.calendar_id = cls.new_calendar(cls.branch_a)

    def setUp(self):
        super().setUp()
        self.visit = self.book(practitioner_id=self.doctor_a.id, service_id=self.service.id)
        self.asked = self.ask(self.visit)
        self.chat = self.asked.conversation_id
        self.at(NOW + HOUR)

    def arrived(self, kind, body, asked=None, payload=None):
        """Let the patient send something; return what was stored of it."""
        self._count = getattr(self, "_count", 0) + 1
        wamid = f"wamid.said.{self._count}"
        self.account_a._receive(
            InboundMessage(
                wamid=wamid,
                type=kind,
                sent_at=datetime.now().astimezone(),
                wa_id=self.chat.contact_id.phone.lstrip("+"),
                user_id=None,
                profile_name="A",
                body=body,
                button_payload=payload,
                reply_to=asked and asked.wamid,
                wire_type=kind,
            )
        )
        return self.env["clinic.whatsapp.message"].search([("wamid", "=", wamid)])

    def said(self, *kinds):
        """Return what the clinic sent by itself, oldest first."""
        kinds = kinds or ("answer", "move_offer")
        domain = [("conversation_id", "=", self.chat.id), ("kind", "in", kinds), ("state", "!=", "blocked")]
        return self.env["clinic.whatsapp.message"].search(domain, order="id")

    def offers(self):
        """Return the lists that the patient got, delivered."""
        offers = self.said("move_offer")
        for offer in offers.filtered(lambda message: not message.wamid):
            offer.write({"state": "delivered", "wamid": f"wamid.{offer.client_ref}"})
        return offers

    def list_rows(self, offer):
        return [row for section in json.loads(offer.content)["sections"] for row in section["rows"]]

    def choose(self, offer, index):
        row = self.list_rows(offer)[index]
        return self.arrived("interactive", row["title"], offer, row["id"])

    def start_of(self, row):
        return datetime.strptime(row["id"].rsplit(":", 1)[1], "%Y%m%d%H%M")

    def activities(self, visit=None):
        kind = self.env.ref("clinic_whatsapp.activity_type_patient_answer")
        return (visit or self.visit).activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def take_away(self, row):
        """Let somebody else book the time of a row."""
        return self.book(self.start_of(row), patient_id=self.new_patient().id, practitioner_id=self.doctor_a.id)


@tagged("post_install", "-at_install")
class TestMoveInChat(TwoWayCase):
    def test_wish_to_move_is_answered_by_a_list_of_free_times(self):
        pressed = self.press(self.asked, "reschedule")
        offer = self.offers()
        rows = self.list_rows(offer)
        self.assertEqual(len(rows), 10)
        self.assertEqual(rows[-1]["title"], "Another time")
        free = self.visit._find_free_starts()
        self.assertTrue({self.start_of(row) for row in rows[:-1]} <= set(free))
        self.assertIn("Tuesday, March 3 at 12:00", offer.body, "what stands until he chooses")
        self.assertEqual((offer.state, offer.partner_id, offer.res_id), ("delivered", self.patient, self.visit.id))
        self.assertFalse(self.activities(), "nobody is needed yet")
        self.assertFalse(pressed.awaits_answer)
        self.assertFalse(self.chat.waiting_since)
        self.assertEqual((self.visit.state, self.visit.start), ("booked", TOMORROW))

    def test_times_stand_in_the_branchs_zone_and_the_patients_language(self):
        self.press(self.asked, "reschedule")
        rows = self.list_rows(self.offers())
        self.assertEqual(self.start_of(rows[0]), datetime(2026, 3, 2, 12))
        self.assertEqual(rows[0]["title"], "Mon, Mar 2, 15:00")

    def test_neither_practitioner_nor_service_is_named(self):
        self.press(self.asked, "reschedule")
        self.assertNotIn("Ada", self.offers().content)
        self.assertNotIn("Examination", self.offers().content)

    def test_chosen_time_is_booked_and_acknowledged_once(self):
        self.press(self.asked, "reschedule")
        offer = self.offers()
        row = self.list_rows(offer)[3]
        chosen = self.choose(offer, 3)
        self.assertEqual((self.visit.start, self.visit.state), (self.start_of(row), "booked"))
        self.assertEqual((self.visit.previous_start, self.visit.moved_at), (TOMORROW, NOW + HOUR))
        answer = self.said("answer")
        self.assertIn(self.visit.start_time_text, answer.body)
        self.assertFalse(self.activities())
        self.assertFalse(chosen.awaits_answer)
        self.assertFalse(self.visit.times_offered_at)
        self.choose(offer, 3)
        self.assertEqual(self.said("answer"), answer, "pressing twice says nothing twice")

    def test_automation_about_moves_is_the_acknowledgement(self):
        self.automate("moved")
        self.press(self.asked, "reschedule")
        self.choose(self.offers(), 0)
        self.assertFalse(self.said("answer"))
        self.assertEqual([row.state for row in self.rows(self.visit)], ["planned"])

    def test_asking_twice_brings_one_list(self):
        self.press(self.asked, "reschedule")
        self.press(self.asked, "reschedule")
        self.assertEqual(len(self.offers()), 1)
        self.at(NOW + 3 * HOUR)
        self.press(self.asked, "reschedule")
        self.assertEqual(len(self.offers()), 2, "after a while the list is out of sight and its times are old")

    def test_time_that_was_taken_brings_other_times_once_and_then_a_person(self):
        self.press(self.asked, "reschedule")
        first = self.offers()
        self.take_away(self.list_rows(first)[0])
        self.choose(first, 0)
        self.assertEqual(self.visit.start, TOMORROW)
        second = self.offers() - first
        self.assertIn("has just been taken", second.body)
        gone = self.start_of(self.list_rows(first)[0])
        self.assertNotIn(gone, [self.start_of(row) for row in self.list_rows(second)[:-1]])
        self.assertFalse(self.activities())
        self.take_away(self.list_rows(second)[1])
        self.choose(second, 1)
        self.assertEqual(len(self.offers()), 2)
        self.assertEqual(self.activities().summary, "Patient asks for another time")
        self.assertIn("A colleague will contact you", self.said("answer").body)
        self.assertEqual(self.visit.start, TOMORROW)
        self.assertTrue(self.visit.move_requested)

    def test_choosing_the_taken_time_twice_brings_one_new_list(self):
        self.press(self.asked, "reschedule")
        first = self.offers()
        self.take_away(self.list_rows(first)[0])
        self.choose(first, 0)
        self.choose(first, 0)
        self.assertEqual(len(self.offers()), 2)
        self.assertFalse(self.activities())

    def test_second_list_can_be_chosen_from(self):
        self.press(self.asked, "reschedule")
        first = self.offers()
        self.take_away(self.list_rows(first)[0])
        self.choose(first, 0)
        second = self.offers() - first
        self.choose(second, 2)
        self.assertEqual(self.visit.start, self.start_of(self.list_rows(second)[2]))

    def test_another_time_calls_for_a_person_and_the_patient_is_told(self):
        self.press(self.asked, "reschedule")
        chosen = self.choose(self.offers(), -1)
        self.assertIn("None of the times", self.activities().note)
        self.assertEqual(len(self.said("answer")), 1)
        self.assertIn("A colleague will contact you", self.said("answer").body)
        self.assertTrue(chosen.awaits_answer, "it stays due in the inbox")
        self.choose(self.offers(), -1)
        self.assertEqual((len(self.activities()), len(self.said("answer"))), (1, 1))

    def test_nothing_free_calls_for_a_person_and_the_patient_is_told(self):
        self.branch_a.whatsapp_move_days = 1
        self.doctor_a.active = False
        self.press(self.asked, "reschedule")
        self.assertFalse(self.offers())
        self.assertEqual(self.activities().summary, "Patient asks for another time")
        self.assertIn("A colleague will contact you", self.said("answer").body)
        self.press(self.asked, "reschedule")
        self.assertEqual((len(self.activities()), len(self.said("answer"))), (1, 1))

    def test_list_that_may_not_leave_calls_for_a_person(self):
        self.chat.contact_id.suppressed_at = NOW
        self.press(self.asked, "reschedule")
        self.assertFalse(self.said())
        self.assertEqual(len(self.activities()), 1)
        self.assertFalse(self.visit.times_offered_at)

    def test_offer_of_a_visit_that_was_moved_since_changes_nothing_and_is_answered_so(self):
        self.press(self.asked, "reschedule")
        offer = self.offers()
        self.at(NOW + 2 * HOUR)
        self.visit.with_user(self.user_a).start = TOMORROW + HOUR
        self.at(NOW + 3 * HOUR)
        self.choose(offer, 0)
        self.assertEqual(self.visit.start, TOMORROW + HOUR)
        self.assertIn("It is now: Tuesday, March 3 at 13:00", self.said("answer").body)
        self.assertEqual(len(self.activities()), 1)

    def test_offer_of_a_cancelled_visit_changes_nothing_and_is_answered_so(self):
        self.press(self.asked, "reschedule")
        self.visit.action_cancel()
        self.choose(self.offers(), 0)
        self.assertEqual((self.visit.state, self.visit.start), ("cancelled", TOMORROW))
        self.assertIn("has been cancelled", self.said("answer").body)

    def test_second_choice_from_a_list_that_was_used_changes_nothing(self):
        self.press(self.asked, "reschedule")
        offer = self.offers()
        self.at(NOW + HOUR + timedelta(seconds=5))
        self.choose(offer, 0)
        moved = self.visit.start
        self.choose(offer, 1)
        self.assertEqual(self.visit.start, moved)
        self.assertIn("It is now", self.said("answer")[-1].body)

    def test_time_that_was_never_offered_is_not_booked(self):
        self.press(self.asked, "reschedule")
        offer = self.offers()
        forged = f"slot:{offer.client_ref}:202603040600"
        self.assertNotIn(forged, [row["id"] for row in self.list_rows(offer)])
        self.arrived("interactive", "x", offer, forged)
        self.assertEqual(self.visit.start, TOMORROW)

    def test_chosen_time_that_has_passed_is_not_booked(self):
        self.branch_a.whatsapp_move_notice_hours = 0
        self.visit.start = TOMORROW + timedelta(days=3)
        self.at(NOW + 2 * HOUR)
        self.press(self.ask(self.visit), "reschedule")
        offer = self.offers()
        self.at(self.start_of(self.list_rows(offer)[0]) + timedelta(minutes=1))
        self.choose(offer, 0)
        self.assertEqual(self.visit.start, TOMORROW + timedelta(days=3))
        self.assertEqual(len(self.offers()), 2)

    def test_moving_ticks_off_what_a_person_was_asked(self):
        self.press(self.asked, "reschedule")
        offer = self.offers()
        self.choose(offer, -1)
        self.assertTrue(self.activities())
        self.choose(offer, 0)
        self.assertFalse(self.activities())
        self.assertFalse(self.visit.move_requested)

    def test_who_does_not_choose_is_called_by_a_person(self):
        self.press(self.asked, "reschedule")
        cron = self.env["clinic.appointment"]
        self.at(NOW + 4 * HOUR)
        cron._hand_over_unanswered_offers()
        self.assertFalse(self.activities())
        self.at(NOW + 6 * HOUR)
        cron._hand_over_unanswered_offers()
        cron._hand_over_unanswered_offers()
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("has not chosen", self.activities().note)
        self.assertIn(self.branch_a, self.activities().user_id.company_ids)

    def test_who_confirms_after_all_keeps_his_time_and_nobody_calls(self):
        self.press(self.asked, "reschedule")
        self.press(self.asked, "confirm")
        self.assertEqual(self.visit.state, "confirmed")
        self.at(NOW + 6 * HOUR)
        self.env["clinic.appointment"]._hand_over_unanswered_offers()
        self.assertFalse(self.activities())

    def test_list_of_another_conversation_moves_nothing(self):
        self.press(self.asked, "reschedule")
        row = self.list_rows(self.offers())[0]
        stranger = self.new_patient()
        theirs = self.ask(self.book(TOMORROW + HOUR, patient_id=stranger.id))
        pressed = self.press(theirs, "none")
        pressed.button_payload = row["id"]
        pressed._react()
        self.assertEqual(self.visit.start, TOMORROW)

    def test_branch_that_offers_no_times_asks_a_person(self):
        self.branch_a.whatsapp_offer_times = False
        self.press(self.asked, "reschedule")
        self.assertFalse(self.offers())
        self.assertEqual(len(self.activities()), 1)

    def test_visit_without_a_practitioner_is_moved_too(self):
        self.visit.practitioner_id = False
        self.press(self.asked, "reschedule")
        offer = self.offers()
        self.choose(offer, 1)
        self.assertEqual(self.visit.start, self.start_of(self.list_rows(offer)[1]))

    def test_number_of_the_parent_company_moves_visits_of_the_branches_below(self):
        shared = self.create_account(self.root, "100000000000009")
        asked = self.ask(self.visit, account=shared)
        self.press(asked, "reschedule")
        offer = self.env["clinic.whatsapp.message"].search(
            [("conversation_id", "=", asked.conversation_id.id), ("kind", "=", "move_offer")]
        )
        row = self.list_rows(offer)[2]
        self.chat, self.account_a = asked.conversation_id, shared
        self.arrived("interactive", row["title"], offer, row["id"])
        self.assertEqual((self.visit.start, self.visit.company_id), (self.start_of(row), self.branch_a))

    def test_cancelled_time_is_offered_to_others(self):
        other = self.book(TOMORROW + 2 * HOUR, patient_id=self.new_patient().id, practitioner_id=self.doctor_a.id)
        self.assertFalse(other._is_free_start(TOMORROW + HOUR / 4))
        self.press(self.asked, "cancel")
        self.assertTrue(other._is_free_start(TOMORROW + HOUR))


@tagged("post_install", "-at_install")
class TestAcknowledgement(TwoWayCase):
    def test_each_answer_is_acknowledged_once(self):
        for action, words in (("confirm", "it is confirmed"), ("cancel", "has been cancelled")):
            with self.subTest(action):
                before = self.said("answer")
                pressed = self.press(self.asked, action)
                self.press(self.asked, action)
                answer = self.said("answer") - before
                self.assertEqual(len(answer), 1)
                self.assertIn(words, answer.body)
                self.assertIn("Tuesday, March 3 at 12:00", answer.body)
                self.assertFalse(pressed.awaits_answer)

    def test_an_automation_for_it_is_the_acknowledgement(self):
        self.automate("cancelled")
        self.press(self.asked, "cancel")
        self.assertFalse(self.said("answer"))
        self.assertEqual([row.state for row in self.rows(self.visit)], ["planned"])

    def test_while_automations_rest_the_clinic_says_it_itself_and_only_once(self):
        self.automate("cancelled")
        self.root.whatsapp_automations_paused = True
        self.press(self.asked, "cancel")
        self.assertEqual(len(self.said("answer")), 1)
        self.root.whatsapp_automations_paused = False
        self.env["clinic.whatsapp.scheduled"]._plan(self.visit)
        self.assertEqual(self.states(self.visit), [("skipped", "answered")])

    def test_at_night_the_clinic_says_at_once_what_would_wait_for_the_morning(self):
        self.automate("cancelled", window_from=9, window_to=20)
        self.visit.start = TOMORROW + timedelta(days=2)
        asked = self.ask(self.visit)
        self.at(NOW + 11 * HOUR)  # 23 o'clock
        self.press(asked, "cancel")
        self.assertEqual(len(self.said("answer")), 1)
        self.assertEqual(self.states(self.visit), [("skipped", "answered")])
        self.run_planner(NOW + 24 * HOUR)
        self.assertEqual(self.states(self.visit), [("skipped", "answered")])

    def test_what_an_automation_says_days_later_is_no_acknowledgement(self):
        self.visit.start = TOMORROW + timedelta(days=9)
        self.automate("cancelled", (2, "days"))
        self.press(self.ask(self.visit), "cancel")
        self.assertEqual(len(self.said("answer")), 1)
        self.assertEqual(self.states(self.visit), [("planned", False)])

    def test_an_automation_that_does_not_write_about_it_is_none(self):
        self.automate("cancelled", cancelled_by="clinic")
        self.press(self.asked, "cancel")
        self.assertEqual(len(self.said("answer")), 1)

    def test_a_confirmation_after_a_change_of_mind_is_acknowledged_again(self):
        self.branch_a.whatsapp_offer_times = False
        for action in ("confirm", "reschedule", "confirm"):
            self.press(self.asked, action)
        self.assertEqual(len(self.said("answer")), 3)

    def test_who_confirms_what_reception_has_confirmed_is_told_once(self):
        self.visit.action_confirm()
        self.press(self.asked, "confirm")
        self.press(self.asked, "confirm")
        self.assertEqual(len(self.said("answer")), 1)

    def test_answer_that_came_too_late_is_explained_once(self):
        self.visit.action_cancel()
        for action in ("confirm", "confirm", "cancel"):
            self.press(self.asked, action)
        self.assertEqual(len(self.said("answer")), 1)
        self.assertIn("Nothing was changed", self.said("answer").body)

    def test_acknowledgements_are_no_answer_of_a_person(self):
        self.arrived("text", "A question")
        self.assertTrue(self.chat.waiting_since)
        self.press(self.asked, "confirm")
        self.assertTrue(self.chat.waiting_since)

    def test_acknowledgement_is_in_the_patients_language_and_about_his_visit(self):
        self.press(self.asked, "confirm")
        answer = self.said("answer")
        about = (answer.partner_id, answer.res_model, answer.res_id)
        self.assertEqual(about, (self.patient, "clinic.appointment", self.visit.id))
        self.assertEqual(answer.purpose_id.code, "service")

    def test_cancelling_by_word_is_acknowledged_too(self):
        self.chat.window_expires_at = NOW + timedelta(days=1)
        self.chat._cancel_wanted_visit()
        self.assertEqual(self.visit.state, "cancelled")
        self.assertIn("has been cancelled", self.said("answer").body)


@tagged("post_install", "-at_install")
class TestFamily(TwoWayCase):
    """One message about the visits of two children: their rows share it."""

    def setUp(self):
        super().setUp()
        self.child = self.create_patient("Child", self.patient.phone, lang="en_US")
        self.second = self.book(TOMORROW + HOUR, patient_id=self.child.id)
        self.family = self.asked
        self.automate("before", (1, "hours"))
        self.env["clinic.whatsapp.scheduled"]._plan(self.visit | self.second)
        rows = self.rows(self.visit | self.second)
        self.assertEqual(len(rows), 2)
        rows.write({"message_id": self.family.id, "state": "done"})

    def test_a_button_answers_for_all_of_them_and_is_acknowledged_once(self):
        self.press(self.family, "confirm")
        self.assertEqual((self.visit.state, self.second.state), ("confirmed", "confirmed"))
        answer = self.said("answer")
        self.assertEqual(len(answer), 1)
        self.assertIn("12:00", answer.body)
        self.assertIn("13:00", answer.body)

    def test_cancelling_cancels_all_of_them(self):
        self.press(self.family, "cancel")
        self.assertEqual((self.visit.state, self.second.state), ("cancelled", "cancelled"))
        self.assertEqual(len(self.said("answer")), 1)

    def test_another_time_for_several_visits_is_for_a_person(self):
        self.press(self.family, "reschedule")
        self.assertFalse(self.offers())
        self.assertTrue(self.activities(self.visit) and self.activities(self.second))
        self.assertEqual(len(self.said("answer")), 1)

    def test_who_is_no_patient_of_this_number_is_left_out(self):
        self.second.patient_id = self.new_patient()
        self.press(self.family, "confirm")
        self.assertEqual((self.visit.state, self.second.state), ("confirmed", "booked"))


@tagged("post_install", "-at_install")
class TestAnswersInWords(TwoWayCase):
    def test_words_after_our_question_ask_somebody_to_read_them(self):
        message = self.arrived("text", "I will be ten minutes late")
        self.assertEqual(self.activities().summary, "Patient answered in words")
        self.assertNotIn("late", self.activities().note)
        self.assertTrue(message.awaits_answer, "it stays unanswered in the inbox")
        self.arrived("text", "Sorry")
        self.assertEqual(len(self.activities()), 1)

    def test_words_that_quote_our_question_count_whatever_was_said_since(self):
        self.chat.window_expires_at = NOW + timedelta(days=1)
        self.chat._send_text("We have a new car park")
        self.arrived("text", "Thanks")
        self.assertFalse(self.activities())
        self.arrived("text", "Can I come earlier?", self.asked)
        self.assertEqual(len(self.activities()), 1)

    def test_words_after_the_list_of_times_count(self):
        self.press(self.asked, "reschedule")
        self.arrived("text", "Is there anything in the evening?")
        self.assertEqual(len(self.activities()), 1)

    def test_words_after_the_answer_was_acknowledged_are_only_words(self):
        self.press(self.asked, "confirm")
        self.arrived("text", "Thank you")
        self.assertFalse(self.activities())

    def test_what_something_else_acts_upon_is_not_reported(self):
        for words in ("STOP", "iptal", "I have a heart attack"):
            with self.subTest(words):
                self.arrived("text", words)
                self.assertFalse(self.activities())

    def test_keyword_that_an_automation_answers_is_not_reported(self):
        self.automate("keyword", keywords="car park")
        self.arrived("text", "Where is the car park?")
        self.assertFalse(self.activities())
        self.arrived("text", "Where do I park?")
        self.assertEqual(len(self.activities()), 1)

    def test_words_some_days_later_still_answer_and_a_fortnight_later_are_only_words(self):
        self.visit.start = TOMORROW + timedelta(days=20)
        self.asked.flush_recordset()
        self.at(NOW + timedelta(days=14, hours=1))
        self.arrived("text", "Hello")
        self.assertFalse(self.activities())
        self.at(NOW + timedelta(days=4))
        self.arrived("text", "I had rather come later")
        self.assertEqual(len(self.activities()), 1)

    def test_words_about_a_visit_that_is_over_are_only_words(self):
        self.visit.action_arrive()
        self.arrived("text", "I am here")
        self.assertFalse(self.activities())

    def test_pictures_and_voices_are_words_too_and_thumbs_are_not(self):
        self.arrived("reaction", "👍", self.asked)
        self.assertFalse(self.activities())
        self.arrived("image", None)
        self.assertEqual(len(self.activities()), 1)
