"""Templates that exist at Meta and not here: made in WhatsApp Manager, or by another program.

They come when a manager refreshes the templates of a number, all in one go. Their variables have a sample and no
source: whoever sends one fills them in, until a manager says where the values come from.
"""

import logging

from odoo import api, models
from odoo.fields import Command

from ...cloud_api.template_buttons import (
    Button,
    ContactRequestButton,
    CopyCodeButton,
    PhoneButton,
    UrlButton,
    variables,
)
from ...cloud_api.template_definition import MediaHeader, TemplateDefinition, TextHeader
from ...cloud_api.template_languages import LANGUAGES
from ..messaging.account_health import QUALITIES
from .account import STATUSES
from .template import DISABLED
from .template_button import CONTACT_REQUEST, COPY_CODE, PHONE, QUICK_REPLY, URL
from .template_definition import HEADER_TEXT, LOCATION, NONE
from .template_foreign import judge_remote
from .template_variable import BODY, BUTTON, HEADER, TEXT

_logger = logging.getLogger(__name__)

CATEGORIES = ("utility", "marketing", "authentication")
UNKNOWN_CATEGORY = "marketing"  # what needs the most consent


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    @api.model
    def _prepare_import_vals(self, remote):
        """Return the values of a template that exists at Meta only.

        :param RemoteTemplate remote: in one of ``LANGUAGES``
        """
        definition, reason, part = judge_remote(remote)
        category, status = remote.category.lower(), STATUSES.get(remote.status, DISABLED)
        vals = {
            "name": remote.name,
            "title": remote.name.replace("_", " ").capitalize(),
            "language": remote.language,
            "category": category if category in CATEGORIES else UNKNOWN_CATEGORY,
            "status": status,
            "remote_status": status,
            "remote_id": remote.id,
            "quality": remote.quality and QUALITIES.get(remote.quality, "unknown"),
            "model_id": False,
        }
        if reason:
            return vals | self._prepare_foreign_vals(remote, definition, reason, part)
        return vals | self._prepare_text_vals(definition) | self._prepare_new_lines(definition)

    @api.model
    def _prepare_text_vals(self, definition: TemplateDefinition):
        header = definition.header
        kind = HEADER_TEXT if isinstance(header, TextHeader) else LOCATION
        kind = header.format.lower() if isinstance(header, MediaHeader) else kind
        return {
            "body": definition.body,
            "header_type": kind if header else NONE,
            "header_text": header.text if isinstance(header, TextHeader) else False,
            "footer": definition.footer or False,
            "ttl_minutes": max(definition.ttl_seconds or 0, 0) // 60,
        }

    @api.model
    def _prepare_new_lines(self, definition):
        """Return the variables and buttons of a template that is new here."""
        header = definition.header
        samples = dict(zip(definition.body_variables, definition.body_examples, strict=False))
        lines = [self._prepare_variable(BODY, int(name), samples.get(name)) for name in definition.body_variables]
        if isinstance(header, TextHeader) and variables(header.text):
            lines.append(self._prepare_variable(HEADER, 1, header.example))
        return {
            "variable_ids": [Command.create(line) for line in lines],
            "button_ids": [
                Command.create(self._prepare_new_button(button, sequence))
                for sequence, button in enumerate(definition.buttons, 1)
            ],
        }

    @api.model
    def _prepare_variable(self, place, index, sample):
        return {"place": place, "index": index, "source": TEXT, "sample": sample or False}

    @api.model
    def _prepare_new_button(self, button: Button, sequence):
        vals = {"sequence": sequence, **self._prepare_button_vals(button)}
        if isinstance(button, UrlButton) and variables(button.url):
            sample = button.example.removeprefix(button.url.partition("{{")[0])
            vals["variable_ids"] = [Command.create(self._prepare_variable(BUTTON, 1, sample))]
        return vals

    @api.model
    def _prepare_button_vals(self, button: Button):
        """Return what Meta reviews of a button."""
        if isinstance(button, UrlButton):
            return {"kind": URL, "text": button.text, "url": button.url}
        if isinstance(button, PhoneButton):
            return {"kind": PHONE, "text": button.text, "phone_number": button.phone_number}
        if isinstance(button, CopyCodeButton):
            return {"kind": COPY_CODE, "code": button.example}
        if isinstance(button, ContactRequestButton):
            return {"kind": CONTACT_REQUEST}
        return {"kind": QUICK_REPLY, "text": button.text}


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    def _import_templates(self, remotes) -> str:
        """Take over the templates of a complete listing that nobody has here; return in words what was done.

        What another branch has on the same business account is known already.
        """
        unknown = self._get_unknown(remotes)
        readable = [remote for remote in unknown if remote.language in LANGUAGES]
        templates = self.env["clinic.whatsapp.template"]
        owner = {"account_id": self.id, "company_id": self.company_id.id}
        # sudo: clinic.whatsapp.template - what Meta says of them is kept by the connector; who asks may write templates
        imported = templates.sudo().create([{**owner, **templates._prepare_import_vals(remote)} for remote in readable])
        if skipped := len(unknown) - len(readable):
            _logger.info("WhatsApp number %s has %s templates in languages that are not known", self.id, skipped)
        return self._tell_import(len(remotes), imported, skipped)

    def _get_unknown(self, remotes):
        # sudo: clinic.whatsapp.template - another branch on the same business account may have them
        templates = self.env["clinic.whatsapp.template"].sudo().with_context(active_test=False)
        known = {
            (template.name, template.language) for template in templates.search([("waba_id", "=", self.waba_id)])
        }
        return [remote for remote in remotes if (remote.name, remote.language) not in known]

    def _tell_import(self, count, imported, skipped) -> str:
        told = [
            self.env._("%(name)s: Meta has %(count)s templates, %(new)s of them are new here.",
                       name=self.display_name, count=count, new=len(imported))
        ]  # fmt: skip
        if foreign := len(imported.filtered("is_foreign")):
            told.append(self.env._("%(count)s of these can only be edited at Meta.", count=foreign))
        if skipped:
            told.append(self.env._("%(count)s are in a language that is not known here.", count=skipped))
        return " ".join(told)
