"""Notices follow the registers: what a notice says is what the clinic does (legal.md LR-07, decision 2026/347).

The values of a text come from the controller's file, its processors, purposes and branches. When a notice is published
they are kept beside it; whatever changes later is compared with them, and a notice that tells something else is out of
date: shown to the staff at once, and after ``GRACE_DAYS`` nobody can agree to anything on its ground.
"""

from datetime import timedelta

from babel import Locale
from babel.dates import format_date
from odoo import api, fields, models

from .consent_purpose import APPOINTMENT, FEEDBACK, HEALTH, MARKETING
from .notice_drafts import read_draft
from .notice_text import fill_in
from .privacy_notice import NOTICE, PUBLISHED
from .privacy_processor import BSP, WHATSAPP

GRACE_DAYS = 7
LEGAL_ARTICLES = {
    "consent": "5/1",
    "law": "5/2-a",
    "impossibility": "5/2-b",
    "contract": "5/2-c",
    "legal_obligation": "5/2-ç",
    "made_public": "5/2-d",
    "legal_claims": "5/2-e",
    "legitimate_interest": "5/2-f",
}
HEALTH_ARTICLES = {
    "explicit_consent": "6/3-a",
    "law": "6/3-b",
    "impossibility": "6/3-c",
    "made_public": "6/3-ç",
    "legal_claims": "6/3-d",
    "health_care": "6/3-e",
}
WORDS = {  # what the registers say in numbers and codes, as the two languages say it
    "tr": {
        "article": "m.{}",
        "law": "KVKK {}",
        "and": " ve ",
        "consent": "yalnızca ayrıca vermeniz hâlinde açık rızanız ({})",
        "ret_p1": "son mesajdan itibaren {} ay",
        "ret_media": "{} gün",
        "ret_consent": "ilişkimizin sona ermesinden veya geri almanızdan itibaren {} yıl",
        "ret_etk": "geçerliliğinin sona ermesinden itibaren {} yıl",
    },
    "en": {
        "article": "{}",
        "law": "KVKK {}",
        "and": " and ",
        "consent": "only with your separate explicit consent ({})",
        "ret_p1": "for {} months after the last message",
        "ret_media": "for {} days",
        "ret_consent": "for {} years after our relation ends or you withdraw",
        "ret_etk": "for {} years after they cease to be valid",
    },
}


class ClinicPrivacyController(models.Model):
    _inherit = "clinic.privacy.controller"

    def _get_values(self, lang) -> dict:
        """Return what the registers of one controller say, as words for a text.

        :param str lang: ``tr`` or ``en``
        :return: {placeholder or flag: words, True or nothing}; what is unknown is empty
        """
        # sudo: clinic.privacy.controller and its registers - what patients are told, whoever prepares the text
        controller = self.sudo()
        return {
            **controller._get_identity(lang),
            **controller._get_bases(lang),
            **controller._get_recipients(lang),
            **controller._get_retention(lang),
        }

    def _get_identity(self, lang):
        branches = self.company_id.child_ids or self.company_id
        return {
            "controller_name": self.trade_name,
            "trade_name": self.trade_name,
            "address": self.address,
            "mersis": self.mersis,
            "kvkk_email": self.privacy_email,
            "kep": self.kep,
            "verbis": self.verbis,
            "phone_clinic": self.phone,
            "application_channels": self.application_channels,
            "dpo": self.dpo,
            "eu_rep": self.eu_representative,
            "gdpr": self.is_gdpr,
            "branches": ", ".join(sorted(branches.mapped("name"))),
            "web_form": True,  # consent pages note the IP address
            "guardian": True,
        }

    def _get_bases(self, lang):
        """Return the legal grounds of what is in use; a purpose that is not in use is not mentioned."""
        domain = [("company_id", "=", self.company_id.id), ("is_on", "=", True)]
        rows = self.env["clinic.consent.purpose"].search(domain)
        used = {purpose.code: purpose for purpose in rows}
        return {
            "p1_basis": APPOINTMENT in used and used[APPOINTMENT]._get_basis_words(lang, health=False),
            "p1_health_basis": APPOINTMENT in used and used[APPOINTMENT]._get_health_article(lang),
            "p3": HEALTH in used,
            "p3_basis": HEALTH in used and used[HEALTH]._get_basis_words(lang),
            "p4": MARKETING in used,
            "p5": FEEDBACK in used,
            "p5_basis": FEEDBACK in used and used[FEEDBACK]._get_basis_words(lang),
        }

    def _get_recipients(self, lang):
        processors = self._get_processors().filtered("is_active")
        meta, bsp = (processors.filtered(lambda row, s=service: row.service == s) for service in (WHATSAPP, BSP))
        others = (processors - meta - bsp).filtered(lambda row: row.name != self.hosting_name)
        return {
            "meta_entity": ", ".join(meta.mapped("name")),
            "bsp": bool(bsp),
            "bsp_name": ", ".join(bsp.mapped("name")),
            "others": bool(others),
            "other_processors": ", ".join(f"{row.name} ({row.country_id._get_words(lang)})" for row in others),
            "hosting_name": self.hosting_name,
            "hosting_country": self.hosting_country_id._get_words(lang),
            "countries": ", ".join(country._get_words(lang) for country in (meta | bsp).country_id),
            "transfer_sentence": self._get_transfer_sentence(lang),
        }

    def _get_transfer_sentence(self, lang):
        """Return what a notice says about the ground of the transfer abroad; empty while there is none."""
        sentences = {code: text for code, _heading, text in read_draft(lang, "transfer_sentence").sections}
        dates = {"sc_date": self.sc_signed_on, "rg_date": self.adequacy_published_on}
        values = {name: day and format_date(day, "d MMMM y", locale=lang) for name, day in dates.items()}
        values["adequate_country"] = self.adequacy_country_id._get_words(lang)
        return fill_in(sentences.get(self.transfer_state), values)

    def _get_retention(self, lang):
        words = WORDS[lang]
        return {
            "ret_p1": words["ret_p1"].format(self.retention_message_months),
            "ret_media": words["ret_media"].format(self.retention_media_days),
            "ret_consent": words["ret_consent"].format(self.retention_consent_years),
            "ret_etk": words["ret_etk"].format(self.retention_approval_years),
        }


