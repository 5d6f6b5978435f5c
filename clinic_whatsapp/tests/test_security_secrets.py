"""Credentials never come back, and what is encrypted is not learnt by searching, sorting or grouping."""

import contextlib

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..encryption import MASK, EncryptedText, SecretChar
from .security_common import SecurityCase

HIDDEN = ("access_token", "app_secret", "verify_token", "webhook_key", "webhook_url")
STAFF = ("reception", "branch_manager")
OPERATORS = ("=", "!=", "=like", "like", "ilike", "=ilike", "in", "not in", ">", "<", "not like")
AGGREGATES = ("array_agg", "max", "min", "count_distinct")
SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.orm.domains")


@tagged("post_install", "-at_install", "clinic_security")
class TestSecuritySecrets(SecurityCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))
        self.account = self.home["clinic.whatsapp.account"]
        self.secrets = [self.account._secret(name) for name in ("access_token", "app_secret", "verify_token")]
        self.manager = self.users["clinic_manager"]

    def each_encrypted(self, kind):
        for model in self.get_models():
            for field in self.env[model]._fields.values():
                if isinstance(field, kind):
                    yield model, field.name

    def assertNoSecret(self, result):
        for secret in self.secrets:
            self.assertNotIn(secret, repr(result))

    def test_there_are_secrets(self):
        self.assertEqual(self.secrets, ["EAAaxolotl", "secretaxolotl", "verifyaxolotl"])
        self.assertEqual({name for _model, name in self.each_encrypted(SecretChar)}, {*HIDDEN[:3], "secret"})

    def test_reception_and_branch_managers_do_not_even_know_the_fields(self):
        for name in STAFF:
            account = self.see(self.account, self.users[name])
            self.assertFalse(set(HIDDEN) & set(account.fields_get()))
            self.assertFalse(set(HIDDEN) & set(account.read()[0]))
            for field in HIDDEN:
                for act in (
                    lambda a, f: a.read([f]),
                    lambda a, f: a.search([(f, "!=", False)]),
                    lambda a, f: a.search([], order=f),
                    lambda a, f: a.formatted_read_group([], [f], ["__count"]),
                    lambda a, f: a.formatted_read_group([], [], [f"{f}:max"]),
                    lambda a, f: a.export_data([f]),
                    lambda a, f: a.web_read({f: {}}),
                    lambda a, f: a.env["clinic.whatsapp.conversation"].search([(f"account_id.{f}", "!=", False)]),
                    lambda a, f: a.env["clinic.whatsapp.conversation"].formatted_read_group([], [f"account_id.{f}"]),
                    lambda a, f: a.env["clinic.whatsapp.conversation"].search([]).export_data([f"account_id/{f}"]),
                ):
                    with self.subTest(user=name, field=field), self.denied():
                        act(account, field)

    def test_managers_get_a_mask(self):
        for user in (self.manager, self.users["clinic_administrator"]):
            account = self.see(self.account, user)
            for name in HIDDEN[:3]:
                with self.subTest(field=name):
                    self.assertEqual(account[name], MASK)
            self.assertNoSecret(account.read())
            self.assertNoSecret(account.web_read({name: {} for name in account.fields_get()}))
            self.assertNoSecret(account.search_read([], list(HIDDEN)))
            self.assertNoSecret(account.export_data(list(HIDDEN[:3]))["datas"])
            self.assertNoSecret(account.onchange({}, [], {name: {} for name in HIDDEN}))
            self.assertNoSecret(account.copy_data())
            self.assertNoSecret(account.with_context(import_compat=True).export_data(list(HIDDEN[:3])))

    def test_saving_the_mask_keeps_the_secret(self):
        self.see(self.account, self.manager).web_save({"access_token": MASK, "name": "x"}, {"access_token": {}})
        self.env.flush_all()
        self.assertEqual(self.account._secret("access_token"), "EAAaxolotl")

    def test_a_secret_is_not_sent_to_an_address_that_a_manager_writes(self):
        """Else whoever may change the address reads the token in the log of his own server."""
        account = self.see(self.account, self.manager)
        account.write({"api_url": account.api_url, "name": "same address"})
        self.assertEqual(account._secret("access_token"), "EAAaxolotl")
        account.write({"api_url": "http://127.0.0.1:10", "access_token": MASK})
        self.assertFalse(account.access_token or account.app_secret)
        self.assertEqual((account._secret("access_token"), account._secret("app_secret")), ("", ""))
        account.write({"api_url": "http://127.0.0.1:9", "access_token": "new", "app_secret": "newer"})
        self.assertEqual((account._secret("access_token"), account._secret("app_secret")), ("new", "newer"))

    def test_encrypted_fields_cannot_be_searched_by_their_content(self):
        for model, name in self.each_encrypted(EncryptedText):
            records = self.see(self.env[model], self.manager)
            for operator in OPERATORS:
                value = ["E%", "x"] if operator in ("in", "not in") else "E%"
                with self.subTest(model=model, field=name, operator=operator), self.assertRaises(UserError):
                    records.search([(name, operator, value)])

    def test_encrypted_fields_cannot_be_searched_from_other_records(self):
        for model, path in (
            ("clinic.whatsapp.conversation", "account_id.access_token"),
            ("clinic.whatsapp.conversation", "whatsapp_message_ids.body"),
            ("clinic.whatsapp.message", "reply_to_id.body"),
            ("clinic.whatsapp.event", "account_id.app_secret"),
            ("clinic.whatsapp.template", "account_id.app_secret"),
        ):
            for operator in OPERATORS:
                value = ["E%"] if operator in ("in", "not in") else "E%"
                with self.subTest(path=path, operator=operator), self.assertRaises(UserError):
                    self.see(self.env[model], self.manager).search([(path, operator, value)])

    def test_grouping_and_aggregating_tell_no_clear_text(self):
        clear = [*self.secrets, self.home.mark]
        for model, name in self.each_encrypted(EncryptedText):
            records = self.see(self.env[model], self.manager)
            for groupby, aggregates in ([name], []), *(([], [f"{name}:{how}"]) for how in AGGREGATES):
                case = {"model": model, "field": name, "groupby": groupby, "aggregates": aggregates}
                with self.subTest(**case), contextlib.suppress(UserError, ValueError):
                    answer = repr(records.formatted_read_group([], groupby, aggregates))
                    for text in clear:
                        self.assertNotIn(text, answer)

    def test_encrypted_fields_are_not_offered_for_groups_and_sorting(self):
        for model, name in self.each_encrypted(EncryptedText):
            info = self.see(self.env[model], self.manager).fields_get([name])[name]
            with self.subTest(model=model, field=name):
                self.assertFalse(info["groupable"] or info["sortable"])

    def test_sorting_by_a_secret_does_not_follow_the_secret(self):
        """The column holds ciphertext: its order says when a secret was stored, not what it is."""
        vals = self.home.vals("clinic.whatsapp.account")
        later, earlier = self.env["clinic.whatsapp.account"].create(
            [{**self.home.vals("clinic.whatsapp.account"), **vals, "phone_number_id": str(n), "access_token": token}
             for n, token in ((1, "zzz"), (2, "aaa"))]
        )  # fmt: skip
        self.env.flush_all()
        self.env.cr.execute("SELECT access_token FROM clinic_whatsapp_account WHERE id IN %s", [(later | earlier)._ids])
        for (token,) in self.env.cr.fetchall():
            self.assertTrue(token.startswith("gAAAA"), "a Fernet token: version and time come first")

    def test_words_of_patients_are_ciphertext_in_the_database(self):
        for model, name in self.each_encrypted(EncryptedText):
            record = self.home[model]
            self.env.flush_all()
            self.env.cr.execute(f'SELECT "{name}" FROM "{record._table}" WHERE id = %s', [record.id])
            (stored,) = self.env.cr.fetchone()
            with self.subTest(model=model, field=name):
                self.assertNotIn(self.home.mark, stored or "")

    def test_raw_payloads_are_for_managers(self):
        for name in STAFF:
            with self.subTest(user=name), self.assertRaises(AccessError):
                self.see(self.home["clinic.whatsapp.event"], self.users[name]).read(["payload"])
