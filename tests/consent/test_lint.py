"""Words and numbers that a message must not carry (legal.md §4, LR-30, LR-31); without Odoo."""

import csv
import importlib.util
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ADDON = Path(__file__).resolve().parents[2] / "clinic_whatsapp"


def load(name):
    spec = importlib.util.spec_from_file_location(f"clinic_{name}", ADDON / "models" / "consent" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lint, numbers = load("lint"), load("lint_numbers")

with (ADDON / "data" / "clinic.lint.word.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
FINDERS = {
    kind: lint.Finder(
        lint.Word(row["text"], row["match"] == "stem", row["effect"] == "allow") for row in ROWS if row["kind"] == kind
    )
    for kind in (lint.PROMO, lint.HEALTH, lint.EMERGENCY, lint.COMPLAINT)
}


def find(kind, text):
    return FINDERS[kind].find(lint.clean(text))


PROMO = [
    # as the law's list has them, then inflected and as people write them (§4)
    "indirim", "%20 İNDİRİM", "İndirimlerimiz başladı", "INDIRIM", "i̇ndirim", "kampanya", "kampanyamızdan", "fırsat",
    "fırsatları", "ücretsiz", "UCRETSIZ muayene", "ücretsizdir", "bedava", "hediye", "hediyemizi", "kupon",
    "kuponunuzu", "çekiliş", "cekilis", "çekilişimize", "promosyon", "promosyonlar", "taksit", "taksidi",
    "6 taksitle", "en iyi", "EN İYİSİ", "lider", "lideriyiz", "bir numara", "bir numarayız", "garanti", "garantili",
    "kesin sonuç", "kesin sonucu", "kesin sonuçlar", "ağrısız", "agrisiz", "AĞRISIZ", "mucize", "mucizevi",
    "öncesi-sonrası", "öncesi / sonrası", "öncesi ve sonrası", "hastalarımız memnun", "yorum yapın",
    "arkadaşını getir", "arkadaşını getirene", "son gün", "SON GÜN!", "son günü", "kaçırmayın", "*indirim*",
    "_indirim_", "ＩＮＤＩＲＩＭ", "in\u200bdirim", "in\u00addirim", "discount", "Discounts!", "DISCOUNTED", "offer",
    "special offers", "free", "FREE", "free check-up", "gift", "gifts", "best", "#1", "#1 clinic", "guarantee",
    "guaranteed", "painless", "before/after", "before - after", "refer a friend", "limited time", "review us",
    "Don’t miss", "don't miss",
]  # fmt: skip
NO_PROMO = [
    "Sayın Ayşe Hanım, randevunuz onaylandı.", "İlk fırsatta bizi arayın.", "İki saat sonra güncellendi.",
    "Son günlerde nasılsınız?", "En iyi dileklerimizle", "Feel free to call us.", "Best regards", "All the best",
    "Are you free on Monday?", "freedom", "freeze", "Garanti Bankası'nın yanındayız.", "sondaj günü", "In the office",
    "bestseller", "Size saat 10:30 uygun mu?", "son güncellemeler",
]  # fmt: skip


@pytest.mark.parametrize("text", PROMO)
def test_lr30_promotion_is_found_in_every_inflection_and_spelling(text):
    assert find(lint.PROMO, text)


@pytest.mark.parametrize("text", NO_PROMO)
def test_lr30_what_only_sounds_like_promotion_passes(text):
    assert find(lint.PROMO, text) == []
    assert numbers.find_promo(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "%20", "% 20", "20%", "20 %", "yüzde 20", "%100", "%{{1}}", "{{1}} %", "20 percent", "500 TL", "500TL",
        "₺500", "500 ₺", "1.250,00 TL'ye", "{{2}} TL", "€ 50", "50€", "50 euro", "100 dolara", "500 liradan", "USD 20",
        "$20", "20 dollars",
        "https://g.page/r/abc/review", "https://search.google.com/local/writereview?placeid=1",
    ],
)  # fmt: skip
def test_lr30_percentages_prices_and_links_to_reviews_are_found(text):
    assert numbers.find_promo(lint.clean(text))


@pytest.mark.parametrize(
    "text", ["Saat 10:30", "24.11.2026", "2 TLA", "5 euronics", "https://maps.app.goo.gl/abc", "15 dakika"]
)
def test_lr30_times_dates_and_directions_are_no_prices(text):
    assert numbers.find_promo(text) == []


HEALTH = [
    "diyabet", "diyabetiniz için", "DİYABET", "kanserli", "HIV", "hiv testi", "Hepatitiniz", "gebelik", "hamilesiniz",
    "test sonucunuz", "test sonuçları", "tahliliniz", "Tahlilleriniz hazır", "antibiyotiğinizi", "antibiyotik",
    "insülin", "insulin", "Biyopsi sonucu", "kanal tedavisi", "psikiyatriste", "cancer", "diabetes", "pregnancy",
    "test results", "biopsy", "diagnosis", "antibiotics", "chemotherapy",
]  # fmt: skip
NO_HEALTH = [
    "Tedavi planınıza ilişkin hatırlatmanızdır.", "Parolanızı yazmayın.", "Size söz veremem.", "Gebze şubemiz",
    "Hekiminizin sizin için hazırladığı bakım önerileri", "the check-up you planned with your physician",
    "Kontrolünüz yaklaşıyor.", "Geçmiş olsun.", "Beklenmedik bir şikâyetinizde bizi arayınız.", "your treatment plan",
    "HIVE", "steady",
]  # fmt: skip


@pytest.mark.parametrize("text", HEALTH)
def test_lr31_words_about_health_are_found(text):
    assert find(lint.HEALTH, text)


@pytest.mark.parametrize("text", NO_HEALTH)
def test_lr31_neutral_words_pass(text):
    assert find(lint.HEALTH, text) == []
    assert numbers.find_health(text) == []


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("J45", "J45"), ("Kod: E11.9.", "E11.9"), ("e11.9", "e11.9"), ("U07.1", "U07.1"), ("500 mg", "500 mg"),
        ("2,5mg", "2,5mg"), ("10000000146", "10000000146"), ("T.C. 100 000 001 46", "100 000 001 46"),
        ("TR33 0006 1005 1978 6457 8413 26 hesabına", "TR330006100519786457841326"),
        ("tr330006100519786457841326", "TR330006100519786457841326"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("4111 1111 1111 1111", "4111 1111 1111 1111"), ("5555-5555-5555-4444", "5555-5555-5555-4444"),
    ],
)  # fmt: skip
def test_lr31_codes_and_secret_numbers_are_found(text, hit):
    assert hit in numbers.find_health(text)


