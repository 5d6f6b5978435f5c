"""Words by which a patient says what he wants to receive, or answers a question of ours; imports nothing of Odoo.

Only a whole message counts, never a part of one: "dur bir dakika geliyorum" is not an opt-out (legal.md LR-38). The
dictionary goes through the same normaliser as the message, so both are compared in the same form.
"""

import re
import unicodedata

STOP = "stop"  # no WhatsApp messages at all any more
STOP_MARKETING = "stop_marketing"  # no promotion and no surveys
ONLY_APPOINTMENTS = "only_appointments"
CANCEL = "cancel"  # in a clinic mostly the appointment, LR-40
START = "start"
WRONG_NUMBER = "wrong_number"
YES, NO = "yes", "no"  # count only as an answer to an open question, legal.md §6

LONGEST = 4  # words: whoever writes more than that tells something

_PHRASES = {
    STOP: (
        "dur, durdur, stop, stop all, çık, abonelikten çık, listeden çık, listeden çıkar, beni listeden çıkar, "
        "mesaj istemiyorum, artık mesaj istemiyorum, mesaj almak istemiyorum, mesaj atma, mesaj atmayın, "
        "mesaj atmayınız, bana mesaj atmayın, artık mesaj atmayın, mesaj gönderme, mesaj göndermeyin, "
        "mesaj göndermeyiniz, bana mesaj göndermeyin, artık mesaj göndermeyin, lütfen mesaj göndermeyin, "
        "lütfen mesaj atmayın, unsubscribe, opt out, optout, end, quit, remove me, stop messages, no more messages"
    ),
    STOP_MARKETING: (
        "ret, red, ret ediyorum, reddediyorum, kampanya istemiyorum, reklam istemiyorum, tanıtım istemiyorum, "
        "anket istemiyorum, kampanya mesajı istemiyorum, reklam mesajı istemiyorum, tanıtım mesajı istemiyorum, "
        "no marketing, no promotions, stop marketing, stop promotions"
    ),
    ONLY_APPOINTMENTS: (
        "yalnızca randevu, sadece randevu, yalnızca randevular, sadece randevular, yalnızca randevu mesajları, "
        "sadece randevu mesajları, only appointments, appointments only, only appointment messages"
    ),
    CANCEL: "iptal, cancel",
    START: "başla, başlat, start, devam",
    WRONG_NUMBER: (
        "yanlış numara, numara yanlış, bu yanlış numara, yanlış numara bu, bu numara yanlış, yanlış kişi, "
        "yanlış kişiye yazıyorsunuz, yanlış kişiye yazdınız, yanlış numaraya yazıyorsunuz, "
        "yanlış numaraya yazdınız, yanlış numaraya gönderdiniz, wrong number, wrong person, sorry wrong number, "
        "this is wrong number, you have wrong number"
    ),
    YES: "evet, evet gönderin, evet lütfen, yes, yes please",
    NO: "hayır, hayır istemiyorum, hayır teşekkürler, hayır teşekkür ederim, no, no thanks, no thank you",
}


def normalise(text: str) -> str:
    """Return a text in lower case without accents, marks, emoji and punctuation, words separated by one space.

    The Turkish letters İ, I and ı all become "i" before lower-casing: Python turns "İ" into two characters (LR-38).
    Marks and invisible characters vanish without a trace, everything else that is no letter or digit separates words.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not _vanishes(char))
    lowered = plain.replace("I", "i").replace("ı", "i").lower()
    return re.sub(r"[\W_]+", " ", lowered).strip()


def _vanishes(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Cf")  # accents, enclosing marks, joiners and directions


WISHES = {normalise(phrase): wish for wish, phrases in _PHRASES.items() for phrase in phrases.split(", ")}


def read_wish(text: str) -> str | None:
    """Return what a whole message asks for, one of the constants above; None when it is anything else."""
    return WISHES.get(normalise(text))


def is_stop(text: str) -> bool:
    """Tell whether a whole message asks to end all messages."""
    return read_wish(text) == STOP


def is_start(text: str) -> bool:
    """Tell whether a whole message asks to get messages again."""
    return read_wish(text) == START
