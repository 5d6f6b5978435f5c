"""The gate about a message that tells visits of several patients: it leaves only if each of them may be told.

It is asked when the message leaves, since the rows share it by then; when it is queued, ``family`` has asked about each
of them. What a patient is told along with others counts for his limits like a message of his own.
"""

import re
import uuid

from odoo import api, models
from odoo.tools import SQL

from ..messaging.gate_facts import fetch_columns
from ..messaging.gate_hours import COUNTED
from ..messaging.message import OUT
from ..messaging.message import QUEUED as WAITING
from ..messaging.reasons import QUIET_HOURS
from ..template.helper_codes import VISITS_OF_DAY
from ..template.template_variable import BODY, HELPER
from ..template.write_obstacle import ABOUT_CONTENT
from .planner import MODEL
from .scheduled import QUEUED
from .trigger import get_occasion

DRAFTS = "clinic_family_drafts"  # {draft: message that it stands for}
VISIT_OF = re.compile(rf"\w+:{re.escape(MODEL)},(\d+):")  # an occasion, see get_occasion


class ClinicWhatsappGate(models.AbstractModel):
    _inherit = "clinic.whatsapp.gate"

    def _apply_rules(self, messages):
        """Extended: asked about everybody whom a message tells."""
        drafts = messages._draft_for_family()
        if not drafts:
            return super()._apply_rules(messages)
        this = self.with_context(**{DRAFTS: drafts})
        everybody = messages | messages.browse().union(*drafts)
        verdicts = super(ClinicWhatsappGate, this)._apply_rules(everybody)
        for draft, message in drafts.items():
            reason = verdicts.pop(draft)
            if reason and reason not in ABOUT_CONTENT and verdicts[message] in (None, QUIET_HOURS):
                verdicts[message] = reason
        return verdicts

    @api.model
    def _get_turn(self, message):
        drafts = self.env.context.get(DRAFTS)
        stands_for = drafts.get(message) if isinstance(drafts, dict) else None
        return super()._get_turn(message if stands_for is None else stands_for)

    def _find_counted(self, keys, column):
        return [*super()._find_counted(keys, column), *self._find_told_along(keys, column)]

    def _find_told_along(self, keys, column):
        """Return the same of the messages that told somebody along with the patient they were written to.

        Raw SQL, as there.
        """
        ids = [int(found[1]) for key in keys if (found := VISIT_OF.match(str(key)))]
        is_about_visits = column == "occasion"
        if is_about_visits and not ids:
            return []
        self.env["clinic.whatsapp.scheduled"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT row.partner_id, automation.trigger, row.res_id, row.anchor,
                       purpose.code, message.id, message.create_date
                  FROM clinic_whatsapp_scheduled row
                  JOIN clinic_whatsapp_automation automation ON automation.id = row.automation_id
                  JOIN clinic_whatsapp_message message ON message.id = row.message_id
                  JOIN clinic_consent_purpose purpose ON purpose.id = message.purpose_id
                 WHERE row.res_model = %(model)s AND message.res_model = %(model)s
                   AND message.res_id != row.res_id AND message.state = ANY(%(counted)s)
                   AND %(which)s""",
                model=MODEL,
                counted=list(COUNTED),
                which=SQL("row.res_id = ANY(%s)", ids)
                if is_about_visits
                else SQL("row.partner_id = ANY(%s) AND row.partner_id != message.partner_id", list(keys)),
            )
        )
        found = {
            (get_occasion(trigger, MODEL, visit, anchor) if is_about_visits else partner, code, message, moment)
            for partner, trigger, visit, anchor, code, message, moment in rows
        }
        return [row for row in found if row[0] in keys]


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def _draft_for_family(self):
        """Return {message that nothing stores: message}, one for each further row that a message tells."""
        told = fetch_columns(self).filtered(lambda message: message.id and message.template_id._names_visits())
        if not told:
            return {}
        # sudo: clinic.whatsapp.scheduled - the law asks for the whole truth, not for what the sender may see
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        found = rows.search([("message_id", "in", told.ids), ("state", "=", QUEUED)])
        further = found.filtered(lambda row: row.res_id != row.message_id.res_id)
        return {row.message_id.sudo()._draft_for_row(row): row.message_id.sudo() for row in further}

    def _draft_for_row(self, row):
        return self.new(
            {
                **self._prepare_repeat_vals(),
                "company_id": self.company_id.id,
                "account_id": self.account_id.id,
                "direction": OUT,
                "state": WAITING,
                "client_ref": uuid.uuid4().hex,
                "urgent_reason": self.urgent_reason,
                "partner_id": row.partner_id.id,
                "res_id": row.res_id,
                "occasion": row._get_occasion(),
            }
        )


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _names_visits(self) -> bool:
        """Tell whether the text of one message says which visits there are on the day."""
        return any(
            variable.source == HELPER and variable.helper == VISITS_OF_DAY and variable.place == BODY
            for variable in self.variable_ids
        )
