"""Who waits for an answer, since when, and until when the branch promises one.

A patient waits from the first message on that no person has dealt with. A person deals with all that stands in the
conversation when he answers, closes it or says that no answer is needed; what the clinic sends by itself answers
nobody. An answer that did not reach the patient is none.

``waiting_since`` follows from the messages alone and is worked out anew, by one statement, whenever one of them
changes. That statement always writes the row of the conversation, so that of two transactions that meet (a patient
writes while somebody answers, or closes) the second one is repeated and sees what the first has done: in whichever
order they end, nobody is forgotten.

Whoever answers or closes may say what he has seen, by the id of the newest message in the context key ``SEEN``. What
came after it keeps waiting, and a conversation with such a message does not stay closed.
"""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...cloud_api.webhook import InboundMessage
from ..appointment.appointment_answer import CONFIRM
from ..messaging.cancel_word import NEVER_MIND, STOP_MESSAGES
from ..messaging.consent_question import AGREE, DECLINE
from ..messaging.conversation import CLOSED, OPEN
from ..messaging.message import BLOCKED, CANCELLED, FAILED, OUT, REPLY

SEEN = "clinic_whatsapp_seen_id"
NEVER_LEFT = (BLOCKED, CANCELLED, FAILED)
ASK_NOTHING = ("reaction", "revoke", "system")
ANSWERED_BY_US = (CONFIRM, AGREE, DECLINE, NEVER_MIND, STOP_MESSAGES)  # buttons: the clinic itself does what they say


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    awaits_answer = fields.Boolean(readonly=True, help="This message of a patient is for a person to answer.")
    answers_up_to_id = fields.Integer(
        readonly=True, aggregator=None, help="The newest message that this reply of a person is an answer to."
    )

    _awaiting_idx = models.Index("(conversation_id, id) WHERE awaits_answer")
    _answering_idx = models.Index("(conversation_id, answers_up_to_id) WHERE answers_up_to_id IS NOT NULL")

    @api.model
    def _queue(self, vals_list, files=None):
        messages = super()._queue(vals_list, files)
        # sudo: clinic.whatsapp.message - what follows from an answer is written by the connector
        messages.sudo().filtered(lambda message: message._is_answer())._answer_waiting()
        return messages

    def _is_answer(self) -> bool:
        """Tell whether a person says something with this message."""
        by_person = self.kind == REPLY and self.sent_by_id.id != SUPERUSER_ID
        taken_back = self.message_type == "reaction" and not self.body
        return self.direction == OUT and by_person and not taken_back and self.state not in NEVER_LEFT

    def _answer_waiting(self):
        seen = self.env.context.get(SEEN)
        for message in self:
            message.answers_up_to_id = min(seen or message.id, message.id)
        self.conversation_id._refresh_waiting()

    def _on_settled(self):
        result = super()._on_settled()
        lost = self.filtered(lambda message: message.answers_up_to_id and message.state in NEVER_LEFT)
        lost.conversation_id._refresh_waiting()
        return result

    def _revoke_targets(self):
        result = super()._revoke_targets()
        targets = self.filtered(lambda message: message.message_type == "revoke").reply_to_id
        targets.filtered("awaits_answer").conversation_id._refresh_waiting()
        return result


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    waiting_since = fields.Datetime(
        readonly=True, help="When the patient wrote the first of the messages that nobody has answered."
    )
    reply_due_at = fields.Datetime(
        "Answer due",
        compute="_compute_reply_due_at",
        store=True,
        help="Until when the branch promises an answer, counted in its opening hours.",
    )
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    dismissed_id = fields.Integer(
        readonly=True, aggregator=None, help="The newest message that needs no answer, because somebody said so."
    )
    owed_since = fields.Datetime(readonly=True, help="Since when an answer is owed for what was said elsewhere.")
    owed_after_id = fields.Integer(
        readonly=True, aggregator=None, help="The newest message that was there when that answer became owed."
    )

    @api.depends("waiting_since")
    def _compute_reply_due_at(self):
        for conversation in self:
            since = conversation.waiting_since
            conversation.reply_due_at = since and conversation.company_id._get_reply_due(since)

    @api.depends("reply_due_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for conversation in self:
            conversation.is_overdue = bool(conversation.reply_due_at and conversation.reply_due_at < now)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reply_due_at", "<", fields.Datetime.now())]

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == CLOSED:
            self._dismiss_waiting()
        return result

    def action_no_answer_needed(self):
        """Say that what the patient wrote last needs no answer."""
        self.check_access("write")
        self._dismiss_waiting()
        self._notify()
        return True

    def _dismiss_waiting(self):
        """Let nothing wait of what stands in these conversations, or of what the user has seen of it."""
        seen = self.env.context.get(SEEN)
        # sudo: clinic.whatsapp.conversation - what follows from a decision of staff is written by the connector
        this = self.sudo()
        for conversation, newest in this._get_newest_ids().items():
            conversation.dismissed_id = min(seen or newest, newest)
        this.owed_since = False
        this._refresh_waiting()
        this.filtered(lambda c: c.state == CLOSED and c.waiting_since).state = OPEN

    def _owe_answer(self, since):
        """Let these conversations wait although nobody wrote in them, until a person does or says that none is needed.

        :param datetime since: naive UTC
        """
        newest = self._get_newest_ids()
        for conversation in self:
            conversation.write({"owed_since": since, "owed_after_id": newest.get(conversation, 0)})
        self._refresh_waiting()

    def _get_newest_ids(self):
        """Return {conversation: id of the message that was stored last}; without those that have none."""
        groups = self.env["clinic.whatsapp.message"]._read_group(
            [("conversation_id", "in", self.ids)], ["conversation_id"], ["id:max"]
        )
        return dict(groups)

    def _register_inbound(self, inbound: InboundMessage):
        result = super()._register_inbound(inbound)
        self._refresh_waiting()
        return result

    def _prepare_inbound_vals(self, inbound: InboundMessage):
        return {**super()._prepare_inbound_vals(inbound), "awaits_answer": self._awaits_answer(inbound)}

    def _awaits_answer(self, inbound: InboundMessage) -> bool:
        """Hook: tell whether a person has to answer a message."""
        action = (inbound.button_payload or "").split(":", 1)[0]
        quiet = inbound.type in ASK_NOTHING or action in ANSWERED_BY_US
        return not quiet and not self.contact_id.blocked_at

    def _refresh_waiting(self):
        """Work out anew since when somebody waits in these conversations.

        Raw SQL: one statement that always writes the rows, see above. Ids tell what came before an answer, not the
        moments: a webhook may be late, and nobody has answered what was not there.
        """
        if not self:
            return
        messages = self.env["clinic.whatsapp.message"]
        messages.flush_model(
            ["conversation_id", "awaits_answer", "answers_up_to_id", "is_revoked", "sent_at", "state"]
        )
        self.flush_recordset()
        before = {conversation.id: conversation.waiting_since or None for conversation in self}
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE clinic_whatsapp_conversation waiting
                   SET waiting_since = LEAST(
                           date_trunc('second', unanswered.since),
                           CASE WHEN answered.up_to_id <= waiting.owed_after_id THEN waiting.owed_since END)
                  FROM clinic_whatsapp_conversation conversation
            CROSS JOIN LATERAL (
                       SELECT COALESCE(MAX(answers_up_to_id), 0) AS up_to_id
                         FROM clinic_whatsapp_message
                        WHERE conversation_id = conversation.id
                          AND answers_up_to_id IS NOT NULL
                          AND state NOT IN %(never_left)s) answered
             LEFT JOIN LATERAL (
                       SELECT LEAST(MIN(COALESCE(sent_at, create_date)), %(now)s) AS since
                         FROM clinic_whatsapp_message
                        WHERE conversation_id = conversation.id
                          AND awaits_answer
                          AND is_revoked IS NOT TRUE
                          AND id > GREATEST(answered.up_to_id, conversation.dismissed_id)
                       HAVING COUNT(*) > 0) unanswered ON TRUE
                 WHERE waiting.id = conversation.id
                   AND conversation.id IN %(ids)s
             RETURNING waiting.id, waiting.waiting_since""",
                now=fields.Datetime.now(),
                never_left=NEVER_LEFT,
                ids=tuple(self.ids),
            )
        )
        changed = self.browse(row_id for row_id, since in rows if since != before[row_id])
        changed.invalidate_recordset(["waiting_since"], flush=False)
        changed.modified(["waiting_since"])


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if {"whatsapp_reply_minutes", "resource_calendar_id"} & vals.keys():
            self._promise_anew()
        return result

    def _promise_anew(self):
        """Let what these branches promise now hold for those who wait already; see ``opening_hours``."""
        # sudo: clinic.whatsapp.conversation - whoever changes the settings need not read conversations
        conversations = self.env["clinic.whatsapp.conversation"].sudo()
        conversations.search([("company_id", "in", self.ids), ("waiting_since", "!=", False)])._compute_reply_due_at()

    def _get_reply_due(self, since):
        """Return until when this branch promises an answer: its target, counted in its opening hours.

        :param datetime since: naive UTC
        :return: naive UTC; without opening hours the clock runs day and night
        """
        # sudo: res.company - a setting of the branch, not readable by everybody who makes a patient wait
        return self._add_opening_minutes(since, self.sudo().whatsapp_reply_minutes)
