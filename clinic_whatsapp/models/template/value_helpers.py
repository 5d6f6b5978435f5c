"""What the computed values of a template say (``helper_codes``): in the branch's zone, in the language of the text.

A value that there is not is empty; the gate then denies the message and names the variable. Whatever the number of
messages, the number of queries is the same (``value_facts``).
"""

import secrets

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_datetime

from ..consent.consent_request import PREFERENCES, TOKEN_BYTES
from . import helper_codes as codes
from .template_variable import BUTTON, HELPER
from .value_facts import Facts

VISIT = "clinic.appointment"
FACTS = "clinic_template_facts"  # an object: whoever calls from outside can pass text, never this
TOGETHER = "clinic_template_together"  # likewise
DAY, TIME = "EEEE d MMMM", "HH:mm"

_OF_APPOINTMENT = {
    codes.APPOINTMENT_DATE: "start_date_text",
    codes.APPOINTMENT_TIME: "start_time_text",
    codes.APPOINTMENT_PREVIOUS_DATE: "previous_start_date_text",
    codes.APPOINTMENT_PREVIOUS_TIME: "previous_start_time_text",
    codes.ARRIVE_EARLY: "arrive_early_minutes",
}
_OTHERS = {
    codes.PATIENT_NAME: "_tell_patient_name",
    codes.BRANCH_NAME: "_tell_branch_name",
    codes.BRANCH_ADDRESS: "_tell_branch_address",
    codes.BRANCH_PHONE: "_tell_branch_phone",
    codes.NEXT_OPEN_DAY: "_tell_next_open_day",
    codes.NEXT_OPEN_TIME: "_tell_next_open_time",
    codes.CLINIC_NAME: "_tell_clinic_name",
    codes.CLINIC_REGISTER: "_tell_clinic_register",
    codes.PREFERENCE_LINK: "_tell_preference_link",
    codes.NOTICE_LINK: "_tell_notice_link",
}


class Together(dict):
    """Which appointments a message tells beside the one it is about: {id of that one: all of them}."""


class ClinicWhatsappTemplateVariable(models.Model):
    _inherit = "clinic.whatsapp.template.variable"

    @api.constrains("source", "helper", "template_id")
    def _check_helper(self):
        for variable in self.filtered(lambda variable: variable.source == HELPER):
            if not variable.helper:
                raise ValidationError(
                    self.env._("{{%(index)s}}: choose which value stands there.", index=variable.index)
                )
            if variable.helper in codes.ABOUT_APPOINTMENT and variable.model != VISIT:
                raise ValidationError(
                    self.env._(
                        "%(variable)s: only a message about an appointment knows it.", variable=variable._describe()
                    )
                )

    def _get_value(self, record, partner, account):
        if self.source != HELPER:
            return super()._get_value(record, partner, account)
        if name := _OF_APPOINTMENT.get(self.helper):
            return record[name] if record and record._name == VISIT else ""
        if self.helper == codes.VISITS_OF_DAY:
            return self._tell_visits_of_day(record)
        facts = self._get_facts()
        return getattr(self, _OTHERS[self.helper])(facts, partner, self._get_branch(record, account))

    @api.model
    def _get_facts(self) -> Facts:
        facts = self.env.context.get(FACTS)
        # sudo: res.company, clinic.privacy.controller, clinic.privacy.notice - goes to the patient in the clinic's name
        return facts if isinstance(facts, Facts) else Facts(self.sudo().env)

    def _get_branch(self, record, account):
        """Return the branch that a message is about, else the one whose number sends it."""
        # sudo: res.company - name, phone and hours of a branch, for its patients
        if record and isinstance(record, self.pool["clinic.branch.mixin"]):
            return record.sudo().company_id
        return account.sudo().company_id

    # The values

    def _tell_visits_of_day(self, record):
        """Return the appointments that one message tells; the one it is about, unless it is for a family."""
        if not record or record._name != VISIT:
            return ""
        together = self.env.context.get(TOGETHER)
        visits = together.get(record.id, record) if isinstance(together, Together) else record
        return visits.with_env(record.env)._get_visits_text()

    def _tell_patient_name(self, _facts, partner, _branch):
        return partner.name

    def _tell_branch_name(self, _facts, _partner, branch):
        return branch.name

    def _tell_branch_address(self, _facts, _partner, branch):
        town = " ".join(filter(None, (branch.zip, branch.city)))
        return ", ".join(filter(None, (branch.street, branch.street2, town)))

    def _tell_branch_phone(self, _facts, _partner, branch):
        return branch.phone

    def _tell_next_open_day(self, facts, partner, branch):
        return self._format_opening(facts.get_opening(branch), partner, branch, DAY)

    def _tell_next_open_time(self, facts, partner, branch):
        return self._format_opening(facts.get_opening(branch), partner, branch, TIME)

    def _format_opening(self, opening, partner, branch, pattern):
        lang = self.template_id._get_lang(partner.lang)
        return opening and format_datetime(
            self.env, opening, tz=branch._get_tz(), dt_format=pattern, lang_code=lang
        )

    def _tell_clinic_name(self, facts, _partner, branch):
        return facts.get_file(branch).trade_name

    def _tell_clinic_register(self, facts, _partner, branch):
        return facts.get_file(branch).mersis

    def _tell_preference_link(self, facts, partner, branch):
        token = facts.get_token(partner, branch)
        return token and (token if self.place == BUTTON else f"{facts.get_preferences_path()}{token}")

    def _tell_notice_link(self, facts, partner, branch):
        notice = facts.get_notice(branch, partner.lang)
        if self.place == BUTTON:
            return notice.sha256
        return notice and f"{notice.get_base_url()}/clinic_whatsapp/text/{notice.sha256}"


class ClinicWhatsappTemplate(models.Model):
    _inherit = "clinic.whatsapp.template"

    @api.constrains("model_id")
    def _check_helpers(self):
        self.variable_ids._check_helper()

    def _queue_messages(self, purpose, targets, **kwargs):
        """Extended: what the values of all these messages have in common is found out once; links are made now."""
        # sudo: clinic.consent.request - links are for the patients themselves
        facts = Facts(self.sudo().env, [(partner.sudo(), record, account) for partner, record, account in targets])
        this = self.with_context(**{FACTS: facts})
        return super(ClinicWhatsappTemplate, this)._queue_messages(purpose, targets, **kwargs).with_env(self.env)


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    @api.model
    def _create_preference_tokens(self, pairs):
        """Return {(patient, branch): token} of new links to the preferences, in a constant number of queries.

        Patients who have no preferences to set (LR-16) have no link.

        :param pairs: (patient, branch)
        """
        # sudo: clinic.consent.request - made by methods only; nobody has the right to create requests
        requests = self.sudo()
        asked = [(patient, branch) for patient, branch in pairs if patient.is_patient and not patient.deceased_on]
        tokens = {pair: secrets.token_urlsafe(TOKEN_BYTES) for pair in asked}
        requests.create(
            [
                {
                    "company_id": branch.id,
                    "partner_id": patient.id,
                    "kind": PREFERENCES,
                    **requests._prepare_token_vals(PREFERENCES, None, token),
                }
                for (patient, branch), token in tokens.items()
            ]
        )
        return tokens
