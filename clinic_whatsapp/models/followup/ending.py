"""What ends a course before its last message, and that it ends after it.

- The patient wants no more of it: a button, a word in the chat, a link or a word to staff takes back the consent to the
  plan's purpose, or stops the number. The ledger says so, and the courses of all branches of the controller end.
- He has a new appointment in the same branch, booked after the course was started. One in another branch ends nothing:
  that it exists is nobody's business here.
- He writes of an emergency to the branch: what was meant for a good recovery must not reach him now.
- He has answered, or complains. That, and new appointments, are the stops of every automation
  (``automation/stop_rules``); the first message that they hold back ends the course.
- Nothing of the plan is planned any more: the course is completed.

Staff may take it up again all the same. Then only what the patient does from now on counts.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..automation import reasons
from ..automation.scheduled import SKIPPED
from ..consent.consent_states import REFUSED, WITHDRAWN
from .followup_states import ANSWERED, COMPLAINT, COMPLETED, NEW_VISIT, NO_MORE, RUNNING, STOPPED

ENDINGS = {reasons.ANSWERED: ANSWERED, reasons.VISITED: NEW_VISIT, reasons.COMPLAINT: COMPLAINT}
BATCH = 1000


class ClinicFollowup(models.Model):
    _inherit = "clinic.followup"

    resumed_at = fields.Datetime(readonly=True, copy=False, help="When it was taken up again.")

    def _resume(self):
        """Extended: what the stop held back is planned again, as far as its moment lies ahead."""
        stopped = self.filtered(lambda course: course.state == STOPPED)
        stopped.resumed_at = fields.Datetime.now()
        # sudo: clinic.whatsapp.scheduled - rows are written by the planner only
        rows = self.env["clinic.whatsapp.scheduled"].sudo()
        held = [("state", "=", SKIPPED), ("skip_reason", "in", tuple(ENDINGS))]
        theirs = [("res_model", "=", self._name), ("res_id", "in", stopped.ids)]
        rows.search([*theirs, *held])._skip(reasons.ENDED)
        return super()._resume()

    def _get_begun(self):
        """Return the moment after which a new appointment ends one course; the same second counts already."""
        return self.resumed_at or self.create_date.replace(microsecond=0) - timedelta(seconds=1)

    @api.model
    def _get_running_domain(self, patients, company):
        """Return the courses under way of some patients, in a company and the branches below it."""
        return [
            ("partner_id", "in", patients.ids),
            ("company_id", "child_of", company.id),
            ("state", "=", RUNNING),
        ]

    @api.model
    def _complete_finished(self):
        """Complete the courses under way of which every message has left or was left out."""
        self.env["clinic.whatsapp.scheduled"].flush_model()
        self.env["clinic.whatsapp.automation.step"].flush_model()
        is_planned = Domain("automation_id.active", "=", True) & Domain("automation_id.needs_planning", "=", False)
        domain = Domain("state", "=", RUNNING) & is_planned
        finished = self.search(domain & Domain.custom(to_sql=self._get_finished_sql), limit=BATCH)
        finished.write({"state": COMPLETED, "stopped_at": fields.Datetime.now()})

    @api.model
    def _get_finished_sql(self, _model, alias, _query):
        return SQL(
            """NOT EXISTS (
                SELECT FROM clinic_whatsapp_automation_step step
                 WHERE step.automation_id = %(plan)s
                   AND NOT EXISTS (
                        SELECT FROM clinic_whatsapp_scheduled row
                         WHERE row.step_id = step.id AND row.res_model = %(model)s AND row.res_id = %(id)s
                           AND row.anchor = %(zero)s AND row.state IN ('done', 'skipped')))""",
            plan=SQL.identifier(alias, "automation_id"),
            model=self._name,
            id=SQL.identifier(alias, "id"),
            zero=SQL.identifier(alias, "started_at"),
        )


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    def _apply(self):
        """Extended: who takes back the consent to a plan's purpose gets nothing more of the plan."""
        result = super()._apply()
        for entry in self.filtered(lambda it: it.status in (REFUSED, WITHDRAWN)):
            # sudo: clinic.followup - the person decides for all branches of the controller
            courses = self.env["clinic.followup"].sudo()
            theirs = courses._get_running_domain(entry.partner_id, entry.controller_id)
            courses.search([*theirs, ("automation_id.purpose_id.code", "=", entry.purpose_code)])._stop(NO_MORE)
        return result


