import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..encrypted_file import BrokenFile
from ..models.messaging.media_type import clean_name
from .media import MediaController

_logger = logging.getLogger(__name__)


class EvidenceController(MediaController):
    """Hands out the evidence of consents as the files of messages: under the rights of the one who asks, decrypted."""

    @http.route("/clinic_whatsapp/evidence/<int:evidence_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def evidence(self, evidence_id, **_params):
        evidence = self._find_evidence(evidence_id)
        if not evidence:
            return self._say(404, request.env._("There is no such file."))
        try:
            file = evidence._open()
        except (BrokenFile, UserError):
            _logger.error("Evidence %s of a consent cannot be decrypted", evidence.id)
            file = None
        if not file:
            return self._say(410, request.env._("The stored file cannot be read on this server."))
        _logger.info("Evidence %s of a consent handed to user %s", evidence.id, request.env.uid)
        name = clean_name(evidence.name or "", evidence.media_type or "", evidence.kind)
        return self._serve(file, evidence.media_type, name)

    def _find_evidence(self, evidence_id):
        """Return the evidence when the user may read it in his active branches, else none."""
        files = request.env["clinic.consent.evidence"].with_context(allowed_company_ids=self._get_active_branches())
        # A search asks the rules and tells nothing about records that they hide.
        return files.search([("id", "=", evidence_id)]) if files.has_access("read") else files
