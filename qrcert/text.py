"""What may be shown: one rule for text on a screen and on paper.

The rule: Unicode normal form C; no control, format, private, surrogate or unassigned characters; only U+0020
as a blank; no combining mark without its letter and no stacks of them; nothing that cannot be seen; one
script a word; a length cap. Issuers refuse what breaks it, verifiers show it escaped. No verdict depends on
it: the tables of Unicode grow from year to year, signatures do not.

A script is read off the first word of a character's Unicode name (``CYRILLIC SMALL LETTER A``): the standard
library has no table of scripts, and for letters the two agree but for the few listed here.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 1_000
"""Characters. A line of a trust list has at most 1 000 bytes, a text field of a form 300 characters."""

_FORBIDDEN = {
    "Cc": "control",
    "Zl": "control",
    "Zp": "control",
    "Cf": "invisible",
    "Co": "unassigned",
    "Cs": "unassigned",
    "Cn": "unassigned",
}
_ZWNJ = "\u200c"
_JOINERS = frozenset((_ZWNJ, "\u200d"))
_REPLACEMENT = "\ufffd"  # stands where a character was lost on the way
_VIRAMA = 9  # canonical combining class of the signs that bind Indic letters (RFC 5892 appendix A)

# Letters, marks and symbols that look like nothing at all: grapheme joiner, Hangul, Khmer and Mongolian
# fillers, variation selectors, braille blank, the empty note head.
_FILLERS = frozenset(
    chr(point)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0x1D159, 0x1D159),
        (0xE0100, 0xE01EF),
    )
    for point in range(first, last + 1)
)

_QUOTED = 40  # characters of a faulty word that a message repeats
_MOST_COMBINING = 2  # general marks on one letter: Vietnamese and Lithuanian need two at most after NFC
_MOST_MARKS = 5  # marks of any kind: Burmese, Tibetan and pointed Hebrew use up to four

# First words of names that tell no script, since such letters and marks stand in any word; ZERO: the joiners.
_COMMON = "COMBINING FEMININE KATAKANA-HIRAGANA MASCULINE MICRO MODIFIER VARIATION VEDIC ZERO"
# First words of letters in disguise, which no alphabet has: 𝐀, ℌ, Ａ, ⁿ.
_STYLED = (
    "ALEF BET BLACK-LETTER DALET DOUBLE-STRUCK EULER FULLWIDTH GIMEL HALFWIDTH INFORMATION MASU MATHEMATICAL "
    "PLANCK ROMAN SCRIPT SUPERSCRIPT TURNED VERTICAL"
)
_SCRIPT_OF: dict[str, str | None] = {
    **dict.fromkeys(_COMMON.split()),
    **dict.fromkeys(_STYLED.split(), "STYLED"),
    "CJK": "HAN",
    "IDEOGRAPHIC": "HAN",
    "HENTAIGANA": "HIRAGANA",
}
_TOGETHER = (  # scripts that one language writes together in a word
    frozenset(("HAN", "HIRAGANA", "KATAKANA")),
    frozenset(("HAN", "HANGUL")),
    frozenset(("HAN", "BOPOMOFO")),
)
_SCRIPTS_RU = {
    "ARABIC": "арабская",
    "ARMENIAN": "армянская",
    "CYRILLIC": "кириллическая",
    "GEORGIAN": "грузинская",
    "GREEK": "греческая",
    "HEBREW": "еврейская",
    "LATIN": "латинская",
}

_SENTENCES = {
    "control": ("has U+{0:04X}, a control character", "есть управляющий символ U+{0:04X}"),
    "invisible": ("has U+{0:04X}, which cannot be seen", "есть невидимый символ U+{0:04X}"),
    "unassigned": ("has U+{0:04X}, which is no character", "есть U+{0:04X}: такого символа нет"),
    "lost": ("has U+{0:04X}: a character was lost here", "есть U+{0:04X}: здесь потеряна буква"),
    "space": ("has U+{0:04X}, another blank than the ordinary one", "есть необычный пробел U+{0:04X}"),
    "mark": (
        "has U+{0:04X}, a combining mark without its letter or one too many",
        "есть надстрочный знак U+{0:04X} без буквы или лишний",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One breach of the rule: a short ``code``, the index ``at`` in the text, a sentence in two languages.

    Codes: ``nfc``, ``control``, ``invisible``, ``unassigned``, ``lost``, ``space``, ``mark``, ``script``,
    ``long``.
    """

    code: str
    at: int
    en: str
    ru: str


def normalise(text: str) -> str:
    """Return ``text`` in Unicode normal form C; issuers do so before they sign."""
    return unicodedata.normalize("NFC", text)


def faults(text: str) -> tuple[Fault, ...]:
    """Return the first fault of each code, in no order that matters; empty when ``text`` may be shown."""
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return ()
    return _faults_of(text) if len(text) <= _KEPT_LENGTH else _faults_of.__wrapped__(text)


_KEPT, _KEPT_LENGTH = 4096, 100
"""Answers that are kept, and up to which length: subjects and first names come again with every pupil."""


