"""What one should know of each occasion: a sentence below “When …” for whoever writes an automation."""

from odoo import api, fields, models

from . import trigger as triggers


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    trigger_hint = fields.Char("What one should know of it", compute="_compute_trigger_hint")

    @api.depends("trigger")
    @api.depends_context("lang")
    def _compute_trigger_hint(self):
        hints = {**self._get_appointment_hints(), **self._get_record_hints(), **self._get_chat_hints()}
        for automation in self:
            automation.trigger_hint = hints.get(automation.trigger, False)

    @api.model
    def _get_appointment_hints(self) -> dict[str, str]:
        return {
            triggers.ON_BOOKED: self.env._("As soon as it stands in the calendar, whoever booked it."),
            triggers.ON_CONFIRMED: self.env._("By the button of a message, or by a colleague."),
            triggers.BEFORE: self.env._(
                "Who books later than that gets no such reminder. What falls outside the hours waits for the next "
                "morning, or leaves the evening before if it would come too late then."
            ),
            triggers.ON_MOVED: self.env._(
                "Two moves before the first message has left become one message; moved there and back, there is none."
            ),
            triggers.ON_CANCELLED: self.env._(
                "An answer to the patient's own cancellation reads differently from the news that the clinic cancels: "
                "write one automation for each."
            ),
            triggers.ON_DONE: self.env._(
                "As soon as a colleague sets the visit to done. For care after a treatment write a treatment plan: it "
                "can be followed and changed patient by patient."
            ),
            triggers.ON_NO_SHOW: self.env._("As soon as a colleague says that the patient has not come."),
        }

    @api.model
    def _get_record_hints(self) -> dict[str, str]:
        return {
            triggers.ON_DATE: self.env._(
                "Messages may leave before the date, on the day itself or after it. When the date changes, what is "
                "planned moves with it."
            ),
            triggers.ON_CREATED: self.env._("From the moment it is switched on; what is there already is left alone."),
            triggers.ON_CHANGED: self.env._(
                "Say under “if” what it has to match. A record counts when it did not match before the change and "
                "does after it, or is created like that."
            ),
            triggers.CALLED: self.env._(
                "An administrator makes a server action of the type “Send WhatsApp” that names this automation: for "
                "the menu of a list, or for an automation rule of Odoo."
            ),
        }

    @api.model
    def _get_chat_hints(self) -> dict[str, str]:
        return {
            triggers.GREETING: self.env._(
                "Once for each person, after the short privacy notice. While the branch is closed, an automation for "
                "“outside the opening hours” takes its place."
            ),
            triggers.OUT_OF_HOURS: self.env._(
                "Once in each closed period, by the working calendar of the branch and its public holidays; silent "
                "while a colleague takes care of the patient. In a text of its own {next_open_day} and "
                "{next_open_time} tell when it opens."
            ),
            triggers.KEYWORD: self.env._(
                "Whole words, whatever their capitals and accents. Words by which patients stop messages or cancel "
                "have their own answer and cannot be used."
            ),
            triggers.BUTTON: self.env._("Buttons of your templates, in whatever language the patient got them."),
            triggers.NO_REPLY: self.env._(
                "It answers nobody: the patient waits for a person as before, and managers are told as before."
            ),
            triggers.ON_CLOSED: self.env._(
                "If it is opened again before that, nothing leaves. Later than 24 hours after the patient's last "
                "message only a template can be sent."
            ),
        }
