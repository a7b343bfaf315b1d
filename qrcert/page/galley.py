"""The galley: the column of a page as items of known height, in the largest setting that fits.

typst could find the setting itself by laying the page out again and again; measured here, with the fonts' own
widths, it costs a tenth of that, and the template only sets what it is told. Lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil

from qrcert.errors import Refused
from qrcert.page.faces import width
from qrcert.page.headline import headline
from qrcert.page.items import COLUMN, LINE, MM, SETTINGS, SMALL, Item, Setting, gap, great_line, line, spread, total
from qrcert.page.measure import Run, height, set_block
from qrcert.page.sheet import Sheet
from qrcert.page.tables import set_tables
from qrcert.page.words import words

# Longer facts, label and text together, get a paragraph of their own, and it is narrower than a sentence.
_SHORT_FACT = 56
_PARAGRAPH = 140 * MM

# The foot: its type size, that of the school, and the room for post and name beside the line to sign on.
_FOOT, _SCHOOL = 11.0, 10.0
_POST, _HEAD = 36 * MM, 44 * MM

# Between a label and its text: below each other, and on one line. Between two facts on one line.
_BELOW, _BESIDE, _APART = 0.5, 0.7, 2.4


def runs(sentence: str, school: str) -> list[Run]:
    """Return a sentence in parts: the school's name in it is bold."""
    parts: list[Run] = []
    for at, part in enumerate(sentence.split(school)):
        if at:
            parts.append((school, True))
        if part:
            parts.append((part, False))
    return parts


