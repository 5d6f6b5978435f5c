"""Lists of words that a message must not carry, or that tell of an emergency or a complaint (legal.md §4, §7.4, LR-30,
LR-31).

The shipped words belong to nobody and reach every installation with an update. A legal entity adds words of its own,
and allows shipped ones where its counsel says so: an allowed phrase is never found, in no text of this legal entity.
Who changed or removed what is written down (``clinic.audited.mixin``); who added it, in the row itself.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from . import lint_numbers
from .lint import COMPLAINT, EMERGENCY, HEALTH, PROMO, REASONS, Finder, Word, clean

FLAG, ALLOW = "flag", "allow"
STEM, WHOLE = "stem", "whole"
NUMBERS = {PROMO: lint_numbers.find_promo, HEALTH: lint_numbers.find_health}


class ClinicLintWord(models.Model):
    _name = "clinic.lint.word"
    _inherit = ["clinic.audited.mixin", "clinic.shared.mixin"]
    _description = "Word to look for in messages"
    _order = "kind, lang, text, id"
    _rec_name = "text"

    _audited = ("text", "kind", "match", "effect", "active")

    company_id = fields.Many2one(
        "res.company",
        "Controller",
        default=lambda self: self.env.company._get_controller(),
        help="The legal entity whose messages are meant. Empty: shipped with the app.",
    )
    kind = fields.Selection(
        [(PROMO, "Promotion"), (HEALTH, "Health data"), (EMERGENCY, "Emergency"), (COMPLAINT, "Complaint")],
        "List",
        required=True,
        default=PROMO,
        help="Promotion and health: not in templates, and in free text only with a reason. Emergency: in what patients "
        "write; they are told to call 112. Complaint: in what patients write; automations that stop at a complaint "
        "stop.",
    )
    lang = fields.Selection([("tr", "Turkish"), ("en", "English")], "Language", required=True, default="tr")
    text = fields.Char("Word or phrase", required=True)
    match = fields.Selection(
        [(STEM, "With any ending"), (WHOLE, "This word only")],
        required=True,
        default=STEM,
        help="With any ending: “indirim” is found in “indirimlerimiz”, too.",
    )
    effect = fields.Selection(
        [(FLAG, "Look for it"), (ALLOW, "Allowed")],
        required=True,
        default=FLAG,
        help="Allowed: a phrase in which a word of the list is harmless, for example “feel free”.",
    )
    active = fields.Boolean(default=True)

    _text_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), kind, lang, effect, LOWER(text))", "This word is in the list already."
    )

    @api.constrains("text")
    def _check_text(self):
        for word in self:
            if not any(char.isalnum() for char in word.text):
                raise ValidationError(self.env._("“%(text)s” is no word.", text=word.text))

    @api.constrains("company_id")
    def _check_company_id(self):
        for word in self:
            if word.company_id and word.company_id != word.company_id._get_controller():
                raise ValidationError(self.env._("Words belong to the legal entity and hold in all of its branches."))

    @api.model_create_multi
    def create(self, vals_list):
        words = super().create(vals_list)
        self.env.registry.clear_cache()
        return words

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def action_allow(self):
        """Allow these words in all messages of the own legal entity; the shipped lists stay as they are."""
        self.check_access("read")
        controller = self.env.company._get_controller()
        allowed = self.search([("company_id", "=", controller.id), ("effect", "=", ALLOW)])
        known = {(word.kind, word.lang, word.text.lower()) for word in allowed}
        self.create(
            [
                {**word._prepare_allowed_vals(), "company_id": controller.id}
                for word in self
                if (word.kind, word.lang, word.text.lower()) not in known
            ]
        )
        return True

    def _prepare_allowed_vals(self):
        return {"kind": self.kind, "lang": self.lang, "text": self.text, "match": self.match, "effect": ALLOW}

    @api.model
    def _find(self, text, kinds, company=None):
        """Return what a text has in it of some lists.

        :param str | None text:
        :param Iterable[str] kinds: ``promo``, ``health``, ``emergency``, ``complaint``
        :param res.company | None company: whose words count beside the shipped ones; the current company's by default
        :return dict[str, list[str]]: by list what was found, each once, as it is written; no key for lists without hits
        """
        cleaned = clean(text or "")
        controller = (company or self.env.company)._get_controller()
        found = {}
        for kind in kinds:
            hits = self._get_finder(kind, controller.id).find(cleaned)
            if kind in NUMBERS:
                hits = hits + NUMBERS[kind](cleaned)
            if hits:
                found[kind] = list(dict.fromkeys(hits))
        return found

    @api.model
    def _explain(self, found) -> list[str]:
        """Return a sentence for each list of which something was found.

        :param dict[str, list[str]] found: see :meth:`_find`
        """
        sentences = {
            PROMO: self.env._("Reads as advertising: %(words)s.", words=self._quote(found.get(PROMO))),
            HEALTH: self.env._(
                "Tells about health, or names a secret number: %(words)s.", words=self._quote(found.get(HEALTH))
            ),
        }
        return [sentence for kind, sentence in sentences.items() if kind in found]

    @api.model
    def _quote(self, hits) -> str:
        return ", ".join(f"“{hit}”" for hit in hits or ())

    @api.model
    def _judge_texts(self, texts, kinds=tuple(REASONS), company=None):
        """Return for each text why it must not leave: ``promo_lint``, ``health_lint``, or None.

        Costs the length of the texts, each different one once, and no query once the lists are known.

        :param Iterable[str | None] texts:
        :param Iterable[str] kinds: the lists to look into, the first one that has something names the reason
        :param res.company | None company: see :meth:`_find`
        :return list[str | None]: in the order of the texts
        """
        texts = list(texts)
        controller = (company or self.env.company)._get_controller()
        finders = [(kind, self._get_finder(kind, controller.id), NUMBERS[kind]) for kind in kinds]
        reasons = {}
        for text in set(texts):
            cleaned = clean(text or "")
            reasons[text] = next(
                (REASONS[kind] for kind, finder, numbers in finders if finder.has(cleaned) or numbers(cleaned)), None
            )
        return [reasons[text] for text in texts]

    @api.model
    @tools.ormcache("kind", "controller_id")
    def _get_finder(self, kind, controller_id):
        # sudo: clinic.lint.word - the lists hold for everybody's messages, whoever may read them
        rows = self.sudo().search([("kind", "=", kind), ("company_id", "in", (False, controller_id))])
        words = [Word(row.text, row.match == STEM, row.effect == ALLOW) for row in rows]
        return Finder(words + [Word(name) for name in self._get_revealing_names(kind, controller_id)])

    @api.model
    def _get_revealing_names(self, kind, controller_id) -> list[str]:
        """Hook: return further names that count as words of a list for a legal entity."""
        return []
