"""Odoo's mail machinery carries internal notes only, and none of them over the wall (odoo19.md §2.3, design.md §3)."""

import contextlib

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .security_common import KNOWN_TO_CONTROLLER as SHARED
from .security_common import MANAGER, RECEPTION, SecurityCase

SILENT = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.addons.mail.models.mail_mail")
OURS = ("reception", "branch_manager", "clinic_manager", "clinic_administrator")
PLUMBING = ("mail.message", "mail.notification", "mail.followers", "mail.tracking.value", "mail.activity", "mail.mail")


@tagged("post_install", "-at_install", "clinic_security")
class TestSecurityMail(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.env.cr.precommit.run()  # else Odoo still takes the records for new, and tracks nothing
        cls.writer = cls.create_role("writer", MANAGER, cls.branch_b)
        cls.colleague = cls.create_role("colleague", RECEPTION, cls.branch_b)
        cls.both.notification_type = "inbox"
        for user in cls.users.values():
            user.notification_type = "inbox" if user.has_group("base.group_user") else "email"

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*SILENT))

    def get_threads(self):
        """Return the models of ours that carry notes of one branch."""
        return [name for name in self.get_models() if "message_ids" in self.env[name] and name not in SHARED]

    def test_nobody_writes_notes_on_what_the_whole_legal_entity_shares(self):
        self.assertEqual([name for name in SHARED if "message_ids" in self.env[name]], ["clinic.consent.chain"])
        chain = self.home["clinic.consent.chain"]
        note = self.stranger["clinic.consent.chain"].message_post(body=f"Note about {self.stranger.mark}")
        for name, user, branches in self.watchers():
            with self.subTest(user=name):
                with self.denied():
                    self.see(chain, user, *branches).message_post(body="x")
                self.assertHidden(note, user, *branches)

    def test_every_model_with_notes_is_named_in_the_rules(self):
        for plumbing in ("mail.message", "mail.mail", "mail.notification", "mail.tracking.value"):
            rule = self.env.ref(f"clinic_whatsapp.rule_{plumbing.replace('.', '_')}_branch")
            self.assertFalse(rule.groups)
            for model in self.get_threads():
                with self.subTest(plumbing=plumbing, model=model):
                    self.assertIn(repr(model), rule.domain_force)

    def each_note(self, author=None, **options):
        """Yield (record, note) of the sister branch for every model with notes."""
        for model in self.get_threads():
            record = self.sister[model]
            post = self.see(record, author or self.writer).message_post
            yield record, post(body=f"Note about {self.sister.mark}", **options).sudo()

    def assertHidden(self, messages, user, *branches):
        """The user can neither find, count nor read the messages."""
        seen = self.see(messages, user, *branches)
        with contextlib.suppress(AccessError):
            self.assertFalse(seen.search([("id", "in", messages.ids)]))
            self.assertFalse(seen.search_count([("id", "in", messages.ids)]))
            self.assertFalse(seen._read_group([("id", "in", messages.ids)], [], ["__count"])[0][0])
            self.assertFalse(seen.search([("body", "ilike", self.sister.mark)]))
        for message in seen:
            with self.denied():
                message.read(["body", "record_name"])

    def test_notes_of_one_branch_are_not_read_in_another(self):
        for _record, note in self.each_note():
            for name, user, branches in self.watchers():
                with self.subTest(user=name):
                    self.assertHidden(note, user, *branches)

    def test_notes_are_read_in_their_own_branch(self):
        for _record, note in self.each_note():
            self.assertIn(self.sister.mark, self.see(note, self.colleague).body)
            self.assertIn(self.sister.mark, self.see(note, self.both, self.branch_b).body)

    def test_logged_changes_and_done_activities_are_read_in_their_own_branch(self):
        appointment = self.see(self.sister["clinic.appointment"], self.writer)
        appointment.write({"state": "cancelled"})
        self.flush_tracking()
        appointment.activity_schedule("mail.mail_activity_data_todo", user_id=self.writer.id).action_feedback("Done")
        self.env.invalidate_all()
        seen = self.see(appointment, self.colleague).message_ids
        self.assertEqual(len(seen.sudo().tracking_value_ids.filtered(lambda value: value.field_id.name == "state")), 1)
        self.assertTrue([note for note in seen if "Done" in note.body])
        self.assertEqual(seen.record_company_id, self.branch_b)

    def test_a_note_that_mentions_somebody_of_another_branch_is_not_shown_to_him(self):
        mentioned = (self.users["reception"] | self.users["clinic_administrator"] | self.users["portal"]).partner_id
        for _record, note in self.each_note(partner_ids=mentioned.ids):
            self.assertFalse(note.notified_partner_ids & mentioned)
            self.assertFalse(note.partner_ids & mentioned)
            for name in ("reception", "clinic_administrator", "portal"):
                with self.subTest(user=name):
                    self.assertHidden(note, self.users[name])

    def test_a_colleague_of_the_branch_can_be_mentioned(self):
        for _record, note in self.each_note(partner_ids=self.colleague.partner_id.ids):
            self.assertEqual(note.notified_partner_ids, self.colleague.partner_id)

    def test_a_note_is_gone_when_its_branch_is_not_active(self):
        """Odoo shows everybody what he wrote himself, or was mentioned in, wherever it stands."""
        for _record, note in self.each_note(author=self.both, partner_ids=self.both.partner_id.ids):
            self.assertHidden(note, self.both, self.branch_a)

    def test_a_note_is_gone_for_who_has_left_the_branch(self):
        notes = [note for _record, note in self.each_note(author=self.both, partner_ids=self.colleague.partner_id.ids)]
        leavers = self.both | self.colleague
        leavers.write({"company_id": self.branch_a.id, "company_ids": [Command.set(self.branch_a.ids)]})
        for note in notes:
            for leaver in leavers:
                with self.subTest(model=note.model, user=leaver.login):
                    self.assertHidden(note, leaver)

    def test_a_notification_by_hand_does_not_reach_another_branch(self):
        outsider = self.users["reception"]
        for model in self.get_threads():
            record = self.see(self.sister[model], self.writer)
            with self.subTest(model=model):
                note = record.message_notify(body=f"Look {self.sister.mark}", partner_ids=outsider.partner_id.ids)
                note = note.sudo() if note else self.env["mail.message"]
                self.assertFalse(note.notified_partner_ids)
                self.assertHidden(note, outsider)

    def test_nobody_of_another_branch_becomes_a_follower(self):
        partners = self.users["reception"].partner_id | self.users["portal"].partner_id | self.sister.patient
        for model in self.get_threads():
            with self.subTest(model=model):
                record = self.sister[model]
                record.message_subscribe(partner_ids=(partners | self.colleague.partner_id).ids)
                self.assertFalse(record.message_partner_ids & partners)
                self.assertIn(self.colleague.partner_id, record.message_partner_ids)

    def test_nobody_subscribes_himself_to_another_branch(self):
        for model in self.get_threads():
            for name, user, branches in self.watchers():
                with self.subTest(model=model, user=name), contextlib.suppress(UserError):
                    self.see(self.sister[model], user, *branches).message_subscribe(partner_ids=user.partner_id.ids)
                self.assertNotIn(user.partner_id, self.sister[model].message_partner_ids)

    def test_a_patient_is_never_notified_nor_follows(self):
        patient = self.sister.patient
        patient.email = "patient@example.com"
        for record, note in self.each_note(partner_ids=patient.ids, subtype_xmlid="mail.mt_comment"):
            record.message_notify(body="Hello", partner_ids=patient.ids)
            record.message_subscribe(partner_ids=patient.ids)
            self.assertNotIn(patient, record.message_partner_ids)
            self.assertNotIn(patient, note.partner_ids | note.notified_partner_ids)
            suggested = record.with_user(self.both)._message_get_suggested_recipients()
            self.assertNotIn(patient.id, [who.get("partner_id") for who in suggested])
        told = self.env["mail.notification"].search_count([("res_partner_id", "=", patient.id)])
        written = self.env["mail.mail"].search_count([("recipient_ids", "in", patient.ids)])
        self.assertFalse(told or written or self.env["mail.followers"].search([("partner_id", "=", patient.id)]))

    def test_an_activity_is_seen_in_its_own_branch_only(self):
        """Odoo shows everybody the activities assigned to him, with the name of the record."""
        for model in self.get_threads():
            for name in OURS:
                with self.subTest(model=model, user=name):
                    user = self.users[name]
                    activity = self.sister[model].activity_schedule(
                        "mail.mail_activity_data_todo", summary=f"Call {self.sister.mark}", user_id=user.id
                    )
                    mine = self.see(activity, user)
                    self.assertFalse(mine.search([("id", "=", activity.id)]))
                    self.assertFalse(mine.formatted_read_group([("id", "=", activity.id)], ["res_name"], ["__count"]))
                    with self.denied():
                        mine.read(["res_name", "summary"])
                    self.assertNoTrace(self.see(user, user)._get_activity_groups())

    def test_an_activity_is_seen_while_its_branch_is_active(self):
        for model in self.get_threads():
            activity = self.sister[model].activity_schedule("mail.mail_activity_data_todo", user_id=self.both.id)
            with self.subTest(model=model):
                self.assertTrue(self.see(activity, self.both, self.branch_b).read(["res_name"]))
                self.assertFalse(self.see(activity, self.both, self.branch_a).search([("id", "=", activity.id)]))

    def test_the_plumbing_tells_nothing_about_another_branch(self):
        self.colleague.notification_type = "email"
        self.colleague.email = "colleague@example.com"
        vals = {"name": f"Dr. {self.sister.mark}", "company_id": self.branch_b.id}
        practitioner = self.env["resource.resource"].create(vals)
        appointment = self.see(self.sister["clinic.appointment"], self.writer)
        appointment.write({"state": "cancelled", "practitioner_id": practitioner.id})
        self.flush_tracking()
        told = (self.colleague | self.writer).partner_id.ids
        for record, _note in self.each_note(author=self.both, partner_ids=told, subject=f"About {self.sister.mark}"):
            record.message_subscribe(partner_ids=told)
            record.activity_schedule("mail.mail_activity_data_todo", summary=self.sister.mark, user_id=self.both.id)
        for plumbing in PLUMBING:
            self.assertTrue(self.env[plumbing].search_count([]), plumbing)
            for name, user, branches in self.watchers():
                with self.subTest(plumbing=plumbing, user=name), contextlib.suppress(AccessError):
                    rows = self.see(self.env[plumbing], user, *branches).search([])
                    self.assertNoTrace(rows.web_read(self.get_specification(plumbing)))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def get_specification(self, model):
        names = ("subject", "body", "summary", "note", "res_name", "record_name", "old_value_char", "new_value_char")
        links = ("mail_message_id", "author_id", "res_partner_id", "partner_id", "user_id", "field_id")
        fields = self.env[model]._fields
        return {
            **{name: {} for name in names if name in fields},
            **{name: {"fields": {"display_name": {}}} for name in links if name in fields},
        }
