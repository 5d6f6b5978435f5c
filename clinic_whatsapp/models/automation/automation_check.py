"""What does not fit is refused when it is saved, with the place named: conditions, dates, templates, their values."""

from odoo import api, models
from odoo.exceptions import ValidationError

from ..consent.consent_purpose import HEALTH, MARKETING
from ..template.helper_codes import ABOUT_APPOINTMENT
from ..template.template_variable import FIELD, TEXT
from .path_check import find_domain_problem
from .trigger import BEFORE, OF_CHAT, OF_DATE

STRICT = (HEALTH, MARKETING)  # purposes that ask for a consent of their own


class ClinicWhatsappAutomation(models.Model):
    _inherit = "clinic.whatsapp.automation"

    _times_within_reason = models.Constraint(
        "CHECK (max_days <= 3650 AND expires_hours <= 87600 AND wait_minutes <= 5256000)",
        "Limits and waiting times can be ten years at most.",
    )
    _limit_has_days = models.Constraint(
        "CHECK (max_count = 0 OR max_days > 0)", "Say within how many days these messages are counted."
    )

    @api.constrains("active")
    def _check_fit_at_switching_on(self):
        """What has broken can be switched off, not on."""
        switched_on = self.filtered("active")
        switched_on._check_fit()
        switched_on.step_ids._check_template()

    @api.constrains("trigger", "source_id", "domain", "date_path", "keywords")
    def _check_fit(self):
        for automation in self:
            # Constraints run as superuser; conditions must lead where their author may read.
            if problem := automation.sudo(False)._find_problem():
                raise ValidationError(
                    self.env._("“%(name)s”: %(problem)s", name=automation.name, problem=problem)
                )

    @api.constrains("source_id", "trigger", "purpose_id")
    def _check_templates(self):
        self.step_ids._check_template()

    @api.constrains("one_for_family", "trigger", "step_ids")
    def _check_family(self):
        self.step_ids._check_family_template()
        for automation in self:
            if automation.one_for_family and automation.trigger != BEFORE:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: one message for a family is only possible for reminders of appointments.",
                        name=automation.name,
                    )
                )

    def _find_problem(self):
        """Return what keeps one automation from working, naming the place; False when nothing does."""
        if self.trigger not in OF_CHAT and not self.source_id:
            return self.env._("choose what kind of record it is about.")
        # sudo: clinic.whatsapp.source - what is wrong with it, not what it says
        if problem := self.source_id and self.sudo().source_id.sudo(False)._find_problem():
            return problem
        if self.model not in self.env:
            return self.env._("there are no such records.")
        return self._find_date_problem() or self._find_condition_problem()

    def _find_date_problem(self):
        if self.trigger not in OF_DATE:
            return False
        path = self._get_date_path()
        if not path:
            return self.env._("choose the date it is about.")
        problem = self.source_id._find_date_problem(self.env[self.model], path)
        return bool(problem) and self.env._("Date: %(problem)s", problem=problem)

    def _find_condition_problem(self):
        problem = self.domain and find_domain_problem(self.env[self.model], self.domain)
        return bool(problem) and self.env._("If: %(problem)s", problem=problem)


class ClinicWhatsappAutomationStep(models.Model):
    _inherit = "clinic.whatsapp.automation.step"

    _offset_within_reason = models.Constraint(
        "CHECK (offset_value <= CASE offset_unit WHEN 'days' THEN 3650 WHEN 'hours' THEN 87600 ELSE 5256000 END)",
        "A message can leave ten years before or after at most.",
    )

    @api.constrains("template_id", "family_template_id", "automation_id")
    def _check_template(self):
        for step in self:
            for template in step.template_id | step.family_template_id:
                if problem := step._find_template_problem(template):
                    raise ValidationError(
                        self.env._("“%(name)s”: %(problem)s", name=template.display_name, problem=problem)
                    )

    @api.constrains("template_id", "family_template_id", "automation_id")
    def _check_family_template(self):
        for step in self.filtered("automation_id.one_for_family"):
            if problem := step._find_family_problem():
                raise ValidationError(
                    self.env._("“%(name)s”: %(problem)s", name=step.automation_id.name, problem=problem)
                )

    def _find_family_problem(self):
        """Return why the visits of a family cannot be told by this step; False when they can."""
        if not self.family_template_id:
            return self.env._("choose the template for a family, or untick that a family gets one message.")
        if not self.family_template_id._names_visits():
            return self.env._(
                "the template for a family does not name the visits. Put “All visits of the day” into its text."
            )
        return False

    def _find_template_problem(self, template):
        """Return why one template cannot be sent by this step, naming the place; False when it can."""
        about, is_known = template.model_id, bool(self.automation_id.model)
        is_ours = about.model in self.automation_id._get_template_models()
        if is_known and not is_ours and template._reads_record():
            return self.env._("it is about other records (%(about)s) than the automation.", about=about.name)
        # A starter text leaves its links to each number's own copy of it.
        if unbound := template._find_unbound(with_links=bool(template.account_id)):
            return self.env._("nothing stands for %(variables)s. Say in the template what does.", variables=unbound)
        return self._find_purpose_problem(template)

    def _find_purpose_problem(self, template):
        """Return why what a template says must not be sent for the purpose of the automation (LR-12); else False."""
        # sudo: clinic.consent.purpose - a setting of the app
        ours, theirs = self.automation_id.purpose_id.sudo().code, template.purpose_code
        if theirs not in STRICT or theirs == ours:
            return False
        names = dict(template._fields["purpose_code"]._description_selection(self.env))
        return self.env._(
            "it is meant for the purpose “%(purpose)s”, which asks for more consent than that of the automation.",
            purpose=names[theirs],
        )


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    def _reads_record(self) -> bool:
        """Tell whether this message says something that stands in the record it is about, or acts upon it."""
        values = self.variable_ids.filtered(lambda v: v.source == FIELD or v.helper in ABOUT_APPOINTMENT)
        return bool(values) or self._needs_record()

    def _find_unbound(self, *, with_links) -> str:
        """Return the variables of one template that have no value when nobody types one, as their author sees them.

        :param bool with_links: those of links, too
        """
        known = self.variable_ids | self.button_ids.variable_ids
        bound = {(v.place, v.button_id, v.index) for v in known if v.source != TEXT or v.text or v.fallback}
        variables = self._get_wanted_variables()
        wanted = {(place, link, number) for place, link, number in variables if with_links or not link}
        return self._name_variables(wanted - bound)