class ClinicWhatsappContact(models.Model):
    _inherit = "clinic.whatsapp.contact"

    def _suppress(self, moment):
        """Extended: who wants no messages at all gets none of a plan either."""
        stopped = super()._suppress(moment)
        for contact in stopped:
            # sudo: clinic.followup, res.partner - a stop holds in all branches of the controller
            courses = self.env["clinic.followup"].sudo()
            courses.search(courses._get_running_domain(contact.sudo().partner_ids, contact.company_id))._stop(NO_MORE)
        return stopped


class ClinicWhatsappConversation(models.Model):
    _inherit = "clinic.whatsapp.conversation"

    def _answer_emergency(self):
        """Extended: the plans that stop at a complaint stop at once, in the branches that this number writes for."""
        result = super()._answer_emergency()
        self._find_stopping_courses()._stop(COMPLAINT)
        return result


    def _stop_after_message(self):
        """Extended: a complaint ends a course from its beginning on, before its first message has left, too."""
        result = super()._stop_after_message()
        for conversation in self.filtered("complained_at"):
            stopping = conversation._find_stopping_courses()
            if begun := stopping.filtered(lambda it, chat=conversation: it._get_begun() < chat.complained_at):
                begun._stop(COMPLAINT)
                conversation._ask_about_complaint()
        return result

    def _find_stopping_courses(self):
        """Return the courses of one person that stop at a complaint, in the branches that this number writes for."""
        # sudo: clinic.followup - the inbox works for all branches; other branches hear nothing of it
        courses = self.env["clinic.followup"].sudo()
        # sudo: res.partner - who they are is asked by the inbox, not by a user
        theirs = courses._get_running_domain(self.contact_id.sudo().partner_ids, self.company_id)
        return courses.search([*theirs, ("automation_id.stop_on_complaint", "=", True)])


class ClinicWhatsappScheduled(models.Model):
    _inherit = "clinic.whatsapp.scheduled"

    @api.model
    def _cron_plan(self):
        """Extended: what has had its last message is completed."""
        result = super()._cron_plan()
        self.env["clinic.followup"]._complete_finished()
        return result

    def _skip(self, reason):
        """Extended: what holds back one message of a course for good ends the course."""
        result = super()._skip(reason)
        if reason in ENDINGS:
            rows = self.filtered(lambda row: row.res_model == "clinic.followup")
            self.env["clinic.followup"].browse(rows.mapped("res_id")).exists()._stop(ENDINGS[reason])
        return result

    def _get_courses(self):
        """Return {row: course} of those of these rows that belong to one."""
        rows = self.filtered(lambda row: row.res_model == "clinic.followup")
        # sudo: clinic.followup - the planner works for all branches
        return dict(zip(rows, self.env["clinic.followup"].sudo().browse(rows.mapped("res_id")), strict=True))

    def _get_bookings_since(self, now):
        """Extended: a course ends by what was booked after it was started, whenever its day zero is."""
        return {**super()._get_bookings_since(now), **{row: it._get_begun() for row, it in self._get_courses().items()}}

    def _get_own_visit_ids(self):
        own = {row: course.appointment_id.id for row, course in self._get_courses().items()}
        return {**super()._get_own_visit_ids(), **own}

    def _get_restarts(self):
        resumed = {row: it.resumed_at for row, it in self._get_courses().items() if it.resumed_at}
        return {**super()._get_restarts(), **resumed}
