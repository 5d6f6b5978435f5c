from datetime import date, datetime, timedelta

import pytz
from odoo.tests import BaseCase, tagged

from ..models.appointment.free_slots import MOST_TIMES, cut, round_up, spread
from ..models.messaging.send_window import to_local
from .appointment_common import NOW, TOMORROW, AppointmentCase

HOUR = timedelta(hours=1)
ISTANBUL, BERLIN = pytz.timezone("Europe/Istanbul"), pytz.timezone("Europe/Berlin")


def at(hour, minute=0, day=3):
    return datetime(2026, 3, day, hour, minute)


@tagged("post_install", "-at_install")
class TestChoosingTimes(BaseCase):
    """How free hours become times; no database."""

    def test_visits_follow_each_other_within_free_hours(self):
        for begin, end, minutes, expected in (
            (at(9), at(10), 20, [at(9), at(9, 20), at(9, 40)]),
            (at(9, 2), at(10), 25, [at(9, 5), at(9, 30)]),
            (at(9), at(10), 60, [at(9)]),
            (at(9), at(10), 61, []),
            (at(9), at(10, 3), 32, [at(9)]),
        ):
            with self.subTest(begin=begin, minutes=minutes):
                self.assertEqual(list(cut(begin, end, timedelta(minutes=minutes))), expected)

    def test_moments_are_rounded_up_to_the_grid_over_midnight_too(self):
        quarter = timedelta(minutes=15)
        self.assertEqual(round_up(at(9, 1), quarter), at(9, 15))
        self.assertEqual(round_up(at(9, 15), quarter), at(9, 15))
        self.assertEqual(round_up(at(23, 50), quarter), at(0, day=4))

    def test_offered_times_lie_on_several_days_and_at_different_hours(self):
        starts = [at(hour, day=day) for day in range(3, 13) for hour in range(6, 14)]
        chosen = spread(starts, ISTANBUL)
        self.assertEqual((len(chosen), len(set(chosen))), (MOST_TIMES, MOST_TIMES))
        self.assertEqual(chosen, sorted(chosen))
        self.assertEqual({start.day for start in chosen}, {3, 4, 5, 6, 7})
        self.assertEqual([start for start in chosen if start.day == 3], [at(8), at(12)], "one early, one late")

    def test_few_times_are_all_offered(self):
        starts = [at(6), at(7), at(6, day=9)]
        self.assertEqual(spread(starts, ISTANBUL), starts)
        self.assertEqual(spread([], ISTANBUL), [])

    def test_a_single_day_fills_the_list(self):
        starts = [at(6) + timedelta(minutes=15 * index) for index in range(30)]
        self.assertEqual(len(set(spread(starts, ISTANBUL))), MOST_TIMES)

    def test_days_are_those_on_the_wall_of_the_branch(self):
        starts = [datetime(2026, 3, 3, 20), datetime(2026, 3, 3, 21)]  # 23:00, and midnight of the next day
        self.assertEqual({to_local(start, ISTANBUL).day for start in starts}, {3, 4})
        self.assertEqual(spread(starts, ISTANBUL), starts)


