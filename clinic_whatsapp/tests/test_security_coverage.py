"""What keeps the security tests complete: a model, field or rule added tomorrow is covered, or fails here."""

from odoo.tests import TransactionCase, tagged

from .security_common import GROUPS, KNOWN_TO_CONTROLLER, MODULE, WITHOUT_COMPANY, SecurityMixin
from .security_records import FACTORIES

ABSTRACT = {
    "clinic.revealing.mixin": "lets the lists of words follow the models that inherit it",
    "clinic.link.mixin": "a guard of the models that inherit it",
    "clinic.branch.mixin": "fields and guards of the models that inherit it",
    "clinic.shared.mixin": "fields and guards of the models that inherit it",
    "clinic.whatsapp.gate": "private methods only",
    "report.clinic_whatsapp.consent_form": "prints what its reader may read",
    "report.clinic_whatsapp.consent_proof": "prints what its reader may read",
    "clinic.privacy.banner.mixin": "tells what its reader's branch has to put in order",
    "clinic.audited.mixin": "writes down the changes of the models that inherit it",
    "clinic.opening.hours.mixin": "lets branches promise anew when their hours change",
}
TRANSIENT = {
    "clinic.consent.wizard": "two clicks at the desk",
    "clinic.consent.anchor": "compares a hash with the ledger",
    "clinic.consent.import": "a list of opt-ins, forgotten once it was read",
    "clinic.consent.paper.wizard": "takes a signed form and keeps nothing of it",
    "clinic.whatsapp.urgent.wizard": "asks why one message cannot wait",
    "clinic.consent.check.wizard": "shows one entry that its reader may read",
    "clinic.whatsapp.settings": "numbers without any branch",
    "clinic.whatsapp.setup.wizard": "asks before an ID or an address is replaced",
    "clinic.whatsapp.register.wizard": "asks for a PIN and forgets it",
    "clinic.whatsapp.profile.wizard": "what patients see about the clinic",
    "clinic.whatsapp.branch.settings": "how a branch of its author answers",
    "clinic.whatsapp.send.wizard": "one sending to several patients, until it is done",
    "clinic.whatsapp.send.line": "who gets it and what became of it",
    "clinic.whatsapp.starter.wizard": "which starter texts a number gets",
    "clinic.whatsapp.starter.line": "one of these texts",
    "clinic.page.visit": "keyed hashes that count visitors, nobody's to read",
}
RIGHTS_ON_OTHER_MODELS = {"resource.resource": "practitioners; the rules of resource keep them in their branch"}
STORED_ON_OTHER_MODELS = {
    ("resource.resource", "reveals_health"),  # about a practitioner, not about a patient
    # Patients belong to the controller. Nothing that a branch does with them may be stored here (odoo19.md §11.14).
    ("res.partner", "is_patient"),
    ("res.partner", "birth_date"),
    ("res.partner", "guardian_id"),
    ("res.partner", "guardian_relation"),
    ("res.partner", "is_restricted"),
    ("res.partner", "deceased_on"),
    ("res.partner", "number_owner"),
    ("res.partner", "ask_consent"),
    ("res.partner", "home_branch_id"),
    ("res.partner", "whatsapp_phone"),
    ("res.partner", "whatsapp_contact_ids"),
    ("res.company", "whatsapp_reply_minutes"),  # a branch about itself, not about a patient
    ("res.company", "whatsapp_auto_assign"),
    ("res.company", "whatsapp_offer_times"),
    ("res.company", "whatsapp_move_days"),
    ("res.company", "whatsapp_move_notice_hours"),
    ("res.company", "whatsapp_day_end_on"),
    ("res.company", "whatsapp_automations_paused"),
    ("res.company", "whatsapp_send_from"),
    ("res.company", "whatsapp_send_to"),
    ("mail.activity", "clinic_branch_id"),  # what keeps activities inside their branch
    ("ir.actions.server", "whatsapp_automation_ref"),  # a number that says nothing
    ("base.automation", "whatsapp_automation_ref"),
}
# Links that are worked out under the rules of whoever reads them, and stored as a number only.
WALLED_LINKS = {(name, "whatsapp_automation_id") for name in ("ir.actions.server", "ir.cron")}
OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityCoverage(TransactionCase):
    get_models = classmethod(SecurityMixin.get_models.__func__)

    def get_own(self, kind):
        return {name for name, model in self.registry.items() if model._original_module == MODULE and kind(model)}

    def test_every_model_is_in_the_matrix(self):
        self.assertEqual(set(self.get_models()), set(FACTORIES))

    def test_every_abstract_and_transient_model_is_known(self):
        self.assertEqual(self.get_own(lambda model: model._abstract), set(ABSTRACT))
        self.assertEqual(self.get_own(lambda model: model._transient), set(TRANSIENT))

    def test_every_model_carries_its_branch_or_says_why_not(self):
        without = {name for name in self.get_models() if "company_id" not in self.env[name]}
        self.assertEqual(without, set(WITHOUT_COMPANY))
        for name in set(self.get_models()) - without:
            field = self.env[name]._fields["company_id"]
            with self.subTest(model=name):
                self.assertTrue(field.store and field.comodel_name == "res.company")

    def test_an_empty_branch_is_possible_only_for_shared_settings(self):
        for name in set(self.get_models()) - set(WITHOUT_COMPANY):
            field = self.env[name]._fields["company_id"]
            domains = self.get_rules(name).mapped("domain_force")
            with self.subTest(model=name):
                shared = any("company_id', '=', False" in (domain or "") for domain in domains)
                self.assertEqual(not field.required, shared)

    def test_a_branch_is_strict_unless_it_is_shared_for_a_reason(self):
        """Whoever reads rows of the parent company does so by a rule that says so."""
        for name in set(self.get_models()) - set(WITHOUT_COMPANY):
            with self.subTest(model=name):
                domains = self.get_rules(name).filtered("perm_read").mapped("domain_force")
                strict = "[('company_id', 'in', company_ids)]" in domains
                shared = "clinic.shared.mixin" in self.get_parents(name) or name in KNOWN_TO_CONTROLLER
                self.assertNotEqual(strict, shared)

    def get_parents(self, name):
        return {getattr(parent, "_name", None) for parent in self.registry[name].mro()}

    def get_rules(self, name):
        model = self.env["ir.model"]._get(name)
        return self.env["ir.rule"].search([("model_id", "=", model.id), ("groups", "=", False)])

    def test_every_model_has_global_rules_for_every_operation(self):
        for name in self.get_models():
            for operation in OPERATIONS:
                with self.subTest(model=name, operation=operation):
                    rules = self.get_rules(name).filtered(f"perm_{operation}")
                    self.assertTrue(any("company_ids" in (domain or "") for domain in rules.mapped("domain_force")))

    def test_every_wizard_is_kept_to_its_author(self):
        """Odoo does not do that: whoever may use a wizard may read those of the others."""
        for name in TRANSIENT:
            for operation in OPERATIONS:
                with self.subTest(model=name, operation=operation):
                    domains = self.get_rules(name).filtered(f"perm_{operation}").mapped("domain_force")
                    self.assertEqual(domains, ["[('create_uid', '=', user.id)]"])

    def test_the_rules_stay_updatable(self):
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.rule")])
        self.assertTrue(data)
        self.assertFalse(any(data.mapped("noupdate")))

    def get_rights(self):
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.model.access")])
        return self.env["ir.model.access"].browse(data.mapped("res_id"))

    def test_only_our_own_groups_have_rights(self):
        ours = self.env["res.groups"].union(*(self.env.ref(group) for group in GROUPS))
        for right in self.get_rights():
            with self.subTest(right=right.name):
                self.assertLessEqual(right.group_id, ours)
                self.assertTrue(right.group_id)

    def test_nobody_else_gives_rights_on_our_models(self):
        models = self.env["ir.model"].search([("model", "in", self.get_models())])
        self.assertLessEqual(self.env["ir.model.access"].search([("model_id", "in", models.ids)]), self.get_rights())

    def test_rights_on_models_of_others_are_known(self):
        names = set(self.get_rights().model_id.mapped("model"))
        self.assertEqual(names - self.get_own(lambda model: True), set(RIGHTS_ON_OTHER_MODELS))

    def test_our_groups_belong_to_employees(self):
        for group in GROUPS:
            self.assertIn(self.env.ref("base.group_user"), self.env.ref(group).all_implied_ids)

    def each_field_on_other_models(self):
        for name, model in self.registry.items():
            if model._original_module != MODULE:
                yield from ((name, field) for field in model._fields.values() if self.is_added(model, field))

    def is_added(self, model, field):
        """Tell whether a field is ours, rather than one of others that gets a value more."""
        others = [part for part in model.mro() if getattr(part, "_module", None) not in (None, MODULE)]
        return field._module == MODULE and not any(field.name in vars(part) for part in others)

    def test_what_we_add_to_models_of_others_is_for_our_staff_only(self):
        for name, field in self.each_field_on_other_models():
            with self.subTest(model=name, field=field.name):
                self.assertIn(field.groups, GROUPS)

    def test_nothing_of_a_branch_is_stored_on_models_of_others(self):
        fields = self.each_field_on_other_models()
        stored = {(name, field.name) for name, field in fields if field.store and field.type != "one2many"}
        self.assertEqual(stored, STORED_ON_OTHER_MODELS)

    def test_no_many2one_to_our_records_leaves_the_wall(self):
        """The label of a link is read without rules: a row outside the wall must not point inside (odoo19.md §11.5)."""
        ours = set(self.get_models()) - set(KNOWN_TO_CONTROLLER)
        for name, model in self.registry.items():
            if model._original_module == MODULE or model._abstract:
                continue
            links = [field for field in model._fields.values() if field.comodel_name in ours]
            with self.subTest(model=name):
                self.assertFalse(
                    [link for link in links if link.type == "many2one" and (name, link.name) not in WALLED_LINKS]
                )

    def test_walled_links_are_read_with_the_rights_of_their_reader(self):
        for name, link in WALLED_LINKS:
            with self.subTest(model=name, field=link):
                field = self.env[name]._fields[link]
                self.assertFalse(field.store or field.compute_sudo)
                depends = self.registry.field_depends_context[field]
                self.assertLessEqual({"uid", "allowed_company_ids"}, set(depends))
