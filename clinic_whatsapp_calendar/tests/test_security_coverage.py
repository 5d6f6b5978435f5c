"""What keeps the wall complete: a model, field or right added tomorrow is covered, or fails here."""

from odoo.addons.clinic_whatsapp.tests.security_common import GROUPS
from odoo.tests import TransactionCase, tagged

MODULE = "clinic_whatsapp_calendar"
MODELS = {"clinic.calendar.visit"}


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityCoverage(TransactionCase):
    def get_own(self):
        return {name for name, model in self.registry.items() if model._original_module == MODULE}

    def test_every_model_is_known_and_kept_in_its_branch_by_a_global_rule(self):
        self.assertEqual(self.get_own(), MODELS)
        for name in MODELS:
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(model=name, operation=operation):
                    self.assertEqual(
                        rules.filtered(f"perm_{operation}").mapped(lambda rule: (rule.domain_force, rule.groups.ids)),
                        [("[('company_id', 'in', company_ids)]", [])],
                    )

    def test_what_we_add_to_models_of_others_is_for_our_staff_and_never_stored(self):
        fields = [
            (name, field)
            for name, model in self.registry.items()
            if model._original_module != MODULE
            for field in model._fields.values()
            if field._module == MODULE
        ]
        self.assertTrue(fields)
        for name, field in fields:
            with self.subTest(model=name, field=field.name):
                self.assertIn(field.groups, GROUPS)
                self.assertFalse(field.store)
                self.assertFalse(field.compute_sudo)

    def test_only_our_own_groups_have_rights_and_none_writes(self):
        rights = self.env["ir.model.access"].search([("model_id.model", "in", list(MODELS))])
        self.assertTrue(rights)
        for right in rights:
            with self.subTest(right=right.name):
                self.assertIn(right.group_id, [self.env.ref(group) for group in GROUPS])
                self.assertFalse(right.perm_write or right.perm_create or right.perm_unlink)
