"""Who would get the messages of an automation: what the planner and the gate are going to say, and nothing written."""

import contextlib
import json
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .appointment_common import NOW, TOMORROW, AppointmentCase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
IN_A_WEEK = NOW + 7 * DAY


class ForecastCase(AppointmentCase):
    def setUp(self):
        super().setUp()
        self.automation = self.draft("before", (1, "days"))

    def draft(self, trigger, *offsets, **vals):
        """Return an automation that is not switched on, as the manager of branch A sees it."""
        return self.automate(trigger, *offsets, active=False, **vals).with_user(self.manager_a)

    @contextlib.contextmanager
    def read_only(self):
        """Let the database refuse whatever is written."""
        self.env.flush_all()
        with contextlib.suppress(ZeroDivisionError), self.env.cr.savepoint(flush=False):
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            yield
            self.env.flush_all()
            raise ZeroDivisionError  # the only way back to writing

    def look(self, automation=None):
        with self.read_only():
            forecast = (automation or self.automation).get_forecast()
        return json.loads(json.dumps(forecast))  # as the screen gets it

    def by_reason(self, forecast):
        return {group["reason"]: group["count"] for group in forecast["groups"]}


@tagged("post_install", "-at_install")
class TestForecast(ForecastCase):
    def test_it_tells_what_the_planner_is_going_to_plan(self):
        for days in range(2, 6):
            self.book(NOW + days * DAY)
        self.book(NOW + 40 * DAY)
        forecast = self.look()
        self.automation.sudo().active = True
        self.run_planner()
        rows = self.env["clinic.whatsapp.scheduled"].search([("automation_id", "=", self.automation.id)])
        planned = rows.filtered(lambda row: row.due_at <= NOW + 30 * DAY)
        self.assertEqual([row["res_id"] for row in forecast["rows"]], planned.sorted("due_at").mapped("res_id"))
        self.assertEqual((forecast["reached"], forecast["left"], forecast["found"]), (4, 0, 4))

    def test_it_tells_who_would_not_get_it_in_the_words_of_the_gate(self):
        self.book(IN_A_WEEK)
        stranger = self.new_patient()
        self.book(IN_A_WEEK + HOUR, patient_id=stranger.id)
        late = self.book(NOW + 2 * HOUR)
        forecast = self.look()
        self.assertEqual(self.by_reason(forecast), {False: 1, "no_notice": 1, "too_late": 1})
        self.assertEqual((forecast["reached"], forecast["left"]), (1, 2))
        groups = {group["reason"]: group for group in forecast["groups"]}
        self.assertEqual(groups["no_notice"]["label"], "Privacy notice not handed over")
        self.assertIn("Hand the patient the privacy notice", groups["no_notice"]["advice"])
        self.assertEqual(groups["too_late"]["label"], "Its moment had passed")
        self.assertEqual(forecast["rows"][0]["res_id"], late.id)

    def test_what_would_leave_is_what_leaves(self):
        """The same patients, judged before and after."""
        stranger = self.new_patient()
        visits = self.book(IN_A_WEEK) | self.book(IN_A_WEEK + HOUR, patient_id=stranger.id)
        forecast = self.look()
        self.automation.sudo().active = True
        self.run_planner()
        self.run_planner(IN_A_WEEK - DAY + 2 * HOUR)
        left = {row.res_id: row.message_id.block_reason for row in self.rows(visits)}
        self.assertEqual(left, {row["res_id"]: row["reason"] for row in forecast["rows"]})

    def test_a_row_names_the_patient_once(self):
        visit = self.book(IN_A_WEEK)
        [row] = self.look()["rows"]
        self.assertEqual((row["patient"], row["about"]), (visit.patient_id.name, "9 Mar 2026 12:00"))

    def test_the_hour_of_the_look_is_no_reason(self):
        self.book(IN_A_WEEK)
        self.at(NOW + 12 * HOUR)  # midnight: nothing may leave now
        self.assertEqual(self.by_reason(self.look()), {False: 1})

    def test_nothing_is_written(self):
        self.book(IN_A_WEEK)
        tables = ("scheduled", "message", "conversation", "contact")
        before = [self.env[f"clinic.whatsapp.{name}"].search_count([]) for name in tables]
        self.assertEqual(self.look()["reached"], 1)
        self.assertEqual([self.env[f"clinic.whatsapp.{name}"].search_count([]) for name in tables], before)

    @mute_logger("odoo.sql_db")
    def test_a_database_that_takes_nothing_shows_that_the_test_above_can_fail(self):
        with self.assertRaisesRegex(Exception, "read-only"), self.env.cr.savepoint():
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            self.automation.sudo().name = "Other"
            self.env.flush_all()

    def test_each_manager_sees_the_visits_of_his_branches(self):
        ours, theirs = self.book(IN_A_WEEK), self.book(IN_A_WEEK, company_id=self.branch_b.id)
        self.assertEqual([row["res_id"] for row in self.look()["rows"]], ours.ids)
        everything = self.look(self.automation.with_user(self.clinic_manager))
        self.assertEqual({row["res_id"] for row in everything["rows"]}, {ours.id, theirs.id})

    def test_an_automation_of_another_branch_cannot_be_looked_at(self):
        theirs = self.automate("before", (1, "days"), company_id=self.branch_b.id, active=False)
        for method in ("get_forecast", "get_preview", "action_forecast", "action_preview"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(theirs.with_user(self.manager_a), method)()

    def test_conditions_of_the_automation_count(self):
        other = self.env["clinic.service"].create({"name": "Cleaning", "company_id": self.root.id})
        self.book(IN_A_WEEK, service_id=other.id)
        ours = self.book(IN_A_WEEK + DAY, service_id=self.service.id)
        self.automation.sudo().service_ids = self.service
        self.assertEqual([row["res_id"] for row in self.look()["rows"]], ours.ids)

    def test_what_has_left_already_is_not_told_again(self):
        row = self.rows(self.book(IN_A_WEEK))
        self.assertFalse(row)
        self.automation.sudo().active = True
        self.run_planner()
        rows = self.env["clinic.whatsapp.scheduled"].search([("automation_id", "=", self.automation.id)])
        rows.state = "done"
        self.assertFalse(self.look()["rows"])
        rows.write({"state": "skipped", "skip_reason": "by_hand"})
        self.assertEqual(self.by_reason(self.look()), {"by_hand": 1})

    def test_of_what_happens_to_visits_the_last_days_are_told(self):
        self.book(IN_A_WEEK)
        forecast = self.look(self.draft("booked"))
        self.assertEqual((forecast["mode"], forecast["reached"]), ("back", 1))
        self.assertIn("last 30 days", forecast["intro"])
        self.assertFalse(self.look(self.draft("moved"))["rows"])

    def test_without_a_message_there_is_nothing_to_switch_on(self):
        self.book(IN_A_WEEK)
        self.automation.sudo().step_ids.unlink()
        forecast = self.look(self.automation.with_user(self.clinic_manager))
        self.assertEqual((forecast["mode"], forecast["may_switch"]), ("unknown", False))
        self.assertIn("Add a message first", forecast["intro"])

    def test_a_branch_without_a_number_gets_nothing(self):
        self.book(IN_A_WEEK)
        self.account_a.state = "disabled"
        self.assertEqual(self.by_reason(self.look()), {"no_account": 1})

    def test_the_number_of_queries_does_not_grow_with_the_visits(self):
        def count(visits):
            patients = self.env["res.partner"]
            for number in range(visits):
                patient = self.new_patient(f"Patient {number}", f"+90531{visits:03}{number:04}")
                self.opt_in(patient)
                self.book(IN_A_WEEK + number * HOUR, patient_id=patient.id)
                patients |= patient
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(self.automation.get_forecast()["reached"], visits)
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(3), count(20)
        self.assertLessEqual(many, few + 5)

    def test_after_the_first_thousand_the_rest_is_counted(self):
        for hours in range(5):
            self.book(IN_A_WEEK + hours * HOUR)
        with patch("odoo.addons.clinic_whatsapp.models.automation.prospects.MOST", 3):
            forecast = self.look()
        self.assertEqual((forecast["found"], forecast["judged"], len(forecast["rows"])), (5, 3, 3))


@tagged("post_install", "-at_install")
class TestForecastOfCosts(ForecastCase):
    def setUp(self):
        super().setUp()
        self.book(IN_A_WEEK)
        self.book(IN_A_WEEK + DAY)

    def cost(self, user=None):
        return self.look(self.automation.with_user(user or self.manager_a))["cost"]

    def test_without_prices_messages_are_counted_and_a_hint_says_where_to_enter_them(self):
        cost = self.cost()
        [line] = cost["lines"]
        self.assertEqual((line["category"], line["count"], line["cost"]), ("utility", 2, False))
        self.assertFalse(cost["total"])
        self.assertIn("Enter what Meta charges you", cost["hint"])

    def test_prices_of_the_number_make_a_sum(self):
        self.account_a.write({"price_utility": 0.5, "price_currency_id": self.env.ref("base.EUR").id})
        cost = self.cost()
        self.assertEqual(cost["total"].replace("\xa0", " "), "1.00 €")
        self.assertNotIn("Enter", cost["hint"])

    def test_numbers_in_several_currencies_are_not_added_up(self):
        self.book(IN_A_WEEK, company_id=self.branch_b.id)
        self.account_a.write({"price_utility": 0.5, "price_currency_id": self.env.ref("base.EUR").id})
        self.account_b.write({"price_utility": 2, "price_currency_id": self.env.ref("base.USD").id})
        self.assertEqual(self.cost(self.clinic_manager)["total"].replace("\xa0", " "), "1.00 € + $ 2.00")

    def test_a_sum_over_a_part_says_of_which_part(self):
        self.assertEqual(self.cost()["label"], "to Meta at the most")
        with patch("odoo.addons.clinic_whatsapp.models.automation.prospects.MOST", 1):
            cost = self.cost()
        self.assertEqual(cost["label"], "to Meta at the most, for the first 1")

    def test_what_does_not_leave_costs_nothing(self):
        self.account_a.price_utility = 1
        self.book(IN_A_WEEK, patient_id=self.new_patient().id)
        self.assertEqual(self.cost()["lines"][0]["count"], 2)

    def test_reception_sees_no_prices(self):
        self.account_a.price_utility = 1
        self.assertEqual(self.cost(self.user_a), {"lines": [], "total": False, "label": "", "hint": False})
        with self.assertRaises(AccessError):
            self.account_a.with_user(self.user_a).read(["price_utility"])


@tagged("post_install", "-at_install")
class TestPreview(ForecastCase):
    def preview(self, record=None, automation=None):
        with self.read_only():
            preview = (automation or self.automation).get_preview(record.id if record else False)
        return json.loads(json.dumps(preview))

    def test_the_next_record_is_shown_with_its_own_values(self):
        self.book(IN_A_WEEK + DAY, patient_id=self.new_patient().id)
        visit = self.book(IN_A_WEEK)
        preview = self.preview()
        self.assertEqual(preview["record"]["id"], visit.id)
        [step] = preview["steps"]
        self.assertIn("Deniz Örnek", step["bubble"]["body"])
        self.assertEqual((step["when"], step["due"], step["label"]), ("1 day before", "Sun 8 Mar 12:00", ""))

    def test_whose_message_has_left_is_not_shown_first(self):
        self.automation.sudo().active = True
        rows = self.rows(self.book(NOW + 2 * DAY))
        rows.sudo().state = "done"
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.preview()["record"]["id"], visit.id)

    def test_who_has_booked_too_late_is_not_shown_first(self):
        late = self.book(NOW + 2 * HOUR)
        self.assertEqual(self.preview()["record"]["id"], late.id)
        visit = self.book(IN_A_WEEK)
        self.assertEqual(self.preview()["record"]["id"], visit.id)

    def test_another_record_can_be_chosen_and_says_why_not(self):
        self.book(IN_A_WEEK)
        visit = self.book(IN_A_WEEK + DAY, patient_id=self.new_patient().id)
        [step] = self.preview(visit)["steps"]
        self.assertIn("Ali Demir", step["bubble"]["body"])
        self.assertEqual((step["reason"], step["label"]), ("no_notice", "Privacy notice not handed over"))

    def test_without_any_record_the_examples_stand_there(self):
        preview = self.preview()
        self.assertFalse(preview["record"])
        self.assertIn("examples", preview["hint"])
        self.assertTrue(preview["steps"][0]["bubble"]["body"])

    def test_a_visit_of_another_branch_cannot_be_chosen(self):
        visit = self.book(IN_A_WEEK, company_id=self.branch_b.id)
        preview = self.preview(visit)
        self.assertFalse(preview["record"])
        self.assertNotIn("Deniz", repr(preview))

    def test_a_visit_that_is_over_is_shown_and_said_to_get_nothing(self):
        visit = self.book(TOMORROW)
        self.at(TOMORROW + DAY)
        preview = self.preview(visit)
        self.assertIn("nothing would leave", preview["hint"])
        self.assertIn("Deniz Örnek", preview["steps"][0]["bubble"]["body"])

    def test_a_visit_that_was_cancelled_is_shown_and_said_to_get_nothing(self):
        visit = self.book(IN_A_WEEK)
        visit.state = "cancelled"
        preview = self.preview(visit)
        self.assertIn("nothing would leave", preview["hint"])
        self.assertIn("Deniz Örnek", preview["steps"][0]["bubble"]["body"])

    def test_a_look_from_the_form_opens_the_dialog(self):
        for action, tab in (("action_preview", "preview"), ("action_forecast", "forecast")):
            opened = getattr(self.automation, action)()
            self.assertEqual(opened["params"], {"automation_id": self.automation.id, "tab": tab})


