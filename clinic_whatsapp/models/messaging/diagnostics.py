"""What a manager wants to know when patients say that nothing arrives: figures of each number, and the lists behind.

Every figure is one grouped query over all numbers that are shown, by an index that holds only what is counted.
"""

from babel.dates import format_timedelta
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import babel_locale_parse, split_every

from .account import MANAGER
from .event import NEW, PARKED_WITH_PAYLOAD
from .media_state import MEDIA_PENDING
from .message import OUT, QUEUED, SENDING, UNKNOWN

REPLAY_BATCH = 1000  # parked events that are woken by one statement

MESSAGES, EVENTS = "clinic.whatsapp.message", "clinic.whatsapp.event"
FIGURES = {  # {figure: (model, what it counts, action that shows it)}
    "queued_count": (MESSAGES, [("state", "=", QUEUED)], "action_message"),
    "sending_count": (MESSAGES, [("state", "=", SENDING)], "action_message"),
    "sent_minute_count": (MESSAGES, [("direction", "=", OUT), ("sent_at", ">", "-1M")], "action_message"),
    "sent_hour_count": (MESSAGES, [("direction", "=", OUT), ("sent_at", ">", "-1H")], "action_message"),
    "media_waiting_count": (MESSAGES, [("media_state", "=", MEDIA_PENDING)], "action_message"),
    "unknown_count": (MESSAGES, [("state", "=", UNKNOWN), ("settled_by_id", "=", False)], "action_message_unknown"),
    "inbox_count": (EVENTS, [("state", "=", NEW)], "action_event"),
    "dead_count": (EVENTS, PARKED_WITH_PAYLOAD, "action_event"),
}


def _figure(label, help_text):
    return fields.Integer(label, compute="_compute_figures", groups=MANAGER, help=help_text)


class ClinicWhatsappMessage(models.Model):
    _inherit = "clinic.whatsapp.message"

    _sent_idx = models.Index("(account_id, sent_at) WHERE direction = 'out' AND sent_at IS NOT NULL")


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    queued_count = _figure(
        "In the queue", "Messages that wait for their turn, for Meta, or for this number to work again."
    )
    sending_count = _figure("Being sent", "Handed over to Meta; the answer is awaited.")
    sent_minute_count = _figure("Sent in the last minute", "Messages that Meta took in the last 60 seconds.")
    sent_hour_count = _figure("Sent in the last hour", "Messages that Meta took in the last 60 minutes.")
    media_waiting_count = _figure(
        "Files on their way", "Pictures, sounds and documents that are not up- or downloaded yet."
    )
    unknown_count = _figure(
        "Not confirmed", "Meta did not answer; nobody knows whether they arrived, and nobody has decided."
    )
    inbox_count = _figure(
        "Received, not processed", "What Meta sent in the last moments, or what is tried again later."
    )
    dead_count = _figure(
        "Parked", "What Meta sent and could not be processed, with the reason. It can be processed again."
    )
    oldest_queued_at = fields.Datetime("Waits since", compute="_compute_oldest_queued_at", groups=MANAGER)
    queue_age = fields.Char("Longest wait", compute="_compute_oldest_queued_at", groups=MANAGER)

    def _compute_figures(self):
        for name, (model, _domain, _action) in FIGURES.items():
            counts = dict(self.env[model]._read_group(self._get_figure_domain(name), ["account_id"], ["__count"]))
            for account in self:
                account[name] = counts.get(account._origin, 0)

    def _get_figure_domain(self, name):
        """Return what a figure of these numbers counts."""
        return Domain("account_id", "in", self.ids) & Domain(FIGURES[name][1])

    @api.depends_context("lang")
    def _compute_oldest_queued_at(self):
        oldest = dict(
            self.env[MESSAGES]._read_group(self._get_figure_domain("queued_count"), ["account_id"], ["create_date:min"])
        )
        for account in self:
            account.oldest_queued_at = since = oldest.get(account._origin)
            account.queue_age = since and self._format_age(fields.Datetime.now() - since)

    @api.model
    def _format_age(self, age):
        """Return how long something has been waiting, in the user's language: "12 minutes"."""
        return format_timedelta(age, locale=babel_locale_parse(self.env.lang or "en_US"))

    def action_open_figure(self):
        """Show what a figure of these numbers counts; the button's context names the figure."""
        self.check_access("read")
        name = self.env.context.get("figure")
        name = name if name in FIGURES else "queued_count"
        _model, _domain, action = FIGURES[name]
        return {
            **self.env["ir.actions.actions"]._for_xml_id(f"clinic_whatsapp.{action}"),
            "name": self._fields[name]._description_string(self.env),
            "domain": list(self._get_figure_domain(name)),
            "context": {},
        }

    def action_replay_parked(self):
        """Process everything that is parked for these numbers again, oldest first."""
        self.check_access("write")
        events = self.env[EVENTS]
        parked = events.search(self._get_figure_domain("dead_count"), order="id")
        for ids in split_every(REPLAY_BATCH, parked.ids):
            batch = events.browse(ids)
            batch.action_replay()
            batch.env.flush_all()
            batch.invalidate_recordset()
        return self._notify_user(
            self.env._("%(count)s events are being processed again. Look again in a moment.", count=len(parked))
            if parked
            else self.env._("Nothing is parked for this number.")
        )
