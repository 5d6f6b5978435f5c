"""A branch that is open on weekdays from nine to six, patients who write, and automations that answer."""

import itertools
from datetime import datetime, timedelta, timezone

from odoo.fields import Command

from ..cloud_api.webhook import InboundMessage
from .appointment_common import AppointmentCase

ZONE = timedelta(hours=3)  # Istanbul
MONDAY = datetime(2026, 3, 2)
STRANGER = "+905300000077"


def local(day, hour, minute=0):
    """Return a moment of the week of the tests on the branch's wall, as naive UTC; 0 is Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute) - ZONE


OPEN = local(0, 10)
NIGHT = local(0, 22)


class ChatTriggerCase(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.count = itertools.count(1)
        for branch in cls.branch_a | cls.branch_b:
            cls.open_on_weekdays(branch)

    @classmethod
    def open_on_weekdays(cls, branch, first=9, last=18, zone="Europe/Istanbul"):
        """Let a branch open from Monday to Friday."""
        branch.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": f"Hours of {branch.name}",
                "company_id": branch.id,
                "tz": zone,
                "attendance_ids": [
                    Command.create(
                        {"name": "Open", "dayofweek": str(day), "hour_from": first, "hour_to": last, "day_period": part}
                    )
                    for day in range(5)
                    for part in ["morning"]
                ],
            }
        )

    @classmethod
    def close(cls, branch, first, last):
        """Let it be a public holiday between two moments, naive UTC."""
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": branch.resource_calendar_id.id,
                "company_id": branch.id,
                "date_from": first,
                "date_to": last,
            }
        )

    @classmethod
    def answer_chat(cls, trigger, text="Answer of the clinic", purpose="service", **vals):
        """Return an automation of conversations that is switched on, with one free text."""
        step = {"text": text} if text else {}
        step.update(vals.pop("step", {}))
        automation = cls.env["clinic.whatsapp.automation"].create(
            {
                "name": f"Chat {trigger}",
                "trigger": trigger,
                "company_id": cls.root.id,
                "purpose_id": cls.env.ref(f"clinic_whatsapp.purpose_{purpose}").id,
                "step_ids": [Command.create({"offset_value": 0, "offset_unit": "minutes", **step})],
                **vals,
            }
        )
        return cls.since_ever(automation)

    @classmethod
    def since_ever(cls, automation):
        """Let an automation have been switched on before the week of the tests."""
        automation.enabled_at = MONDAY - timedelta(days=7)
        return automation

    def write(self, body="Hello", *, at=None, sent=None, phone=None, account=None, kind="text", **values):
        """Let a patient write; return what arrived.

        :param at: the clock is set to this moment first, naive UTC
        :param sent: when he wrote it, if it took its time
        """
        if at:
            self.at(at)
        wamid = f"wamid.in.{next(self.count)}"
        account = account or self.account_a
        moment = sent or datetime.now()
        account._receive(
            InboundMessage(
                wamid=wamid,
                type=kind,
                sent_at=moment.replace(tzinfo=timezone.utc),
                wa_id=(phone or self.patient.whatsapp_phone).lstrip("+"),
                user_id=None,
                profile_name="A",
                body=body,
                wire_type=kind,
                **{"button_payload": None, "reply_to": None, **values},
            )
        )
        return self.env["clinic.whatsapp.message"].search([("account_id", "=", account.id), ("wamid", "=", wamid)])

    def press(self, asked, index=0, **values):
        """Let the patient press a button of a template message of ours."""
        button = asked.template_id._get_buttons()[index]
        payload = f"{button.action}:{asked.client_ref}:{index}"
        return self.write(button.text, kind="button", button_payload=payload, reply_to=asked.wamid, **values)

    def reply(self, conversation, body="We are here", user=None):
        """Let a receptionist answer."""
        return conversation.with_user(user or self.user_a)._send_text(body)

    def noted(self, automation):
        """Return the rows of an automation, the oldest first."""
        return self.env["clinic.whatsapp.scheduled"].search([("automation_id", "in", automation.ids)], order="id")

    def outcome(self, automation):
        return [(row.state, row.skip_reason) for row in self.noted(automation)]

    def said(self, automation):
        """Let what is due be queued; return the texts that were queued, oldest first."""
        self.run_planner()
        messages = self.noted(automation).message_id.filtered(lambda message: message.state == "queued")
        return messages.sorted("id").mapped("body")

    def look(self, conversation, kind="looking", user=None):
        """Let a colleague have a conversation open, or leave it."""
        conversation.with_user(user or self.user_a).action_show_presence(kind)
        self.env.cr.precommit.run()
