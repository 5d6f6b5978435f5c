"""Keeps what authenticates Meta out of the web server's log, which notes the whole address of every request.

Meta verifies a webhook with the verify token in the query (cloud_api.md §5.1), and the key in the path is
what a forger would need first. Of the key the beginning stays, so that one sees which number a webhook was for.
"""

import logging
import re

SECRETS = re.compile(r"(/clinic_whatsapp/webhook/[\w-]{4}|hub\.verify_token=)[^\s&?#\"'/]+")


class HideWebhookSecrets(logging.Filter):
    def filter(self, record):
        record.msg = self._hide(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._hide, record.args))
        return True

    def _hide(self, part):
        return SECRETS.sub(r"\1…", part) if isinstance(part, str) else part


logging.getLogger("werkzeug").addFilter(HideWebhookSecrets())