def _head(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield emblem, heading, title and number."""
    if not sheet.draft:
        yield Item({"do": "emblem"}, setting.emblem)
        yield gap(0.6 * setting.gap)
    if sheet.heading:
        size = max(SMALL, 0.76 * setting.said)
        yield line("heading", ((sheet.heading, False),), size=size, space=LINE, cut="sans", tracking=0.07)
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


def _brief(sheet: Sheet) -> list[tuple[str, str]]:
    return [fact for fact in sheet.facts if len("".join(fact)) <= _SHORT_FACT]


def _pairs(facts: Sequence[tuple[str, str]], size: float) -> Item:
    """Return one or two short facts on a line."""
    wide = sum(SMALL * width(label, "sans") + size * (_BESIDE + width(text, "plain")) for label, text in facts)
    wide += _APART * size * (len(facts) - 1)
    lines = 1 if wide < LINE else len(facts)
    return Item({"do": "pairs", "size": size, "facts": facts}, height(lines, size=size))


def _person(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield the sentences around the name, the name, and under it one or two short facts."""
    for sentence in sheet.before:
        spoken = runs(sentence, sheet.school)
        yield line("before", spoken, size=setting.said, space=LINE, cut="plain")
        yield gap(setting.gap)
    yield gap(0, 0.4)
    yield great_line("holder", sheet.holder, size=setting.holder, cut="bold")
    yield gap(setting.gap, 0.4)
    brief = _brief(sheet)
    if len(brief) in (1, 2):
        yield _pairs(brief, setting.said)
        yield gap(0.9 * setting.gap if sheet.after else 0, 0.2)
    for at, sentence in enumerate(sheet.after):
        if at:
            yield gap(0.6 * setting.said)
        spoken = runs(sentence, sheet.school)
        yield line("after", spoken, size=setting.said, space=LINE, cut="plain")


def _fact_height(label: str, text: str, *, size: float, space: float) -> tuple[float, float]:
    """Return how wide the text of a fact is set, and how high it is with its label above it."""
    above = set_block(((label, False),), size=SMALL, space=space, cut="sans").high
    wide, high = set_block(((text, False),), size=size, space=space)
    return wide, above + _BELOW * size + high


def _facts(sheet: Sheet, setting: Setting) -> Iterator[Item]:
    """Yield three and more short facts as a grid, and each long one as a paragraph."""
    brief, size = _brief(sheet), setting.said
    if len(brief) > 2:
        size = 0.92 * setting.said
        widest = max(size * width(text, "plain") for _, text in brief)
        across = 3 if len(brief) in (3, 5, 6, 9) or widest > COLUMN / 4 - 4 * MM else 4
        between = 0.8 * setting.gap
        space = COLUMN / across - 4 * MM
        heights = [_fact_height(*fact, size=size, space=space)[1] for fact in brief]
        rows = [heights[at : at + across] for at in range(0, len(heights), across)]
        data = {"do": "grid", "size": size, "across": across, "between": between, "facts": brief}
        yield gap(setting.gap, 0.5)
        yield Item(data, sum(map(max, rows)) + between * (len(rows) - 1))
    for fact in sheet.facts:
        if fact not in brief:
            wide, high = _fact_height(*fact, size=size, space=_PARAGRAPH)
            yield gap(setting.gap, 0.4)
            yield Item({"do": "fact", "size": size, "wide": wide, "fact": fact}, high)


def body(sheet: Sheet, *, room: float) -> list[dict[str, object]]:
    """Return everything above the foot, set as large as it goes into ``room``.

    Raises Refused, naming the sheet, when even the smallest setting is too high or a table too wide.
    """
    excess = None
    for setting in SETTINGS:
        tables = set_tables(sheet.tables, setting)
        if tables is None:
            continue
        items = [
            *_head(sheet, setting),
            gap(1.5 * setting.gap, 1.0),
            *_person(sheet, setting),
            *_facts(sheet, setting),
            *tables,
            gap(0, 0.7),
        ]
        excess = total(items) - room
        if excess <= 0:
            return spread(items, room=room)
    raise _too_long(sheet, excess)


def _signature(sheet: Sheet) -> Item:
    """Return the line to sign on, between the post and the name of the one who signs."""
    blocks = []
    for name, most in ((sheet.post or words(sheet.language).post, _POST), (sheet.head or "", _HEAD)):
        space = min(most, _FOOT * width(name, "plain") + 1)
        wide, high = set_block(((name, False),), size=_FOOT, space=space, cut="plain")
        blocks.append({"name": name, "wide": wide, "high": high})
    return Item({"do": "sign", "size": _FOOT, "blocks": blocks}, max(block["high"] for block in blocks))


def _foot(sheet: Sheet, space: float) -> Iterator[Item]:
    """Yield the school where no sentence names it, the day, the signature, the seal and how to check."""
    own = words(sheet.language)
    if not any(sheet.school in sentence for sentence in sheet.before + sheet.after):
        school = ((sheet.school, True), (f", {sheet.place}" if sheet.place else "", False))
        yield line("school", school, size=_SCHOOL, space=space, cut="plain")
    yield gap(2 * MM, 1.0)
    yield _pairs(((own.issued, sheet.issued),), _FOOT)
    yield gap(7 * MM, 1.4)
    yield _signature(sheet)
    yield gap(3 * MM, 1.0)
    if sheet.seal:
        yield line("seal", ((own.seal, False),), size=SMALL, space=space, cut="sans")
        yield gap(3 * MM, 1.0)
    key = ((f" {own.key}\u00a0", False), (sheet.key, True), (".", False)) if sheet.key else ()
    yield line("check", ((own.check, False), *key), size=SMALL, space=space, cut="sans", strong="strong")


def foot(sheet: Sheet, *, room: float, space: float) -> list[dict[str, object]]:
    """Return what stands beside the code, in ``room`` points of height and ``space`` of width.

    Raises Refused, naming the sheet, when it does not fit.
    """
    items = list(_foot(sheet, space))
    excess = total(items) - room
    if excess > 0:
        raise _too_long(sheet, excess)
    return spread(items, room=room)


def texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield every text of a sheet that comes from outside, each with what it is."""
    for name in ("heading", "title", "number", "holder", "issued", "school", "place", "post", "head", "key"):
        yield name, getattr(sheet, name) or ""
    for sentence in sheet.before + sheet.after:
        yield "sentence", sentence
    for label, text in sheet.facts:
        yield f"field {label!r}", label + text
    for table in sheet.tables:
        yield f"table {table.label!r}", "".join(chain((table.label,), table.headings, *table.rows))


def _too_long(sheet: Sheet, excess: float | None) -> Refused:
    """Return the error for a sheet that no setting can hold; ``excess`` None: a table is too wide."""
    what, text = max(texts(sheet), key=lambda entry: len(entry[1]))
    how = "has a table too wide for" if excess is None else f"is {ceil(excess / MM)} mm too long for"
    return Refused(
        f"sheet {sheet.number!r} {how} one page; its longest part is the {what}, {len(text)} characters",
        hint="shorten texts or leave out rows",
    )
