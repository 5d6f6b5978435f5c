"""Nothing crosses the wall by being written: not the branch itself, not a link to the other side (design.md §5.4)."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import KNOWN_TO_CONTROLLER, MANAGER, MODULE, WITHOUT_COMPANY, SecurityCase

WRITERS = ("reception", "branch_manager", "clinic_manager", "clinic_administrator")
SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.sql_db")


class NotRefused(Exception):
    """The act went through; it is undone."""


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityWrites(SecurityCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def each_link(self, model):
        """Return the fields of a model through which a row could point to the other side."""
        ours = {*self.get_models(), "res.partner", "resource.resource"}
        fields = self.env[model]._fields.values()
        links = [field for field in fields if field.type in ("many2one", "many2many") and field.comodel_name in ours]
        return [field for field in links if field.store or field.inverse]

    def get_target(self, world, field):
        """Return the record of another branch that a link could name."""
        if field.comodel_name == "res.partner":
            return world.patient
        if field.comodel_name == "resource.resource":
            vals = {"name": f"Dr. {world.mark}", "company_id": world.company.id}
            return self.env["resource.resource"].create(vals)
        return world[field.comodel_name]

    def as_value(self, field, record):
        return record.id if field.type == "many2one" else [Command.link(record.id)]

    def assertRefused(self, act):
        """The act is refused, and the refusal does not tell what is on the other side."""
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
                raise NotRefused
        except NotRefused:
            self.fail("It was not refused.")
        except UserError as error:
            self.assertNoTrace(str(error))
        finally:
            self.env.invalidate_all()

    def test_the_branch_of_a_record_cannot_be_moved(self):
        targets = (self.branch_b, self.branch_c, self.root, self.env["res.company"])
        for model in set(self.get_models()) - set(WITHOUT_COMPANY):
            for name in WRITERS:
                for target in targets:
                    with self.subTest(model=model, user=name, target=target.name):
                        record = self.see(self.home[model], self.users[name])
                        self.assertRefused(lambda record=record, target=target: record.write({"company_id": target.id}))

    def test_not_even_a_user_of_both_branches_moves_a_record(self):
        for model in set(self.get_models()) - set(WITHOUT_COMPANY):
            with self.subTest(model=model):
                record = self.see(self.home[model], self.both, self.branch_a, self.branch_b)
                self.assertRefused(lambda record=record: record.write({"company_id": self.branch_b.id}))

    def test_nothing_is_created_in_another_branch(self):
        for model in self.get_models():
            for world in (self.sister, self.stranger):
                for name in WRITERS:
                    with self.subTest(model=model, user=name, branch=world.company.name):
                        empty = self.see(self.env[model], self.users[name])
                        vals = world.vals(model)
                        self.assertRefused(lambda empty=empty, vals=vals: empty.create(vals))
                        by_default = empty.with_context(default_company_id=world.company.id)
                        vals = {**world.vals(model)}
                        vals.pop("company_id", None)
                        self.assertRefused(lambda empty=by_default, vals=vals: empty.create(vals))

    def test_a_record_never_points_to_another_branch(self):
        for model in self.get_models():
            for field in self.each_link(model):
                for world in self.get_worlds_beyond(field):
                    for name in WRITERS:
                        with self.subTest(model=model, field=field.name, branch=world.company.name, user=name):
                            value = {field.name: self.as_value(field, self.get_target(world, field))}
                            record = self.see(self.home[model], self.users[name])
                            self.assertRefused(lambda record=record, value=value: record.write(value))

    def test_a_new_record_never_points_to_another_branch(self):
        for model in self.get_models():
            for field in self.each_link(model):
                for world in self.get_worlds_beyond(field):
                    with self.subTest(model=model, field=field.name, branch=world.company.name):
                        value = {field.name: self.as_value(field, self.get_target(world, field))}
                        empty = self.see(self.env[model], self.users["clinic_manager"])
                        vals = {**self.home.vals(model), **value}
                        self.assertRefused(lambda empty=empty, vals=vals: empty.create(vals))

    def get_worlds_beyond(self, field):
        """Patients and contacts are known to the sister branch too: a link to them is no secret."""
        known = field.comodel_name in ("res.partner", "clinic.whatsapp.contact", "clinic.consent.chain")
        return (self.stranger,) if known else (self.sister, self.stranger)

    def test_the_managers_of_a_branch_do_create_in_it(self):
        """What the tests above rely on: it is the other branch that is refused."""
        manager, head = self.users["clinic_manager"], self.create_role("head", MANAGER, self.root | self.branch_a)
        for model in self.get_models():
            empty = self.see(self.env[model], head if model in KNOWN_TO_CONTROLLER else manager)
            if empty.has_access("create"):
                with self.subTest(model=model):
                    vals = self.home.vals(model)
                    if model == "clinic.whatsapp.account":
                        vals.pop("state_reason")
                    self.assertTrue(empty.create(vals))

    def test_a_line_does_not_join_the_template_of_another_branch(self):
        manager = self.users["branch_manager"]
        for line in ("clinic.whatsapp.template.variable", "clinic.whatsapp.template.button"):
            for world in (self.sister, self.stranger):
                with self.subTest(line=line, branch=world.company.name):
                    record = self.see(self.home[line], manager)
                    target = world["clinic.whatsapp.template"]
                    self.assertRefused(lambda record=record, target=target: record.write({"template_id": target.id}))
                    own = self.see(self.home["clinic.whatsapp.template"], manager)
                    name = "variable_ids" if line.endswith("variable") else "button_ids"
                    stolen = [Command.link(world[line].id)]
                    self.assertRefused(lambda own=own, name=name, stolen=stolen: own.write({name: stolen}))

    def test_settings_shared_by_the_parent_are_read_but_not_changed_below(self):
        shared = self.env["clinic.service"].create({"name": "Check-up", "company_id": self.root.id})
        for name in WRITERS:
            record = self.see(shared, self.users[name])
            with self.subTest(user=name):
                self.assertEqual(record.name, "Check-up")
                with self.denied():
                    record.write({"name": "changed"})
                with self.denied():
                    record.unlink()

    def test_patients_of_another_clinic_cannot_be_linked_to_a_contact(self):
        patient = self.see(self.home.patient, self.users["reception"])
        contact = self.stranger["clinic.whatsapp.contact"]
        self.assertRefused(lambda: patient.write({"whatsapp_contact_ids": [Command.link(contact.id)]}))

    def test_a_patient_is_not_written_through_to_another_branch(self):
        """Commands on the lists of a patient reach the rows of his other branches."""
        for model, name in (("clinic.appointment", "appointment_ids"), ("clinic.consent", "consent_ids")):
            row = self.sister[model]
            for command in (Command.update(row.id, {"note": "x"}), Command.delete(row.id), Command.unlink(row.id)):
                with self.subTest(model=model, command=command[0]):
                    patient = self.see(self.sister.patient, self.users["clinic_manager"])
                    before = self.row(row)
                    self.assertRefused(lambda patient=patient, name=name, c=command: patient.write({name: [c]}))
                    self.assertEqual(self.row(row), before)

    def test_an_event_is_changed_by_replaying_it_only(self):
        """Whoever could write an event could put words into a patient's mouth, or into another branch."""
        event = self.see(self.home["clinic.whatsapp.event"], self.users["clinic_manager"])
        for vals in (
            {"payload": "{}"},
            {"state": "done"},
            {"external_ref": "x"},
            {"account_id": self.sister["clinic.whatsapp.account"].id},
        ):
            with self.subTest(vals=vals), self.denied():
                event.write(vals)
        event.action_replay()
        self.assertEqual(event.state, "new")

    def test_a_wizard_tells_no_name_from_another_branch(self):
        """The label of a link is read without rules, in a wizard too."""
        for name, model in self.registry.items():
            if model._original_module != MODULE or not model._transient:
                continue
            for field in self.each_link(name):
                for world in self.get_worlds_beyond(field):
                    with self.subTest(wizard=name, field=field.name, branch=world.company.name):
                        vals = {"partner_id": self.home.patient.id, field.name: self.get_target(world, field).id}
                        empty = self.see(self.env[name], self.users["reception"])
                        self.assertRefused(lambda empty=empty, vals=vals: empty.create(vals))

    def test_a_guardian_is_chosen_among_the_patients_one_may_see(self):
        patient = self.see(self.home.patient, self.users["reception"])
        vals = {"guardian_id": self.stranger.patient.id}
        self.assertRefused(lambda: patient.write(vals))
        self.assertRefused(lambda: patient.create({"name": "New", "is_patient": True, **vals}))
        self.assertRefused(lambda: patient.onchange(vals, ["guardian_id"], {"guardian_id": {"fields": {"name": {}}}}))
        patient.guardian_id = self.sister.patient
        self.assertTrue(patient.guardian_id.name)

    def test_a_form_does_not_open_with_the_name_of_a_patient_behind_the_wall(self):
        context = {"default_partner_id": self.stranger.patient.id}
        wizard = self.see(self.env["clinic.consent.wizard"], self.users["reception"]).with_context(**context)
        self.assertRefused(lambda: wizard.default_get(["partner_id"]))
        self.assertRefused(lambda: wizard.onchange({}, [], {"partner_id": {"fields": {"display_name": {}}}}))
        self.assertRefused(lambda: wizard.create({}))

    def test_a_patient_stays_with_the_clinic_that_answers_for_him(self):
        for name in (*WRITERS, "employee"):
            for company in (self.other_root, self.branch_a, self.branch_b, self.env["res.company"]):
                with self.subTest(user=name, company=company.name):
                    patient = self.see(self.home.patient, self.users[name])
                    self.assertRefused(lambda patient=patient, c=company: patient.write({"company_id": c.id}))

    def test_a_wizard_belongs_to_its_author(self):
        vals = {"partner_id": self.home.patient.id, "note": "private"}
        wizard = self.see(self.env["clinic.consent.wizard"], self.users["reception"]).create(vals)
        for name in ("branch_manager", "clinic_administrator", "employee", "portal", "public"):
            other = self.see(wizard, self.users[name])
            for act in (lambda w: w.read(["note"]), lambda w: w.write({"note": "x"}), lambda w: w.action_record()):
                with self.subTest(user=name), self.denied():
                    act(other)
            found = self.see(self.env["clinic.consent.wizard"], self.users[name])
            with self.subTest(user=name):
                self.assertFalse(found.has_access("read") and found.search([("id", "=", wizard.id)]))
