"""What has happened at the demo's clinic before anybody looks: patients wrote, reception answered.

Everything takes the real way: phones of the simulator, webhooks, Odoo, its crons, and back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from devtools.errors import SetupError
from devtools.rpc import Odoo
from simulator.client import SimulatorClient

PASSWORD = "demo"
PATIENCE = 60.0  # seconds
POLL = 0.2  # seconds


@dataclass(frozen=True)
class Line:
    """One line of the story: what a phone writes to a number, and what its reception answers."""

    phone: str
    number: str
    texts: tuple[str, ...]
    answers: tuple[str, ...] = ()


KADIKOY, CANKAYA = "100000000000101", "100000000000202"
RECEPTION = {KADIKOY: "reception.kadikoy", CANKAYA: "reception.cankaya"}
STORY = (
    Line("905300000003", KADIKOY, ("Merhaba, yarınki randevumun saatini öğrenebilir miyim?",),
         ("Merhaba Elif Hanım, tabii ki. Hemen bakıyorum 🙂",)),
    Line("905300000005", KADIKOY, ("Günaydın, otoparkınız var mı?",), ("Günaydın! Evet, binanın arkasında.",)),
    Line("905300000007", KADIKOY, ("Kontrol için uygun bir gün arıyorum.", "Öğleden sonra olursa sevinirim.")),
    Line("905300000011", KADIKOY, ("Hello, do you have an English-speaking doctor?",),
         ("Hello! Yes, Dr. Leyla Ateş.",)),
    Line("905300000099", KADIKOY, ("Selam, fiyat bilgisi alabilir miyim?",)),
    Line("905300000017", KADIKOY, ("Hello, do you have time for me this week?",)),
    Line("905300000001", KADIKOY, ("Kerem için de randevu alabilir miyiz?",)),
    Line("905300000004", CANKAYA, ("Merhaba, geç kalacağım galiba, 10 dakika sorun olur mu?",),
         ("Sorun değil, bekliyoruz.",)),
    Line("905300000006", CANKAYA, ("Teşekkürler, görüşmek üzere!",)),
)  # fmt: skip


def tell(odoo_url: str, simulator_url: str, database: str) -> None:
    """Let the story happen; returns when the last answer is on its way.

    :raises SetupError: when a message does not arrive within a minute
    """
    simulator = SimulatorClient(simulator_url)
    for line in STORY:
        for text in line.texts:
            simulator.phone(line.phone, line.number).send_text(text)
    staff = {number: Odoo(odoo_url, database, login, PASSWORD) for number, login in RECEPTION.items()}
    for line in STORY:
        conversation = wait_for(lambda line=line: staff[line.number].conversation_of(line.phone))
        for answer in line.answers:
            staff[line.number].send_text(conversation, answer)
            staff[line.number].call("clinic.whatsapp.conversation", "action_mark_read", [conversation])
    simulator.settle(PATIENCE)


def wait_for(look: Callable[[], int | None]) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(POLL)
    raise SetupError("A message of the demo's story did not arrive; see the logs of the demo.")
