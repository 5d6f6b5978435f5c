from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ClinicCase

LANES, DAYS, SIZE = (f"clinic_whatsapp.{name}" for name in ("dispatch_lanes", "payload_days", "media_max_mb"))


@tagged("post_install", "-at_install")
class TestSettings(ClinicCase):
    def setUp(self):
        super().setUp()
        self.parameters = self.env["ir.config_parameter"]

    def save(self, **vals):
        settings = self.env["clinic.whatsapp.settings"].with_user(self.clinic_manager).create(vals)
        settings.action_save()
        return settings

    def test_a_clinic_manager_who_is_no_administrator_opens_and_saves_them(self):
        self.assertFalse(self.clinic_manager.has_group("base.group_system"))
        self.save(dispatch_lanes=3, payload_days=14, media_max_mb=25)
        self.assertEqual([self.parameters.get_param(key) for key in (LANES, DAYS, SIZE)], ["3", "14", "25"])

    def test_the_form_shows_what_is_set_and_defaults_else(self):
        self.parameters.search([("key", "in", (LANES, DAYS, SIZE))]).unlink()
        fields = ["dispatch_lanes", "payload_days", "media_max_mb"]
        settings = self.env["clinic.whatsapp.settings"].with_user(self.clinic_manager)
        self.assertEqual(settings.default_get(fields), {"dispatch_lanes": 2, "payload_days": 7, "media_max_mb": 100})
        self.parameters.set_param(DAYS, "30")
        self.assertEqual(settings.default_get(fields)["payload_days"], 30)

    def test_a_value_out_of_bounds_is_refused_with_its_bounds(self):
        for vals, bounds in (
            ({"dispatch_lanes": 0}, "from 1 to 16"),
            ({"dispatch_lanes": 17}, "from 1 to 16"),
            ({"payload_days": 0}, "from 1 to 30"),
            ({"payload_days": 31}, "from 1 to 30"),
            ({"media_max_mb": 101}, "from 1 to 100"),
        ):
            with self.subTest(**vals), self.assertRaisesRegex(ValidationError, bounds), self.env.cr.savepoint():
                self.save(**vals)

    def test_the_lanes_that_send_follow(self):
        self.save(dispatch_lanes=3)
        self.assertTrue(self.env.ref("clinic_whatsapp.ir_cron_dispatch_3").active)
        self.save(dispatch_lanes=1)
        lanes = [self.env.ref(f"clinic_whatsapp.ir_cron_dispatch{mark}") for mark in ("", "_2", "_3")]
        self.assertEqual([lane.active for lane in lanes], [True, False, False])

    def test_a_branch_manager_opens_no_settings(self):
        with self.assertRaises(AccessError):
            self.env["clinic.whatsapp.settings"].with_user(self.manager_a).create({})

    def test_one_manager_does_not_save_what_another_one_has_open(self):
        other = self.create_user("other.manager", self.branch_a, "clinic_whatsapp.group_manager")
        settings = self.env["clinic.whatsapp.settings"].with_user(self.clinic_manager).create({})
        with self.assertRaises(AccessError):
            settings.with_user(other).action_save()
