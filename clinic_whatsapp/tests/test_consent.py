import base64

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.consent.opt_out import is_stop
from .common import PDF, ClinicCase

STOPS = ["DUR", "dur.", "STOP!", "çık", "ABONELİKTEN ÇIK", "mesaj istemiyorum", "mesaj atmayın", "listeden çıkar",
         "durdur", "unsubscribe", "opt out", "end", "quit", "remove me", "  Dur 🙏 ", "Mesaj İstemiyorum"]  # fmt: skip
NOT_STOPS = ["durumum nasıl", "dur bir dakika geliyorum", "reti̇nam ağrıyor", "stoper takıldı mı",
             "randevumu iptal etmek istiyorum", "ret cevabı aldım mı", "iptal", "", "👍"]  # fmt: skip


@tagged("post_install", "-at_install")
class TestConsentLedger(ClinicCase):
    def record(self, status="granted", **proof):
        return self.env["clinic.consent"]._record(
            self.patient, self.appointment_purpose, status, company=self.branch_a, **{"method": "spoken", **proof}
        )

    def test_newest_entry_counts(self):
        self.record("granted")
        self.record("withdrawn")
        entry = self.env["clinic.consent"]._get_current(self.patient, self.appointment_purpose, self.root)
        self.assertEqual(entry[self.patient, self.appointment_purpose].status, "withdrawn")

    def test_nobody_changes_or_deletes_an_entry(self):
        entry = self.record()
        for user in (self.user_a, self.clinic_manager, self.env.ref("base.user_root")):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                entry.with_user(user).write({"status": "withdrawn"})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                entry.with_user(user).unlink()

    def test_paper_needs_its_scan(self):
        with self.assertRaises(ValidationError):
            self.record(method="paper")
        scan = self.env["ir.attachment"].create({"name": "form.pdf", "datas": PDF, "public": True})
        entry = self.record(method="paper", evidence=scan)
        self.assertEqual((scan.res_model, scan.res_id, scan.public), ("clinic.consent", entry.id, False))

    def test_entries_say_who_and_when(self):
        entry = (
            self.env["clinic.consent"]
            .with_user(self.user_a)
            ._record(self.patient, self.appointment_purpose, "granted", method="spoken")
        )
        self.assertEqual((entry.recorded_by_id, entry.company_id), (self.user_a, self.branch_a))
        self.assertEqual(entry.controller_id, self.root)
        self.assertEqual(entry.phone, "+905300000001")

    def test_a_row_changed_in_the_database_is_found(self):
        first = self.record("granted")
        self.record("withdrawn")
        self.assertFalse(self.env["clinic.consent"]._verify_chain(self.root))
        self.env.flush_all()
        self.env.cr.execute("UPDATE clinic_consent SET status = 'withdrawn' WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.assertEqual(self.env["clinic.consent"]._verify_chain(self.root), first)

    def test_a_row_deleted_in_the_database_is_found(self):
        first, second = self.record("granted"), self.record("withdrawn")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM clinic_consent WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.assertEqual(self.env["clinic.consent"]._verify_chain(self.root), second)

    def test_consent_for_one_clinic_says_nothing_to_another(self):
        self.record("granted")
        stranger = self.env["res.company"].create({"name": "Other clinic"})
        self.assertFalse(self.env["clinic.consent"]._get_current(self.patient, self.appointment_purpose, stranger))

    def test_staff_give_and_take_back_in_two_clicks(self):
        patient = self.patient.with_user(self.user_a)
        self.assertEqual(patient.appointment_consent, "none")
        for action, state in ((patient.action_give_consent, "granted"), (patient.action_withdraw_consent, "withdrawn")):
            opened = action()
            wizard = Form(self.env[opened["res_model"]].with_user(self.user_a).with_context(**opened["context"])).save()
            wizard.action_record()
            patient.invalidate_recordset()
            self.assertEqual(patient.appointment_consent, state)

    def test_the_desk_keeps_the_scanned_form(self):
        wizard = (
            self.env["clinic.consent.wizard"]
            .with_user(self.user_a)
            .create({"partner_id": self.patient.id, "method": "paper", "evidence": PDF, "evidence_name": "form.pdf"})
        )
        wizard.action_record()
        entry = self.patient.consent_ids
        self.assertEqual(entry.evidence_ids.with_user(self.user_a).raw, base64.b64decode(PDF))

    def test_another_branch_sees_the_state_but_not_the_entry(self):
        self.record("granted")
        self.assertEqual(self.patient.with_user(self.user_b).appointment_consent, "granted")
        self.assertFalse(self.patient.with_user(self.user_b).consent_ids)

    def test_stop_words_match_whole_messages_only(self):
        self.assertEqual([text for text in STOPS if not is_stop(text)], [])
        self.assertEqual([text for text in NOT_STOPS if is_stop(text)], [])


@tagged("post_install", "-at_install")
class TestOptOut(ClinicCase):
    def test_stop_withdraws_and_is_confirmed_once(self):
        self.opt_in(self.patient)
        self.receive(self.account_a, self.text("DUR", wamid="wamid.1"))
        self.assertEqual(self.patient.consent_ids[0].status, "withdrawn")
        self.assertEqual(self.patient.consent_ids[0].method, "chat")
        confirmation = self.env["clinic.whatsapp.message"].search([("kind", "=", "optout_confirm")])
        self.assertEqual(confirmation.state, "queued")
        self.receive(self.account_a, self.text("STOP", wamid="wamid.2"))
        self.assertEqual(self.env["clinic.whatsapp.message"].search([("kind", "=", "optout_confirm")]), confirmation)

    def test_stop_of_an_unknown_number_is_kept_too(self):
        message = self.receive(self.account_a, self.text("stop", wamid="wamid.3", phone="+905300000099"))
        self.assertTrue(message.conversation_id.contact_id.suppressed_at)

    def test_stop_reaches_all_branches(self):
        conversation_b = self.open_conversation(self.account_b, self.patient)
        self.receive(self.account_a, self.text("DUR", wamid="wamid.4"))
        self.assertEqual(conversation_b._send_text("Merhaba").block_reason, "stop_all")

    def test_a_new_opt_in_lifts_the_stop(self):
        self.receive(self.account_a, self.text("DUR", wamid="wamid.5"))
        self.opt_in(self.patient)
        conversation = self.open_conversation(self.account_a, self.patient)
        self.assertEqual(conversation._send_text("Merhaba").state, "queued")

    def test_start_lifts_the_stop_and_asks_a_person_for_the_consent(self):
        self.opt_in(self.patient)
        conversation = self.receive(self.account_a, self.text("DUR", wamid="wamid.7")).conversation_id
        self.receive(self.account_a, self.text("Başla", wamid="wamid.8"))
        self.assertFalse(conversation.contact_id.suppressed_at)
        self.assertEqual(conversation._send_text("Merhaba").state, "queued")
        self.assertEqual(self.patient.with_company(self.branch_a).appointment_consent, "withdrawn")
        self.assertEqual(len(conversation.activity_ids), 1)
        self.receive(self.account_a, self.text("Başla", wamid="wamid.9"))
        self.assertEqual(len(conversation.activity_ids), 1)

    def test_stop_is_effective_on_what_waits_in_the_queue(self):
        self.opt_in(self.patient)
        message = self.patient._whatsapp_send_template(
            self.create_template(), purpose="appointment", account=self.account_a
        )
        self.assertEqual(message.state, "queued")
        self.receive(self.account_a, self.text("DUR", wamid="wamid.6"))
        message._judge_and_block()
        self.assertEqual((message.state, message.block_reason, message.body), ("blocked", "stop_all", False))
