"""What stands in place of {{1}}, {{2}} …: computed values, links, and fields that are gone."""

from datetime import datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.messaging import health
from .appointment_common import NOW, AppointmentCase
from .privacy_common import put_in_order

SAMPLE = {"sample": "x"}


class ValueCase(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("tr_TR")
        cls.visit_model = cls.env["ir.model"]._get_id("clinic.appointment")
        cls.branch_a.write({"street": "Moda Cad. 5", "zip": "34710", "city": "İstanbul"})

    @classmethod
    def tell(cls, *helpers, language="en", **vals):
        """Return a template about an appointment that says some computed values, one after the other."""
        body = "Dear patient of ours: " + ", then ".join(f"{{{{{number}}}}}" for number, _ in enumerate(helpers, 1))
        return cls.create_template(
            **{
                "name": f"tell_{cls.env['clinic.whatsapp.template'].search_count([])}",
                "language": language,
                "model_id": cls.visit_model,
                "body": f"{body} and so on.",
                "variable_ids": [
                    Command.create({"index": number, "source": "helper", "helper": helper, **SAMPLE})
                    for number, helper in enumerate(helpers, 1)
                ],
                "button_ids": [],
                **vals,
            }
        )

    def values(self, template, record=None):
        """Return what stands in a message about an appointment of the patient."""
        partner = record.patient_id if record else self.patient
        message = template._queue_messages(self.appointment_purpose, [(partner, record, self.account_a)])
        return message._get_values()


@tagged("post_install", "-at_install")
class TestHelpers(ValueCase):
    def test_appointments_are_told_in_the_zone_of_the_branch_and_the_language_of_the_text(self):
        codes = ("appointment_date", "appointment_time", "arrive_early")
        visit = self.book(datetime(2026, 3, 3, 21, 30))  # half past midnight, the next day
        self.assertEqual(self.values(self.tell(*codes), visit), ["Wednesday, March 4", "00:30", "15"])
        self.patient.lang = "tr_TR"
        self.assertEqual(self.values(self.tell(*codes, language="tr"), visit), ["4 Mart Çarşamba", "00:30", "15"])

    def test_a_move_tells_the_former_time(self):
        visit = self.book(datetime(2026, 3, 4, 9, 0))
        visit.start = datetime(2026, 3, 5, 10, 0)
        told = self.values(self.tell("appointment_previous_date", "appointment_previous_time"), visit)
        self.assertEqual(told, ["Wednesday, March 4", "12:00"])

    def test_branch_and_clinic_name_themselves(self):
        file = self.env["clinic.privacy.controller"]._get_for(self.branch_a).sudo()
        file.write({"trade_name": "Papatya A.Ş.", "mersis": "0123456789000015"})
        told = self.values(
            self.tell("branch_name", "branch_address", "branch_phone", "clinic_name", "clinic_register"), self.book()
        )
        self.assertEqual(
            told,
            ["Kadıköy", "Moda Cad. 5, 34710 İstanbul", "+90 216 555 00 00", "Papatya A.Ş.", "0123456789000015"],
        )

    def test_the_branch_is_that_of_the_appointment_not_that_of_the_number(self):
        small = self.env["res.company"].create({"name": "Moda", "parent_id": self.branch_a.id})
        visit = self.env["clinic.appointment"].create(
            {"patient_id": self.patient.id, "company_id": small.id, "start": NOW + timedelta(days=1)}
        )
        self.assertEqual(self.values(self.tell("branch_name"), visit), ["Moda"])

    def test_the_next_opening_follows_the_calendar_of_the_branch(self):
        template = self.tell("next_open_day", "next_open_time")
        self.at(datetime(2026, 3, 6, 18, 0))  # Friday evening
        self.assertEqual(self.values(template), ["Monday 9 March", "08:00"])
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.branch_a.resource_calendar_id.id,
                "company_id": self.branch_a.id,
                "date_from": datetime(2026, 3, 8, 21, 0),
                "date_to": datetime(2026, 3, 9, 20, 59),
            }
        )
        self.assertEqual(self.values(template), ["Tuesday 10 March", "08:00"])

    def test_only_a_message_about_an_appointment_knows_its_time(self):
        with self.assertRaisesRegex(ValidationError, "only a message about an appointment"):
            self.tell("appointment_time", model_id=self.env["ir.model"]._get_id("res.partner"))
        template = self.tell("appointment_time")
        with self.assertRaisesRegex(ValidationError, "only a message about an appointment"):
            template.model_id = self.env["ir.model"]._get_id("res.partner")

    def test_a_computed_value_has_to_be_chosen(self):
        with self.assertRaisesRegex(ValidationError, "choose which value"):
            self.tell(False)

    def test_what_there_is_not_takes_the_fallback_or_names_the_variable(self):
        self.branch_a.phone = False
        template, visit = self.tell("branch_phone"), self.book()
        message = template._queue_messages(self.appointment_purpose, [(self.patient, visit, self.account_a)])
        self.assertEqual((message.state, message.block_reason), ("blocked", "missing_value"))
        self.assertEqual(message.block_detail, "{{1}} Phone of the branch")
        template.variable_ids.fallback = "0216"
        self.assertEqual(self.values(template, visit), ["0216"])

    def test_values_have_no_line_breaks_tabs_or_runs_of_spaces(self):
        self.branch_a.street = " Moda\tCad.\n\n     5 "
        self.assertEqual(self.values(self.tell("branch_address"), self.book()), ["Moda Cad. 5 , 34710 İstanbul"])

    def test_each_place_has_variables_of_its_own(self):
        template = self.create_template(
            name="everywhere",
            header_type="text",
            header_text="For {{1}}",
            button_ids=[
                Command.create(
                    {
                        "kind": "url",
                        "text": "Open",
                        "url": "https://clinic.test/p/{{1}}",
                        "variable_ids": [
                            Command.create({"place": "button", "index": 1, "source": "text", "text": "a", **SAMPLE})
                        ],
                    }
                )
            ],
            variable_ids=[
                Command.create({"index": 1, "field_path": "name", **SAMPLE}),
                Command.create({"place": "header", "index": 1, "source": "text", "text": "you", **SAMPLE}),
            ],
        )
        copy = template.copy({"name": "copied"})
        self.assertEqual(sorted(copy.variable_ids.mapped("place")), ["body", "button", "header"])
        self.assertEqual(copy.button_ids.variable_ids.template_id, copy)
        self.assertEqual(copy.variable_ids.button_id, copy.button_ids)
        self.assertEqual(len(template.variable_ids), 3)

    def test_a_variable_belongs_to_a_button_of_its_own_template(self):
        one, other = self.tell("branch_name"), self.create_template(name="other")
        with self.assertRaisesRegex(ValidationError, "another template"):
            one.variable_ids.write({"place": "button", "button_id": other.button_ids.id, "template_id": one.id})


