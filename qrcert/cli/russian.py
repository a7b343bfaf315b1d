"""What errors say in Russian: the English message is the key, as in gettext; ``{}`` stands for what varies.

A message that is not here comes in English, which is better than none: it is mostly for programmers then.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from qrcert.cli.catalogue.afterwards import AFTERWARDS
from qrcert.cli.catalogue.authority import AUTHORITY
from qrcert.cli.catalogue.commandline import COMMAND_LINE
from qrcert.cli.catalogue.documents import DOCUMENTS
from qrcert.cli.catalogue.issuing import ISSUING
from qrcert.cli.catalogue.lists import LISTS
from qrcert.cli.catalogue.office import OFFICE
from qrcert.cli.catalogue.pages import PAGES
from qrcert.cli.catalogue.reading import READING
from qrcert.cli.catalogue.register import REGISTER
from qrcert.cli.catalogue.sources import SOURCES
from qrcert.cli.catalogue.webpage import WEBPAGE

_MESSAGES: Final = (
    *COMMAND_LINE,
    *OFFICE,
    *ISSUING,
    *AFTERWARDS,
    *REGISTER,
    *DOCUMENTS,
    *PAGES,
    *LISTS,
    *SOURCES,
    *READING,
    *WEBPAGE,
    *AUTHORITY,
)

_CODES: Final = {
    "unreadable": "это не список и не запрос, или файл повреждён",
    "too_big": "файл больше, чем бывает",
    "needs_newer": "чтобы это прочитать, нужна более новая qrcert",
    "threshold": "подписей меньше, чем нужно",
    "lone_signature": "одной из двух подписей нет",
    "bad_signature": "подпись не сходится: файл изменён или повреждён",
    "unknown_signer": "подписано неизвестным ключом",
    "unknown_authority": "список другого органа",
    "older": "у вас уже есть список новее",
    "not_next": "список не продолжает тот, что у вас",
    "went_back": "в списке пропало то, что пропадать не может",
    "not_for_us": "запрос для другого органа",
    "repeated": "этот запрос уже принят",
    "same_kid": "этот ключ уже внесён",
    "other_school": "запрос называет документ другой школы",
}
"""What the refusal codes of lists and requests mean, for messages that are not above."""

_LONGEST: Final = 4_000
"""Characters of a message that is looked up; longer ones hold texts of strangers."""

_BROKEN_LIST: Final = "файл нарушает правила списков"


def line(message: str, *, code: str | None = None) -> str:
    """Return a message or hint in Russian, or as it is where nobody has translated it.

    ``code`` is the refusal code of a trust list's error; it has a general sentence where the message has none.
    """
    if len(message) > _LONGEST:
        return message
    for pieces, russian in _cut():
        if (varying := _fitted(pieces, message)) is not None:
            return russian.format(*map(_items, varying))
    if code is not None:
        return _CODES.get(code, _BROKEN_LIST)
    return message


def _items(varying: str) -> str:
    """Return what stands in the place of ``{}``: often a message itself, or several that ``;`` parts."""
    items = varying.split("; ")
    told = [line(item) for item in items]
    alike = any(before == after for before, after in zip(items, told, strict=True))
    return line(varying) if alike else "; ".join(told)


def _fitted(pieces: tuple[str, ...], message: str) -> list[str] | None:
    """Return what stands between the pieces in a message, each as short as can be; None where it does not fit.

    A regular expression would say the same, but take the square or cube of the time for some texts of strangers.
    """
    first, *others = pieces
    if not others:
        return [] if message == first else None
    *inner, last = others
    at, end = len(first), len(message) - len(last)
    if at > end or not (message.startswith(first) and message.endswith(last)):
        return None
    found = []
    for piece in inner:
        if (here := message.find(piece, at, end)) < 0:
            return None
        found.append(message[at:here])
        at = here + len(piece)
    return [*found, message[at:end]]


@cache
def _cut() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the messages, cut where something varies: the one with the most text of its own first."""
    table = sorted(_MESSAGES, key=lambda pair: -len(pair[0].replace("{}", "")))
    return tuple((tuple(english.split("{}")), russian) for english, russian in table)