@lru_cache(_KEPT)
def _faults_of(text: str) -> tuple[Fault, ...]:
    found: dict[str, Fault] = {}
    if len(text) > LONGEST:
        size = len(text)
        found["long"] = Fault(
            "long", LONGEST, f"has {size} characters, more than {LONGEST}", f"{size} знаков, больше {LONGEST}"
        )
        text = text[:LONGEST]
    if not unicodedata.is_normalized("NFC", text):
        found["nfc"] = Fault("nfc", 0, "is not in normal form NFC", "не в нормальной форме NFC")
    for at, code in _characters(text):
        if code not in found:
            en, ru = _SENTENCES[code]
            found[code] = Fault(code, at, en.format(ord(text[at])), ru.format(ord(text[at])))
    for first, last, strangers in _mixed_words(text):
        found.setdefault("script", _mixed(text[first:last], text[strangers[0]], at=strangers[0]))
    return tuple(found.values())


def escaped(text: str) -> str:
    """Return ``text`` in NFC with every character that may not be shown written as ``⟨U+202E⟩``.

    What stands beyond the length cap is left out, and how much it was is told: ``⟨+4000⟩``. Text without
    faults comes back as it is.
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text
    text = normalise(text)
    beyond = len(text) - LONGEST
    text = text[:LONGEST]
    hide = {at for at, _ in _characters(text)}
    for _, _, strangers in _mixed_words(text):
        hide.update(strangers)
    for at, char in enumerate(text):  # what clings to a hidden character goes with it
        if at - 1 in hide and (unicodedata.category(char)[0] == "M" or char in _JOINERS):
            hide.add(at)
    shown = "".join(f"⟨U+{ord(char):04X}⟩" if at in hide else char for at, char in enumerate(text))
    return f"{shown}⟨+{beyond}⟩" if beyond > 0 else shown


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield place and code of every character that may not stand there, whatever its word."""
    marks: list[str] | None = None  # on the letter before; None where there is no letter
    for at, char in enumerate(text):
        category = unicodedata.category(char)
        if char in _JOINERS:
            if not _joins(text, at):
                yield at, "invisible"
            continue
        if category[0] == "M" and char not in _FILLERS:
            if marks is None or not _stacks(marks, char, category):
                yield at, "mark"
            else:
                marks.append(char)
            continue
        marks = [] if category[0] == "L" else None
        if char == _REPLACEMENT:
            yield at, "lost"
        elif category in _FORBIDDEN:
            yield at, _FORBIDDEN[category]
        elif char in _FILLERS:
            yield at, "invisible"
        elif category == "Zs" and char != " ":
            yield at, "space"


def _stacks(marks: list[str], char: str, category: str) -> bool:
    """Say whether one more mark may stand on a letter; enclosing ones (U+20DD) never may."""
    if category == "Me" or len(marks) >= _MOST_MARKS:
        return False
    return _script(char) is not None or sum(_script(mark) is None for mark in marks) < _MOST_COMBINING


def _joins(text: str, at: int) -> bool:
    """Say whether a joiner changes what is seen: beside an Indic virama, or (ZWNJ) between Arabic letters."""
    before = text[at - 1 : at]
    after = text[at + 1 : at + 2]
    if not before:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if not after:
        return False
    if unicodedata.combining(after) == _VIRAMA:
        return unicodedata.category(before)[0] == "L"
    return text[at] == _ZWNJ and _script(before) == _script(after) == "ARABIC"


@lru_cache(_KEPT)
def _script(char: str) -> str | None:
    """Return the script of a letter or mark, ``STYLED`` if no alphabet has it, None if it fits any script."""
    word = unicodedata.name(char, "UNNAMED").split(maxsplit=1)[0]
    return _SCRIPT_OF.get(word, word)


def _mixed_words(text: str) -> Iterator[tuple[int, int, list[int]]]:
    """Yield start, end and the places of the strange letters of every word in more than one script."""
    for first, last in _words(text):
        scripts = {at: script for at in range(first, last) if (script := _script(text[at])) is not None}
        used = set(scripts.values())
        styled = "STYLED" in used
        if not styled and (len(used) < 2 or any(used <= family for family in _TOGETHER)):
            continue
        plain = Counter(script for script in scripts.values() if script != "STYLED")
        chief = plain.most_common(1)[0][0] if plain else None
        yield first, last, [at for at, script in scripts.items() if script != chief]


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every run of letters with their marks and joiners."""
    first: int | None = None
    for at, char in enumerate(text):
        inside = char not in _FILLERS and (unicodedata.category(char)[0] in "LM" or char in _JOINERS)
        if inside and first is None:
            first = at
        elif not inside and first is not None:
            yield first, at
            first = None
    if first is not None:
        yield first, len(text)


def _mixed(word: str, stranger: str, *, at: int) -> Fault:
    script = _script(stranger) or ""
    point = f"U+{ord(stranger):04X}"
    word = "".join(char for char in word[:_QUOTED] if char not in _JOINERS)
    if script == "STYLED":
        return Fault(
            "script",
            at,
            f"has {stranger!r} ({point}), a styled letter",
            f"есть буква-картинка {stranger!r} ({point})",
        )
    return Fault(
        "script",
        at,
        f"mixes scripts in the word {word!r}: {stranger!r} ({point}) is {script.capitalize()}",
        f"в слове «{word}» буквы разных алфавитов: «{stranger}» ({point}) {_SCRIPTS_RU.get(script, script)}",
    )
