"""Templates as Meta has them, compared with ours: by the health check, and when a manager refreshes them.

A webhook may have been lost, and some changes have none. The check only compares; a text that was changed at Meta is
taken over when a manager asks for it, because somebody has to see that its variables still mean the same.
"""

from odoo import models

from ..messaging.account_diagnosis import Diagnosis
from ..messaging.wire_values import mapping, words
from .account import STATUSES
from .template import DISABLED, DRAFT, PLACEHOLDER, SERVICE_TEXT


def comparable(body) -> str:
    """Return a text for comparing, empty when it is none: Meta may send other line ends."""
    if not isinstance(body, str):
        return ""
    return "\n".join(line.rstrip() for line in body.replace("\x00", "").splitlines()).strip()


def placeholders(body) -> set[str]:
    return set(PLACEHOLDER.findall(body))


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _learn_remote(self, remote, *, adopt=False):
        """Take over what a listing says about a template.

        :param RemoteTemplate remote:
        :param bool adopt: take over its text, too, where the variables and buttons fit
        """
        parts = {part.get("type"): part for part in remote.components}
        body, buttons = comparable(mapping(parts.get("BODY")).get("text")), mapping(parts.get("BUTTONS")).get("buttons")
        titles = [words(mapping(button).get("text")) for button in (buttons if isinstance(buttons, list) else [])]
        if self.status == DRAFT and not self._is_same(body, titles):
            return  # it was edited here and is not submitted yet
        status = STATUSES.get(remote.status, DISABLED)
        reason = self.status_reason  # a webhook told more than a listing does
        if status != self.status:
            reason = self._explain_status(remote.status, {"reason": remote.rejected_reason})
        self._learn(remote.status, remote_id=remote.id, category=remote.category, reason=reason)
        self._learn_coming_category(remote)
        self._compare(body, titles, adopt=adopt)

    def _learn_coming_category(self, remote):
        coming = (remote.correct_category or "").lower()
        known = coming in dict(self._fields["pending_category"].selection) and coming != self.category
        if self.pending_category != (known and coming):
            self.write({"pending_category": known and coming, "category_changes_at": False})

    def _compare(self, body, titles, *, adopt=False):
        """Mark a template whose text at Meta is not ours; what cannot be read changes nothing.

        :param list[str] | None titles: of the buttons
        """
        if not body or self.status == DRAFT:  # a draft is to replace what Meta has
            return
        ours, same = self.button_ids.mapped("text"), self._is_same(body, titles)
        fits = placeholders(body) == placeholders(self.body) and len(titles or ours) == len(ours)
        if adopt and not same and fits:
            self.write({"body": body, "status": self.status, "is_changed_at_meta": False})
            for button, title in zip(self.button_ids, titles or ours, strict=True):
                button.text = title
        elif self.is_changed_at_meta == same:
            self.is_changed_at_meta = not same

    def _is_same(self, body, titles) -> bool:
        return body == comparable(self.body) and (titles is None or titles == self.button_ids.mapped("text"))


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _learn_templates(self, remotes, *, adopt=False):
        """Take over a complete listing of the templates of one number's business account."""
        templates = self.env["clinic.whatsapp.template"].search(
            [("waba_id", "=", self.waba_id), ("category", "!=", SERVICE_TEXT)]
        )
        by_key = {(remote.name, remote.language): remote for remote in remotes}
        for template in templates:
            was_sendable = template._is_sendable()
            if remote := by_key.get((template.name, template.language)):
                template._learn_remote(remote, adopt=adopt)
            elif template.remote_id and template.status != DRAFT:
                template._learn("DELETED", reason=template._explain_status("DELETED", {}))
            template._report_stopped(was_sendable)

    def _get_health_questions(self):
        return [*super()._get_health_questions(), self._ask_about_templates]

    def _ask_about_templates(self, api, diagnosis: Diagnosis):
        diagnosis.templates = list(api.templates())

    def _learn_health(self, diagnosis):
        result = super()._learn_health(diagnosis)
        if diagnosis.templates is not None:
            # sudo: clinic.whatsapp.template - what Meta says is kept by the connector, whoever makes it look
            self.sudo()._learn_templates(diagnosis.templates)
        return result