class ClinicConsentPurpose(models.Model):
    _inherit = "clinic.consent.purpose"

    def _get_basis_words(self, lang, health=True) -> str:
        """Return the legal grounds of one purpose as a text names them: articles, or the patient's consent."""
        words = WORDS[lang]
        articles = [LEGAL_ARTICLES[self.legal_basis]]
        if health and self.health_basis:
            articles.append(HEALTH_ARTICLES[self.health_basis])
        named = words["law"].format(words["and"].join(words["article"].format(article) for article in articles))
        by_consent = self.legal_basis == "consent" or (health and self._rests_on_consent())
        return words["consent"].format(named) if by_consent else named

    def _get_health_article(self, lang) -> str:
        return WORDS[lang]["article"].format(HEALTH_ARTICLES[self.health_basis])


class ResCountry(models.Model):
    _inherit = "res.country"

    def _get_words(self, lang) -> str:
        """Return the name of a country in a language of our texts, whether or not Odoo has that language."""
        return Locale(lang).territories.get(self.code) or self.name or ""


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    def _get_register_values(self) -> dict:
        """Return what the registers of one text's controller say now, in its language."""
        return self.env["clinic.privacy.controller"]._get_for(self.company_id)._get_values(self.lang)

    @api.model
    def _compare_with_registers(self, companies):
        """Mark the published texts of these controllers that say something else than the registers (LR-07)."""
        # sudo: res.company, clinic.privacy.notice - whoever changes a register
        controllers = companies.sudo().root_id
        texts = self.sudo().search([("company_id", "in", controllers.ids), ("state", "=", PUBLISHED)])
        for text in texts:
            differs = bool(text._get_differences())
            if differs != bool(text.stale_since):
                text.stale_since = differs and fields.Datetime.now()

    def _get_differences(self) -> list[str]:
        """Return the names of the values that have changed since one text was published."""
        now, told = self._get_register_values(), self.registers or {}
        names = now if self.document_type == NOTICE else told
        return sorted(name for name in names if told.get(name, False) != (now.get(name) or False))

    @api.depends("stale_since")
    def _compute_stale_reason(self):
        for text in self:
            text.stale_reason = ", ".join(text._get_differences()) if text.stale_since else False

    def _is_closed(self) -> bool:
        """Tell whether a published text is out of date for longer than the grace: then no grant may rest on it."""
        return bool(self.stale_since) and self.stale_since + timedelta(days=GRACE_DAYS) < fields.Datetime.now()

    @api.model
    def _get_banner(self, company) -> str:
        """Return what staff must see about the texts of a branch's controller, or an empty string (LR-07)."""
        controller = company._get_controller()
        # sudo: clinic.privacy.notice - its state only
        texts = self.sudo().search([("company_id", "=", controller.id), ("state", "=", PUBLISHED)])
        notices = texts.filtered(lambda text: text.document_type == NOTICE)
        if not notices:
            return self.env._("No privacy notice is published: nobody can agree to messages yet.")
        stale = notices.filtered("stale_since")
        if any(notice._is_closed() for notice in stale):
            return self.env._("The privacy notice is out of date: no agreement is recorded until it is published anew.")
        if stale:
            return self.env._(
                "The privacy notice no longer says what the registers say. Publish a new version within %(days)s days.",
                days=GRACE_DAYS,
            )
        if texts.filtered("stale_since"):
            return self.env._(
                "A text that patients are shown no longer says what the registers say. Publish a new version within "
                "%(days)s days (Data protection › Texts for patients).",
                days=GRACE_DAYS,
            )
        if behind := texts._find_outdated():
            return self.env._(
                "“%(text)s” lags behind a version in another language that asks for renewal. Publish its own new "
                "version (Data protection › Texts for patients); until then patients are shown the other language.",
                text=behind[0].display_name,
            )
        return ""
