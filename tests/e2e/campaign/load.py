"""A clinic's day in some seconds: patients write, staff answers, templates leave; the same for the same seed.

The work goes on for as long as the scenario does harm, and at least for a number of rounds. Who is interrupted, because
Odoo or Meta is not there, goes on with the next message.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from devtools.rpc import Odoo, Refused
from simulator.client import Phone, SimulatorError

from ..clinic import Branch, Clinic, log_in

MARK = "gizlicumle"  # stands in every text, so that one can look for texts where none may be
PATIENT_PAUSE, STAFF_PAUSE = 0.1, 0.1  # seconds between two messages, at one desk
MOST_QUESTIONS, MOST_REPLIES = 12, 8  # of one patient, and to him: to one person only ten messages leave in a minute
TEMPLATE_ROUNDS = 3  # a template leaves in every third round
NOT_THERE = (requests.RequestException, Refused, SimulatorError)
AFTER_FAILURE = 0.2  # seconds


@dataclass
class Record:
    """What people know they have done; who was interrupted does not know."""

    inbound: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    """By sender: WhatsApp ids of what he wrote, with the moment (seconds since 1970) just before."""
    texts: dict[int, str] = field(default_factory=dict)
    """By message: what staff wrote and Odoo confirmed."""
    templates: list[int] = field(default_factory=list)
    interrupted: int = 0


@dataclass(frozen=True)
class Desk:
    """One branch at work: a receptionist with her own connection, and patients who have written once."""

    branch: Branch
    receptionist: Odoo
    patients: tuple[tuple[Phone, int], ...]  # with their conversations
    send_template: Callable[[int], int]
    registered: tuple[int, ...]  # patients on file, who have agreed to templates


class Load:
    """The work on all desks. Start it with `at_work`."""

    def __init__(self, desks: list[Desk], seed: int, rounds: int) -> None:
        self.record = Record()
        self._desks = desks
        self._rounds = rounds
        self._seed = seed
        self._harm_done = threading.Event()
        self._errors: list[BaseException] = []

    @contextmanager
    def at_work(self) -> Iterator[Record]:
        """Let people work during the block, and until they have done their rounds."""
        works = [work for desk in self._desks for work in (self._patients_write, self._staff_answers)]
        threads = [
            threading.Thread(target=self._run, args=(work, self._desks[index // 2], self._seed * 100 + index))
            for index, work in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self.record
        finally:
            self._harm_done.set()
            for thread in threads:
                thread.join()
        if self._errors:
            raise self._errors[0]

    def _run(self, work: Callable[[Desk, random.Random], None], desk: Desk, seed: int) -> None:
        try:
            work(desk, random.Random(seed))
        except BaseException as error:
            self._errors.append(error)

    def _round_numbers(self, most: int) -> Iterator[int]:
        for number in range(most):
            if number >= self._rounds and self._harm_done.is_set():
                return
            yield number
        self._harm_done.wait()

    def _patients_write(self, desk: Desk, chance: random.Random) -> None:
        for number in self._round_numbers(MOST_QUESTIONS):
            for phone, _conversation in chance.sample(desk.patients, len(desk.patients)):
                with self._interruptible():
                    moment = time.time()
                    wamid = phone.send_text(f"{MARK} soru {number}")
                    self.record.inbound[phone.wa_id].append((wamid, moment))
                time.sleep(PATIENT_PAUSE)

    def _staff_answers(self, desk: Desk, chance: random.Random) -> None:
        for number in self._round_numbers(MOST_REPLIES):
            for phone, conversation in chance.sample(desk.patients, len(desk.patients)):
                with self._interruptible():
                    text = f"{MARK} cevap {number}, {phone.wa_id}"
                    self.record.texts[desk.receptionist.send_text(conversation, text)] = text
                time.sleep(STAFF_PAUSE)
            turn, is_next = divmod(number, TEMPLATE_ROUNDS)
            if not is_next:
                with self._interruptible():
                    self.record.templates.append(desk.send_template(desk.registered[turn % len(desk.registered)]))

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        try:
            yield
        except NOT_THERE:
            self.record.interrupted += 1
            time.sleep(AFTER_FAILURE)


class Reception:
    """Opens desks: every scenario has patients of its own, so that no pair of number and patient gets too busy."""

    def __init__(self, clinic: Clinic, template_action: int) -> None:
        self._clinic = clinic
        self._action = template_action
        self._staff = {
            branch: (log_in(clinic.odoo, branch.reception), log_in(clinic.odoo, "admin", [branch.company_id]))
            for branch in (clinic.a, clinic.b)
        }

    def open(self, patients: int, registered: int = 2) -> list[Desk]:
        return [self._open(branch, patients, registered) for branch in self._staff]

    def _open(self, branch: Branch, patients: int, registered: int) -> Desk:
        receptionist, admin = self._staff[branch]
        phones = [self._clinic.phone(branch) for _number in range(patients)]
        conversations = self._clinic.converse_all(branch, phones)
        known = [register(receptionist, phone) for phone in phones[:registered]]

        def send_template(patient: int) -> int:
            context = {"active_model": "res.partner", "active_ids": [patient], "active_id": patient}
            return admin.call("ir.actions.server", "run", [self._action], context=context)["res_id"]

        return Desk(branch, receptionist, tuple(zip(phones, conversations, strict=True)), send_template, tuple(known))


def register(receptionist: Odoo, phone: Phone) -> int:
    """Put a patient on file and record that he agreed to messages about his appointments."""
    patient = receptionist.create("res.partner", name=phone.wa_id[-4:], is_patient=True, phone=f"+{phone.wa_id}")
    agreement = receptionist.create("clinic.consent.wizard", partner_id=patient, notice_given=True)
    receptionist.call("clinic.consent.wizard", "action_record", [agreement])
    return patient
