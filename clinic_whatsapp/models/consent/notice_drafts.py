"""The texts that ship with the addon become drafts of every controller, in every language (legal.md §8).

They are drafts for a counsel to adapt: copied texts are penalised (decision 2026/347), so none is published by itself.
"""

from functools import cache

from odoo import api, models
from odoo.fields import Command
from odoo.tools.misc import file_open

from .consent_purpose import APPOINTMENT, APPROVAL, EXPLICIT_CONSENT, FEEDBACK, HEALTH, MARKETING, TRANSFER
from .notice_text import Draft, parse
from .privacy_notice import GUARDIAN, LANGUAGES, NOTICE, OPT_IN_TEXT, SHORT_NOTICE

SHIPPED = (
    (NOTICE, None),
    (SHORT_NOTICE, None),
    (GUARDIAN, None),
    (OPT_IN_TEXT, APPOINTMENT),
    (OPT_IN_TEXT, FEEDBACK),
    (EXPLICIT_CONSENT, APPOINTMENT),
    (EXPLICIT_CONSENT, TRANSFER),
    (EXPLICIT_CONSENT, HEALTH),
    (EXPLICIT_CONSENT, MARKETING),
    (APPROVAL, MARKETING),
)


@cache
def read_draft(lang: str, name: str) -> Draft:
    """Return a text as it ships.

    :param lang: ``tr`` or ``en``
    :param name: the file's name without ending: the kind, and the purpose where there is one
    """
    with file_open(f"clinic_whatsapp/texts/{lang}/{name}.txt") as source:
        return parse(source.read())


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    @api.model
    def _ensure_for(self, companies):
        """Give controllers that have no texts the drafts that ship, in every language."""
        # sudo: clinic.privacy.notice - made with the controller's file, by whoever comes first
        rows = self.sudo()
        known = {company for (company,) in rows._read_group([("company_id", "in", companies.ids)], ["company_id"])}
        rows.create([
            {"company_id": company.id, **vals}
            for company in companies
            if company not in known
            for vals in self._prepare_drafts()
        ])  # fmt: skip

    @api.model
    def _prepare_drafts(self):
        return [
            self._prepare_draft_vals(document_type, purpose_code, lang)
            for lang, _name in LANGUAGES
            for document_type, purpose_code in SHIPPED
        ]

    @api.model
    def _prepare_draft_vals(self, document_type, purpose_code, lang):
        draft = read_draft(lang, "_".join(filter(None, (document_type, purpose_code))))
        sections = [
            {"sequence": 10 * place, "code": code, "heading": heading, "body": body}
            for place, (code, heading, body) in enumerate(draft.sections, 1)
        ]
        return {
            "document_type": document_type,
            "purpose_code": purpose_code,
            "lang": lang,
            "title": draft.head["title"],
            "body": draft.body,
            "accept_label": draft.head.get("accept"),
            "refuse_label": draft.head.get("refuse"),
            "section_ids": [Command.create(section) for section in sections],
        }
