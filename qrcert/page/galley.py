"""The galley: the column of a page as items of known height, in the largest setting that fits.

typst could find the setting itself by laying the page out again and again; measured here, with the fonts' own
widths, it costs a tenth of that, and the template only sets what it is told. Lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from math import ceil, floor

from qrcert.errors import Refused
from qrcert.page.faces import width
from qrcert.page.headline import headline
from qrcert.page.items import (
    COLUMN,
    LINE,
    MM,
    SETTINGS,
    SMALL,
    Item,
    Setting,
    gap,
    great_line,
    line,
    spread,
    total,
)
from qrcert.page.measure import LEADING, Run, TooWide, count_lines, height, set_block
from qrcert.page.sheet import Fact, Sheet
from qrcert.page.tables import set_tables
from qrcert.page.words import words

# Longer facts, label and text together, get a paragraph of their own, and it is narrower than a sentence.
_SHORT_FACT = 56
_PARAGRAPH = 140 * MM

# How many facts stand in a row of the grid: the first of these that is wide enough.
_ACROSS = {3: (3,), 4: (4, 2), 5: (3,), 6: (3,), 9: (3,)}

# Words in use are not longer than this; where one is, it is named as what is too wide.
_LONG_WORD = 30

# The height of the divider between title and name.
_DIVIDER = 5 * MM

# The air about the rows of tables grows up to so many times, and takes no more than that share of the idle room.
_AIR = 1.7
_AIR_SHARE = 0.6

# The foot: its type size, that of the school, and the least line to sign on.
_FOOT, _SCHOOL = 11.0, 10.0
_SIGNED = 32 * MM

# Between a label and its text: below each other, and on one line. Between two facts on one line.
_BELOW, _BESIDE, _APART = 0.5, 0.7, 2.4


def runs(sentence: str, school: str) -> tuple[Run, ...]:
    """Return a sentence in parts: the school's name in it is bold."""
    parts: list[Run] = []
    for at, part in enumerate(sentence.split(school)):
        if at:
            parts.append((school, True))
        if part:
            parts.append((part, False))
    return tuple(parts)