@tagged("post_install", "-at_install")
class TestLinks(ValueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        put_in_order(cls.root)

    def requests(self):
        return self.env["clinic.consent.request"].search([("partner_id", "=", self.patient.id)])

    def test_a_link_to_the_preferences_opens_those_of_its_patient(self):
        before = self.requests()
        link = self.values(self.tell("preference_link"))[0]
        path, _slash, token = link.rpartition("/")
        self.assertTrue(path.endswith("/clinic_whatsapp/preferences"))
        request = self.env["clinic.consent.request"]._find_open(token, "preferences")
        self.assertEqual((request.partner_id, request.company_id), (self.patient, self.branch_a))
        self.assertEqual(self.requests() - before, request)

    def test_a_look_makes_no_link(self):
        template, before = self.tell("preference_link"), self.requests()
        drafted = template._render_values(None, self.patient, self.account_a)
        self.assertTrue(drafted[1].endswith("/clinic_whatsapp/preferences/…"))
        self.assertEqual(self.requests(), before)

    def test_a_button_ends_with_what_follows_its_address(self):
        template = self.create_template(
            name="button_link",
            button_ids=[
                Command.create(
                    {
                        "kind": "url",
                        "text": "Preferences",
                        "url": "https://clinic.test/clinic_whatsapp/preferences/{{1}}",
                        "variable_ids": [
                            Command.create(
                                {
                                    "place": "button",
                                    "index": 1,
                                    "source": "helper",
                                    "helper": "preference_link",
                                    **SAMPLE,
                                }
                            )
                        ],
                    }
                )
            ],
        )
        variable = template.button_ids.variable_ids
        values = template._render_values(self.patient, self.patient, self.account_a)
        self.assertEqual(values[variable._get_key()], "…")
        message = template._queue_messages(
            self.appointment_purpose, [(self.patient, self.patient, self.account_a)]
        )
        token = message.sudo()._to_outbound().content.buttons[0].text
        self.assertEqual(self.env["clinic.consent.request"]._find_open(token, "preferences").partner_id, self.patient)

    def test_the_link_to_the_notice_is_that_of_the_published_text(self):
        notice = self.env["clinic.privacy.notice"]._get_published(self.root, "notice", None, "en_US")
        link = self.values(self.tell("notice_link"))[0]
        self.assertTrue(link.endswith(f"/clinic_whatsapp/text/{notice.sha256}"))

    def test_who_has_no_preferences_has_no_link(self):
        self.patient.is_patient = False
        message = self.tell("preference_link")._queue_messages(
            self.appointment_purpose, [(self.patient, None, self.account_a)]
        )
        self.assertEqual(message.state, "blocked")

    def test_many_links_cost_no_more_queries(self):
        linked = self.tell("preference_link", "clinic_name", "branch_address", "next_open_day")
        plain = self.create_template(name="plain", button_ids=[])
        patients = self.env["res.partner"].union(
            *(self.new_patient(f"P {number}", f"+9053100000{number:02}") for number in range(20))
        )

        def count(template, number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            template._queue_messages(self.appointment_purpose, [(p, None, self.account_a) for p in patients[:number]])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(plain, 20)
        few, many = (count(linked, number) - count(plain, number) for number in (5, 20))
        self.assertLessEqual(many, few)


@tagged("post_install", "-at_install")
class TestGoneFields(ValueCase):
    def setUp(self):
        super().setUp()
        self.field = self.env["ir.model.fields"].create(
            {
                "name": "x_room",
                "field_description": "Room",
                "model_id": self.env["ir.model"]._get_id("clinic.appointment"),
                "ttype": "char",
            }
        )
        self.template = self.tell("branch_name")
        self.template.variable_ids.write({"source": "field", "field_path": "x_room"})
        self.addCleanup(self.registry._setup_models__, self.env.cr)

    def take_away(self):
        """Let the field be gone as after the update of a module: no constraint is asked."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE clinic_whatsapp_template_variable SET field_path = 'x_gone' WHERE template_id = %s",
            [self.template.id],
        )
        self.env.invalidate_all()

    def test_a_field_that_templates_name_is_neither_deleted_nor_renamed(self):
        for change in (self.field.unlink, lambda: self.field.write({"name": "x_door"})):
            with self.subTest(change=change), self.assertRaises(UserError) as error:
                change()
            self.assertIn("x_room", str(error.exception))
            self.assertIn(self.template.display_name, str(error.exception))
        self.template.variable_ids.write({"source": "helper", "helper": "branch_name"})
        self.field.unlink()

    def test_a_field_that_a_module_took_away_denies_by_its_name(self):
        self.take_away()
        self.assertIn("x_gone", self.template.path_problem)
        message = self.template._queue_messages(
            self.appointment_purpose, [(self.patient, self.book(), self.account_a)]
        )
        self.assertEqual((message.block_reason, message.block_detail), ("missing_value", "{{1}} x_gone"))

    def test_the_number_says_once_which_templates_need_it(self):
        self.take_away()
        for _time in range(2):
            self.account_a._learn_broken_paths()
        finding = self.account_a.findings[health.TEMPLATE_FIELD]
        self.assertIn("x_gone", finding["detail"])
        self.assertEqual(len(self.account_a.activity_ids), 1)
        self.template.variable_ids.write({"source": "helper", "helper": "branch_name"})
        self.account_a._learn_broken_paths()
        self.assertFalse(self.account_a.findings)
