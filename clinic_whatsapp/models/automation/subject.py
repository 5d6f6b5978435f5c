"""What a message needs to know of any record: its patient and its branch, wherever they stand in it. No queries of its
own: records are read in sets.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from ..messaging.send_window import to_utc
from .reasons import NO_PATIENT


@dataclass(frozen=True)
class Paths:
    """Where patient, branch and date stand in a record; an empty one leads nowhere."""

    partner: str
    company: str
    date: str = ""
    is_optional: bool = False  # who has written himself is answered, patient or not


@dataclass(frozen=True)
class Subject:
    """
    :param record: whom or what a message is about
    :param company: the branch, or an empty recordset
    :param partner: the patient, or an empty recordset
    :param problem: why nobody can be written to, one of ``reasons.py``
    """

    record: object
    company: object
    partner: object
    problem: str | bool = False


def follow(record, path: str):
    """Return what stands at the end of a path of fields; the record itself when it is empty.

    :raise KeyError: when a field of it is gone
    """
    for name in path.split(".") if path else ():
        record = record[name]
    return record


def to_moment(value: date | datetime | bool, zone: tzinfo) -> datetime | None:
    """Return a moment as naive UTC; a day begins at midnight on the wall of the branch."""
    if not value:
        return None
    return value if isinstance(value, datetime) else to_utc(datetime.combine(value, time()), zone)


def describe(record, paths: Paths, default_company) -> Subject:
    """Return a record as the planner sees it.

    :param res.company default_company: whose branch it is when the source does not say
    """
    company = follow(record, paths.company) if paths.company else default_company
    partner = follow(record, paths.partner)
    if not partner or not partner.is_patient:
        return Subject(record, company, partner.browse(), not paths.is_optional and NO_PATIENT)
    is_known = not partner.company_id or partner.company_id in company.parent_ids
    return Subject(record, company, partner) if is_known else Subject(record, company, partner, NO_PATIENT)
