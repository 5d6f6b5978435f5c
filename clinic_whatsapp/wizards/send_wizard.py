"""Sending one message to several patients: chosen, looked at, then queued in batches that the screen asks for.

Every batch is a transaction of its own: its messages and the marks on its lines are stored together or not at all. So
a sending that was cut off goes on where it stopped, and nobody gets a message twice. Its screen begins it with a key of
its own choice; a request that is repeated finds what the first one began.

All of it happens under the rights of whoever sends: in his branches, about patients and appointments he may read.
"""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..encryption import EncryptedText
from ..models.messaging.message import BLOCKED
from ..models.template.offer import PATIENT, VISIT
from ..models.template.send_batch import SOURCES

BATCH = 100
MOST = 5000  # recipients of one sending
WAITING, TAKEN, DENIED, GONE = "waiting", "taken", "denied", "gone"


class ClinicWhatsappSendWizard(models.TransientModel):
    _name = "clinic.whatsapp.send.wizard"
    _inherit = ["clinic.link.mixin"]
    _description = "Send a template"
    _transient_max_hours = 24.0

    key = fields.Char(required=True, readonly=True)
    res_model = fields.Selection([(PATIENT, "Patients"), (VISIT, "Appointments")], required=True, readonly=True)
    template_id = fields.Many2one("clinic.whatsapp.template", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    typed = EncryptedText(readonly=True, help="JSON: what was typed for this sending, by variable.")
    urgent_reason = fields.Char(readonly=True)
    line_ids = fields.One2many("clinic.whatsapp.send.line", "wizard_id", readonly=True)

    _key_unique = models.UniqueIndex("(create_uid, key)")

    # What the screen asks

    @api.model
    def get_templates(self, model, ids):
        """Return the templates that can be sent to some patients, or about some appointments.

        :param str model: ``res.partner`` or ``clinic.appointment``
        :return: see ``clinic.whatsapp.conversation.get_templates``
        """
        rows = self._get_rows(model, ids)
        prepare = self.env["clinic.whatsapp.conversation"]._prepare_offer
        offers = [prepare(template) for template in self._get_offered(rows)]
        return sorted(offers, key=lambda offer: offer["title"].casefold())

    @api.model
    def get_draft(self, model, ids, template_id, row_id=False):
        """Return what one template would say to one of some recipients.

        :param int | False row_id: to whom; to the first by default
        :return: as ``clinic.whatsapp.conversation.get_template_draft``, with the id of the row and the name of its
            patient; to several recipients only what nobody has bound to anything is typed
        :raise UserError: when it cannot be sent any more
        """
        rows = self._get_rows(model, ids)
        template = self._get_template(rows, template_id)
        row = rows.filtered(lambda it: it.id == row_id) or rows[0]
        return {**template._prepare_batch_draft(row, is_alone=len(rows) == 1), "row_id": row.id, "count": len(rows)}

    @api.model
    def get_recipients(self, model, ids, template_id, values, count=0):
        """Return who of some recipients would get a template, and who would not and why.

        :param list[int] ids: up to ``BATCH`` of them
        :param dict values: what was typed, by key of the variable
        :param int count: how many recipients there are in all
        :return: ``[{"id", "partner_id", "name", "language", "state", "reason", "label", "advice"}]``; ``state`` is
            ``ready``, ``waits`` (for the hours in which messages leave) or ``denied``
        """
        rows = self._get_rows(model, ids)[:BATCH]
        template = self._get_template(rows, template_id)
        typed = template._take_values(values)
        return template._describe_recipients(rows, typed, is_alone=max(count, len(rows)) == 1)

    @api.model
    def action_begin(self, model, ids, template_id, values, key, urgent_reason=None):
        """Begin a sending; nothing is queued yet, :meth:`action_continue` does.

        :param str key: chosen by the screen, one for each sending
        :return: see :meth:`get_progress`; or ``{"problem", "advice"}`` for words that had better not be typed
        """
        # sudo: clinic.whatsapp.send.wizard - its author's, found by his own key
        known = self.sudo().search([("key", "=", str(key)), ("create_uid", "=", self.env.uid)], limit=1)
        if known:
            return known.with_env(self.env).get_progress()
        rows = self._get_rows(model, ids)
        template = self._get_template(rows, template_id)
        typed = template._take_values(values)
        if refusal := template._judge_typed(list(typed.values()), self.env.company):
            return refusal
        # sudo: clinic.whatsapp.send.wizard - lines are written by this program only; the rows were checked
        wizard = self.sudo().create(
            {
                "key": str(key),
                "res_model": model,
                "template_id": template.id,
                "company_id": self.env.company.id,
                "typed": json.dumps(typed),
                "urgent_reason": len(rows) == 1 and (urgent_reason or "").strip(),
                "line_ids": [Command.create({"res_id": row.id}) for row in rows],
            }
        )
        return wizard.with_env(self.env).get_progress()

    def action_continue(self):
        """Queue the messages of the next recipients.

        :return: see :meth:`get_progress`
        :raise UserError: when the template cannot be sent any more; nothing of this batch was queued then
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: clinic.whatsapp.send.wizard - its lines are written by this program only; it is its author's
        wizard = self.sudo()
        if wizard.try_lock_for_update():  # else another window goes on with it at this moment
            wizard.invalidate_recordset()
            if lines := wizard._get_waiting()[:BATCH]:
                lines.with_env(self.with_company(wizard.company_id).env)._queue()
        return self.get_progress()

    def get_progress(self):
        """Return ``{"id", "total", "done", "taken", "denied"}``: how many recipients there are, and how far it is."""
        self.ensure_one()
        self.check_access("read")
        # sudo: clinic.whatsapp.send.line - its author's own
        counts = dict(
            self.env["clinic.whatsapp.send.line"]
            .sudo()
            ._read_group([("wizard_id", "=", self.id)], ["state"], ["__count"])
        )
        total, waiting, taken = sum(counts.values()), counts.get(WAITING, 0), counts.get(TAKEN, 0)
        done = total - waiting
        return {"id": self.id, "total": total, "done": done, "taken": taken, "denied": done - taken}

    def get_result(self):
        """Return what became of each recipient, those who get nothing first.

        :return: ``[{"id", "partner_id", "conversation_id", "name", "state", "problem", "advice"}]``
        """
        self.ensure_one()
        self.check_access("read")
        rows = self.env[self.res_model].browse(self.line_ids.mapped("res_id")).exists()._filtered_access("read")
        by_id = {row.id: row for row in rows}
        lines = self.line_ids.sorted(lambda line: (line.state == TAKEN, line.id))
        return [line._describe(by_id.get(line.res_id)) for line in lines]

    # What only this class calls

    @api.model
    def _get_rows(self, model, ids):
        """Return the rows that the user selected, as far as they exist.

        :raise AccessError: when he may not read one of them
        :raise UserError: for anything else that cannot be meant
        """
        if model not in SOURCES:
            raise UserError(self.env._("Templates are sent to patients, or about their appointments."))
        rows = self.env[model].browse(list(dict.fromkeys(map(int, ids)))).exists()
        if not rows or len(rows) > MOST:
            raise UserError(
                self.env._("Select those who are to get the message, up to %(most)s at once.", most=MOST)
            )
        self.check_access("create")
        rows.check_access("read")
        return rows

    @api.model
    def _get_offered(self, rows):
        """Return one variant of each message that can be sent to any of some rows."""
        branches = rows.company_id if rows._name == VISIT else self.env.company
        accounts = self.env["clinic.whatsapp.account"]._for_companies(branches)
        account = next((account for account in accounts.values() if account), None)
        wabas = [waba for account in accounts.values() if (waba := account.waba_id)]
        # sudo: clinic.whatsapp.template - of the business accounts of the branches, whichever branch added them
        known = self.env["clinic.whatsapp.template"].sudo().search([("waba_id", "in", wabas)])
        patients = rows.patient_id if rows._name == VISIT else rows
        lang = patients.lang if len(patients) == 1 else None
        return known._choose_offered(account, lang)

    @api.model
    def _get_template(self, rows, template_id):
        template = self._get_offered(rows).filtered(lambda template: template.id == template_id)
        if not template:
            raise UserError(self.env._("This template cannot be sent any more. Choose another one."))
        return template

    def _get_waiting(self):
        return self.line_ids.filtered(lambda line: line.state == WAITING)


class ClinicWhatsappSendLine(models.TransientModel):
    _name = "clinic.whatsapp.send.line"
    _inherit = ["clinic.link.mixin"]
    _description = "Recipient of a template"
    _order = "id"
    _transient_max_hours = 24.0

    wizard_id = fields.Many2one("clinic.whatsapp.send.wizard", required=True, index=True, ondelete="cascade")
    res_id = fields.Integer(required=True, readonly=True, aggregator=None)
    state = fields.Selection(
        [(WAITING, "To be sent"), (TAKEN, "Queued"), (DENIED, "Not sent"), (GONE, "Does not exist any more")],
        required=True,
        default=WAITING,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    message_id = fields.Many2one("clinic.whatsapp.message", readonly=True, ondelete="set null")

    _row_unique = models.UniqueIndex("(wizard_id, res_id)")

    def _queue(self):
        """Queue the messages of these lines, under the rights of their author; mark each of them."""
        # sudo: clinic.whatsapp.send.wizard - values and template of the sending, its author's
        wizard, lines = self.wizard_id.sudo(), self.sudo()
        rows = self.env[wizard.res_model].browse(lines.mapped("res_id")).exists()._filtered_access("read")
        lines.filtered(lambda line: line.res_id not in rows.ids).state = GONE
        template = wizard.template_id.with_env(self.env)
        # sudo: clinic.whatsapp.template - may have been added by another branch on the same business account
        template = template.sudo()
        recipients = template._get_recipients(rows)
        typed = template._take_values(json.loads(wizard.typed or "{}"))
        sent = template._send_to(recipients, typed, len(wizard.line_ids) == 1, wizard.urgent_reason)
        by_row = {line.res_id: line for line in lines}
        for recipient in recipients:
            message, reason = sent[recipient.row]
            is_denied = reason or message.state == BLOCKED
            by_row[recipient.row.id].write(
                {"state": DENIED if is_denied else TAKEN, "reason": reason, "message_id": message and message.id}
            )

    def _describe(self, row):
        """
        :param row: the patient or appointment; None when its author may not read it (any more)
        """
        patient = row.patient_id if row and row._name == VISIT else row
        message = self.message_id
        problem, advice = self.env["clinic.whatsapp.template"]._explain_reason(self.reason)
        return {
            "id": self.res_id,
            "partner_id": bool(patient) and patient.id,
            "conversation_id": message.conversation_id.id,
            "name": row.display_name if row else "",
            "state": self.state,
            "problem": problem or message.problem or "",
            "advice": advice or message.advice or "",
        }
