"""A patient who may be written to, and what the gate says when something about that changes."""

from datetime import datetime

from .common import ClinicCase
from .privacy_common import SIGN_OFF

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00"
    b"\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)
NOON = datetime(2026, 11, 18, 9)  # a Wednesday; 12:00 in Istanbul
PROMOTION = "Papatya Sağlık A.Ş., MERSİS 0123456789012345. Sayın {{1}}, sizi bekliyoruz. Çıkmak için RET yazın."


class GateCase(ClinicCase):
    """A patient who has agreed to appointment messages, and a template for each purpose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["clinic.whatsapp.gate"]
        cls.file = cls.env["clinic.privacy.controller"]._get_for(cls.root)
        cls.opt_in(cls.patient)
        cls.utility = cls.create_template()
        cls.promotion = cls.create_template(
            name="news", category="marketing", body=PROMOTION.replace("Papatya Sağlık A.Ş.", cls.file.trade_name)
        )
        cls.conversation = cls.open_conversation(cls.account_a, cls.patient, window=False)
        cls.contact = cls.conversation.contact_id

    @classmethod
    def get_purpose(cls, code):
        return cls.env["clinic.consent.purpose"]._get(code, cls.root)

    def switch_on(self, code):
        self.get_purpose(code).write({"is_on": True, **SIGN_OFF, "quiet_from": 0.0, "quiet_to": 24.0})

    def grant(self, code, kind):
        """Let the patient sign one text of a purpose on the tablet."""
        self.env["clinic.privacy.notice"].search(
            [
                ("company_id", "=", self.root.id),
                ("lang", "=", "tr"),
                ("state", "=", "draft"),
                ("document_type", "=", {"channel_optin": "optin"}.get(kind, kind)),
                ("purpose_code", "=", code),
            ]
        ).action_publish()
        return self.env["clinic.consent"]._record(
            self.patient, self.get_purpose(code), "granted", method="tablet", company=self.branch_a, record_kind=kind,
            signature=PNG, signer_name="Deniz Örnek", ip="192.0.2.7", user_agent="Tablet",
        )  # fmt: skip

    def send(self, code="appointment", template=None, kind="automatic", **vals):
        """Queue a template message."""
        template = template or (self.promotion if code == "marketing" else self.utility)
        [message] = template._queue_messages(
            self.get_purpose(code), [(self.patient, self.patient, self.account_a)], kind=kind
        )
        if vals:
            message = message.sudo()
            message.write({"state": "queued", "block_reason": False, **vals})
            message._judge_and_block()
        return message

    def judge(self, code="appointment", kind="automatic", **vals):
        """Return what the gate says about a template message that does not exist."""
        draft = self.env["clinic.whatsapp.message"].new(
            {
                "conversation_id": self.conversation.id,
                "partner_id": self.patient.id,
                "purpose_id": self.get_purpose(code).id,
                "direction": "out",
                "kind": kind,
                "message_type": "template",
                "client_ref": "draft",
                **(self.promotion if code == "marketing" else self.utility)._prepare_content_vals({1: "Deniz"}),
                **vals,
            }
        )
        return self.gate._judge(draft)[draft]

    def answer(self, kind="reply", body="Merhaba", **vals):
        return self.judge("service", kind, message_type="text", template_id=False, body=body, **vals)

    def open_window(self):
        self.conversation._open_window(self.env.cr.now())
