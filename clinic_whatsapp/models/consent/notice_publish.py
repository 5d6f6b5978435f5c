"""Publishing: a draft is filled in, judged, frozen, and takes the place of the version before it.

What the law demands of a notice is checked here and nowhere else: all of KVKK m.10, no placeholder left, no declaration
of will in it (LR-04, LR-06); an agreement only where the purpose rests on it (LR-03). A version that is flagged
*material* makes everybody who agreed under the version before it be asked again (LR-09, :mod:`.notice_renewal`).
"""

import hashlib

from babel.dates import format_date
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .consent_states import AGREEING, GRANTED, RENEWAL_REQUIRED
from .notice_lint import find_forbidden, lacks_its_name
from .notice_section import REQUIRED_SECTIONS
from .notice_text import PERSONAL, fill_in, find_leftovers, find_placeholders, find_values, normalise
from .privacy_notice import DRAFT, KIND_OF_DOCUMENT, LANGUAGES, NOTICE, PUBLISHED, RETIRED, SHORT_NOTICE


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    @api.depends_context("uid")
    @api.depends("title", "body", "section_ids.heading", "section_ids.body", "accept_label", "refuse_label", "state")
    def _compute_preview(self):
        for text in self:
            is_draft = text.state == DRAFT
            text.preview = text._compose()["body"] if is_draft else text.body
            text.problems = "\n".join(text._find_problems()) if is_draft else False

    def action_publish(self):
        """Freeze drafts as they read now, retire the versions before them, and ask again where that is due."""
        self.check_access("write")
        moment = fields.Datetime.now()  # one for all: languages that are published together say the same (LR-09)
        for text in self:
            text._publish(moment)
        return True

    def _publish(self, moment):
        if self.state != DRAFT:
            raise UserError(self.env._("“%(text)s” is published already.", text=self.display_name))
        if problems := self._find_problems():
            raise ValidationError("\n".join([self.env._("This text cannot be published yet:"), *problems]))
        # sudo: clinic.privacy.notice - these fields are written by publishing only
        text = self.sudo()
        before = text.search([*text._get_same_text(), ("state", "=", PUBLISHED)])
        before.state = RETIRED
        before.flush_recordset()
        text.write({**text._prepare_published_vals(), "valid_from": moment})
        if text.is_material:
            text._ask_again()

    def _prepare_published_vals(self):
        final = self._compose()
        frozen = self.new({**final, "accept_label": self.accept_label, "refuse_label": self.refuse_label})
        return {
            **final,
            "source": self.body,
            "source_title": self.title,
            "state": PUBLISHED,
            "sha256": hashlib.sha256(frozen._get_hashed_bytes()).hexdigest(),
            "published_by_id": self.env.uid,
            "registers": self._prepare_registers(),
        }

    def _prepare_registers(self) -> dict:
        """Return what the registers say of what one text tells: a notice all of it, another text what it names."""
        values = self._get_register_values()
        named = values if self.document_type == NOTICE else find_values(f"{self.title} {self.body}")
        return {name: value or False for name, value in values.items() if name in named}

    def _get_fill_values(self):
        """Return all values a text may ask for, but those of the person who reads it."""
        today = fields.Date.context_today(self.with_context(tz=self.company_id._get_tz()))
        values = {"version": self.version, "date": format_date(today, "d MMMM y", locale=self.lang)}
        return {**self._get_register_values(), **values}

    def _compose(self) -> dict:
        """Return title and body of one draft as they would be published today."""
        values = self._get_fill_values()
        parts = [fill_in(self.body, values)]
        for section in self.section_ids:
            parts.append(f"{normalise(section.heading)}\n{fill_in(section.body, values)}")
        return {"title": fill_in(self.title, values), "body": normalise("\n\n".join(parts))}

    def _find_problems(self) -> list[str]:
        """Return why one draft cannot be published, in words that say what to do."""
        final = self._compose()
        whole = "\n".join(filter(None, [final["title"], final["body"], self.accept_label, self.refuse_label]))
        return [
            *self._find_gaps(whole),
            *self._find_missing_sections(),
            *self._find_wrong_words(whole),
            *self._find_wrong_kind(),
        ]

    def _find_gaps(self, whole):
        if not self.body and not self.section_ids:
            yield self.env._("It is empty.")
        if leftovers := find_leftovers(whole):
            yield self.env._(
                "Something is missing in the controller file or in the text: %(gaps)s.", gaps=", ".join(leftovers)
            )
        personal = find_placeholders(whole) & PERSONAL
        if self.document_type == NOTICE and personal:
            yield self.env._("A notice is the same for everybody: remove %(names)s.", names=", ".join(sorted(personal)))

    def _find_missing_sections(self):
        """The law names what a notice must tell: KVKK m.10, the retention and the transfer abroad (LR-06)."""
        if self.document_type != NOTICE:
            return
        values = self._get_fill_values()
        labels = dict(self.section_ids._fields["code"]._description_selection(self.env))
        told = {section.code for section in self.section_ids if fill_in(section.body, values)}
        for code in REQUIRED_SECTIONS:
            if code not in told:
                yield self.env._("The section “%(section)s” is missing or empty.", section=labels[code])

    def _find_wrong_words(self, whole):
        """LR-04: a notice declares nothing; LR-02: nobody agrees to all at once."""
        if words := find_forbidden(self.document_type, whole):
            yield self.env._(
                "A text of this kind must not say: %(words)s. Notices inform, agreements are given one by one "
                "(decision 2026/347).",
                words=", ".join(words),
            )
        if lacks_its_name(self.document_type, whole):
            yield self.env._("It must say in its own words that it is an explicit consent or an approval.")

    def _find_wrong_kind(self):
        """LR-03: agreements only for purposes that rest on them, with a refusal as easy as the agreement."""
        kind = KIND_OF_DOCUMENT.get(self.document_type)
        if not kind:
            return
        # sudo: clinic.consent.purpose - a setting of the same controller
        purpose = self.env["clinic.consent.purpose"].sudo()._get(self.purpose_code, self.company_id)
        try:
            purpose._check_kind(kind)
        except ValidationError as error:
            yield str(error)
        if not (self.accept_label and self.refuse_label):
            yield self.env._("Name both choices: agreeing and refusing must be equally easy.")

    @api.model
    def _retire_unasked(self, purposes):
        """Retire texts that ask for what a purpose no longer rests on: nobody must be shown them (LR-03)."""
        # sudo: clinic.privacy.notice - follows from the purpose, whoever may change that
        texts = self.sudo().search(
            [
                ("company_id", "in", purposes.company_id.ids),
                ("purpose_code", "in", purposes.mapped("code")),
                ("state", "=", PUBLISHED),
            ]
        )
        asked = {(purpose.company_id, purpose.code): purpose._get_required_kinds() for purpose in purposes}
        unasked = texts.filtered(
            lambda text: KIND_OF_DOCUMENT[text.document_type]
            not in asked.get((text.company_id, text.purpose_code), (KIND_OF_DOCUMENT[text.document_type],))
        )
        unasked.write({"state": RETIRED})

    def _ask_again(self):
        """Let every grant that rests on an earlier version of one text be given anew, at the next visit (LR-09).

        Whose signature waits for its check is asked anew as well: that check cannot succeed any more.
        """
        outdated = self._find_outdated_agreements()
        outdated.filtered(lambda entry: entry.status == GRANTED)._end(RENEWAL_REQUIRED)
        # sudo: res.partner - whoever publishes a text lets the desk ask again, without seeing whom
        outdated.sudo().partner_id.ask_consent = True

    def _find_outdated_agreements(self):
        """Return what was agreed to, and still holds or waits for its check, after reading an earlier version."""
        earlier = self._find_earlier()
        # sudo: clinic.consent - grants are given to the controller, in whatever branch
        ledger = self.env["clinic.consent"].sudo()
        agreed = ledger.search(
            [
                ("controller_id", "=", self.company_id.id),
                ("status", "in", AGREEING),
                "|", ("notice_id", "in", earlier.ids), ("text_id", "in", earlier.ids),
            ]
        )  # fmt: skip
        standing = ledger.union(*ledger._get_standing(agreed.partner_id, self.company_id).values())
        waiting = ledger.search([("id", "in", agreed.ids), ("is_awaiting_check", "=", True)])
        return agreed & (standing | waiting)

    def _find_earlier(self):
        """Return what one material version outdates, in whatever language: versions of the same text, and of a full
        notice the short ones too, for those led to it."""
        family = [("company_id", "=", self.company_id.id), ("purpose_code", "=", self.purpose_code)]
        same = self.search([*family, ("document_type", "=", self.document_type), ("state", "!=", DRAFT)])
        earlier = same._find_outdated()
        if self.document_type == NOTICE:
            answered = (same - earlier).mapped("lang")  # of these languages the present version is as new as this one
            langs = {lang for lang, _label in LANGUAGES} - set(answered) | {self.lang}
            earlier |= self.search([*family, ("document_type", "=", SHORT_NOTICE), ("lang", "in", list(langs))])
        return earlier
