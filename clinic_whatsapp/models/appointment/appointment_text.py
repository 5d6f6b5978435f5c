"""Date and time of an appointment as a patient reads them: in the branch's zone and his language."""

import re
from collections import Counter
from functools import lru_cache

import pytz
from babel import Locale
from babel.dates import format_date, match_skeleton
from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, format_datetime

from .service import DEFAULT_ARRIVE_EARLY

TIME = "HH:mm"
NAME_LENGTH = 30  # of a patient among others: a message for a family stays within the limits of WhatsApp


@lru_cache(maxsize=64)
def _get_day_pattern(locale: Locale) -> str:
    """Return the pattern of a day without its year: «24 Kasım Salı», “Tuesday, November 24”.

    CLDR has it with short names only; their order and punctuation hold for the long ones too.
    """
    skeletons = locale.datetime_skeletons
    pattern = skeletons[match_skeleton("MMMMEEEEd", skeletons)].pattern
    return re.sub("M{3,}", "MMMM", re.sub("[Ec]+", "EEEE", pattern))


class ClinicAppointment(models.Model):
    _inherit = "clinic.appointment"

    start_date_text = fields.Char("Date", compute="_compute_texts")
    start_time_text = fields.Char("Time", compute="_compute_texts")
    previous_start_date_text = fields.Char("Previous date", compute="_compute_texts")
    previous_start_time_text = fields.Char("Previous time", compute="_compute_texts")
    arrive_early_minutes = fields.Integer("Arrive early (minutes)", compute="_compute_arrive_early_minutes")

    @api.depends("start", "previous_start", "company_id", "patient_id.lang")
    @api.depends_context("lang")
    def _compute_texts(self):
        for appointment in self:
            appointment.start_date_text = appointment._get_date_text(appointment.start)
            appointment.start_time_text = appointment._get_time_text(appointment.start)
            previous = appointment.previous_start
            appointment.previous_start_date_text = appointment._get_date_text(previous)
            appointment.previous_start_time_text = appointment._get_time_text(previous)

    @api.depends("service_id.arrive_early_minutes")
    def _compute_arrive_early_minutes(self):
        for appointment in self:
            service = appointment.service_id
            appointment.arrive_early_minutes = service.arrive_early_minutes if service else DEFAULT_ARRIVE_EARLY

    def _get_date_text(self, moment):
        """Return the day of a naive UTC moment in words; with the year when it is not the present one."""
        if not moment:
            return ""
        zone = pytz.timezone(self.company_id._get_tz())
        local = pytz.utc.localize(moment).astimezone(zone)
        this_year = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).year
        locale = babel_locale_parse(self._get_text_lang())
        pattern = _get_day_pattern(locale) if local.year == this_year else "full"
        return format_date(local, pattern, locale=locale)

    def _get_time_text(self, moment):
        return self._format(moment, TIME, self._get_text_lang()) if moment else ""

    def _get_visits_text(self) -> str:
        """Return who comes when, for the person who brings them: “Ali 10:00, Ayşe 10:30”.

        In the branch's zone and the language of the text. No more of the names than is needed (LR-31): the first one,
        and all of it where two patients are called alike.
        """
        names = self._get_first_names()
        visits = self.sorted(lambda visit: (visit.start, visit.id))
        return ", ".join(f"{names[visit.patient_id]} {visit.start_time_text}" for visit in visits)

    def _get_first_names(self) -> dict:
        """Return {patient: name by which he is told from the others of these appointments}."""
        first = {
            patient: next((word for word in (patient.name or "").split() if not word.endswith(".")), "").strip(",;")
            for patient in self.patient_id
        }
        alike = Counter(first.values())
        return {
            patient: (name if name and alike[name] == 1 else patient.name or "")[:NAME_LENGTH].strip()
            for patient, name in first.items()
        }

    def _get_text_lang(self):
        """Return the language of the message that is being written, else the patient's."""
        return self.env.context.get("lang") or self.patient_id.lang or "en_US"

    def _format(self, moment, pattern, lang):
        """Return a naive UTC moment in the branch's zone.

        :param str pattern: of babel
        :param str | None lang: code of a language
        """
        tz = self.company_id._get_tz()
        return format_datetime(self.env, moment, tz=tz, dt_format=pattern, lang_code=lang)
