"""The shown-text rule: names that pass, tricks that do not, and what is shown in their place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrcert.text import LONGEST, escaped, faults, normalise

NAMES = """
Константинопольская Александра Владимировна
Ёлкина Анастасия Григорьевна
Гасанова Зулейха Магомедрасуловна
Айгүл Төлөгөновна
Нгуен Тхи Хыонг
Салтыков-Щедрин Михаил
Алиев Руслан Мамед оглы
O’Connor Seán
Ó Súilleabháin Bríd Ní Bhraonáin
Müller-Łukasiewicz
Nguyễn Thị Hường
Әлия Қасымжомартқызы
Ђорђе Петровић
Đorđe Petrović
Цаӏа ЧӀегӀер
Hawaiʻi ʻOkina
Æthelred ß
ἀρχή
ქართული Հայերեն
محمد رضا می‌خواهم
क्षत्रिय श्री
ක්‍රි ශ්‍රී ලංකා
র‍্যাব
မြို့
บ้านกั้น น้ำ
བསྒྲུབས
שָׁלוֹם
한국어
日本語のテスト ラーメン 中文
Первая помощь 救急
К-2026/0815 № 5, «Имя» (английский); 100 % 1ª
<svg onload=alert(1)> =HYPERLINK("x") %s VALID ПОДТВЕРЖДЁН
""".strip().splitlines()

TRICKS = [
    ("Cафонов", "script", "⟨U+0043⟩афонов"),
    ("Кузнeцов", "script", "Кузн⟨U+0065⟩цов"),
    ("𝐀нна", "script", "⟨U+1D400⟩нна"),
    ("ＡＢ", "script", "⟨U+FF21⟩⟨U+FF22⟩"),
    ("a\u202egnp", "invisible", "a⟨U+202E⟩gnp"),
    ("a\u2066b\u2069", "invisible", "a⟨U+2066⟩b⟨U+2069⟩"),
    ("Ива\u200bнов", "invisible", "Ива⟨U+200B⟩нов"),
    ("Ива\u00adнов", "invisible", "Ива⟨U+00AD⟩нов"),
    ("\ufeffИван", "invisible", "⟨U+FEFF⟩Иван"),
    ("ab\u200dcd", "invisible", "ab⟨U+200D⟩cd"),
    ("ab\u200c", "invisible", "ab⟨U+200C⟩"),
    ("\u200da", "invisible", "⟨U+200D⟩a"),
    ("ᄀ\u1160", "invisible", "ᄀ⟨U+1160⟩"),
    ("\u3164", "invisible", "⟨U+3164⟩"),
    ("\u2800", "invisible", "⟨U+2800⟩"),
    ("a\U000e0041", "invisible", "a⟨U+E0041⟩"),
    ("☺\ufe0f", "invisible", "☺⟨U+FE0F⟩"),
    ("\x1b[2J", "control", "⟨U+001B⟩[2J"),
    ("a\r\nb", "control", "a⟨U+000D⟩⟨U+000A⟩b"),
    ("a\0", "control", "a⟨U+0000⟩"),
    ("a\u2028b", "control", "a⟨U+2028⟩b"),
    ("\ue000", "unassigned", "⟨U+E000⟩"),
    ("\ud800", "unassigned", "⟨U+D800⟩"),
    ("\u0378", "unassigned", "⟨U+0378⟩"),
    ("Ив\ufffdн", "lost", "Ив⟨U+FFFD⟩н"),
    ("a\u00a0b", "space", "a⟨U+00A0⟩b"),
    ("\u3000", "space", "⟨U+3000⟩"),
    ("\u0301a", "mark", "⟨U+0301⟩a"),
    ("a \u0301", "mark", "a ⟨U+0301⟩"),
    ("1\u20dd", "mark", "1⟨U+20DD⟩"),
    ("a\u20dd", "mark", "a⟨U+20DD⟩"),
    ("я\u0300\u0301\u0302\u0303", "mark", "я\u0300\u0301⟨U+0302⟩⟨U+0303⟩"),
    ("क" + "\u093f" * 7, "mark", "क" + "\u093f" * 5 + "⟨U+093F⟩⟨U+093F⟩"),
    ("бx\u0303б", "script", "б⟨U+0078⟩⟨U+0303⟩б"),
    ("e\u0301", "nfc", "é"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_many_languages_pass(name: str) -> None:
    name = normalise(name)
    assert faults(name) == ()
    assert escaped(name) == name


@pytest.mark.parametrize(("text", "code", "shown"), TRICKS)
def test_tricks_are_found_and_shown(text: str, code: str, shown: str) -> None:
    assert code in {fault.code for fault in faults(text)}
    assert escaped(text) == shown


def test_a_fault_says_what_and_where_in_two_languages() -> None:
    (fault,) = faults("Иванов Cафонов")
    assert fault.at == 7
    assert fault.en == "mixes scripts in the word 'Cафонов': 'C' (U+0043) is Latin"
    assert fault.ru == "в слове «Cафонов» буквы разных алфавитов: «C» (U+0043) латинская"
    (fault,) = faults("Ив\u200bан")
    assert (fault.at, fault.en) == (2, "has U+200B, which cannot be seen")
    assert fault.ru == "есть невидимый символ U+200B"


def test_each_code_is_told_once() -> None:
    found = faults("a\u200b\u200b\x07\x07 Cаша Mаша")
    assert [fault.code for fault in found] == ["invisible", "control", "script"]


def test_too_long_text_is_a_fault_and_is_cut() -> None:
    assert faults("я" * LONGEST) == ()
    (fault,) = faults("я" * 5_000)
    assert (fault.code, fault.at) == ("long", LONGEST)
    assert escaped("я" * 5_000) == "я" * LONGEST + "⟨+4000⟩"
    assert escaped("a" * 1_001) == "a" * LONGEST + "⟨+1⟩"


def test_normalise_composes_what_a_mac_typed() -> None:
    assert normalise(unicodedata.normalize("NFD", "Ёлкина Й")) == "Ёлкина Й"


tricky = st.text(
    st.one_of(st.characters(), st.sampled_from("aбç\u0301\u200c\u200d\u094dकمC\u1160\u0488𝐀世か"))
)


@settings(max_examples=500, deadline=None)
@given(tricky)
def test_what_is_shown_obeys_the_rule(text: str) -> None:
    assert {fault.code for fault in faults(escaped(text))} <= {"long"}
    if not faults(text):
        assert escaped(text) == text
