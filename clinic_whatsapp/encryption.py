"""Fields whose column holds ciphertext.

What patients and staff write, what Meta sends and what authenticates us is unreadable in a dump of the database: the
keys live outside of it (design.md §5.5). The field keeps the ciphertext in the ORM cache too and decrypts on access, so
nothing else in the addon has to know.

Keys are Fernet keys, newest first: the first encrypts, all of them decrypt. They come from the environment variable
``CLINIC_WHATSAPP_KEYS`` (comma-separated) or from ``encryption_keys`` in the section ``[clinic_whatsapp]`` of the
configuration file; never from the database. ``models/messaging/key_rotation.py`` brings everything under the newest.
"""

import hashlib
import hmac
import io
import logging
import os
import threading
from configparser import ConfigParser
from contextlib import contextmanager
from functools import lru_cache
from typing import BinaryIO

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import SQL, config

from .encrypted_file import EncryptedReader

_logger = logging.getLogger(__name__)

MASK = "••••••••"
ENVIRONMENT_VARIABLE = "CLINIC_WHATSAPP_KEYS"


class MissingKey(UserError):
    """No usable encryption key is configured on this server."""


class Unreadable(UserError):
    """None of the configured keys made this ciphertext."""


def _configured_keys() -> str:
    """Return the comma-separated keys of this server, newest first; empty when none is configured."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or _read_keys(config["config"] or "")


@lru_cache(maxsize=4)
def _read_keys(path: str) -> str:
    """Read the keys of a configuration file once: they are asked for with every text."""
    parser = ConfigParser(interpolation=None)
    parser.read(path)
    return parser.get("clinic_whatsapp", "encryption_keys", fallback="")


@lru_cache(maxsize=4)
def _build_ciphers(keys: str) -> tuple[Fernet, ...]:
    return tuple(Fernet(key.strip()) for key in keys.split(",") if key.strip())


@lru_cache(maxsize=4)
def _build_cipher(keys: str) -> MultiFernet:
    return MultiFernet(_build_ciphers(keys))


def problem(env) -> str | None:
    """Return in words what is wrong with the keys of this server, for its administrator; None when they are usable."""
    try:
        if _build_ciphers(_configured_keys()):
            return None
    except ValueError:
        return env._(
            "An encryption key of this server is not valid, so nothing confidential can be stored or read. Ask your "
            "administrator to set the environment variable %(variable)s to Fernet keys, separated by commas, and to "
            "restart Odoo.",
            variable=ENVIRONMENT_VARIABLE,
        )
    return env._(
        "This server has no encryption key, so nothing confidential can be stored. Ask your administrator to "
        "set the environment variable %(variable)s to a Fernet key and to restart Odoo.",
        variable=ENVIRONMENT_VARIABLE,
    )


_reported = set()


def is_usable(env) -> bool:
    """Tell whether this server has usable keys; for scheduled actions, which leave everything as it is without.

    The log of a server says so once, not once a minute.
    """
    found = problem(env(context={"lang": "en_US"}))
    if found and found not in _reported:
        _logger.error("WhatsApp stands still: %s", found)
    _reported.clear()
    _reported.update({found} - {None})
    return not found


def get_cipher(env) -> MultiFernet:
    """Return the cipher of this server: the newest key encrypts, all of them decrypt.

    :raise MissingKey: when no key, or no valid one, is configured
    """
    if found := problem(env):
        raise MissingKey(found)
    return _build_cipher(_configured_keys())


def get_newest(env) -> Fernet:
    """Return the cipher of the newest key alone.

    :raise MissingKey: when no key, or no valid one, is configured
    """
    get_cipher(env)
    return _build_ciphers(_configured_keys())[0]


def keyed_hash(env, text: str) -> str:
    """Return a hash that tells nothing to whoever has only the database; another one after a change of the newest key.

    :raise MissingKey: when no key, or no valid one, is configured
    """
    get_cipher(env)
    newest = _configured_keys().split(",")[0].strip()
    return hmac.new(newest.encode(), text.encode(), hashlib.sha256).hexdigest()


def encrypt(env, text: str) -> str:
    """Return the ciphertext of a text, as the columns of the fields below hold it."""
    return get_cipher(env).encrypt(text.encode()).decode()


def decrypt(env, token: str) -> str:
    """Return the text of a ciphertext.

    :raise InvalidToken: when none of the configured keys made it
    """
    known = getattr(_remembered, "texts", None)
    if known is None:
        return get_cipher(env).decrypt(token.encode()).decode()
    if token not in known:
        known[token] = get_cipher(env).decrypt(token.encode()).decode()
    return known[token]


_remembered = threading.local()


@contextmanager
def remembering():
    """Decrypt each text once while the block lasts, for code that looks at the same texts again and again."""
    before = getattr(_remembered, "texts", None)
    _remembered.texts = {} if before is None else before
    try:
        yield
    finally:
        _remembered.texts = before


class _Encrypted(fields.Field):
    """What the fields below share: clear in records, ciphertext in cache and column."""

    def _description_sortable(self, env):
        return False

    def _description_groupable(self, env):
        return False

    def convert_to_cache(self, value, record, validate=True):
        text = super().convert_to_cache(value, record, validate)
        return encrypt(record.env, text) if text else None

    def convert_to_record(self, value, record):
        if not value:
            return False
        try:
            return decrypt(record.env, value)
        except (InvalidToken, MissingKey):
            _logger.error("%s cannot be decrypted with the configured keys", self)
            return record.env._("[This text cannot be read: its encryption key is missing on the server.]")

    def get_column_update(self, record):
        # The cache already holds what the column holds; the inherited method would encrypt it again.
        return record.env.transaction.field_data[self][record.id]

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        if operator in ("in", "not in") and not any(value):
            column = model._field_to_sql(alias, field_expr, query)
            return SQL("%s IS NULL" if operator == "in" else "%s IS NOT NULL", column)
        raise UserError(
            model.env._(
                "“%(field)s” is stored encrypted and cannot be searched.",
                field=self._description_string(model.env),
            )
        )

    def reveal(self, record) -> str:
        """Return the clear value of one record, empty when there is none: for code that must not take the placeholder
        for what somebody wrote.

        :raise Unreadable: when none of the configured keys made it
        :raise MissingKey: when no key, or no valid one, is configured
        """
        record.ensure_one()
        token = self._get_token(record)
        try:
            return decrypt(record.env, token) if token else ""
        except InvalidToken as error:
            raise Unreadable(
                record.env._(
                    "“%(field)s” of %(record)s was stored with another encryption key. Put the old key back, or enter "
                    "the value again.",
                    field=self._description_string(record.env),
                    record=record.display_name,
                )
            ) from error

    def _get_token(self, record):
        cache = self._get_cache(record.env)
        if record.id not in cache:
            _value = record[self.name]  # fills the cache
        return cache.get(record.id)


class EncryptedText(_Encrypted, fields.Text):
    """A text that is ciphertext in the database and clear for whoever may read the record."""


class SecretChar(_Encrypted, fields.Char):
    """A credential: written by those who may, never read back. Everybody gets a mask; code calls :meth:`reveal`."""

    copy = False
    prefetch = False

    def convert_to_cache(self, value, record, validate=True):
        return MASK if value == MASK else super().convert_to_cache(value, record, validate)

    def convert_to_column(self, value, record, values=None, validate=True):
        return None if value == MASK else super().convert_to_column(value, record, values, validate)

    def convert_to_record(self, value, record):
        return MASK if value else False

    def convert_to_export(self, value, record):
        return ""

    def write(self, records, value):
        if value == MASK:  # a form sends the mask back when the secret was not touched
            return None
        return super().write(records, value)


class EncryptedFile(fields.Binary):
    """A file, ciphertext in an attachment (see ``encrypted_file``). Nobody reads it but code that calls :meth:`open`.

    The attachment says nothing but the size: name, type and hash belong into encrypted fields of the record. Odoo's own
    routes do not serve it, not even as ciphertext (``models/messaging/ir_attachment.py``).
    """

    copy = False
    groups = NO_ACCESS
    readonly = True

    def find(self, records):
        """Return the attachments of this field; the caller has checked that these records may be read."""
        # sudo: ir.attachment - nobody has a right to the ciphertext
        files = records.env["ir.attachment"].sudo()
        return files.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids), ("res_field", "=", self.name)]
        )

    def keep(self, record, ciphertext: bytes):
        """Keep a file that :class:`EncryptedWriter` wrote, in place of an earlier one."""
        self.find(record).unlink()
        # sudo: ir.attachment - written by the connector, for those who may read the record
        record.env["ir.attachment"].sudo().with_context(image_no_postprocess=True).create(
            {
                "name": self.name,
                "raw": ciphertext,
                "mimetype": "application/octet-stream",
                "res_model": record._name,
                "res_id": record.id,
                "res_field": self.name,
                "company_id": record.company_id.id,
            }
        )

    def open(self, record) -> EncryptedReader | None:
        """Return the clear file of one record; None when there is none.

        :raise BrokenFile: when it was changed, or none of the configured keys made it
        :raise MissingKey: when no key, or no valid one, is configured
        """
        attachment = self.find(record)[:1]
        return EncryptedReader(open_ciphertext(attachment), get_cipher(record.env)) if attachment else None


def open_ciphertext(attachment) -> BinaryIO:
    """Return the stored bytes of an encrypted attachment, from the disk piece by piece where they lie there."""
    path = attachment.store_fname and attachment._full_path(attachment.store_fname)
    return open(path, "rb") if path and os.path.isfile(path) else io.BytesIO(attachment.raw or b"")
