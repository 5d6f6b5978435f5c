"""The few messages that the clinic sends by itself while the patient's window is open (legal.md LR-26).

All are free text or buttons, never templates: they cannot reach anybody who has not just written. Each has a kind of
its own, by which the gate tells them from an automation.
"""

import uuid
from datetime import timedelta

from odoo import fields, models
from odoo.tools.misc import format_datetime

from ...cloud_api.messages import Buttons, ReplyButton
from ..consent.consent_purpose import SERVICE
from .message import BLOCKED, CANCELLED, FAILED

BLOCKED_LATELY = timedelta(hours=24)  # what was blocked is tried again with a message of the next day, not with each
MOMENT = "dd.MM.yyyy HH:mm"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    privacy_text_id = fields.Many2one(
        "clinic.privacy.notice",
        "Text shown",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The version of the notice that this message is, or of the text that it asks about.",
    )


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _send_service(self, kind, text, buttons=(), **vals):
        """Queue a message of one of the ``SERVICE_KINDS``, if the window is open.

        :param str kind:
        :param str text: in the patient's language; up to 4,096 characters, 1,024 with buttons
        :param buttons: up to three (action, title of up to 20 characters); when one is pressed, ``message._pressed``
            returns the action
        :param vals: more values of the message
        :return: the message, ``queued`` or ``blocked``; none when the window is closed
        """
        messages = self.env["clinic.whatsapp.message"]
        if not self.is_window_open:
            return messages
        reference = uuid.uuid4().hex
        if buttons:
            replies = [
                ReplyButton(f"{action}:{reference}:{index}", title) for index, (action, title) in enumerate(buttons)
            ]
            vals = {**self._prepare_content_vals(Buttons(text, tuple(replies)), SERVICE, kind=kind), **vals}
        else:
            vals = {**self._prepare_queue_vals(SERVICE, kind=kind), "body": text, **vals}
        return messages._queue([{**vals, "client_ref": reference}])

    def _in_patients_language(self, code=None):
        """Return the conversation with the language in which one writes to the patient.

        :param str | None code: ``tr`` or ``en``, when a text of that language is written about
        """
        wanted = self.partner_id.lang or self.company_id.partner_id.lang
        if code and (wanted or "")[:2] != code:
            installed = [lang for lang, _name in self.env["res.lang"].get_installed() if lang[:2] == code]
            wanted = next(iter(installed), wanted)
        return self.with_context(lang=wanted)

    def _find_shown(self, kind, domain=()):
        """Return the messages by which this person was shown texts about privacy, over all numbers of the controller.

        :param str kind: ``short_notice`` or ``consent_request``
        """
        lately = fields.Datetime.now() - BLOCKED_LATELY
        return self.env["clinic.whatsapp.message"].search(
            [
                ("conversation_id.contact_id", "=", self.contact_id.id),
                ("kind", "=", kind),
                ("privacy_text_id", "!=", False),
                ("state", "not in", (CANCELLED, FAILED)),
                "|",
                ("state", "!=", BLOCKED),
                ("create_date", ">", lately),
                *domain,
            ]
        )

    def _get_clinic_name(self):
        return self.company_id._get_controller().name

    def _format_moment(self, moment):
        """Return a moment (naive UTC) in the branch's zone, as it stands in a text."""
        return format_datetime(self.env, moment, tz=self.company_id._get_tz(), dt_format=MOMENT)

    def _get_text_address(self, text):
        """Return where anybody can read a published text, word for word."""
        return f"{self.get_base_url()}/clinic_whatsapp/text/{text.sha256}"

    def _ask_staff(self, activity_type, summary, note):
        """Put an activity on who answers for this conversation, unless the same one waits; nothing of what was written.

        :param str activity_type: XML id
        """
        if not self.activity_search([activity_type], additional_domain=[("summary", "=", summary)]):
            self.activity_schedule(
                activity_type, summary=summary, note=note, user_id=self._get_responsible_user().id
            )
