"""Bringing everything that is stored under the newest encryption key, so that an older one may be thrown away.

It may run beside working servers, be stopped at any moment and be started again: what is under the newest key already
is recognised and left alone. Every batch of texts and every file is a transaction of its own. Rows are locked only
when they are rewritten; who loses against a worker begins the batch anew, and a worker that loses does the same
(``conflicts``, and Odoo itself for requests).

A server that was not restarted yet still writes with the older key: therefore it goes over everything until a round
has found nothing left.
"""

import io
import logging
from collections import Counter
from functools import partial

from cryptography.fernet import InvalidToken
from odoo import api, models
from odoo.tools import SQL

from ...encrypted_file import BrokenFile, EncryptedReader, encrypt_file, is_made_with
from ...encryption import EncryptedText, SecretChar, get_cipher, get_newest, open_ciphertext
from .conflicts import repeated

_logger = logging.getLogger(__name__)

BATCH = 200
MAX_ROUNDS = 5
ROTATED, UNREADABLE, LEFT = "rotated", "unreadable", "left"


class ClinicWhatsappAccount(models.Model):
    _inherit = "clinic.whatsapp.account"

    @api.model
    def _rotate_keys(self, report=_logger.info) -> Counter:
        """Re-encrypt what is not under the newest key.

        :param report: called with a line of text about the progress
        :return: how much was ``rotated``; how much is ``unreadable`` because none of the configured keys made it; how
            much was ``left`` in the last round because somebody still writes with an older key
        :raise MissingKey: when no key, or no valid one, is configured
        """
        total = Counter()
        for _round in range(MAX_ROUNDS):
            found = self._rotate_columns(report) + self._rotate_files(report)
            total[ROTATED] += found[ROTATED]
            total[UNREADABLE], total[LEFT] = found[UNREADABLE], found[ROTATED]
            if not found[ROTATED]:
                break
        return total

    def _rotate_columns(self, report):
        found = Counter()
        for table, column in self._get_encrypted_columns():
            last_id, in_column = 0, Counter()
            while last_id is not None:
                last_id, counts = repeated(self.env, partial(self._rotate_batch, table, column, last_id))
                in_column += counts
            if in_column:
                report(f"{table}.{column}: {self._describe(in_column)}")
            found += in_column
        return found

    def _get_encrypted_columns(self):
        """Return (table, column) of every encrypted field of every model, in a fixed order."""
        return sorted(
            {
                (model._table, field.name)
                for model in self.env.registry.values()
                if model._auto and not model._abstract
                for field in model._fields.values()
                if isinstance(field, (EncryptedText, SecretChar)) and field.store and field.column_type
            }
        )

    def _rotate_batch(self, table, column, last_id):
        """Re-encrypt the next rows of one column; return the last id, None at the end, and what was done.

        Raw SQL: the ORM would decrypt and encrypt everything, and note the rows as changed by somebody.
        """
        table, column = SQL.identifier(table), SQL.identifier(column)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %(column)s FROM %(table)s WHERE id > %(last)s AND %(column)s IS NOT NULL"
                " ORDER BY id LIMIT %(batch)s",
                column=column, table=table, last=last_id, batch=BATCH,
            )
        )  # fmt: skip
        stale = [row_id for row_id, token in rows if not self._is_newest(token)]
        counts = self._rewrite(table, column, stale) if stale else Counter()
        return (rows[-1][0] if len(rows) == BATCH else None), counts

    def _rewrite(self, table, column, ids):
        # Locked first, and read under the lock: what a worker has just written must not be undone.
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %(column)s FROM %(table)s WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
                column=column, table=table, ids=ids,
            )
        )  # fmt: skip
        new = {row_id: self._rotate(token) for row_id, token in rows if token and not self._is_newest(token)}
        changed = [(row_id, token) for row_id, token in new.items() if token]
        if changed:
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s = changed.token FROM (VALUES %(rows)s) AS changed (id, token)"
                    " WHERE %(table)s.id = changed.id",
                    column=column, table=table, rows=SQL(", ").join(SQL("(%s, %s)", *row) for row in changed),
                )
            )  # fmt: skip
            self.env.invalidate_all()
        return Counter({ROTATED: len(changed), UNREADABLE: len(new) - len(changed)})

    @api.model
    def _is_newest(self, token) -> bool:
        try:
            get_newest(self.env).decrypt(token.encode())
        except InvalidToken:
            return False
        return True

    @api.model
    def _rotate(self, token):
        """Return the token under the newest key; None when none of the configured keys made it."""
        try:
            return get_cipher(self.env).rotate(token.encode()).decode()
        except InvalidToken:
            return None

    def _rotate_files(self, report):
        found = Counter()
        for model, field in self.env["ir.attachment"]._get_encrypted_fields():
            # sudo: ir.attachment - every file of every branch, ciphertext only
            files = self.env["ir.attachment"].sudo().search(
                [("res_model", "=", model), ("res_field", "=", field)], order="id"
            )  # fmt: skip
            in_field = Counter(
                result for file in files if (result := repeated(self.env, partial(self._rotate_file, file)))
            )
            if in_field:
                report(f"{model}, files: {self._describe(in_field)}")
            found += in_field
        return found

    def _rotate_file(self, file):
        """Re-encrypt one attachment; return what was done, None when there was nothing to do."""
        file.invalidate_recordset()
        if not file.exists():
            return None
        if is_made_with(open_ciphertext(file), get_newest(self.env)):
            return None
        self._lock_file(file)
        target = io.BytesIO()
        try:
            with EncryptedReader(open_ciphertext(file), get_cipher(self.env)) as clear:
                encrypt_file(clear, target, get_cipher(self.env))
        except BrokenFile:
            return UNREADABLE
        file.with_context(image_no_postprocess=True).write(
            {"raw": target.getvalue(), "mimetype": "application/octet-stream"}
        )
        return ROTATED

    @api.model
    def _lock_file(self, file):
        """Wait for whoever is replacing the file: a conflict, after which we look again. Raw SQL, for the waiting."""
        self.env.cr.execute(SQL("SELECT id FROM ir_attachment WHERE id = %s FOR NO KEY UPDATE", file.id))

    @api.model
    def _describe(self, counts) -> str:
        text = f"{counts[ROTATED]} brought under the newest key"
        return f"{text}, {counts[UNREADABLE]} not readable with any key" if counts[UNREADABLE] else text