@tagged("post_install", "-at_install")
class TestFreeTimes(AppointmentCase):
    """Which times are free for a visit. The branch is open on weekdays from 8 to 12 and from 13 to 17 o'clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch_a.resource_calendar_id = cls.new_calendar(cls.branch_a)
        cls.doctor_a.calendar_id = cls.branch_a.resource_calendar_id
        cls.other_patient = cls.new_patient()

    def setUp(self):
        super().setUp()
        self.visit = self.book(practitioner_id=self.doctor_a.id, service_id=self.service.id)

    def free(self, day, zone=ISTANBUL):
        """Return the free times of a day of March 2026, as the clock of the branch shows them."""
        local = (to_local(start, zone) for start in self.visit._find_free_starts())
        return [f"{start:%H:%M}" for start in local if start.date() == date(2026, 3, day)]

    def take_off(self, begin, end, resource=None, branch=None, **vals):
        return self.env["resource.calendar.leaves"].with_company(branch or self.branch_a).create(
            {
                "name": "Off",
                "date_from": begin,
                "date_to": end,
                "resource_id": resource.id if resource else False,
                "calendar_id": False,
                **vals,
            }
        )

    def test_a_visit_fits_into_the_opening_hours_and_not_into_the_lunch_break(self):
        self.assertEqual(
            self.free(4),
            ["08:00", "08:45", "09:30", "10:15", "11:00", "13:00", "13:45", "14:30", "15:15", "16:00"],
        )

    def test_hours_that_meet_are_one(self):
        self.branch_a.resource_calendar_id = self.new_calendar(self.branch_a, ((8, 12), (12, 14)))
        self.doctor_a.calendar_id = False
        self.assertIn("11:45", self.free(4))

    def test_the_present_time_is_not_offered_and_does_not_stand_in_the_way(self):
        self.visit.start = at(6)  # 9 o'clock
        self.assertNotIn("09:00", self.free(3))
        self.visit.start = at(5, 45)  # 8:45
        self.assertEqual(self.free(3)[:2], ["08:00", "09:30"])

    def test_times_begin_after_the_notice_at_a_round_quarter(self):
        self.at(NOW + timedelta(minutes=7))  # 12:07
        self.assertEqual(self.free(2), ["14:15", "15:00", "15:45"])
        self.branch_a.whatsapp_move_notice_hours = 5
        self.assertEqual(self.free(2), [])

    def test_times_end_with_the_days_that_the_branch_offers(self):
        self.assertEqual(self.visit._find_free_starts()[-1].date(), date(2026, 3, 16))
        self.branch_a.whatsapp_move_days = 2
        self.assertEqual(self.visit._find_free_starts()[-1].date(), date(2026, 3, 4))

    def test_weekends_and_holidays_are_closed(self):
        self.assertEqual(self.free(7), [])
        self.take_off(at(21, day=3), at(21, day=4))  # all of the 4th, in Istanbul
        self.assertEqual(self.free(4), [])
        self.assertTrue(self.free(5))

    def test_a_holiday_of_another_branch_closes_nothing_here(self):
        self.take_off(at(21, day=3), at(21, day=4), branch=self.branch_b)
        self.assertTrue(self.free(4))

    def test_the_practitioner_is_not_there_on_leave(self):
        self.take_off(at(5, day=4), at(9, day=4), self.doctor_a)
        self.assertEqual(self.free(4), ["13:00", "13:45", "14:30", "15:15", "16:00"])

    def test_leave_that_was_entered_for_former_hours_counts(self):
        self.take_off(at(0, day=4), at(20, day=4), self.doctor_a, calendar_id=self.new_calendar(self.branch_a).id)
        self.assertEqual(self.free(4), [])

    def test_leave_of_somebody_else_does_not_count(self):
        self.take_off(at(0, day=4), at(20, day=4), self.doctor_b)
        self.assertTrue(self.free(4))

    def test_the_practitioners_own_hours_count_on_the_clock_of_the_branch(self):
        self.doctor_a.write({"tz": "UTC", "calendar_id": self.new_calendar(self.branch_a, ((14, 20),)).id})
        self.assertEqual(self.free(4), ["14:00", "14:45", "15:30", "16:15"])

    def test_who_has_no_hours_of_his_own_works_when_the_branch_is_open(self):
        self.doctor_a.calendar_id = False
        self.assertEqual(len(self.free(4)), 10)
        self.take_off(at(0, day=4), at(20, day=4), self.doctor_a)
        self.assertEqual(self.free(4), [])

    def test_other_appointments_of_the_practitioner_take_their_time(self):
        self.book(at(5, day=4), patient_id=self.other_patient.id, practitioner_id=self.doctor_a.id, duration=200)
        self.assertEqual(self.free(4)[:2], ["13:00", "13:45"])

    def test_what_is_cancelled_is_free(self):
        taken = self.book(at(5, day=4), patient_id=self.other_patient.id, practitioner_id=self.doctor_a.id)
        self.assertNotIn("08:00", self.free(4))
        taken.action_cancel()
        self.assertIn("08:00", self.free(4))

    def test_the_patient_cannot_be_in_two_places_whatever_the_branch(self):
        self.book(at(5, day=4), company_id=self.branch_b.id, practitioner_id=self.doctor_b.id, duration=120)
        self.assertEqual(self.free(4)[0], "10:00")

    def test_a_colleagues_appointments_do_not_matter(self):
        other = self.env["resource.resource"].create({"name": "Dr. Can Er", "company_id": self.branch_a.id})
        self.book(at(5, day=4), patient_id=self.other_patient.id, practitioner_id=other.id, duration=240)
        self.assertEqual(len(self.free(4)), 10)

    def test_visits_without_a_practitioner_take_turns_within_their_branch(self):
        self.visit.practitioner_id = False
        self.book(at(5, day=4), patient_id=self.other_patient.id, duration=60)
        self.book(at(6, day=4), patient_id=self.other_patient.id, practitioner_id=self.doctor_a.id, duration=60)
        self.book(at(7, day=4), patient_id=self.other_patient.id, company_id=self.branch_b.id, duration=60)
        self.assertEqual(self.free(4)[0], "09:00")

    def test_nothing_is_free_with_a_practitioner_who_has_left_or_without_opening_hours(self):
        self.doctor_a.active = False
        self.assertEqual(self.visit._find_free_starts(), [])
        self.doctor_a.active = True
        self.branch_a.resource_calendar_id.attendance_ids.unlink()
        self.assertEqual(self.visit._find_free_starts(), [])

    def test_opening_hours_keep_to_the_wall_when_the_clocks_change(self):
        self.branch_a.resource_calendar_id = self.new_calendar(self.branch_a, ((8, 10),), "Europe/Berlin", range(7))
        self.doctor_a.calendar_id = False
        self.at(datetime(2026, 3, 27, 9))
        starts = self.visit._find_free_starts()
        opening = {start.day: start.hour for start in reversed(starts)}
        self.assertEqual((opening[28], opening[29]), (7, 6), "UTC; summer time begins on the 29th")
        self.assertEqual(self.free(29, BERLIN), ["08:00", "08:45"])
        self.at(datetime(2026, 10, 23, 9))
        opening = {start.day: start.hour for start in reversed(self.visit._find_free_starts())}
        self.assertEqual((opening[24], opening[25]), (6, 7))

    def test_a_time_is_free_exactly_when_all_of_it_is(self):
        for start, expected in ((at(5, day=4), True), (at(8, 15, day=4), True), (at(8, 30, day=4), False)):
            self.assertEqual(self.visit._is_free_start(start), expected, start)
        self.book(at(5, 30, day=4), patient_id=self.other_patient.id, practitioner_id=self.doctor_a.id)
        self.assertFalse(self.visit._is_free_start(at(5, day=4)))

    def test_the_number_of_queries_does_not_depend_on_the_number_of_appointments(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.visit._find_free_starts()
            return self.env.cr.sql_log_count - before

        vals = {"patient_id": self.other_patient.id, "company_id": self.branch_a.id, "duration": 10}
        self.book(at(5, day=5), practitioner_id=self.doctor_a.id)
        self.visit._find_free_starts()
        few = count()
        self.env["clinic.appointment"].create(
            [{**vals, "practitioner_id": self.doctor_a.id, "start": at(5, day=4) + i * HOUR / 4} for i in range(30)]
        )
        self.assertLessEqual(count(), few)

    def test_a_branch_that_offers_no_times_offers_none(self):
        self.assertTrue(self.visit._get_offered_starts())
        self.branch_a.whatsapp_offer_times = False
        self.assertEqual(self.visit._get_offered_starts(), [])

    def test_only_the_branch_manager_sets_what_is_offered(self):
        settings = self.env["clinic.whatsapp.branch.settings"].with_user(self.manager_a).create({})
        self.assertEqual((settings.offer_times, settings.move_days, settings.move_notice_hours), (True, 14, 2))
        settings.write({"offer_times": False, "move_days": 7, "move_notice_hours": 24})
        settings.action_save()
        branch = self.branch_a
        self.assertEqual(
            (branch.whatsapp_offer_times, branch.whatsapp_move_days, branch.whatsapp_move_notice_hours), (False, 7, 24)
        )
        self.assertTrue(self.branch_b.whatsapp_offer_times)

    def test_times_of_tomorrow_are_offered_for_a_visit_of_tomorrow(self):
        self.assertEqual(self.visit.start, TOMORROW)
        self.assertIn("08:00", self.free(3))
