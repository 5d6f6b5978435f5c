"""What the form of a patient offers beside each purpose: every lawful way, and no other (LR-14, LR-16, LR-32)."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from .ledger_common import SIGNED, LedgerCase

ON_THE_SPOT = {"action_consent_tablet", "action_consent_link", "action_print_consent_form", "action_add_signed_form"}
SPOKEN, CHAT, REFUSE = "action_give_consent", "action_ask_in_chat", "action_refuse_consent"
WAYS_BACK = ["action_withdraw_consent", "action_preferences_link"]
LAWFUL = {
    "appointment": {*ON_THE_SPOT, SPOKEN, CHAT, REFUSE},
    "feedback": {*ON_THE_SPOT, SPOKEN, CHAT, REFUSE},
    "health": {*ON_THE_SPOT, CHAT, REFUSE},
    "marketing": {*ON_THE_SPOT, REFUSE},
}


@tagged("post_install", "-at_install")
class TestWaysToAsk(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publish("optin", "feedback")
        cls.publish("approval", "marketing")
        cls.publish("explicit_consent", "marketing")
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient)
        cls.seen = cls.patient.with_user(cls.user_a)

    def actions(self, code="appointment", user=None):
        patient = self.seen.with_user(user or self.user_a)
        patient.invalidate_recordset()
        return next((badge["actions"] for badge in patient.consent_badges if badge["code"] == code), [])

    def names(self, *args, **kwargs):
        return [action["name"] for action in self.actions(*args, **kwargs)]

    def press(self, action):
        return getattr(self.seen.with_context(**action["context"]), action["name"])(*action["args"])

    def test_every_lawful_way_is_offered_for_every_purpose_and_no_other(self):
        for code, ways in LAWFUL.items():
            with self.subTest(purpose=code):
                self.assertEqual(set(self.names(code)), ways)

    def test_every_way_that_is_offered_can_be_taken(self):
        for code in LAWFUL:
            for action in self.actions(code):
                with self.subTest(purpose=code, way=action["name"]):
                    self.assertTrue(self.press(action))

    def test_one_way_stands_as_a_button_and_the_spoken_word_never(self):
        for code in LAWFUL:
            main = [action["name"] for action in self.actions(code) if action["kind"] == "main"]
            self.assertEqual(main, ["action_consent_tablet"])

    def test_lr32_the_question_leaves_in_the_chat_for_the_purpose_whose_button_was_pressed(self):
        [action] = [action for action in self.actions("health") if action["name"] == CHAT]
        self.press(action)
        question = self.env["clinic.whatsapp.message"].search([("kind", "=", "consent_request")])
        self.assertEqual((question.conversation_id, question.state), (self.conversation, "queued"))
        self.assertEqual(question.privacy_text_id.purpose_code, "health")

    def test_lr32_the_chat_is_not_offered_where_it_may_not_be_asked(self):
        def ask_twice():
            for _time in range(2):
                self.conversation.action_send_consent_question("appointment")

        cases = {
            "the window is closed": lambda: self.conversation.write(
                {"window_expires_at": Datetime.now() - timedelta(hours=1)}
            ),
            "asked twice": ask_twice,
            "the patient wrote STOP": lambda: self.conversation.contact_id.write({"suppressed_at": Datetime.now()}),
            "somebody else's number": lambda: self.patient.write({"number_owner": "relative"}),
            "no text is published": lambda: self.optin_text.write({"state": "retired"}),
        }
        for reason, happen in cases.items():
            with self.subTest(reason), self.env.cr.savepoint(flush=True) as savepoint:
                happen()
                self.assertNotIn(CHAT, self.names())
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertIn(CHAT, self.names())

    def test_lr32_another_branch_is_not_offered_the_chat_of_this_one(self):
        self.assertNotIn(CHAT, self.names(user=self.user_b))
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.patient.with_user(self.user_b).action_ask_in_chat()

    def test_lr16_a_grant_offers_both_ways_back(self):
        self.record()
        self.assertEqual(self.names(), WAYS_BACK)
        action = self.press(self.actions()[1])
        self.assertIn("/clinic_whatsapp/preferences/", action["params"]["url"])

    def test_lr16_half_of_what_a_purpose_needs_can_be_taken_back(self):
        self.record(code="marketing", record_kind="approval", method="link", **SIGNED)
        names = self.names("marketing")
        self.assertLessEqual({*WAYS_BACK, "action_consent_link"}, set(names))
        self.assertNotIn(REFUSE, names)

    def test_lr16_a_grant_for_a_purpose_that_was_switched_off_can_be_taken_back(self):
        self.record(code="feedback")
        self.purposes["feedback"].is_on = False
        self.assertEqual(self.names("feedback"), WAYS_BACK)