@tagged("post_install", "-at_install")
class TestSwitching(ForecastCase):
    def setUp(self):
        super().setUp()
        self.own = self.automate("before", (1, "days"), company_id=self.branch_a.id, active=False)

    def test_a_manager_switches_on_and_off(self):
        automation = self.own.with_user(self.manager_a)
        self.assertEqual(automation.status, "off")
        automation.action_switch_on()
        self.assertEqual((automation.active, automation.status), (True, "on"))
        automation.action_switch_off()
        self.assertEqual((automation.active, automation.status), (False, "off"))

    def test_reception_and_sisters_cannot(self):
        for automation in (self.own.with_user(self.user_a), self.automation):
            with self.assertRaises(AccessError):
                automation.action_switch_on()

    def test_one_that_stopped_itself_says_so(self):
        self.own.write({"stopped_reason": "The field is gone."})
        self.assertEqual(self.own.status, "stopped")

    def test_a_branch_is_paused_and_goes_on(self):
        self.own.active = True
        automation = self.own.with_user(self.manager_a)
        [pause] = automation.action_pause_branch(self.branch_a.id, True)
        self.assertEqual((pause["is_paused"], pause["paused_by"], pause["may_change"]), (True, False, True))
        self.assertTrue(self.branch_a.whatsapp_automations_paused)
        self.env.invalidate_all()
        self.assertEqual(automation.status, "paused")
        automation.action_pause_branch(self.branch_a.id, False)
        self.env.invalidate_all()
        self.assertEqual(automation.status, "on")

    def test_a_pause_of_the_company_above_holds_below_and_is_ended_there(self):
        self.root.whatsapp_automations_paused = True
        [pause] = self.own.with_user(self.manager_a).get_pauses()
        self.assertEqual((pause["is_paused"], pause["paused_by"], pause["may_change"]), (True, self.root.name, False))

    def test_nobody_pauses_a_branch_that_is_not_his(self):
        manager = self.manager_a
        for user, branch in ((manager, self.branch_b), (manager, self.root), (self.user_a, self.branch_a)):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.own.with_user(user).action_pause_branch(branch.id, True)
            self.assertFalse(branch.whatsapp_automations_paused)

    def test_an_automation_of_all_branches_goes_on_in_the_others(self):
        shared = self.automate("before", (1, "days"))
        self.branch_a.whatsapp_automations_paused = True
        self.assertEqual(shared.with_user(self.manager_a).status, "paused")
        self.assertEqual(shared.with_user(self.clinic_manager).status, "on")

    def test_a_new_one_in_the_list_of_automations_begins_switched_off(self):
        action = self.env["ir.actions.actions"]._for_xml_id("clinic_whatsapp.action_automation")
        self.assertIn("'default_active': False", action["context"])
