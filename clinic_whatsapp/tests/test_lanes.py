from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClinicCase


@tagged("post_install", "-at_install")
class TestLanes(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.messages = cls.env["clinic.whatsapp.message"]

    def lanes(self):
        return [lane for lane in range(16) if self.messages._find_lane(lane).active]

    def woken(self, account):
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([]).unlink()
        account._schedule_dispatch()
        return triggers.search([]).cron_id

    def test_two_lanes_send_by_default(self):
        self.assertEqual(self.lanes(), [0, 1])

    def test_more_lanes_can_be_opened_and_closed_again(self):
        self.messages._set_lanes(4)
        self.assertEqual(self.lanes(), [0, 1, 2, 3])
        self.assertEqual(self.messages._find_lane(3), self.env.ref("clinic_whatsapp.ir_cron_dispatch_4"))
        self.assertEqual(self.messages._find_lane(3).code, "model._cron_dispatch(3)")
        self.messages._set_lanes(1)
        self.assertEqual(self.lanes(), [0])
        self.messages._set_lanes(3)
        self.assertEqual(self.lanes(), [0, 1, 2])

    def test_every_number_has_one_lane_which_is_woken_for_it(self):
        for count in (1, 2, 3, 5):
            self.messages._set_lanes(count)
            for account in self.account_a | self.account_b:
                self.assertEqual(self.woken(account), self.messages._find_lane(account.id % count))

    def test_impossible_numbers_of_lanes_are_refused(self):
        for count in (0, -1, 17):
            with self.assertRaisesRegex(UserError, "Between 1 and 16"):
                self.messages._set_lanes(count)

    def test_a_spoilt_setting_counts_as_none(self):
        self.env["ir.config_parameter"].set_param("clinic_whatsapp.dispatch_lanes", "many")
        self.assertEqual(self.messages._count_lanes(), 2)

    def test_a_new_lane_has_a_name_of_its_own(self):
        self.messages._set_lanes(3)
        self.assertIn("3", self.messages._find_lane(2).name)
