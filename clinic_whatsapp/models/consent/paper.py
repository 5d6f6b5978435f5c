"""The way over paper: a form is printed for one patient and purpose, returns signed, and is checked by another (LR-13).

The request keeps which versions were printed: what was signed is that text, even if a newer one is published by then.
"""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .consent_purpose import APPOINTMENT
from .consent_request import PAPER
from .consent_states import PENDING
from .privacy_notice import KIND_OF_DOCUMENT

DOCUMENT_COMES_WITH_THE_FORM = "clinic_form_on_paper"
_NOT_OF_A_CODE = re.compile(r"[\W_]+")


class ClinicPrivacyNotice(models.Model):
    _inherit = "clinic.privacy.notice"

    def _get_record_kind(self) -> str:
        """Return the kind of ledger record that agreeing to one text makes."""
        return KIND_OF_DOCUMENT[self.document_type]


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    @api.model
    def _find_paper(self, code):
        """Return the request of a printed form that has not come back yet, within the active branches.

        :param str code: as it was read or typed: small letters, blanks and dashes do not matter
        :raise UserError: when there is none; it does not tell why, because that would tell about other branches
        """
        code = _NOT_OF_A_CODE.sub("", code or "").upper()
        request = self.search(self._get_open_domain() & Domain("kind", "=", PAPER) & Domain("code", "=", code))
        if not code or not request:
            raise UserError(
                self.env._(
                    "There is no open form with this code in your branches. Check the code; a form that was added "
                    "already, or printed more than half a year ago, is printed and signed anew."
                )
            )
        return request

    def _use_paper(self):
        """Note that one form has come back, so that it counts once; two people who add it together are told apart.

        :raise UserError: when somebody else was faster
        """
        # sudo: clinic.consent.request - nobody has the right to change a request; the caller may read this one
        request = self.sudo().with_company(self.company_id)
        request.lock_for_update()
        if not request.filtered_domain(self._get_open_domain()):
            raise UserError(self.env._("This form was added already."))
        request.used_at = fields.Datetime.now()

    @api.model
    def _check_decider(self, partner):
        """What shows that somebody may decide for a patient can be handed in together with the signed form."""
        if not self.env.context.get(DOCUMENT_COMES_WITH_THE_FORM):
            return super()._check_decider(partner)
        problem = partner._get_decider_problem(**partner._get_decider())
        if problem and problem != partner._get_missing_document():
            raise UserError(problem)
        return None


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_print_consent_form(self):
        """Print the form of the purpose that the context names, for one patient.

        :raise UserError: when nothing may be asked for it, or its texts are not published
        """
        self.ensure_one()
        self.check_access("read")
        code = self.env.context.get("clinic_purpose") or APPOINTMENT
        purpose = self.env["clinic.consent.purpose"]._get(code, self.env.company)
        requests = self.env["clinic.consent.request"].with_context(**{DOCUMENT_COMES_WITH_THE_FORM: True})
        request = requests._create_for(self, purpose, PAPER, self.env.company)
        return self.env.ref("clinic_whatsapp.action_report_consent_form").report_action(request)

    def action_add_signed_form(self):
        """Open the dialog for a signed form that came back."""
        return self.env["ir.actions.act_window"]._for_xml_id("clinic_whatsapp.action_consent_paper_wizard")

    def _get_ways_to_ask(self, purpose):
        ways = super()._get_ways_to_ask(purpose)
        form = self._prepare_action("action_print_consent_form", self.env._("Print the form"), purpose)
        scan = self._prepare_action("action_add_signed_form", self.env._("Add a signed form"), purpose)
        return [*ways, form, scan]


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    is_awaiting_check = fields.Boolean(
        "Signature to be checked",
        compute="_compute_is_awaiting_check",
        search="_search_is_awaiting_check",
        help="A signed form whose signature nobody has checked yet, and about which nothing newer was recorded.",
    )

    def _compute_is_awaiting_check(self):
        waiting = self.search([("id", "in", self.ids), ("is_awaiting_check", "=", True)])
        for entry in self:
            entry.is_awaiting_check = entry in waiting

    def _search_is_awaiting_check(self, operator, value):
        """Raw SQL: "the newest of its kind" is no domain."""
        if operator != "in":
            return NotImplemented
        waiting = SQL(
            """(SELECT waiting.id
                  FROM clinic_consent waiting
                 WHERE waiting.status = %(pending)s
                   AND NOT EXISTS (
                       SELECT FROM clinic_consent newer
                        WHERE newer.controller_id = waiting.controller_id AND newer.partner_id = waiting.partner_id
                          AND newer.purpose_code = waiting.purpose_code AND newer.record_kind = waiting.record_kind
                          AND newer.id > waiting.id))""",
            pending=PENDING,
        )
        return [("id", "in", waiting)]

    def action_check_signature(self):
        """Open the dialog in which a second person compares the scan of one entry with what was recorded."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check the signature"),
            "res_model": "clinic.consent.check.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_entry_id": self.id},
        }
