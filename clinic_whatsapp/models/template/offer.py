"""Templates sent by hand: which ones suit a conversation, what one would say to its patient, and sending it.

What one sees is what leaves: the text is the one in the language that the patient gets, its values are those of the
patient or of the chosen appointment, and what was changed by hand goes out as it was shown. What keeps it from leaving
is said before anybody has typed anything (``offer_obstacle``).

A template belongs to a WhatsApp Business Account. So every number of that account may send it, whichever branch added
it; nothing of a branch stands in it but the clinic's own words.
"""

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from ..consent.consent_purpose import APPOINTMENT, CODES, MARKETING, TRANSFER
from ..messaging.message import BLOCKED, REPLY
from .gate import CATEGORIES
from .reminders_stop import NO_REMINDERS
from .template import APPROVED
from .template_definition import HEADER_TEXT
from .template_variable import _SPACES, BODY, BUTTON, HEADER
from .value_facts import Facts
from .value_helpers import FACTS

VISIT, PATIENT = "clinic.appointment", "res.partner"
ABOUT = {VISIT: "appointment", PATIENT: "patient", False: False}  # by model: what a conversation knows a record of
PLACES = (HEADER, BODY, BUTTON)  # as the patient reads them
MOST_VISITS = 10
WHEN = "EEE d MMM yyyy HH:mm"
INDEPENDENT = ("none", NO_REMINDERS)  # actions of buttons that need no appointment
HERE = "clinic_template_conversation"  # a record: whoever calls from outside can pass an id, never this


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    purpose_code = fields.Selection(
        [(code, label) for code, label in CODES if code != TRANSFER],
        "What it is for",
        compute="_compute_purpose_code",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The purpose for which it is sent by hand. An automation has a purpose of its own.",
    )

    @api.depends("category")
    def _compute_purpose_code(self):
        """What Meta counts as marketing leaves for marketing only, and nothing else does (LR-29)."""
        for template in self:
            known = template.purpose_code
            if template.category == "marketing":
                template.purpose_code = MARKETING
            else:
                template.purpose_code = APPOINTMENT if known in (False, MARKETING) else known

    @api.model
    def _find_conversations(self, targets):
        """Extended: what is sent from a conversation goes into that one."""
        here = self.env.context.get(HERE)
        if isinstance(here, models.BaseModel):
            return {(partner, account): here for partner, _record, account in targets}
        return super()._find_conversations(targets)

    def _is_offered(self) -> bool:
        about = self.model_id.model or False
        return self._is_sendable() and self.category in CATEGORIES and about in ABOUT

    def _choose_offered(self, account, lang):
        """Return the variant of each of these messages that a patient would get, as far as it can be sent by hand.

        :param str | None lang: the patient's language
        """
        this = self.with_context(**{FACTS: Facts(self.env)})
        known = this.sorted(lambda variant: (variant.status != APPROVED, variant.id))
        chosen = (group[0]._choose_variant(group, account, lang) for group in known.grouped("name").values())
        return self.browse().union(*chosen).filtered(lambda template: template._is_offered()).with_env(self.env)

    def _needs_record(self) -> bool:
        """Tell whether a button of this message acts upon the appointment that the message is about."""
        acting = self.button_ids.filtered(lambda button: button.action not in INDEPENDENT)
        return self.model_id.model == VISIT and bool(acting)

    def _get_labels(self):
        """Return {key of a variable: what it is, for the user}; in full where two would be called alike."""
        names = {variable._get_key(): variable._get_label_names() for variable in self.variable_ids}
        alike = Counter(short for short, _full in names.values())
        return {index: short if alike[short] == 1 else full for index, (short, full) in names.items()}

    def _take_values(self, values):
        """Return {key of a variable: text} of what was typed for the variables that this message has.

        Links are made for each message; nobody types them.

        :param dict[int | str, str] values: by key of the variable, as JSON has it
        """
        typed = {str(key): text for key, text in (values or {}).items()}
        keys = [variable._get_key() for variable in self.variable_ids if not variable._is_link()]
        return {
            key: _SPACES.sub(" ", str(typed[str(key)] or "")).strip() for key in keys if str(key) in typed
        }

    def _describe_draft(self, values, *, is_common=False):
        """Return ``{"title", "text", "header", "footer", "buttons", "variables"}`` of what one message would say.

        :param dict values: by key of the variable
        :param bool is_common: what is typed is for several patients, so only what nothing else says is typed
        """
        labels = self._get_labels()
        return {
            "title": self.title or self.name,
            "text": self.body,
            "header": self.header_text if self.header_type == HEADER_TEXT else "",
            "footer": self.footer or "",
            "buttons": [button._get_label() for button in self._get_buttons()],
            "variables": [
                {
                    "index": variable._get_key(),
                    "label": labels[variable._get_key()],
                    "value": values.get(variable._get_key(), ""),
                    "is_fixed": variable._is_link() or (is_common and not variable._is_typed()),
                }
                for variable in self.variable_ids.sorted(lambda it: (PLACES.index(it.place), it._get_key()))
            ],
        }


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def get_templates(self):
        """Return the templates that can be sent to the patient of one conversation, by title.

        :return: ``[{"id", "title", "language", "category", "text", "about"}]``, one a message: in the language that the
            patient gets. In ``text`` stands “[what it is]” for each variable; ``about`` is ``appointment``,
            ``patient`` or False. Empty while nobody knows who writes
        """
        self.ensure_one()
        self.check_access("read")
        rows = [self._prepare_offer(template) for template in self._get_offered_templates()]
        return sorted(rows, key=lambda row: row["title"].casefold())

    @api.model
    def _prepare_offer(self, template):
        labels = {index: f"[{label}]" for index, label in template._get_labels().items()}
        return {
            "id": template.id,
            "title": template.title or template.name,
            "language": template.language,
            "category": template.category,
            "text": template._fill(labels),
            "about": ABOUT[template.model_id.model or False],
        }

    def _get_offered_templates(self):
        """Return the variant of each message that would be sent here, as far as it can be; see ``_queue_messages``."""
        # sudo: clinic.whatsapp.template - of the number's WhatsApp Business Account, whichever branch added them
        templates = self.env["clinic.whatsapp.template"].sudo()
        # sudo: clinic.whatsapp.account, res.partner - business account and language decide what can be sent
        account, patient = self.sudo().account_id, self.sudo().partner_id
        if not (patient and account.waba_id):
            return templates
        return templates.search([("waba_id", "=", account.waba_id)])._choose_offered(account, patient.lang)

    def get_template_draft(self, template_id, res_id=False):
        """Return what one template would say to the patient of one conversation.

        :param int | False res_id: the appointment that it is about; by default the next one, else the last
        :return: ``{"id", "title", "header", "text", "footer", "buttons", "variables", "records", "res_id",
            "obstacle"}``: the texts with their {{1}}, ``variables`` as ``[{"index", "label", "value", "is_fixed"}]``,
            ``records`` to choose from as ``[{"id", "name"}]``, and None or ``{"reason", "label", "advice", "action"}``
            for what keeps it from leaving; the action is what staff can do about that on the patient. What is fixed is
            not typed: a link
        :raise UserError: when it cannot be sent here, or the appointment is not one of this patient in this branch
        """
        self.ensure_one()
        self.check_access("read")
        template, visits, visit = self._get_offer(template_id, res_id)
        values = self._render_offer(template, visit)
        return {
            "id": template.id,
            **template._describe_draft(values),
            "records": [{"id": row.id, "name": self._name_visit(row)} for row in visits],
            "res_id": visit.id,
            "obstacle": self._get_template_obstacle(template, visit, values),
        }

    def action_send_template(self, template_id, values, res_id=False, urgent_reason=None):
        """Queue a template to the patient of one conversation, with the values as they were shown.

        :param dict[int | str, str] values: by key of the variable, instead of what the record says
        :param int | False res_id: see :meth:`get_template_draft`
        :param str | None urgent_reason: why it leaves outside the hours or above a limit (LR-34)
        :return: ``{"id", "state", "problem", "advice"}``; without an id nothing was stored
        :raise AccessError: when the user may not write in this conversation
        :raise UserError: see :meth:`get_template_draft`
        """
        self.ensure_one()
        self.check_access("write")
        template, _visits, visit = self._get_offer(template_id, res_id)
        if template._needs_record() and not visit:
            raise UserError(self._explain_no_appointment()["advice"])
        typed, rendered = template._take_values(values), self._render_offer(template, visit)
        changed = [text for key, text in typed.items() if text != rendered.get(key)]
        if refusal := template._judge_typed(changed, self.company_id):
            return refusal
        message = self._queue_template(template, visit, typed, (urgent_reason or "").strip())
        return message.read(["state", "problem", "advice"])[0]

    def _queue_template(self, template, visit, values, urgent_reason):
        record = self._get_source(template, visit)
        message = self.env["clinic.whatsapp.template"].browse(template.id).with_context(**{HERE: self})._queue_messages(
            self._get_template_purpose(template),
            [(self.partner_id, record, self.account_id)],
            kind=REPLY,
            values=values,
            occasions=[self.partner_id._get_whatsapp_occasion(record)],
            urgent_reason=urgent_reason,
        )
        if urgent_reason and message.state != BLOCKED:
            message._note_decision(
                self.env._(
                    "%(user)s sent the message of %(moment)s without waiting, and said why.",
                    **message._describe_decision(),
                )
            )
        return message.with_env(self.env)

    def _get_template_purpose(self, template):
        # sudo: clinic.consent.purpose - a setting of the controller, needed by staff of every branch
        return self.env["clinic.consent.purpose"].sudo()._get(template.purpose_code, self.company_id)

    # What it is about

    def _get_offer(self, template_id, res_id):
        """Return (template, appointments to choose from, the chosen one)."""
        if not self.partner_id:
            raise UserError(self.env._("Choose the patient first: a template is written to a patient."))
        template = self._get_offered_templates().filtered(lambda template: template.id == template_id)
        if not template:
            raise UserError(self.env._("This template cannot be sent to this patient any more. Choose another one."))
        visits = self._get_visits() if template.model_id.model == VISIT else self.env[VISIT]
        chosen = self._find_visit(res_id) if res_id else visits[:1]
        if chosen and template.model_id.model != VISIT:
            raise UserError(self.env._("This template is not about an appointment."))
        return template, visits | chosen, chosen

    def _get_visits(self):
        """Return the next appointments of the patient in this branch, the nearest first, and the last one before."""
        appointments, now = self.env[VISIT], fields.Datetime.now()
        ahead = [("start", ">=", now), ("state", "in", ("booked", "confirmed"))]
        visits = appointments.search([*self._get_visit_domain(), *ahead], order="start, id", limit=MOST_VISITS)
        return visits | appointments.search([*self._get_visit_domain(), ("start", "<", now)], limit=1)

    def _get_visit_domain(self):
        return [("patient_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]

    def _find_visit(self, res_id):
        visit = self.env[VISIT].search([*self._get_visit_domain(), ("id", "=", res_id)])
        if not visit:
            raise UserError(self.env._("This is no appointment of this patient in this branch. Choose another one."))
        return visit

    def _name_visit(self, visit):
        when = format_datetime(self.env, visit.start, tz=self.company_id._get_tz(), dt_format=WHEN)
        return f"{when} · {visit.service_id.name}" if visit.service_id else when

    def _get_source(self, template, visit):
        """Return the record that the variables are read from; None when there is none."""
        about = template.model_id.model
        return self.partner_id if about == PATIENT else visit or None

    def _render_offer(self, template, visit):
        """Return {key of a variable: text} as it would be sent; what is missing is an empty text."""
        # sudo: clinic.appointment, res.partner, clinic.whatsapp.account - values may come from fields that the reader
        # cannot open; they go to the patient himself, and stand in the thread once they are sent
        record, this = self._get_source(template, visit), self.sudo()
        return template._render_values(record and record.sudo(), this.partner_id, this.account_id)
