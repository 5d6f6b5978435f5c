"""A button of a template ends the reminders about a treatment, and nothing else (legal.md §8.7, LR-16)."""

from odoo.tests import tagged

from .test_opt_out import OptOutCase


@tagged("post_install", "-at_install")
class TestRemindersStop(OptOutCase):
    def ask(self):
        """Return a reminder of a check-up that the patient got."""
        starter = self.env.ref("clinic_whatsapp.template_followup_control_en")
        template = starter.copy({"account_id": self.account_a.id, "company_id": self.branch_a.id})
        template.status = "approved"
        purpose = self.env["clinic.consent.purpose"]._get("health", self.root)
        message = template._queue_messages(purpose, [(self.patient, self.patient, self.account_a)]).sudo()
        message.write({"state": "sent", "wamid": f"wamid.asked.{message.id}", "block_reason": False})
        return message

    def answer(self, asked, index):
        """Let the patient press one of its buttons."""
        action, text = [(button.action, button.text) for button in asked.template_id.button_ids][index]
        return self.take(
            "button",
            f"wamid.pressed.{next(self.count)}",
            button={"payload": f"{action}:{asked.client_ref}:{index}", "text": text},
            context={"id": asked.wamid},
        )

    def test_it_takes_back_the_consent_to_reminders_and_leaves_all_others(self):
        self.agree_to_everything()
        before = self.everything()
        self.answer(self.ask(), 2)
        self.assertEqual(before, ["granted"] * 5)
        self.assertEqual(self.everything(), ["granted", "withdrawn", *["granted"] * 3])
        self.assertFalse(self.contact.suppressed_at)

    def test_it_is_confirmed_once(self):
        self.agree_to_everything()
        asked = self.ask()
        self.answer(asked, 2)
        self.answer(asked, 2)
        (confirmed,) = self.sent_messages("optout_confirm")
        self.assertIn("Treatment reminders", confirmed.body)

    def test_the_other_buttons_take_nothing_back(self):
        self.agree_to_everything()
        asked = self.ask()
        for index in (0, 1):
            self.answer(asked, index)
        self.assertEqual(self.everything(), ["granted"] * 5)

    def test_a_payload_from_elsewhere_does_nothing(self):
        self.agree_to_everything()
        self.take("button", "wamid.forged", button={"payload": "no_reminders:unknown:2", "text": "No more reminders"})
        self.assertEqual(self.everything(), ["granted"] * 5)
