"""A person decides about a message that WhatsApp did not confirm.

Such a message is ``unknown``: it may have arrived or not, and nothing is ever sent twice on a guess. After somebody has
asked the patient, a branch manager says which it was:

- *mark as sent*: it has arrived. The message is ``sent``; a status that comes later moves it on as usual.
- *send again*: it has not. A **new** message with a reference of its own goes through the gate. The old one stays
  ``unknown``, decided; a late status still counts for it, so that the history tells the truth: the patient got two.

A status webhook may settle the message in the same moment. The row is locked first: a change that was committed since
our snapshot makes the request start anew, and what is not ``unknown`` any more is refused.
"""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ...encrypted_file import BrokenFile
from .media import LOST
from .media_state import MEDIA_PENDING
from .message import BLOCKED, SENT, UNKNOWN

DECIDERS = "clinic_whatsapp.group_branch_manager"


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    def action_mark_sent(self):
        """Record that the patient has got these unconfirmed messages."""
        messages = self._lock_undecided()
        messages.write({"state": SENT, "settled_by_id": self.env.uid, "is_reported": True})
        messages._on_settled()
        for message in messages:
            message._note_decision(
                self.env._(
                    "%(user)s marked the message of %(moment)s as sent. WhatsApp had not confirmed it.",
                    **message._describe_decision(),
                )
            )
        return True

    def action_send_again(self):
        """Queue new messages in the place of unconfirmed ones that the patient has not got.

        What the gate denies stays undecided: nothing has been sent for it.
        """
        messages = self._lock_undecided()
        repeats = self._queue(
            [message._prepare_repeat_vals() for message in messages],
            [message._get_repeated_file() for message in messages],
        )
        denied = repeats.filtered(lambda repeat: repeat.state == BLOCKED)
        decided = messages.browse(
            message.id for message, repeat in zip(messages, repeats, strict=True) if repeat not in denied
        )
        decided.write({"settled_by_id": self.env.uid, "is_reported": True})
        decided._close_question()
        for message, repeat in zip(messages, repeats, strict=True):
            if repeat not in denied:
                message._on_repeated(repeat)
        for message in decided:
            message._note_decision(
                self.env._(
                    "%(user)s sent the message of %(moment)s again. WhatsApp had not confirmed it.",
                    **message._describe_decision(),
                )
            )
        return self._tell_about_denied(denied)

    def _on_repeated(self, message):
        """Hook: a new message says what this unconfirmed one said."""

    def _lock_undecided(self):
        """Return these messages for writing.

        :raise AccessError: when the user may not decide, or not read one of them
        :raise UserError: when one is not unconfirmed any more, or somebody is writing to it
        """
        self.check_access("read")
        if not self.env.user.has_group(DECIDERS):
            raise AccessError(self.env._("A branch manager decides about messages that WhatsApp did not confirm."))
        # sudo: clinic.whatsapp.message - written by the connector only; who may decide was checked above
        messages = self.sudo()
        if messages.try_lock_for_update(allow_referencing=True) != messages:
            raise UserError(self.env._("Somebody is writing to this message right now. Look again in a moment."))
        messages.invalidate_recordset(["state", "settled_by_id"])
        for message in messages:
            message._check_undecided()
        return messages

    def _check_undecided(self):
        if self.settled_by_id:
            raise UserError(self.env._("%(user)s has decided about this message.", user=self.settled_by_id.name))
        if self.state != UNKNOWN:
            state = dict(self._fields["state"]._description_selection(self.env))[self.state]
            raise UserError(
                self.env._("There is nothing to decide any more: the state of the message is “%(state)s”.", state=state)
            )

    def _prepare_repeat_vals(self):
        """Return the values of a new message that says the same; its file travels anew."""
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in self._get_repeated_fields()}
        return {**vals, "media_state": self.media_state and MEDIA_PENDING}

    def _get_repeated_file(self):
        """Return the file of one message as :meth:`_queue` takes it, None when it has none.

        :raise UserError: when it cannot be read any more
        """
        try:
            source = self.media_state and self._open_media()
        except BrokenFile as error:
            raise UserError(self._get_media_problems()[LOST]) from error
        return (source.read(), self.media_name or "", self.media_type) if source else None

    @api.model
    def _get_repeated_fields(self):
        """Hook: the names of the fields that make a new message say what an old one said."""
        return [
            *("conversation_id", "partner_id", "purpose_id", "kind", "message_type", "body", "content"),
            *("reply_to_id", "res_model", "res_id", "expires_at"),
        ]

    def _describe_decision(self):
        return {"user": self.env.user.name, "moment": format_datetime(self.env, self.create_date)}

    def _note_decision(self, text):
        """Keep who decided, in the internal notes; without anything of what was written."""
        self.conversation_id.message_post(body=text)
        self.conversation_id._notify()

    @api.model
    def _tell_about_denied(self, denied):
        if not denied:
            return True
        return self.env["clinic.whatsapp.account"]._notify_user(
            self.env._("Nothing was sent. %(problem)s: %(advice)s", problem=denied[0].problem, advice=denied[0].advice),
            kind="warning",
            sticky=True,
        )

    @api.depends("settled_by_id")
    def _compute_problem(self):
        return super()._compute_problem()

    def _explain(self):
        if self.state == UNKNOWN and self.settled_by_id:
            return (
                self.env._("WhatsApp did not answer; sent again"),
                self.env._(
                    "%(user)s had it sent again. Should the first one have arrived after all, its tick appears here.",
                    user=self.settled_by_id.name,
                ),
            )
        return super()._explain()