@pytest.mark.parametrize(
    "text",
    [
        "10000000145", "00000000146", "100000001460", "TR33 0006 1005 1978 6457 8413 27", "4111 1111 1111 1112",
        "+90 530 000 00 01", "0530 000 00 01", "24.11.2026 10:30", "+7 912 345 67 89", "Oda 12, kat 3",
        "J456", "XJ45", "j45", "123456",
        "https://example.com/E11.9/10000000146",
    ],
)  # fmt: skip
def test_lr31_numbers_without_a_valid_check_digit_pass(text):
    assert numbers.find_health(text) == []


@given(st.integers(100_000_000, 999_999_999))
def test_lr31_every_identity_number_is_recognised_and_no_other_with_its_first_nine_digits(first):
    matches = [f"{first}{last:02}" for last in range(100) if numbers.is_identity_number(f"{first}{last:02}")]
    assert len(matches) == 1
    assert numbers.find_health(f"TC {matches[0]}.") == matches


EMERGENCIES = [
    "acil", "ACİL", "ACIL", "Acilen gelmem lazım", "nefes alamıyorum", "NEFES ALAMIYORUM", "nefes alamiyorum",
    "kanama", "Kanamam durmuyor", "intihar", "intiharı düşünüyorum", "bayıldı", "bayildi", "Annem bayıldı!",
    "kalp krizi geçiriyor", "göğsümde ağrı var", "ilaç içip zehirlendim", "emergency", "I can't breathe",
    "I can’t breathe", "cant breathe", "bleeding", "suicidal", "she fainted", "heart attack",
]  # fmt: skip
NO_EMERGENCIES = [
    "Saat kaçta açılıyor?", "Kapı açıldı mı", "acılı mı", "Acil değil", "Bu acil değil, yarın da olur", "kanama yok",
    "Merhaba", "Randevumu iptal etmek istiyorum", "not an emergency", "no bleeding", "Fiyat nedir?",
]  # fmt: skip


@pytest.mark.parametrize("text", EMERGENCIES)
def test_words_of_an_emergency_are_found(text):
    assert find(lint.EMERGENCY, text)


@pytest.mark.parametrize("text", NO_EMERGENCIES)
def test_what_only_sounds_like_an_emergency_is_none(text):
    assert find(lint.EMERGENCY, text) == []


def test_a_hit_is_told_as_it_is_written():
    text = "Büyük İNDİRİMLERİMİZ var, ilk fırsatta gelin; fırsatlar!"
    assert find(lint.PROMO, text) == ["İNDİRİMLERİMİZ", "fırsatlar"]


def test_every_word_of_the_lists_is_found_in_itself():
    for row in ROWS:
        if row["effect"] == "flag":
            assert find(row["kind"], row["text"]), row["text"]


def test_an_allowed_phrase_is_not_found_and_hides_no_other():
    for row in ROWS:
        if row["effect"] == "allow":
            assert find(row["kind"], row["text"]) == [], row["text"]
    assert find(lint.PROMO, "Feel free to ask about the free check-up") == ["free"]


def test_a_list_without_words_finds_nothing():
    assert lint.Finder([]).find("indirim") == []
    assert not lint.Finder([lint.Word("free", is_allowed=True)]).has("free")


@given(st.text())
def test_any_text_is_judged_without_an_error(text):
    cleaned = lint.clean(text)
    assert len(lint.fold(cleaned)) == len(cleaned)
    for finder in FINDERS.values():
        assert finder.has(cleaned) == bool(finder.find(cleaned))
    numbers.find_health(cleaned)
    numbers.find_promo(cleaned)


@given(st.text(), st.sampled_from(["indirim", "Ücretsiz", "KAMPANYA"]), st.text())
def test_lr30_a_word_is_found_wherever_it_stands(before, word, after):
    assert find(lint.PROMO, f"{before} . {word} . {after}")


def test_looking_costs_the_length_of_the_text():
    """Ten times the text, about ten times the time: nothing in it makes the search go back and forth."""
    for filling in ("a", "1 ", "en ", "TR33 ", "{{1}}", "- ", "öncesi ", "9", "A1"):
        times = []
        for count in (3_000, 30_000):
            text = filling * count
            started = time.process_time()
            for finder in FINDERS.values():
                finder.has(text)
            numbers.find_promo(text)
            numbers.find_health(text)
            times.append(time.process_time() - started)
        assert times[1] < 30 * times[0] + 0.05, filling
