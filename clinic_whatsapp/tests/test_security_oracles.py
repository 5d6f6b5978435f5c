"""Nothing is learnt by asking around the wall: paths, groups, labels, drafts, exports (odoo19.md §2.3, §11.5)."""

import contextlib

from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .privacy_common import hand_over_notice
from .security_common import MODULE, SecurityCase

STAFF = ("reception", "branch_manager", "clinic_manager", "clinic_administrator")
SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.orm.domains")
TEXTS = ("char", "text", "html", "selection", "json")
GROUPABLE = ("many2one", "many2many")


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityOracles(SecurityCase):
    @classmethod
    def setUpClass(cls):
        """The sister branch's patient comes to our branch too: what is known of him there must not show here."""
        super().setUpClass()
        cls.shared = cls.sister.patient
        account, contact = cls.home["clinic.whatsapp.account"], cls.sister["clinic.whatsapp.contact"]
        conversation = cls.env["clinic.whatsapp.conversation"]._find_or_create(account, contact)[contact]
        vals = cls.home.vals("clinic.whatsapp.message")
        cls.env["clinic.whatsapp.message"].create({**vals, "conversation_id": conversation.id})
        vals = cls.home.vals("clinic.appointment")
        cls.env["clinic.appointment"].create({**vals, "patient_id": cls.shared.id})
        cls.automation = cls.env["clinic.whatsapp.automation"].create(cls.prepare_shared_automation())
        for world in (cls.home, cls.sister):
            vals = {**world.vals("clinic.whatsapp.scheduled"), "automation_id": cls.automation.id}
            cls.env["clinic.whatsapp.scheduled"].create({**vals, "message_id": world["clinic.whatsapp.message"].id})
        cls.env.flush_all()

    @classmethod
    def prepare_shared_automation(cls):
        template = cls.env["clinic.whatsapp.template"].create(
            {"name": "root", "category": "service", "body": "Hello", "company_id": cls.root.id}
        )
        step = Command.create({"offset_value": 1, "template_id": template.id})
        return {"name": "Root", "company_id": cls.root.id, "trigger": "before", "step_ids": [step]}

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def each_reader(self, names=STAFF):
        for name in names:
            yield name, self.users[name], ()
        yield "both, only A active", self.both, (self.branch_a,)

    def get_links(self, model):
        """Return the fields of a model that lead to our models or to patients."""
        ours = {*self.get_models(), "res.partner"}
        fields = self.env[model]._fields.values()
        return [field for field in fields if field.comodel_name in ours and not field.name.startswith("message_")]

    def get_texts(self, model, user):
        allowed = self.see(self.env[model], user).fields_get(attributes=["type", "searchable"])
        return [name for name, info in allowed.items() if info["type"] in TEXTS and info["searchable"]]

    def get_readable(self, model, user):
        names = self.see(self.env[model], user).fields_get(attributes=["type"])
        fields = self.env[model]._fields
        return [name for name in names if name in ("display_name", "name") or fields[name]._module == MODULE]

    def each_asked(self):
        """Yield every model from which somebody may start to ask."""
        yield from (*self.get_models(), "res.partner")

    def search(self, records, condition):
        with contextlib.suppress(UserError, ValueError), self.env.cr.savepoint():
            return records.with_context(active_test=False).search([condition])
        return records.browse()

    def assertSaysNothing(self, records, path, operator, value):
        """A question about what another branch knows gets the answer that nonsense gets."""
        nonsense = {"ilike": "xyzzy", "in": [], "any": [("id", "=", 0)]}[operator]
        found, expected = (self.search(records, (path, operator, asked)) for asked in (value, nonsense))
        self.assertEqual(found, expected)

    def each_condition(self, field, user):
        """Yield conditions that would tell, through one link, about records of other branches."""
        foreign, name = self.get_foreign(field.comodel_name), field.name
        yield name, "in", foreign.ids
        yield name, "any", [("id", "in", foreign.ids)]
        yield f"{name}.id", "in", foreign.ids
        for world in (self.sister, self.stranger):
            yield name, "ilike", world.mark
            for text in self.get_texts(field.comodel_name, user):
                yield f"{name}.{text}", "ilike", world.mark

    def test_no_path_finds_a_record_by_what_another_branch_knows(self):
        for name, user, branches in self.each_reader(("reception", "clinic_administrator")):
            for model in self.each_asked():
                records = self.see(self.env[model], user, *branches)
                for field in self.get_links(model):
                    if field.comodel_name == "res.partner" or not records.has_access("read"):
                        continue
                    for condition in self.each_condition(field, user):
                        with self.subTest(user=name, model=model, condition=condition):
                            self.assertSaysNothing(records, *condition)

    def test_no_longer_path_does_either(self):
        """From our own rows over the patient to what other branches wrote about him."""
        for name, user, branches in self.each_reader(("clinic_manager",)):
            for model in self.get_models():
                records = self.see(self.env[model], user, *branches)
                for first in self.get_links(model):
                    for second in self.get_links(first.comodel_name):
                        if second.comodel_name == "res.partner" or not records.has_access("read"):
                            continue
                        for path, *condition in self.each_condition(second, user):
                            with self.subTest(user=name, model=model, first=first.name, path=path, condition=condition):
                                self.assertSaysNothing(records, f"{first.name}.{path}", *condition)

    def test_a_patient_looks_as_if_he_had_never_been_in_another_branch(self):
        """Emptiness tells as well: he is found among those without appointments, messages, consents."""
        patient = self.stranger_to_us()
        for name, user, branches in self.each_reader():
            partners = self.see(patient, user, *branches)
            for field in self.get_links("res.partner"):
                if field.comodel_name in ("res.partner", "clinic.whatsapp.contact"):
                    continue
                with self.subTest(user=name, field=field.name):
                    empty = [("id", "=", patient.id), (field.name, "=", False)]
                    self.assertEqual(partners.search(empty), partners)
                    none = [("id", "=", patient.id), (field.name, "not any", [])]
                    self.assertEqual(partners.search(none), partners)
                    self.assertFalse(partners[field.name])

    def stranger_to_us(self):
        """Return a patient of our legal entity who has only been to the sister branch."""
        patient = self.shared.copy({"name": "Only there"})
        self.env["clinic.appointment"].create({**self.sister.vals("clinic.appointment"), "patient_id": patient.id})
        vals = {"contact_id": self.sister["clinic.whatsapp.contact"].copy({"phone": "+905390000001"}).id}
        conversation = {**self.sister.vals("clinic.whatsapp.conversation"), **vals, "partner_id": patient.id}
        self.env["clinic.whatsapp.conversation"].create(conversation)
        purpose = self.env["clinic.consent.purpose"]._get("appointment", self.branch_b)
        hand_over_notice(patient, self.branch_b)
        self.env["clinic.consent"]._record(patient, purpose, "granted", method="spoken", company=self.branch_b)
        self.env.flush_all()
        self.env.invalidate_all()
        return patient

    def test_reading_all_fields_of_everything_visible_shows_no_trace(self):
        for name, user, branches in self.each_reader():
            for model in self.each_asked():
                records = self.see(self.env[model], user, *branches)
                if not records.has_access("read"):
                    continue
                fields = self.get_readable(model, user)
                visible = records.with_context(active_test=False).search([])
                with self.subTest(user=name, model=model):
                    self.assertTrue(visible)
                    for record in visible:
                        self.assertNoTrace(record.read(fields))

    def get_specification(self, model, user, depth):
        specification = {}
        for name in self.get_readable(model, user):
            field = self.env[model]._fields[name]
            specification[name] = {}
            if field.relational and (depth == 0 or field not in self.get_links(model)):
                specification[name] = {"fields": {"display_name": {}}}
            elif field.relational:
                specification[name] = {"fields": self.get_specification(field.comodel_name, user, depth - 1)}
        return specification

    def test_reading_through_links_shows_no_trace(self):
        for name, user, branches in self.each_reader():
            for model in ("res.partner", "clinic.whatsapp.conversation", "clinic.whatsapp.automation"):
                records = self.see(self.env[model], user, *branches).search([])
                specification = self.get_specification(model, user, 1)
                with self.subTest(user=name, model=model):
                    self.assertNoTrace(records.web_read(specification))

    def test_exporting_through_links_shows_no_trace(self):
        for name, user, branches in self.each_reader():
            for model in self.each_asked():
                records = self.see(self.env[model], user, *branches)
                if not records.has_access("read"):
                    continue
                paths = [
                    f"{field.name}/{text}"
                    for field in self.get_links(model)
                    if field.comodel_name != "res.partner" and field.groups != NO_ACCESS
                    for text in ("display_name", *self.get_texts(field.comodel_name, user))
                ]
                with self.subTest(user=name, model=model):
                    self.assertNoTrace(records.search([]).export_data([".id", *paths])["datas"])

    def test_groups_and_their_labels_show_no_trace(self):
        for name, user, branches in self.each_reader():
            for model in self.each_asked():
                records = self.see(self.env[model], user, *branches)
                if not records.has_access("read"):
                    continue
                for path in self.get_group_paths(model, user):
                    with self.subTest(user=name, model=model, path=path):
                        self.assertNoTrace(records.formatted_read_group([], [path], ["__count"]))

    def get_group_paths(self, model, user):
        own = self.see(self.env[model], user).fields_get(attributes=["type", "groupable", "relation"])
        names = [name for name, info in own.items() if info["groupable"] and info["type"] in GROUPABLE]
        return names + [
            f"{name}.{further}"
            for name in names
            if own[name]["type"] == "many2one" and own[name]["relation"] in self.get_models()
            for further, info in self.see(self.env[own[name]["relation"]], user).fields_get().items()
            if info["type"] == "many2one" and info.get("groupable")
        ]

    def test_a_draft_that_names_a_foreign_record_shows_no_trace(self):
        """A form asks the server about values that nobody has saved."""
        for name, user, branches in self.each_reader():
            for model in self.get_models():
                records = self.see(self.env[model], user, *branches)
                specification = self.get_specification(model, user, 0)
                for field in self.get_links(model):
                    if field.type != "many2one":
                        continue
                    for world in (self.sister, self.stranger):
                        foreign = world.patient if field.comodel_name == "res.partner" else world[field.comodel_name]
                        with self.subTest(user=name, model=model, field=field.name), contextlib.suppress(UserError):
                            answer = records.onchange({field.name: foreign.id}, [field.name], specification)
                            self.assertNoTrace(answer)
