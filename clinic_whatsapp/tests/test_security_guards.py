"""What staff must not change even in their own branch: the connector's facts, the ledger, the history."""

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import ForeignKeyViolation

from .security_common import SecurityCase

SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.sql_db")
OURS = ("reception", "branch_manager", "clinic_manager", "clinic_administrator")
STAFF_MAY_CHANGE = {"state", "assigned_user_id", "partner_id", "unread_count", "tag_ids"}


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityGuards(SecurityCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def test_staff_change_only_their_own_fields_of_a_conversation(self):
        """Whoever could move the window could write to patients who have not asked."""
        record = self.home["clinic.whatsapp.conversation"]
        guarded = [
            name
            for name, field in record._fields.items()
            if field.store and field._module == "clinic_whatsapp" and name not in STAFF_MAY_CHANGE
        ]
        self.assertIn("window_expires_at", guarded)
        for name in guarded:
            value = record._fields[name].convert_to_write(record[name], record)
            for user in OURS:
                with self.subTest(field=name, user=user), self.denied():
                    self.see(record, self.users[user]).write({name: value})

    def test_nobody_makes_or_removes_a_conversation_or_message_by_hand(self):
        for model in ("clinic.whatsapp.conversation", "clinic.whatsapp.message", "clinic.whatsapp.contact"):
            for user in OURS:
                with self.subTest(model=model, user=user):
                    record = self.see(self.home[model], self.users[user])
                    vals = self.home.vals(model)
                    with self.denied():
                        record.create(vals)
                    with self.denied(UserError):
                        record.unlink()
                    with self.denied():
                        record.copy()

    def test_a_message_is_never_changed_by_hand(self):
        for user in OURS:
            record = self.see(self.home["clinic.whatsapp.message"], self.users[user])
            conversation = self.home["clinic.whatsapp.conversation"]
            for vals in ({"body": "x"}, {"state": "read"}, {"partner_id": False}, {"conversation_id": conversation.id}):
                with self.subTest(user=user, vals=vals), self.denied():
                    record.write(vals)

    def test_a_message_does_not_change_over_the_list_of_its_conversation(self):
        message, patient = self.home["clinic.whatsapp.message"], self.home.patient
        for user in OURS:
            conversation = self.see(self.home["clinic.whatsapp.conversation"], self.users[user])
            for command in (
                Command.create({"direction": "out", "body": "x", "partner_id": patient.id}),
                Command.update(message.id, {"body": "x"}),
                Command.delete(message.id),
            ):
                with self.subTest(user=user, command=command[0]), self.denied(UserError):
                    conversation.write({"whatsapp_message_ids": [command]})

    def test_a_conversation_is_given_to_people_of_its_branch_only(self):
        conversation = self.see(self.home["clinic.whatsapp.conversation"], self.users["reception"])
        conversation.assigned_user_id = self.both
        outsider = self.create_role("outsider", "clinic_whatsapp.group_user", self.branch_b)
        for user in (outsider, self.users["portal"]):
            with self.subTest(user=user.login), self.denied(UserError):
                conversation.assigned_user_id = user
        with self.denied(ValidationError):
            self.home["clinic.whatsapp.account"].responsible_user_id = outsider

    def test_an_answer_is_never_entrusted_to_somebody_who_left_the_branch(self):
        leaver = self.create_role("leaver", "clinic_whatsapp.group_user", self.branch_a)
        conversation = self.home["clinic.whatsapp.conversation"]
        conversation.assigned_user_id = conversation.account_id.responsible_user_id = leaver
        leaver.write({"company_id": self.branch_b.id, "company_ids": [Command.set(self.branch_b.ids)]})
        self.assertIn(self.branch_a, conversation._get_responsible_user().company_ids)

    def each_hand(self, record):
        """Yield a record in everybody's hands, the superuser's too."""
        for name in OURS:
            yield name, self.see(record, self.users[name])
        yield "sudo", self.see(record, self.users["reception"]).sudo()
        yield "superuser", record.with_user(SUPERUSER_ID)

    def test_nobody_changes_or_deletes_an_entry_of_the_consent_ledger(self):
        entry = self.home["clinic.consent"]
        before = self.row(entry)
        for name, hand in self.each_hand(entry):
            for vals in ({"status": "refused"}, {"note": "x"}, {"company_id": self.branch_b.id}, {"evidence_ids": []}):
                with self.subTest(hand=name, vals=vals), self.denied(UserError):
                    hand.write(vals)
            with self.subTest(hand=name), self.denied(UserError):
                hand.unlink()
        self.assertEqual(self.row(entry), before)

    def test_a_patient_with_a_consent_cannot_be_deleted(self):
        for name, hand in self.each_hand(self.home["clinic.consent"]):
            with self.subTest(hand=name), self.denied(ForeignKeyViolation):
                hand.partner_id.unlink()

    def test_nobody_adds_an_entry_to_the_ledger_but_by_recording_a_consent(self):
        for name in OURS:
            empty = self.see(self.env["clinic.consent"], self.users[name])
            vals = self.home.vals("clinic.consent")
            with self.subTest(user=name), self.denied():
                empty.create(vals)
            with self.subTest(user=name), self.denied(UserError):
                self.see(self.home["clinic.consent"], self.users[name]).copy()

    def test_the_end_of_the_ledger_is_kept_by_the_ledger(self):
        for name in OURS:
            chain = self.see(self.home["clinic.consent.chain"], self.users[name])
            for act in (
                lambda c: c.write({"entry_count": 0}),
                lambda c: c.unlink(),
                lambda c: c.create({"company_id": self.branch_a.id}),
            ):
                with self.subTest(user=name), self.denied():
                    act(chain)

    def test_the_evidence_of_a_consent_stays_as_it_was(self):
        evidence = self.home["clinic.consent"].evidence_ids
        for name in OURS:
            own = self.see(evidence, self.users[name])
            self.assertTrue(own.read(["name"]))
            for act in (
                lambda e: e.write({"sha256": "forged"}),
                lambda e: e.write({"consent_id": False}),
                lambda e: e.write({"company_id": self.branch_b.id}),
                lambda e: e.copy(),
                lambda e: e.unlink(),
            ):
                with self.subTest(user=name), self.denied(UserError):
                    act(own)

    def test_merging_contacts_does_not_rewrite_the_ledger(self):
        """Odoo's merge moves all rows of a contact by SQL, past every rule."""
        other = self.home.patient.copy({"name": "Double"})
        before = self.row(self.home["clinic.consent"])
        for name in OURS:
            vals = {"partner_ids": [Command.set((self.home.patient | other).ids)], "dst_partner_id": other.id}
            merge = self.see(self.env["base.partner.merge.automatic.wizard"], self.users[name]).create(vals)
            with self.subTest(user=name), self.denied(UserError):
                merge.action_merge()
        self.assertEqual(self.row(self.home["clinic.consent"]), before)
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))

    def test_rights_on_starter_settings_are_the_superusers(self):
        """What belongs to no company is everybody's to read and nobody's to change."""
        template = self.env["clinic.whatsapp.template"].search([("company_id", "=", False)], limit=1)
        for name in OURS:
            seen = self.see(template, self.users[name])
            self.assertTrue(seen.body)
            with self.subTest(user=name), self.denied(AccessError):
                seen.write({"body": "x"})

    def test_a_template_takes_only_values_that_its_author_may_read(self):
        """They are read without rules when a message is written."""
        variable = self.home["clinic.whatsapp.template.variable"]
        for path in (
            "patient_id.appointment_ids.note",
            "patient_id.appointment_ids",
            "patient_id.consent_ids.note",
            "scheduled_ids.message_id.body",
            "create_uid.totp_secret",
            "create_uid.company_ids.name",
            "company_id.child_ids.name",
            "company_id.partner_id.bank_ids.acc_number",
            "message_ids.body",
            "patient_id.image_1920",
            "no_such_field",
        ):
            for name in ("branch_manager", "clinic_manager", "clinic_administrator"):
                with self.subTest(path=path, user=name), self.denied(ValidationError):
                    self.see(variable, self.users[name]).write({"source": "field", "field_path": path})
        for path in ("patient_id.name", "start_date_text", "company_id.phone", "practitioner_id.name", "service_id"):
            with self.subTest(path=path):
                self.see(variable, self.users["branch_manager"]).write({"source": "field", "field_path": path})

    def test_a_template_cannot_be_turned_to_records_its_values_do_not_fit(self):
        self.home["clinic.whatsapp.template.variable"].write({"source": "field", "field_path": "patient_id.name"})
        template = self.see(self.home["clinic.whatsapp.template"], self.users["branch_manager"])
        with self.denied(ValidationError):
            template.model_id = self.env["ir.model"]._get_id("res.users")
