"""Texts that a branch writes again and again, found in the composer by ``/`` and a shortcut.

A text may name the patient, the next appointment and so on as ``{patient}``, ``{appointment}``. It is filled in for one
conversation under the rights of who writes; what is not known is shown as “…” and named, so that nobody sends a gap.
Filling in replaces words by values and does nothing else: a text is no program.
"""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

VARIABLE = re.compile(r"\{(\w+)\}")
SHORTCUT = re.compile(r"[\w-]+")
UNKNOWN = "…"
LONGEST = 4096  # of a text, cloud_api.md §2.2
SHIPPED = {"tr_TR": "Turkish / Türkçe", "en_US": "English (US)"}  # languages of ``data/canned.xml``


class ClinicWhatsappCanned(models.Model):
    _name = "clinic.whatsapp.canned"
    _inherit = ["clinic.shared.mixin"]
    _description = "Canned reply"
    _order = "shortcut, lang, id"
    _rec_name = "shortcut"

    shortcut = fields.Char(required=True, help="What one types after “/”: letters, digits, - and _.")
    text = fields.Text(
        required=True,
        help="{patient}, {appointment}, {clinic}, {branch}, {phone} (of the branch), {ways_to_apply} (for patients who "
        "ask about their data) and {me} are filled in.",
    )
    lang = fields.Selection(
        lambda self: self._get_languages(),
        "Language",
        help="The language of the text. Empty: for patients of every language.",
    )
    active = fields.Boolean(default=True)

    _shortcut_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), LOWER(shortcut), COALESCE(lang, '')) WHERE active",
        "There is a reply with this shortcut and language already.",
    )

    @api.model
    def _get_languages(self):
        """Return the languages of texts: those installed, and those that texts come in, installed or not yet."""
        return list({**SHIPPED, **dict(self.env["res.lang"].get_installed())}.items())

    @api.constrains("shortcut")
    def _check_shortcut(self):
        for canned in self:
            if not SHORTCUT.fullmatch(canned.shortcut):
                raise ValidationError(
                    self.env._("“%(shortcut)s”: use letters, digits, - and _ only.", shortcut=canned.shortcut)
                )

    @api.constrains("text")
    def _check_text(self):
        known = self._get_variables()
        for canned in self:
            if len(canned.text) > LONGEST:
                raise ValidationError(self.env._("A message has at most %(limit)s characters.", limit=LONGEST))
            if strange := [name for name in VARIABLE.findall(canned.text) if name not in known]:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” cannot be filled in. Known are %(known)s.",
                        name=strange[0],
                        known=", ".join(f"{{{name}}}" for name in known),
                    )
                )

    @api.model
    def get_canned(self, conversation_id):
        """Return the replies of a conversation's branch, filled in, by shortcut.

        Of several replies with one shortcut the best is returned: in the patient's language, of the branch itself.

        :param int conversation_id:
        :return: ``[{"id", "shortcut", "text", "lang", "missing"}]``; ``missing`` names variables without a value
        :raise AccessError: when the user may not read the conversation
        """
        conversation = self.env["clinic.whatsapp.conversation"].browse(conversation_id)
        conversation.check_access("read")
        if len(conversation) != 1:
            raise UserError(self.env._("Choose one conversation."))
        values = self._get_values(conversation)
        return [canned._fill(values) for canned in self._choose(conversation)]

    @api.model
    def _choose(self, conversation):
        """Return the best reply for each shortcut."""
        company, lang = conversation.company_id, conversation._in_patients_language().env.lang or ""
        usable = self.search(["|", ("company_id", "=", False), ("company_id", "parent_of", company.id)])
        best = {}
        for canned in usable.sorted(lambda canned: canned._get_rank(company, lang)):
            best.setdefault(canned.shortcut.lower(), canned)
        return [best[shortcut] for shortcut in sorted(best)]

    def _get_rank(self, company, lang):
        """Return how well one reply suits: the smaller the better; the language counts more than who wrote it."""
        of_lang = 0 if self.lang == lang else 1 if (self.lang or "")[:2] == lang[:2] else 2 if not self.lang else 3
        of_company = 0 if self.company_id == company else 1 if self.company_id else 2
        return of_lang, of_company, self.id

    def _fill(self, values):
        used = dict.fromkeys(VARIABLE.findall(self.text))
        return {
            "id": self.id,
            "shortcut": self.shortcut,
            "text": VARIABLE.sub(lambda match: values.get(match[1]) or UNKNOWN, self.text),
            "lang": self.lang or False,
            "missing": [name for name in used if not values.get(name)],
        }

    @api.model
    def _get_variables(self) -> dict:
        """Return {name: function of a conversation in the patient's language} of all that can be filled in. Hook."""
        return {
            "patient": lambda conversation: conversation.partner_id.name,
            "appointment": self._get_next_appointment,
            # sudo: res.company - staff of a branch may not read the legal entity, whose name is on the door
            "clinic": lambda conversation: conversation.sudo()._get_clinic_name(),
            "branch": lambda conversation: conversation.company_id.name,
            "phone": lambda conversation: conversation.company_id.phone,
            "ways_to_apply": self._get_ways_to_apply,
            "me": lambda conversation: conversation.env.user.name,
        }

    @api.model
    def _get_ways_to_apply(self, conversation):
        """Return where patients exercise their rights, as the controller's file says."""
        controller = conversation.company_id._get_controller()
        # sudo: clinic.privacy.controller - where to apply is no secret to the patients
        files = self.env["clinic.privacy.controller"].sudo()
        return files.search([("company_id", "=", controller.id)], limit=1).application_channels

    @api.model
    def _get_values(self, conversation) -> dict:
        this = conversation._in_patients_language()
        return {name: get_value(this) or "" for name, get_value in self._get_variables().items()}

    @api.model
    def _get_next_appointment(self, conversation):
        """Return when the patient comes next to the branch of a conversation, in its zone; empty without a visit."""
        if not conversation.partner_id:
            return ""
        visit = conversation.env["clinic.appointment"].search(
            [
                ("patient_id", "=", conversation.partner_id.id),
                ("company_id", "=", conversation.company_id.id),
                ("state", "in", ("booked", "confirmed")),
                ("start", ">", fields.Datetime.now()),
            ],
            order="start",
            limit=1,
        )
        return visit and format_datetime(
            conversation.env, visit.start, tz=conversation.company_id._get_tz(), dt_format="d MMMM yyyy HH:mm"
        )
