"""Every employee sees every event; whom it is about is for its branch alone, by whatever way one asks."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .calendar_common import MODEL, CalendarCase

SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.http")
FIELDS = ("clinic_patient_id", "clinic_company_id")


@tagged("post_install", "-at_install", "clinic_security")
class TestEventWall(CalendarCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = cls.plan()
        cls.other = cls.plan(cls.user_b, clinic_patient_id=False)
        cls.event.flush_recordset()

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()
        self.enterContext(mute_logger(*SILENT))

    def domains(self):
        """Yield conditions that the event fulfils, and no other."""
        patient = self.patient
        yield [("clinic_patient_id", "=", patient.id)]
        yield [("clinic_patient_id", "in", patient.ids)]
        yield [("clinic_patient_id", "ilike", "deniz")]
        yield [("clinic_patient_id.name", "ilike", "deniz")]
        yield [("clinic_patient_id.phone", "=", patient.phone)]
        yield [("clinic_patient_id", "any", [("name", "=", patient.name)])]
        yield [("clinic_patient_id", "child_of", patient.id)]
        yield [("clinic_patient_id", "!=", False)]
        yield ["!", ("clinic_patient_id", "=", False)]
        yield ["!", ("clinic_patient_id", "!=", patient.id)]
        yield [("clinic_patient_id", "not in", [False])]

    def each_look(self, domain):
        """Yield (name, arguments) of the calls that answer with events, a number of them, or parts of them."""
        domain = [("id", "in", (self.event | self.other).ids), *domain]
        yield "search_read", (domain, ["name"])
        yield "search_count", (domain,)
        yield "name_search", ("", domain)
        yield "web_search_read", (domain, {"display_name": {}})
        yield "formatted_read_group", (domain, ["user_id"], ["__count"])
        yield "web_read_group", (domain, ["user_id"], ["__count"])

    def found(self, user, domain):
        """Return how much each way of asking finds."""
        for name, arguments in self.each_look(domain):
            result = self.call(user, name, *arguments)
            if name == "web_search_read":
                result = result["length"]
            elif name == "web_read_group":
                result = len(result["groups"])
            yield name, result if isinstance(result, int) else len(result)

    def test_the_branch_finds_the_event_by_its_patient(self):
        """What the tests below rely on: these questions do have an answer."""
        for domain in self.domains():
            for name, count in self.found(self.user_a, domain):
                with self.subTest(domain=domain, look=name):
                    self.assertEqual(count, 1)

    def test_another_branch_finds_nothing_by_the_patient(self):
        for domain in self.domains():
            for name, count in self.found(self.user_b, domain):
                with self.subTest(domain=domain, look=name):
                    self.assertEqual(count, 0)

    def test_whoever_works_in_both_finds_nothing_while_the_branch_is_not_active(self):
        context = {"allowed_company_ids": self.branch_b.ids}
        for domain in self.domains():
            with self.subTest(domain=domain):
                domain = [("id", "in", (self.event | self.other).ids), *domain]
                self.assertFalse(self.call(self.clinic_manager, "search_count", domain, context=context))
        read = self.call(self.clinic_manager, "read", list(FIELDS), records=self.event, context=context)
        self.assertEqual([read[0][field] for field in FIELDS], [False, False])

    def test_a_forged_list_of_active_branches_is_refused(self):
        context = {"allowed_company_ids": self.branch_a.ids}
        for act, arguments, records in (
            ("search_count", ([("clinic_patient_id", "=", self.patient.id)],), None),
            ("read", (list(FIELDS),), self.event),
        ):
            with self.subTest(act=act), self.assertRaises(AccessError):
                self.call(self.user_b, act, *arguments, records=records, context=context)

    def test_the_branch_reads_and_exports_the_patient(self):
        [row] = self.call(self.user_a, "read", list(FIELDS), records=self.event)
        self.assertEqual([row[field][0] for field in FIELDS], [self.patient.id, self.branch_a.id])
        table = self.call(self.user_a, "export_data", ["name", "clinic_patient_id/name"], records=self.event)
        self.assertEqual(table["datas"], [["Appointment", self.patient.name]])

    def test_another_branch_reads_an_opaque_event(self):
        for name, arguments in (
            ("read", ([],)),
            ("web_read", ({name: {} for name in (*FIELDS, "name", "description", "partner_ids", "display_name")},)),
            ("web_read", ({"clinic_patient_id": {"fields": {"display_name": {}, "phone": {}}}},)),
            ("export_data", (["name", "clinic_patient_id", "clinic_patient_id/name", "clinic_company_id/name"],)),
            ("copy_data", ()),
        ):
            with self.subTest(look=name):
                told = repr(self.call(self.user_b, name, *arguments, records=self.event))
                for secret in (self.patient.name, self.patient.phone, self.branch_a.name, "Implant"):
                    self.assertNotIn(secret, told)

    def assertRefused(self, user, name, **arguments):
        try:
            result = self.call(user, name, **arguments)
        except (ValueError, UserError):
            return
        self.fail(f"It was answered: {result}")

    def test_nobody_groups_or_sorts_by_the_patient(self):
        for user in (self.user_a, self.user_b, self.employee):
            for field in FIELDS:
                group = {"domain": [("id", "=", self.event.id)], "groupby": [field], "aggregates": ["__count"]}
                sort = {"domain": [("id", "=", self.event.id)], "fields": ["name"], "order": field}
                for name, arguments in (("formatted_read_group", group), ("search_read", sort)):
                    with self.subTest(user=user.login, field=field, call=name):
                        self.assertRefused(user, name, **arguments)

    def test_an_employee_outside_our_groups_does_not_even_know_the_fields(self):
        self.assertFalse(set(FIELDS) & set(self.call(self.employee, "fields_get")))
        for field in FIELDS:
            with self.subTest(field=field), self.assertRaises(AccessError):
                self.call(self.employee, "read", [field], records=self.event)
            with self.subTest(search=field), self.assertRaises(AccessError):
                self.call(self.employee, "search_count", [(field, "!=", False)])
            with self.subTest(write=field), self.assertRaises(AccessError):
                self.call(self.employee, "write", {field: False}, records=self.event)
        [row] = self.call(self.employee, "read", ["name"], records=self.event)
        self.assertEqual(row["name"], "Appointment")

    def test_that_an_attendee_is_a_patient_is_for_the_organizers_branch(self):
        event = self.plan(clinic_patient_id=False, partner_ids=[Command.set(self.patient.ids)])
        domain = [("clinic_patient_id", "=", self.patient.id), ("id", "=", event.id)]
        self.assertTrue(self.call(self.user_a, "search_count", domain))
        self.assertFalse(self.call(self.user_b, "search_count", domain))
        [row] = self.call(self.user_b, "read", list(FIELDS), records=event)
        self.assertEqual([row[field] for field in FIELDS], [False, False])

    def test_the_rows_behind_the_wall_are_read_by_their_branch_and_written_by_nobody(self):
        visit = self.env["clinic.calendar.visit"].search([("event_id", "=", self.event.id)])
        self.assertEqual(visit.with_user(self.user_a).patient_id, self.patient)
        self.assertFalse(visit.with_user(self.user_b).search([]))
        with self.assertRaises(AccessError):
            visit.with_user(self.user_b).read(["patient_id"])
        for user in (self.user_a, self.user_b, self.clinic_manager, self.employee):
            for act in (
                lambda rows: rows.write({"patient_id": self.patient.id}),
                lambda rows: rows.unlink(),
                lambda rows: rows.create({"event_id": self.other.id, "patient_id": self.patient.id}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError), self.env.cr.savepoint():
                    act(visit.with_user(user))

    def test_a_form_tells_no_name_of_a_patient_behind_the_wall(self):
        other = self.env["res.company"].create({"name": "Gül Klinik"})
        stranger = self.create_patient("Zeynep", "+905300000009", company_id=other.id)
        spec = {"clinic_patient_id": {"fields": {"display_name": {}}}}
        vals = {"clinic_patient_id": stranger.id}
        for name, arguments, records in (
            ("onchange", (vals, ["clinic_patient_id"], spec), self.event.browse()),
            ("write", (vals,), self.event),
            ("web_save", (vals, spec), self.event),
        ):
            with self.subTest(call=name), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.call(self.user_a, name, *arguments, records=records)
        with self.assertRaises(AccessError):
            context = {"default_clinic_patient_id": stranger.id}
            self.call(self.user_a, "default_get", ["clinic_patient_id"], context=context)

    def test_that_another_branch_has_taken_an_event_is_told_by_nothing(self):
        """An event of branch B's organizer, about its attendee for B, and taken by branch A."""
        event = self.plan(self.user_b, clinic_patient_id=False, partner_ids=[Command.set(self.patient.ids)])
        [before] = self.call(self.user_b, "read", list(FIELDS), records=event)
        other = self.create_patient("Ali Demir", "+905300000002")
        event.with_user(self.user_a).write({"clinic_patient_id": other.id, "clinic_company_id": self.branch_a.id})
        self.assertEqual(event.sudo().clinic_patient_id, other)
        [after] = self.call(self.user_b, "read", list(FIELDS), records=event)
        self.assertEqual(before, after)
        for field in FIELDS:
            with self.subTest(field=field):
                domain = [("id", "=", event.id), (field, "=", after[field][0])]
                self.assertTrue(self.call(self.user_b, "search_count", domain))

    def test_a_deleted_event_takes_its_row_with_it(self):
        visit = self.env["clinic.calendar.visit"].search([("event_id", "=", self.event.id)])
        self.event.with_user(self.user_a).unlink()
        self.assertFalse(visit.exists())

    def test_the_calendar_itself_does_not_lose_events(self):
        for user in (self.user_a, self.user_b, self.employee):
            with self.subTest(user=user.login):
                domain = [("id", "in", (self.event | self.other).ids)]
                self.assertEqual(self.call(user, "search_count", domain), 2)

    def test_events_without_a_patient_are_found_as_such(self):
        domain = [("id", "in", (self.event | self.other).ids), ("clinic_patient_id", "=", False)]
        self.assertEqual(self.env[MODEL].with_user(self.user_a).search(domain), self.other)
        self.assertEqual(self.env[MODEL].with_user(self.user_b).search(domain), self.event | self.other)