def _head(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield emblem, heading, title and number."""
    if not sheet.draft:
        yield Item({"do": "emblem"}, setting.emblem)
        yield gap(0.6 * setting.gap)
    elif sheet.test or sheet.duplicate:
        # Their stamps stand in the upper corners, where a draft has no emblem between them.
        yield gap(9 * MM)
    if sheet.heading:
        size = max(SMALL, 0.76 * setting.said)
        for at, said in enumerate(sheet.heading.split("\n")):
            yield gap(LEADING * size if at else 0)
            yield line("heading", ((said, False),), size=size, space=LINE, cut="sans", tracking=0.07)
        yield gap(setting.gap, 0.4)
    title = headline(sheet.title)
    if title.capitals:
        yield great_line("capitals", title.main, size=setting.main, cut="bold", tracking=0.06)
    else:
        yield great_line("title", title.main, size=0.68 * setting.main, cut="bold")
    if title.sub:
        yield gap(0.85 * setting.gap)
        yield great_line("sub", title.sub, size=setting.sub, cut="italic")
    yield gap(setting.gap)
    number = ((numbered(sheet), False),)
    yield line("number", number, size=setting.said, space=LINE, cut="strong", tracking=0.05)


def numbered(sheet: Sheet) -> str:
    """Return the number with its sign before it."""
    return f"{words(sheet.language).number}\u00a0{sheet.number}"


def _is_brief(fact: Fact) -> bool:
    return len("".join(fact)) <= _SHORT_FACT


def _pairs(facts: Sequence[Fact], *, size: float, space: float) -> Item:
    """Return short facts side by side, label before text, as many on a line as fit."""
    wide = [SMALL * width(label, "sans") + size * (_BESIDE + width(text, "plain")) for label, text in facts]
    lines = count_lines(wide, blank=_APART * size, space=space)
    return Item({"do": "pairs", "size": size, "apart": _APART, "facts": facts}, height(lines, size=size))


def _stacked(fact: Fact, *, size: float, space: float) -> tuple[float, float]:
    """Return how wide the text of a fact is set, and how high it is with its label above it."""
    label, text = fact
    above = set_block(((label, False),), size=SMALL, space=space, cut="sans").high
    wide, high = set_block(((text, False),), size=size, space=space)
    return wide, above + _BELOW * size + high


def _paragraph(fact: Fact, setting: Setting) -> Item:
    """Return a fact as a paragraph under its label."""
    wide, high = _stacked(fact, size=setting.said, space=_PARAGRAPH)
    data = {"do": "fact", "size": setting.said, "space": _PARAGRAPH, "wide": wide, "below": _BELOW}
    return Item({**data, "fact": fact}, high)


def _person(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield the sentences around the name, the name, and under it what tells who that is."""
    for sentence in sheet.before:
        spoken = runs(sentence, sheet.school)
        yield line("before", spoken, size=setting.said, space=LINE, cut="plain")
        yield gap(setting.gap)
    yield gap(0, 0.4)
    yield great_line("holder", sheet.holder, size=setting.holder, cut="bold")
    yield gap(setting.gap, 0.4)
    brief = [fact for fact in sheet.person if _is_brief(fact)]
    if brief:
        yield _pairs(brief, size=setting.said, space=LINE)
        yield gap(0.9 * setting.gap, 0.2)
    for fact in sheet.person:
        if fact not in brief:
            yield _paragraph(fact, setting)
            yield gap(0.9 * setting.gap, 0.2)
    for at, sentence in enumerate(sheet.after):
        if at:
            yield gap(LEADING * setting.said)
        spoken = runs(sentence, sheet.school)
        yield line("after", spoken, size=setting.said, space=LINE, cut="plain")


def _grid(facts: Sequence[Fact], setting: Setting) -> Item:
    """Return short facts in rows of two, three or four, each label above its text."""
    size = 0.92 * setting.said
    widest = max(size * width(text, "plain") for _, text in facts)
    choices = _ACROSS.get(len(facts), (4, 3))
    count = next((count for count in choices if widest <= COLUMN / count - 4 * MM), 2)
    across = COLUMN / count
    rows = [facts[at : at + count] for at in range(0, len(facts), count)]
    heights = [max(_stacked(fact, size=size, space=across - 4 * MM)[1] for fact in row) for row in rows]
    between = 0.8 * setting.gap
    data = {"do": "grid", "size": size, "across": across, "below": _BELOW, "between": between, "rows": rows}
    return Item(data, sum(heights) + between * (len(rows) - 1))


def _facts(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield the short facts, two in a line or more in a grid, and each long one as a paragraph."""
    brief = [fact for fact in sheet.facts if _is_brief(fact)]
    alone = len(sheet.facts) == 1 and not sheet.tables
    if len(brief) > 2:
        yield gap(setting.gap, 0.5)
        yield _grid(brief, setting)
    elif brief and not alone:
        yield gap(0.9 * setting.gap, 0.3)
        yield _pairs(brief, size=setting.said, space=LINE)
    for fact in sheet.facts:
        if alone or fact not in brief:
            yield gap(setting.gap, 0.4)
            yield _paragraph(fact, setting)


def _column(sheet: Sheet, setting: Setting, tables: Sequence[Item]) -> list[Item]:
    """Return the items of the body; only a page without tables has room for the divider."""
    divider = [] if tables or sheet.draft else [gap(setting.gap, 0.8), Item({"do": "divider"}, _DIVIDER)]
    return [
        gap(0, 0 if tables else 0.5),
        *_head(sheet, setting),
        *divider,
        gap(1.5 * setting.gap, 1.0),
        *_person(sheet, setting),
        *_facts(sheet, setting),
        *tables,
        gap(0, 0.7),
    ]


def _airy(sheet: Sheet, setting: Setting, room: float) -> list[Item]:
    """Return the body in a setting that fits, the rows of its tables as airy as the idle room allows."""

    def column(share: float) -> list[Item]:
        aired = replace(setting, air=share * setting.air)
        return _column(sheet, aired, set_tables(sheet.tables, aired))

    plain, airy = column(1), column(_AIR)
    idle, growth = room - total(plain), total(airy) - total(plain)
    if growth > _AIR_SHARE * idle:
        # In tenths: sheets of a class get equal rows, which look alike and are laid out once.
        airy = column(floor(10 + 10 * (_AIR - 1) * _AIR_SHARE * idle / growth) / 10)
    return airy


def body(sheet: Sheet, *, room: float) -> list[dict[str, object]]:
    """Return everything above the foot, set as large as it goes into ``room``.

    Raises Refused, naming the sheet, when even the smallest setting is too high or a table too wide.
    """
    excess: float | None = None
    for setting in SETTINGS:
        try:
            excess = total(_column(sheet, setting, set_tables(sheet.tables, setting))) - room
        except TooWide:
            continue
        if excess <= 0:
            return spread(_airy(sheet, setting, room), room=room)
    raise _too_wide(sheet) if excess is None else _too_long(sheet, excess)


def _signature(sheet: Sheet, space: float) -> Iterator[Item]:
    """Yield the line to sign on between post and name; a long post stands above it."""
    post, head = sheet.post or words(sheet.language).post, sheet.head or ""
    wide = _FOOT * width(head, "plain") + 1
    if _FOOT * width(post, "plain") + wide + _SIGNED > space:
        yield line("after", ((post, False),), size=_FOOT, space=space, cut="plain", balanced=False)
        yield gap(7 * MM)
        post = ""
    wide = min(wide, space - _SIGNED)
    _, high = set_block(((head, False),), size=_FOOT, space=wide, cut="plain")
    yield Item({"do": "sign", "size": _FOOT, "post": post, "head": head, "wide": wide}, high)


def _foot(sheet: Sheet, space: float) -> Iterator[Item]:
    """Yield the school where no sentence names it, the day, the signature, the seal and how to check."""
    own = words(sheet.language)
    if not any(sheet.school in sentence for sentence in sheet.before + sheet.after):
        school = ((sheet.school, True), (f", {sheet.place}" if sheet.place else "", False))
        yield line("school", school, size=_SCHOOL, space=space, cut="plain")
    yield gap(2 * MM, 1.0)
    yield _pairs(((own.issued, sheet.issued),), size=_FOOT, space=space)
    yield gap(7 * MM, 1.4)
    yield from _signature(sheet, space)
    yield gap(3 * MM, 1.0)
    if sheet.seal:
        yield line("seal", ((own.seal, False),), size=SMALL, space=space, cut="sans", balanced=False)
        yield gap(3 * MM, 1.0)
    key = ((f" {own.key}\u00a0", False), (sheet.key, True), (".", False)) if sheet.key else ()
    check = ((own.check, False), *key)
    yield line("check", check, size=SMALL, space=space, cut="sans", strong="strong", balanced=False)


def foot(sheet: Sheet, *, room: float, space: float) -> list[dict[str, object]]:
    """Return what stands beside the code, in ``room`` points of height and ``space`` of width.

    Raises Refused, naming the sheet, when it does not fit.
    """
    try:
        items = list(_foot(sheet, space))
    except TooWide:
        raise _too_wide(sheet) from None
    excess = total(items) - room
    if excess > 0:
        raise _too_long(sheet, excess)
    return spread(items, room=room)


def texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield every text of a sheet that comes from outside, each with what it is."""
    yield "heading", (sheet.heading or "").replace("\n", " ")
    for name in ("title", "number", "holder", "issued", "school", "place", "post", "head", "key"):
        yield name, getattr(sheet, name) or ""
    for sentence in sheet.before + sheet.after:
        yield "sentence", sentence
    for label, text in sheet.person + sheet.facts:
        yield f"field {label!r}", f"{label} {text}"
    for table in sheet.tables:
        yield f"table {table.label!r}", " ".join(chain((table.label,), table.headings, *table.rows))


def _too_long(sheet: Sheet, excess: float) -> Refused:
    """Return the error for a sheet that is ``excess`` points too high in the smallest setting."""
    what, text = max(texts(sheet), key=lambda entry: len(entry[1]))
    return Refused(
        f"sheet {sheet.number!r} is {ceil(excess / MM)} mm too long for one page; its longest part is the "
        f"{what}, {len(text)} characters",
        hint="shorten texts or leave out rows",
    )


def _too_wide(sheet: Sheet) -> Refused:
    """Return the error for a sheet with a word, or a row of columns, wider than the page."""
    entries = ((word, what) for what, text in texts(sheet) for word in text.split(" "))
    word, what = max(entries, key=lambda entry: len(entry[0]))
    table = max(sheet.tables, key=lambda table: len(table.headings), default=None)
    if table is None or len(word) > _LONG_WORD:
        wide = f"the word {word!r} of the {what}"
    else:
        wide = f"the table {table.label!r} with {1 + len(table.headings)} columns"
    return Refused(
        f"sheet {sheet.number!r}: {wide} is too wide for the page",
        hint="put blanks into long words or leave out columns",
    )
