from datetime import datetime

from odoo import api, models
from odoo.tools import SQL

from .consent_states import GRANTED, NOTICE, WAITING
from .notice_renewal import outdated
from .privacy_notice import NOTICE as FULL_NOTICE
from .privacy_notice import SHORT_NOTICE

# What is asked of entries that stand: read for all of them in one query, however many they are.
READ_AT_ONCE = (
    "partner_id",
    "purpose_code",
    "record_kind",
    "status",
    "acting",
    "acting_partner_id",
    "phone",
    "given_at",
    "effective_until",
)


class ClinicConsent(models.Model):
    _inherit = "clinic.consent"

    @api.model
    def _get_current(self, partners, purposes, controller):
        """Return {(patient, purpose): newest entry}, of the main kind of record; what has no entry is absent.

        :param res.partner partners:
        :param clinic.consent.purpose purposes: the controller's, or the patterns of them
        :param res.company controller: the legal entity; entries of another one say nothing (LR-20)
        """
        standing = self._get_standing(partners, controller)
        return {
            (partner, purpose): entry
            for purpose in purposes
            for partner in partners
            if (entry := standing.get((partner, purpose.code, self._get_main_kind(purpose))))
        }

    @api.model
    def _get_standing(self, partners, controller):
        """Return {(patient, code of the purpose, kind of record): entry that stands}. Two queries for all of them.

        The newest entry stands; but one that says nothing yet (a signature to be checked, a list without proof) leaves
        the grant before it standing.
        """
        rows = self._find_newest(partners, controller)
        # sudo: clinic.consent - consent is given to the controller, wherever it was recorded
        entries = self.sudo().browse(dict.fromkeys(entry_id for row in rows for entry_id in row if entry_id))
        entries.fetch(READ_AT_ONCE)
        by_id = {entry.id: entry for entry in entries}
        standing = {}
        for newest, decided in ((by_id[row[0]], by_id.get(row[1])) for row in rows):
            entry = decided if decided and newest.status in WAITING and decided.status == GRANTED else newest
            standing[entry.partner_id.with_env(partners.env), entry.purpose_code, entry.record_kind] = entry
        return standing

    @api.model
    def _find_newest(self, partners, controller):
        """Return (newest entry, newest that decides something or None) of every patient, purpose and kind.

        Raw SQL: two kinds of "newest" in one pass over the index.
        """
        if not partners.ids:
            return []
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT max(id), max(id) FILTER (WHERE status NOT IN %(waiting)s)
                  FROM clinic_consent
                 WHERE controller_id = %(controller)s AND partner_id = ANY(%(partners)s) AND record_kind != %(notice)s
                 GROUP BY partner_id, purpose_code, record_kind""",
                waiting=WAITING,
                controller=controller.id,
                partners=partners.ids,
                notice=NOTICE,
            )
        )

    @api.model
    def _get_delivered(self, partners, contacts, controller, before=None):
        """Return {patient or contact: newest delivery of a notice that is still good}.

        :param res.partner partners: to whom it was handed over
        :param clinic.whatsapp.contact contacts: to whom it was sent
        :param res.company controller: the legal entity whose notice it is
        :param datetime | None before: only what was handed over by then, UTC
        """
        rows = self._find_deliveries(partners, contacts, controller, before)
        # sudo: clinic.consent - what one branch handed over, all of the controller's did
        entries = self.sudo().browse([entry_id for (entry_id,) in rows])
        entries.fetch(["partner_id", "contact_id", "notice_id", "given_at"])
        delivered = {}
        for entry in entries.sorted("id"):
            who = entry.partner_id.with_env(partners.env) or entry.contact_id.with_env(contacts.env)
            delivered[who] = entry
        return delivered

    @api.model
    def _has_outdated_notice(self, partner, contacts, controller, before=None) -> bool:
        """Tell whether somebody was handed a notice, and a material version has made all he had worthless (LR-09)."""
        if self._get_delivered(partner, contacts, controller, before):
            return False
        # sudo: clinic.consent - what one branch handed over, all of the controller's did
        had = self.sudo().search_count(
            [
                ("controller_id", "=", controller.id),
                ("record_kind", "=", NOTICE),
                ("given_at", "<=", before or datetime.max),
                "|", ("partner_id", "=", partner.id), ("contact_id", "in", contacts.ids),
            ],
            limit=1,
        )  # fmt: skip
        return bool(had)

    @api.model
    def _find_deliveries(self, partners, contacts, controller, before):
        """Return the newest good delivery of each. A material new version of a text makes older ones worthless (LR-09),
        in whatever language (:mod:`.notice_renewal`).

        Of the full notice, also what was delivered before as a short notice, for that leads to the full one: as it was
        at that moment. The same short notice, sent again later, leads to the new version and is good.

        Raw SQL: the newest of each group, against the versions that came after it, in one query. Which versions are
        good is found out once, not for every delivery.
        """
        company, code, lang = SQL("notice.company_id"), SQL("notice.purpose_code"), SQL("notice.lang")
        version = SQL("notice.valid_from"), SQL("notice.version")
        self.flush_model()
        self.env["clinic.privacy.notice"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                WITH good AS MATERIALIZED (
                     SELECT notice.id, notice.company_id, notice.document_type, notice.purpose_code, notice.lang
                       FROM clinic_privacy_notice notice
                      WHERE notice.company_id = %(controller)s AND notice.document_type IN (%(short)s, %(full)s)
                        AND NOT %(outdated)s)
                SELECT max(entry.id)
                  FROM clinic_consent entry
                  JOIN good notice ON notice.id = entry.notice_id
                 WHERE entry.controller_id = %(controller)s AND entry.record_kind = %(kind)s
                   AND entry.given_at <= %(before)s
                   AND (entry.partner_id = ANY(%(partners)s)
                        OR entry.partner_id IS NULL AND entry.contact_id = ANY(%(contacts)s))
                   AND NOT (notice.document_type = %(short)s AND %(full_outdated)s)
                 GROUP BY entry.partner_id, CASE WHEN entry.partner_id IS NULL THEN entry.contact_id END""",
                controller=controller.id,
                kind=NOTICE,
                short=SHORT_NOTICE,
                full=FULL_NOTICE,
                outdated=outdated(company, SQL("notice.document_type"), code, lang, *version),
                full_outdated=outdated(company, SQL("%s", FULL_NOTICE), code, lang, SQL("entry.given_at")),
                partners=partners.ids,
                contacts=contacts.ids,
                before=before or datetime.max,
            )
        )
