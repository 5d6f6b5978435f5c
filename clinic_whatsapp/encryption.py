"""Fields whose column holds ciphertext.

What patients and staff write, what Meta sends and what authenticates us is unreadable in a dump of the database: the
keys live outside of it (design.md §5.5). The field keeps the ciphertext in the ORM cache too and decrypts on access, so
nothing else in the addon has to know.

Keys are Fernet keys, newest first: the first encrypts, all of them decrypt. They come from the environment variable
``CLINIC_WHATSAPP_KEYS`` (comma-separated) or from ``encryption_keys`` in the section ``[clinic_whatsapp]`` of the
configuration file; never from the database.
"""

import logging
import os
from configparser import ConfigParser
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import config

_logger = logging.getLogger(__name__)

MASK = "••••••••"
ENVIRONMENT_VARIABLE = "CLINIC_WHATSAPP_KEYS"


class MissingKey(UserError):
    """No usable encryption key is configured on this server."""


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
def _build_cipher(keys: str) -> MultiFernet | None:
    ciphers = [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
    return MultiFernet(ciphers) if ciphers else None


def get_cipher(env) -> MultiFernet:
    """Return the cipher of this server.

    :raise MissingKey: when no key, or no valid one, is configured
    """
    try:
        cipher = _build_cipher(_configured_keys())
    except ValueError:
        cipher = None
    if cipher is None:
        raise MissingKey(
            env._(
                "This server has no encryption key, so nothing confidential can be stored. Ask your administrator to "
                "set the environment variable %(variable)s to a Fernet key and to restart Odoo.",
                variable=ENVIRONMENT_VARIABLE,
            )
        )
    return cipher


def encrypt(env, text: str) -> str:
    """Return the ciphertext of a text, as the columns of the fields below hold it."""
    return get_cipher(env).encrypt(text.encode()).decode()


def decrypt(env, token: str) -> str:
    """Return the text of a ciphertext.

    :raise InvalidToken: when none of the configured keys made it
    """
    return get_cipher(env).decrypt(token.encode()).decode()


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
            return super().condition_to_sql(field_expr, operator, value, model, alias, query)
        raise UserError(
            model.env._(
                "“%(field)s” is stored encrypted and cannot be searched.",
                field=self._description_string(model.env),
            )
        )


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

    def reveal(self, record) -> str:
        """Return the clear credential of one record; empty when there is none.

        :raise UserError: when the configured keys cannot decrypt it
        """
        record.ensure_one()
        _mask = record[self.name]  # fills the cache
        token = self._get_cache(record.env).get(record.id)
        if not token:
            return ""
        try:
            return decrypt(record.env, token)
        except InvalidToken as error:
            raise UserError(
                record.env._(
                    "“%(field)s” of %(record)s was stored with another encryption key. Put the old key back, or enter "
                    "the value again.",
                    field=self._description_string(record.env),
                    record=record.display_name,
                )
            ) from error
