"""When a link ends before its time: it lies on a telephone, and opens the door to whoever holds that (LR-19, LR-22).

A new number, a number reported as wrong, a merge, another decider and a death close what is open at once. The day on
which somebody comes of age is nobody's deed: from then on a link made before opens nothing (:meth:`_find_open`).

A printed form waits on: it is brought to the desk, where people look who signed it.
"""

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.fields import Domain

from ..patient.res_partner import ADULT_AGE
from .consent_request import PREFERENCES, SIGN


class ClinicConsentRequest(models.Model):
    _inherit = "clinic.consent.request"

    @api.model
    def _find_open(self, token, kind):
        """Extended: what was made for a guardian does not open for him when the patient is of age."""
        request = super()._find_open(token, kind)
        return request.browse() if request and request._is_outgrown() else request

    def _is_outgrown(self) -> bool:
        """Tell whether the patient of one request has come of age since it was made."""
        patient = self.partner_id
        if not patient.birth_date or patient.needs_guardian:
            return False
        made_on = fields.Date.context_today(self, self.create_date)
        return made_on < patient.birth_date + relativedelta(years=ADULT_AGE)

    @api.model
    def _get_links_domain(self, partners):
        """Return what finds the open links of some patients."""
        links = Domain("kind", "in", (SIGN, PREFERENCES)) & Domain("partner_id", "in", partners.ids)
        return self._get_open_domain() & links


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _close_links(self):
        """Let no link of these patients, to sign or to their preferences, open anything from now on.

        Before anything else: whoever answers locks his request first, then the numbers, then the ledger.
        """
        # sudo: clinic.consent.request - links of all branches; nobody has the right to write requests
        requests = self.env["clinic.consent.request"].sudo()
        links = requests.search(requests._get_links_domain(self), order="id")
        links.expires_at = fields.Datetime.now()
        links.flush_recordset(["expires_at"])
