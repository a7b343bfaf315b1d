"""The galleys of small papers: the slip that goes into a protected blank, and the card for a wallet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qrcert.errors import Refused
from qrcert.page.headline import headline
from qrcert.page.items import MM, Item, gap, line, spread, total
from qrcert.page.layout import Layout
from qrcert.page.measure import Run, TooWide, fit_size
from qrcert.page.sheet import Sheet
from qrcert.page.words import words

# The sizes are tried from the full one down; nothing is set smaller than the least, which good eyes read.
_SHARES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52)
_LEAST = 5.0

_Items = Callable[[Sheet, float, float], Iterator[Item]]


def _text(
    style: str,
    said: str | tuple[Run, ...],
    *,
    size: float,
    space: float,
    cut: str,
    strong: str = "bold",
    balanced: bool = False,
    tracking: float = 0.0,
) -> Item:
    """Return text in lines of ``space``, shrunk where its longest word needs that."""
    runs = ((said, False),) if isinstance(said, str) else said
    longest = max((word for text, _ in runs for word in text.split(" ")), key=len)
    wide = strong if any(bold for _, bold in runs) else cut
    size = max(_LEAST, min(size, fit_size(longest, size=size, space=space - 1, cut=wide, tracking=tracking)))
    return line(
        style, runs, size=size, space=space, cut=cut, strong=strong, balanced=balanced, tracking=tracking
    )


def _titled(sheet: Sheet, *, size: float, space: float, balanced: bool) -> Iterator[Item]:
    """Yield title and number."""
    title = headline(sheet.title)
    style, tracking = ("capitals", 0.06) if title.capitals else ("title", 0.0)
    main = size if title.capitals else 0.8 * size
    yield _text(style, title.main, size=main, space=space, cut="bold", balanced=balanced, tracking=tracking)
    if title.sub:
        yield gap(0.45 * size)
        yield _text("sub", title.sub, size=0.62 * size, space=space, cut="italic", balanced=balanced)
    yield gap(0.6 * size)
    number = f"{words(sheet.language).number}\u00a0{sheet.number}"
    yield _text(
        "number", number, size=0.62 * size, space=space, cut="strong", balanced=balanced, tracking=0.05
    )


def _checked(sheet: Sheet, *, size: float, space: float) -> Item:
    """Return the sentence that tells how to check the paper, and the key."""
    own = words(sheet.language)
    key = ((f" {own.key}\u00a0", False), (sheet.key, True), (".", False)) if sheet.key else ()
    check = ((own.check, False), *key)
    return _text("check", check, size=size, space=space, cut="sans", strong="strong")


def _dated(sheet: Sheet, *, size: float, space: float) -> Iterator[Item]:
    yield _text("seal", words(sheet.language).issued, size=0.86 * size, space=space, cut="sans")
    yield gap(0.45 * size)
    yield _text("after", sheet.issued, size=size, space=space, cut="plain")


def _placed(sheet: Sheet) -> tuple[Run, ...]:
    return ((sheet.school, True), (f", {sheet.place}" if sheet.place else "", False))


def _slip(sheet: Sheet, share: float, space: float) -> Iterator[Item]:
    """Yield the text of an insert, from the title down to how it is checked; stamps stand above it."""
    if sheet.test or sheet.duplicate:
        yield gap(6.5 * MM)
    yield from _titled(sheet, size=11 * share, space=space, balanced=False)
    yield gap(2 * MM * share, 1.0)
    yield _text("holder", sheet.holder, size=11 * share, space=space, cut="bold")
    yield gap(2 * MM * share, 1.0)
    yield from _dated(sheet, size=7.5 * share, space=space)
    yield gap(1.6 * MM * share, 0.6)
    yield _text("school", _placed(sheet), size=6.5 * share, space=space, cut="plain")
    yield gap(1.6 * MM * share, 1.0)
    yield _checked(sheet, size=5.6 * share, space=space)


def _face(sheet: Sheet, share: float, space: float) -> Iterator[Item]:
    """Yield the face of a card."""
    if not sheet.draft:
        yield Item({"do": "emblem"}, 11 * MM * share)
        yield gap(1.3 * MM * share)
    yield from _titled(sheet, size=13 * share, space=space, balanced=True)
    yield gap(2.2 * MM * share, 1.0)
    yield _text("holder", sheet.holder, size=13 * share, space=space, cut="bold", balanced=True)
    yield gap(1.8 * MM * share, 1.0)
    yield _text("school", _placed(sheet), size=7 * share, space=space, cut="plain", balanced=True)


def _back(sheet: Sheet, share: float, space: float) -> Iterator[Item]:
    """Yield what stands beside the code of a card."""
    yield from _dated(sheet, size=8 * share, space=space)
    yield gap(3 * MM * share, 1.0)
    yield _checked(sheet, size=6 * share, space=space)


def _fitted(items: _Items, sheet: Sheet, *, room: float, space: float) -> list[dict[str, object]]:
    """Return items in the largest share of their sizes in which they fit; raises Refused, naming the sheet."""
    for share in _SHARES:
        try:
            column = list(items(sheet, share, space))
        except TooWide:
            continue
        if total(column) <= room:
            return spread(column, room=room)
    raise Refused(
        f"sheet {sheet.number!r}: its title, name and school do not fit on so small a paper",
        hint="print a page of A4, or shorten the school's name",
    )


def galley_of_insert(sheet: Sheet, plan: Layout) -> dict[str, object]:
    """Return the text of an insert."""
    return {"body": _fitted(_slip, sheet, room=plan.body.high, space=plan.body.wide), "foot": []}


def galley_of_card(sheet: Sheet, plan: Layout) -> dict[str, object]:
    """Return the two sides of a card."""
    return {
        "body": _fitted(_face, sheet, room=plan.body.high, space=plan.body.wide),
        "foot": _fitted(_back, sheet, room=plan.foot.high, space=plan.foot.wide),
    }
