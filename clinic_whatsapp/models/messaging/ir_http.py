import logging

import psycopg2
from odoo import models
from odoo.http import request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

_logger = logging.getLogger(__name__)

WEBHOOK = "/clinic_whatsapp/webhook/"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Let patients' pages have our translations: without it Odoo gives public pages those of its own modules."""
        return [*super()._get_translation_frontend_modules_name(), "clinic_whatsapp"]

    @classmethod
    def _handle_error(cls, exception):
        """Ask Meta to bring a webhook again when we are in trouble: nothing of it was stored (cloud_api.md §5.3)."""
        if isinstance(exception, HTTPException) or not request.httprequest.path.startswith(WEBHOOK):
            return super()._handle_error(exception)
        _logger.error("A WhatsApp webhook could not be stored and will come again: %s", type(exception).__name__)
        if isinstance(exception, psycopg2.Error):
            exception.loglevel = logging.DEBUG  # the line above says it; what we were storing belongs in no log
        return super()._handle_error(ServiceUnavailable())
