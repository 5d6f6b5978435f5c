"""Templates as Meta has them, compared with ours: by the health check, and when a manager refreshes them.

A webhook may have been lost, and some changes have none. The check only compares; a text that was changed at Meta is
taken over when a manager asks for it, because somebody has to see that its variables still mean the same.

A listing costs a constant number of queries, however many templates it has: what is the same is not touched.
"""

from dataclasses import replace

from odoo import models

from ...cloud_api.template_buttons import ContactRequestButton, CopyCodeButton, UrlButton
from ...cloud_api.template_definition import MediaHeader, TextHeader
from ..messaging.account_diagnosis import Diagnosis
from ..messaging.account_health import QUALITIES
from .account import GONE, STATUSES
from .template import DISABLED, DRAFT, PLACEHOLDER, SERVICE_TEXT
from .template_edit import FROM_META, FROM_META_MARK
from .template_foreign import judge_remote


def comparable(body) -> str:
    """Return a text for comparing, empty when it is none: Meta may send other line ends."""
    if not isinstance(body, str):
        return ""
    return "\n".join(line.rstrip() for line in body.replace("\x00", "").splitlines()).strip()


def placeholders(body) -> set[str]:
    return set(PLACEHOLDER.findall(body or ""))


def fingerprint(definition):
    """Return what patients see of a template and what a message must fill in; examples are neither."""
    header = definition.header
    if isinstance(header, MediaHeader):
        header = header.format
    elif isinstance(header, TextHeader):
        header = comparable(header.text)
    return comparable(definition.body), header, comparable(definition.footer), tuple(map(_plain, definition.buttons))


def _get_texts(definition) -> list[str]:
    """Return the texts that may have variables: of body, header and links, in the same order for what fits."""
    header = definition.header.text if isinstance(definition.header, TextHeader) else ""
    return [definition.body, header, *(getattr(button, "url", "") for button in definition.buttons)]


def _plain(button):
    if isinstance(button, UrlButton):
        return replace(button, example="")
    if isinstance(button, CopyCodeButton):
        return CopyCodeButton("")
    return ContactRequestButton() if isinstance(button, ContactRequestButton) else button


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _learn_remote(self, remote, *, adopt=False):
        """Take over what a listing says about a template.

        :param RemoteTemplate remote:
        :param bool adopt: take over its text, too, where the variables and buttons fit
        """
        definition, reason, part = judge_remote(remote)
        if self.is_foreign:
            self._learn_foreign(remote, definition, reason or self.foreign_reason, part)
        same = self.is_foreign or (definition is not None and self._is_same(definition))
        if self.status == DRAFT and not same:
            return self._learn_about_draft(remote)  # it was edited here and is not submitted yet
        status = STATUSES.get(remote.status, DISABLED)
        told = self.status_reason  # a webhook told more than a listing does
        if status != self.status:
            told = self._explain_status(remote.status, {"reason": remote.rejected_reason})
        self._learn(remote.status, remote_id=remote.id, category=remote.category, reason=told)
        self._learn_quality(remote)
        self._learn_coming_category(remote)
        if definition is None or comparable(definition.body):  # what has no text is no text of ours
            self._compare(same, definition, adopt=adopt)
        return None

    def _learn_about_draft(self, remote):
        self._write_from_meta(
            {"remote_id": remote.id, "remote_status": STATUSES.get(remote.status, DISABLED)}
        )

    def _learn_gone(self):
        """Keep that Meta does not have one template any more."""
        if self.status == DRAFT:
            self._write_from_meta({"remote_id": False, "remote_status": False})
        else:
            self._learn(GONE, reason=self._explain_status(GONE, {}))

    def _learn_foreign(self, remote, definition, reason, part):
        self._write_from_meta(self._prepare_foreign_vals(remote, definition, reason, part))

    def _learn_quality(self, remote):
        quality = remote.quality and QUALITIES.get(remote.quality, "unknown")
        if quality and (self.quality or "unknown") != quality:
            self._write_from_meta({"quality": quality})

    def _learn_coming_category(self, remote):
        coming = (remote.correct_category or "").lower()
        known = coming in dict(self._fields["pending_category"].selection) and coming != self.category
        if self.pending_category != (known and coming):
            self._write_from_meta({"pending_category": known and coming, "category_changes_at": False})
            self._report_category()

    def _compare(self, same, definition=None, *, adopt=False):
        """Mark a template whose text at Meta is not ours, or take that over.

        :param bool same: whether they are the same
        :param TemplateDefinition | None definition: what Meta has
        """
        if self.status == DRAFT:  # a draft is to replace what Meta has
            return
        if adopt and not same and definition and self._fits(definition):
            has_moved = self._moves_values(definition)
            self._adopt(definition)
            self._write_from_meta({"must_check_values": has_moved})
        elif self.is_changed_at_meta == same:
            self._write_from_meta({"is_changed_at_meta": not same})

    def _is_same(self, definition) -> bool:
        return fingerprint(definition) == fingerprint(self._get_definition())

    def _fits(self, definition) -> bool:
        """Tell whether the variables and buttons here can go on meaning what they mean under another text."""
        ours = self._get_definition()
        kinds = [[type(button) for button in buttons] for buttons in (ours.buttons, definition.buttons)]
        texts = [text.text if isinstance(text, TextHeader) else "" for text in (ours.header, definition.header)]
        ends = [
            [placeholders(getattr(button, "url", "")) for button in buttons]
            for buttons in (ours.buttons, definition.buttons)
        ]
        return (
            placeholders(ours.body) == placeholders(definition.body)
            and placeholders(texts[0]) == placeholders(texts[1])
            and kinds[0] == kinds[1]
            and ends[0] == ends[1]
        )

    def _moves_values(self, definition) -> bool:
        """Tell whether words around variables are others than here: {{1}} may be something else by now."""
        pairs = zip(_get_texts(self._get_definition()), _get_texts(definition), strict=True)
        return any(placeholders(theirs) and comparable(ours) != comparable(theirs) for ours, theirs in pairs)

    def _adopt(self, definition):
        """Take over a text that fits, button by button, so that what they do stays with them."""
        # sudo: clinic.whatsapp.template - what Meta has is kept by the connector
        template = self.sudo().with_context(**{FROM_META: FROM_META_MARK})
        for button, remote in zip(template._get_buttons(), definition.buttons, strict=True):
            button.write(template._prepare_button_vals(remote))
        template.write(
            {**self._prepare_text_vals(definition), "status": self.status, "is_changed_at_meta": False}
        )


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _learn_templates(self, remotes, *, adopt=False):
        """Take over a complete listing of the templates of one number's business account."""
        templates = self.env["clinic.whatsapp.template"].search(
            [("waba_id", "=", self.waba_id), ("category", "!=", SERVICE_TEXT)]
        )
        by_key = {(remote.name, remote.language): remote for remote in remotes}
        accounts = templates[:1]._get_sending_accounts()
        for template in templates:
            was_sendable = template._is_sendable()
            if remote := by_key.get((template.name, template.language)):
                template._learn_remote(remote, adopt=adopt)
            elif template.remote_id:
                template._learn_gone()
            template._report_stopped(was_sendable, accounts)

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
