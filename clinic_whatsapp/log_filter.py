"""Keeps out of Odoo's own log lines what no log may hold (design.md §5.7).

- The web server notes the whole address of every request. Meta verifies a webhook with the verify token in the query
  (cloud_api.md §5.1), and the key in the path is what a forger would need first. Of the key the beginning stays, so
  that one sees which number a webhook was for. The same holds for the links by which patients open their pages.
- A query that fails is logged with its values, also when it only lost against another one: a phone number, a key. Of
  queries over our own tables and fields the values are left out.
"""

import logging
import re

ADDRESS = re.compile(
    r"(/clinic_whatsapp/(?:webhook|consent|preferences)/[\w-]{4}|hub\.verify_token=)[^\s&?#\"'/]+"
)
OURS = re.compile("clinic_|whatsapp_|phone")  # our tables, and our fields on the tables of others
VALUE = re.compile(r"'(?:[^'\\]|''|\\.)*'", re.DOTALL)


class HideWebhookSecrets(logging.Filter):
    def filter(self, record):
        record.msg = self._hide(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._hide, record.args))
        return True

    def _hide(self, part):
        return ADDRESS.sub(r"\1…", part) if isinstance(part, str) else part


class HideQueryValues(logging.Filter):
    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(
                part.decode(errors="replace") if isinstance(part, bytes) else part for part in record.args
            )
        text = record.getMessage()
        if OURS.search(text):
            record.msg, record.args = VALUE.sub("'…'", text), ()
        return True


logging.getLogger("werkzeug").addFilter(HideWebhookSecrets())
logging.getLogger("odoo.sql_db").addFilter(HideQueryValues())
