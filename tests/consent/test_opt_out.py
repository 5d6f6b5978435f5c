"""Which messages are a wish about messages, and which only sound like it (legal.md LR-38); without Odoo."""

import importlib.util
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

SOURCE = Path(__file__).resolve().parents[2] / "clinic_whatsapp" / "models" / "consent" / "opt_out.py"
_spec = importlib.util.spec_from_file_location("clinic_opt_out", SOURCE)
opt_out = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(opt_out)

# The vectors of LR-38, and what each of them asks for (LR-39, LR-40).
WISHES = {
    "DUR": "stop", "dur.": "stop", "STOP!": "stop", "RET": "stop_marketing", "İPTAL": "cancel", "ıptal": "cancel",
    "çık": "stop", "ABONELİKTEN ÇIK": "stop", "mesaj istemiyorum": "stop", "mesaj atmayın": "stop",
    "listeden çıkar": "stop", "durdur": "stop", "unsubscribe": "stop", "opt out": "stop", "end": "stop",
    "quit": "stop", "remove me": "stop",
    # written as people write
    "  Dur 🙏 ": "stop", "*STOP*": "stop", "‎STOP‎": "stop", "ＤＵＲ": "stop", "du\u00adr": "stop",
    "Mesaj İstemiyorum": "stop", "MESAJ ISTEMIYORUM": "stop", "mesaj istemi̇yorum": "stop", "d\u200dur": "stop",
    "CIK": "stop", "çik": "stop", "unsubscrıbe": "stop", "UNSUBSCRİBE": "stop", "Opt-out": "stop",
    "ret!": "stop_marketing", "kampanya istemiyorum": "stop_marketing", "Reklam İSTEMİYORUM.": "stop_marketing",
    "Cancel": "cancel", "IPTAL": "cancel", "i̇ptal": "cancel",
    "BAŞLA": "start", "basla": "start", "Start": "start", "devam": "start",
    "Yanlış numara": "wrong_number", "YANLIŞ NUMARA!!": "wrong_number", "Wrong number.": "wrong_number",
    "numara yanlis": "wrong_number", "yanlış kişiye yazıyorsunuz": "wrong_number",
    "Evet": "yes", "EVET 👍": "yes", "Yes": "yes", "Hayır": "no", "HAYIR": "no", "No, thanks": "no",
    "Yalnızca randevu mesajları": "only_appointments", "Only appointments": "only_appointments",
}  # fmt: skip
NO_WISHES = [
    "durumum nasıl", "dur bir dakika geliyorum", "reti̇nam ağrıyor", "stoper takıldı mı",
    "randevumu iptal etmek istiyorum", "ret cevabı aldım mı",
    "", " ", "👍", "?", "dur dur dur", "durak", "stopaj", "endoskopi", "weekend", "iptal edildi mi", "retinol",
    "başladım", "yeniden başla lütfen doktor", "numara yanlış mı", "evet ama dur", "no 5", "not", "noel", "S T O P",
]  # fmt: skip

words = st.text(st.characters(categories=("L", "Nd")), min_size=1).filter(opt_out.normalise)  # not only marks
phrases = st.sampled_from(sorted(opt_out.WISHES))
# What may stand around or between words without being one.
noise = st.text(st.sampled_from(" .,!?…*_~()[]\"'’-–\n\t🙏👍🏽❤️😡\u200b\u200e\ufe0f"), max_size=5)
# The same letter as Turkish and other keyboards write it, in both cases.
TWINS = {"i": "iıİI", "c": "cçCÇ", "s": "sşSŞ", "g": "gğGĞ", "u": "uüUÜ", "o": "oöOÖ"}


@st.composite
def respelt(draw, phrase):
    """Return a phrase with letters in either case, with or without Turkish marks."""
    letters = [draw(st.sampled_from(TWINS.get(char, char + char.upper()))) for char in phrase]
    return "".join(letters)


@pytest.mark.parametrize(("text", "wish"), WISHES.items())
def test_lr38_the_vectors_match(text, wish):
    assert opt_out.read_wish(text) == wish


@pytest.mark.parametrize("text", NO_WISHES)
def test_lr38_what_only_begins_or_sounds_like_a_wish_does_not_match(text):
    assert opt_out.read_wish(text) is None


def test_lr38_no_phrase_is_longer_than_four_words_or_means_two_things():
    assert max(len(phrase.split()) for phrase in opt_out.WISHES) <= opt_out.LONGEST
    written = [
        opt_out.normalise(phrase)
        for wish, line in opt_out._PHRASES.items()
        for phrase in {opt_out.normalise(phrase) for phrase in line.split(", ")}
    ]
    assert len(written) == len(set(written))


@given(phrases, st.data(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_lr38_turkish_case_pairs_and_missing_marks_are_the_same_word(phrase, data, form):
    text = unicodedata.normalize(form, data.draw(respelt(phrase)))
    assert opt_out.read_wish(text) == opt_out.WISHES[phrase]


@given(phrases, noise, noise)
def test_lr38_marks_and_emoji_around_a_wish_change_nothing(phrase, before, after):
    assert opt_out.read_wish(before + phrase + after) == opt_out.WISHES[phrase]


@given(phrases, words, st.sampled_from([" ", ", ", "\n", " 🙏 "]), st.booleans())
def test_lr38_a_wish_within_a_longer_sentence_never_matches(phrase, other, between, first):
    text = between.join([other, phrase] if first else [phrase, other])
    assume(opt_out.normalise(text) not in opt_out.WISHES)  # "artık" + "mesaj atmayın" is a wish of its own
    assert opt_out.read_wish(text) is None


@given(phrases, words, st.booleans())
def test_lr38_a_wish_within_a_longer_word_never_matches(phrase, letters, first):
    text = letters + phrase if first else phrase + letters
    assume(opt_out.normalise(text) not in opt_out.WISHES)  # "dur" + "dur"
    assert opt_out.read_wish(text) is None


@given(st.text())
def test_lr38_any_text_is_read_and_only_whole_phrases_match(text):
    plain = opt_out.normalise(text)
    assert opt_out.normalise(plain) == plain
    assert opt_out.read_wish(text) == opt_out.read_wish(plain)
    assert (opt_out.read_wish(text) is not None) == (plain in opt_out.WISHES)


@given(st.lists(words, min_size=opt_out.LONGEST + 1).map(" ".join))
def test_lr38_more_than_four_words_are_never_a_wish(text):
    assert opt_out.read_wish(text) is None
