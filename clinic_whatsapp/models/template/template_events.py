"""What Meta reports about templates by itself (cloud_api.md §5.8).

A template that may not be sent any more, or whose text at Meta is not ours any more, is refused by the gate.
"""

from odoo import fields, models
from odoo.tools import LazyTranslate

from ..messaging.account_health import QUALITIES
from ..messaging.inbox import NotYet
from ..messaging.news import take_news
from ..messaging.wire_values import mapping, moment, name, words
from .account import STATUSES
from .template import APPROVED, CONTENT, DISABLED, DRAFT
from .template_button import OWN_LABEL
from .template_sync import comparable

_lt = LazyTranslate(__name__)

HANDLERS = {
    "message_template_status_update": "_learn_status_event",
    "message_template_quality_update": "_learn_quality_event",
    "message_template_components_update": "_learn_components_event",
    "template_category_update": "_learn_category_event",
}
ASK_AGAIN = ("REINSTATED", "UNARCHIVED", "UNLOCKED")  # the event does not tell the status, cloud_api.md §4.3
PAUSES = {
    "FIRST_PAUSE": _lt("Paused for 3 hours, because patients blocked or reported the number after it."),
    "SECOND_PAUSE": _lt(
        "Paused for 6 hours, because patients blocked or reported the number after it again. The next time Meta "
        "disables it."
    ),
    "RATE_LIMITING_PAUSE": _lt("Paused while Meta watches how patients take it. Lift the pause in WhatsApp Manager."),
    "DISABLED": _lt("Disabled for good, because of its low quality. Write another template."),
}
EVENTS = {
    "FLAGGED": _lt("Meta warns: its quality is low. It is going to be disabled unless that changes."),
    "DISABLED": _lt("Meta disabled it for good. Write another template."),
    "PENDING_DELETION": _lt("It is being deleted at Meta."),
    "DELETED": _lt("It was deleted at Meta. Submit it again under another name."),
    "ARCHIVED": _lt("Meta archived it, because it was not used for a year. Bring it back in WhatsApp Manager."),
    "UNARCHIVED": _lt("It was brought back from the archive; Meta is asked for its status."),
    "LOCKED": _lt("Meta locked it. WhatsApp Manager says why."),
    "UNLOCKED": _lt("Meta unlocked it and is asked for its status."),
    "LIMIT_EXCEEDED": _lt("The account has too many templates. Delete some that are not used."),
}
REASONS = {
    "ABUSIVE_CONTENT": _lt("Meta finds the text abusive."),
    "CATEGORY_NOT_AVAILABLE": _lt("The category is not available for this account."),
    "INCORRECT_CATEGORY": _lt("The text does not fit its category. What promotes something is marketing."),
    "INVALID_FORMAT": _lt("The format is not valid: look at the variables and special characters."),
    "PROMOTIONAL": _lt("The text promotes something, so it is marketing."),
    "SCAM": _lt("Meta takes the text for a scam."),
    "TAG_CONTENT_MISMATCH": _lt("The language or category of the text is another one than stated."),
}


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    quality = fields.Selection(
        [("green", "Green"), ("yellow", "Yellow"), ("red", "Red"), ("unknown", "Not rated yet")],
        readonly=True,
        copy=False,
        help="What patients think of this message, as Meta sees it. Red: Meta is going to pause it.",
    )
    pending_category = fields.Selection(
        [("utility", "Utility"), ("marketing", "Marketing"), ("authentication", "Authentication")],
        "Coming category",
        readonly=True,
        copy=False,
        help="Meta is going to move the template to this category.",
    )
    category_changes_at = fields.Datetime("Category changes on", readonly=True, copy=False)
    is_changed_at_meta = fields.Boolean(
        "Changed at Meta",
        readonly=True,
        copy=False,
        help="Its text at Meta is another one than here, so it is not sent. “Refresh templates” on the number takes "
        "over Meta's text where its variables and buttons fit.",
    )
    must_check_values = fields.Boolean(
        "Values to be looked at",
        readonly=True,
        copy=False,
        help="Meta's text was taken over, and nobody has said yet that its variables still mean the same. Until then "
        "it is not sent.",
    )
    latest_events = fields.Json(readonly=True, copy=False)

    def write(self, vals):
        """What is submitted anew replaces the text at Meta."""
        if CONTENT & vals.keys() and not {"status", "is_changed_at_meta"} & vals.keys():
            vals = {**vals, "is_changed_at_meta": False, "must_check_values": False}
        return super().write(vals)

    def action_confirm_values(self):
        """Say that the values still stand where they belong in a text that was taken over from Meta."""
        self.check_access("write")
        for template in self.filtered("must_check_values"):
            template._write_from_meta({"must_check_values": False})
            template._report_stopped(False)
        return True

    def _is_sendable(self) -> bool:
        is_unclear = self.is_changed_at_meta or self.must_check_values
        known = not (self.is_foreign and self.needs_unknown_values)
        return self.active and self.status == APPROVED and not is_unclear and known

    def _learn_status_event(self, value):
        status, remote_id = name(value.get("event")), words(value.get("message_template_id"))
        if self.status == DRAFT:
            return self._meet_draft(status, remote_id)
        known = "PENDING" if status in ASK_AGAIN[1:] else status
        self._learn(known, remote_id=remote_id, reason=self._explain_status(status, value))
        if status in ASK_AGAIN:
            self.account_id._schedule_health()

    def _meet_draft(self, status, remote_id):
        """What Meta says is not about a draft: either it was edited since, or it is being submitted at this moment.

        :raise NotYet: in the second case
        """
        if self.remote_id != remote_id:
            raise NotYet(self.account_id._for_manager().env._("The template is a draft here."))
        self._write_from_meta({"remote_status": STATUSES.get(status, DISABLED)})

    def _explain_status(self, status, value):
        """Return why a template has a status, in the language of its manager."""
        env = self.account_id._for_manager().env
        if pause := PAUSES.get(name(mapping(value.get("other_info")).get("title"))):
            return env._(pause)
        rejection, reason = mapping(value.get("rejection_info")), name(value.get("reason"))
        told = " ".join(filter(None, (words(rejection.get("reason")), words(rejection.get("recommendation")))))
        if told:
            return told
        if term := REASONS.get(reason) or EVENTS.get(status):
            return env._(term)
        return words(reason) or words(mapping(value.get("other_info")).get("description")) or None

    def _learn_quality_event(self, value):
        self.quality = QUALITIES.get(name(value.get("new_quality_score")), "unknown")

    def _learn_components_event(self, value):
        """Compare what the webhook tells; what it leaves out may be as it was."""
        body = comparable(value.get("message_template_element"))
        if not body or self.is_foreign:
            return
        told = {
            "header_text": comparable(value.get("message_template_title")),
            "footer": comparable(value.get("message_template_footer")),
        }
        around = all(not text or text == comparable(self[name]) for name, text in told.items())
        self._compare(body == comparable(self.body) and around and self._has_labels(value))

    def _has_labels(self, value) -> bool:
        """Tell whether the buttons that a webhook tells are ours; of some, WhatsApp chooses the words."""
        told, buttons = value.get("message_template_buttons"), self._get_buttons()
        if not told or not isinstance(told, list):
            return True
        labels = [words(mapping(button).get("message_template_button_text")) for button in told]
        return len(labels) == len(buttons) and all(
            button.kind in OWN_LABEL or label == (button.text or "")
            for button, label in zip(buttons, labels, strict=True)
        )

    def _learn_category_event(self, value):
        categories = dict(self._fields["pending_category"].selection)
        current, coming = (name(value.get(key)).lower() for key in ("new_category", "correct_category"))
        coming = coming if coming in categories and coming != current else False
        vals = {
            "pending_category": coming,
            "category_changes_at": bool(coming) and (moment(value.get("category_update_timestamp")) or False),
            "status": self.status,  # Meta goes on sending the same text
        }
        if current in categories:
            vals["category"] = current
        moved = vals.get("category", self.category) != self.category
        self.write(vals)
        self._report_category(moved)


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _receive_change(self, field, payload):
        if field not in HANDLERS:
            return super()._receive_change(field, payload)
        template = self._find_template(payload)
        if take_news(template, field, payload.get("time")):
            was_sendable = template._is_sendable()
            getattr(template, HANDLERS[field])(payload["value"])
            template._report_stopped(was_sendable)
        return None

    def _find_template(self, payload):
        """Return the template of a webhook: by its ID, else by name and language, within the business account.

        IDs are numbers here and texts in the REST API, and languages are written ``en-US`` (cloud_api.md §4.1).
        """
        value = payload["value"]
        numbers = self._get_numbers_of(payload)
        templates = self.env["clinic.whatsapp.template"].with_context(active_test=False)
        remote_id = words(value.get("message_template_id"))
        mine = [("account_id", "in", numbers.ids)]
        language = name(value.get("message_template_language")).replace("-", "_")
        by_name = [("name", "=", name(value.get("message_template_name"))), ("language", "=", language)]
        known = remote_id and templates.search([*mine, ("remote_id", "=", remote_id)], limit=1)
        return known or templates.search([*mine, *by_name], limit=1)
