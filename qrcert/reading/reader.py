"""Files of strangers, opened and read in a process of their own, within a time that holds whatever is in them.

The time of a file is what it may take without anything new being read, twice as much where it has several pages: a
page that gives a text nobody had yet gives back what it took, up to a second. So a thousand certificates in one PDF
are all read, and what has nothing for us ends after a few seconds. All pages are looked at quickly first and then,
while there is time, those on which something may be missing thoroughly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from qrcert import errors
from qrcert.errors import QrcertError, TooBig, Unreadable
from qrcert.reading.process import Helper, HelperLost, Message

Plausible = Callable[[str], bool]

GRACE = 0.9
"""Seconds beyond a file's time after which the process is killed: the last look."""

START_SECONDS = 30.0
"""Time for the process to start and load its libraries: 0.5 s are usual, and none of the file's doing."""

LAST_STAGE = 0.3
"""Seconds before the end when the engines are to be through: those of others, which cannot be asked to hurry, take
0.2 s for the largest pictures that they read at all."""

CREDIT = 1.0
"""Seconds that a page with a new text gives back at most: ten times what a good page takes."""

_idle: list[Helper] = []


Run = tuple[str, float, float, float, float]
"""Letters of one line in one type: text, left, bottom, right, top in points from the lower left, y upwards."""


class Words(NamedTuple):
    """The words of a page: runs in the order of the file, and what the file marks as headings of the first rank."""

    runs: tuple[Run, ...] = ()
    headings: tuple[str, ...] = ()


class Page(NamedTuple):
    """What was read on a page, or in a picture that has none (``number`` None): texts, each once, in reading order.

    ``unread`` counts codes that were seen there and could not be read: nobody knows what they say. ``hasty`` is
    a page at which only the first engine looked, because the file's time was over. ``words`` are those of a page
    of a PDF on which a text was read that was looked for; ``attached`` the short texts that the PDF carries as
    files, the same on each of its pages.
    """

    number: int | None
    texts: list[str]
    unread: int = 0
    hasty: bool = False
    words: Words | None = None
    attached: tuple[str, ...] = ()


class _Clock:
    """The time of one file; ``left`` may be negative."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def give_back(self, seconds: float) -> None:
        self._end += min(seconds, CREDIT)

    def double(self) -> None:
        self._end += self.seconds
        self.seconds *= 2


class _File:
    """A file that the process holds open, and the clock that runs for it."""

    def __init__(self, helper: Helper, *, plausible: Plausible, seconds: float) -> None:
        self._helper = helper
        self._plausible = plausible
        self._seen: list[str] = []
        self._seconds = seconds
        self.clock = _Clock(seconds)
        self.lost = False
        self._new: set[str] = set()
        self.pages: int | None = None
        self.paged = False
        self.pdf = False
        self._name = "the file"

    def open(self, data: bytes, *, fresh: bool) -> None:
        """Hand the bytes over; ``fresh``: to a process that is still to be started, outside the file's time."""
        if fresh:
            self._ask({"do": "start"}, self._name, seconds=START_SECONDS)
            self.clock = _Clock(self._seconds)
        opened = self._ask({"do": "open"}, self._name, data)
        self.pages, self.paged = opened["pages"], opened["paged"]
        self.pdf = self.paged and self.pages is not None
        self._name = "the PDF" if self.pdf else "the picture"
        if self.pages is not None and self.pages > 1:
            self.clock.double()

    def attached(self) -> tuple[str, ...]:
        """Return the texts that a PDF carries."""
        return tuple(self._ask({"do": "attached"}, self._name)["texts"]) if self.pdf else ()

    def words(self, page: int) -> Words | None:
        """Return the words of a page of a PDF."""
        if not self.pdf or self.lost:
            return None
        said = self._ask({"do": "printed", "page": page}, self._of(page))
        return Words(tuple(tuple(run) for run in said["runs"]), tuple(said["headings"]))

    def quick(self, page: int) -> Mapping[str, Any]:
        """Return what the first engine reads of a page; ``end`` where there is no such page."""
        return self._look({"do": "quick", "page": page}, self._of(page))

    def thorough(self, page: int) -> Mapping[str, Any]:
        """Return what every engine reads of a page."""
        left = max(min(self.clock.left, self._seconds) - LAST_STAGE, 0)
        return self._look({"do": "thorough", "page": page, "time": left}, self._of(page))

    def _look(self, facts: dict[str, Any], what: str) -> Mapping[str, Any]:
        begun = time.monotonic()
        said = self._ask(facts, what)
        new = {text for text in said.get("texts", ()) if self._plausible(text)} - self._new
        if new:
            self._new |= new
            self.clock.give_back(time.monotonic() - begun)
        return said

    def seen(self) -> list[str]:
        """Return the texts that the process has told of since the last question, also where it was lost."""
        return list(dict.fromkeys(self._seen))

    def wanted(self, texts: list[str]) -> bool:
        """Tell whether one of the texts is one that is looked for."""
        return any(map(self._plausible, texts))

    def _of(self, page: int) -> str:
        return f"page {page} of {self._name}" if self.paged else self._name

    def _answer_back(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        text = str(facts.get("text"))
        self._seen.append(text)
        return {"plausible": self._plausible(text)}

    def _ask(
        self, facts: dict[str, Any], what: str, payload: bytes = b"", *, seconds: float | None = None
    ) -> Mapping[str, Any]:
        self._seen.clear()
        limit = max(self.clock.left, 0) + GRACE if seconds is None else seconds
        try:
            answer = self._helper.ask(facts, payload, seconds=limit, back=self._answer_back)
        except HelperLost as error:
            self.lost = True
            late = f"takes longer than {self.clock.seconds:g} s" if error.late else "needs too much memory"
            raise TooBig(f"{what} {late}", hint=MORE_TIME if error.late else None) from error
        return _checked(answer, what)


MORE_TIME = "if it is yours and long, give it more time: --seconds 60"


def _checked(answer: Message, what: str) -> Mapping[str, Any]:
    """Return the facts of an answer; raise what it says went wrong."""
    facts = answer.facts
    if "memory" in facts:
        raise TooBig(f"{what} needs too much memory")
    if "absent" in facts:
        raise ModuleNotFoundError(f"No module named {facts['absent']!r}", name=facts["absent"])
    if "unloadable" in facts:
        raise ImportError(facts["unloadable"])
    if "error" in facts:
        kind = getattr(errors, str(facts["kind"]), QrcertError)
        raise kind(facts["error"], hint=facts["hint"])
    return facts


@contextmanager
def _opened(data: bytes, *, plausible: Plausible, seconds: float) -> Iterator[_File]:
    """Open a file in a process, which is kept for the next one."""
    fresh = False
    try:
        helper = _idle.pop()
    except IndexError:
        helper, fresh = Helper("qrcert.reading.reader_process"), True
    file = _File(helper, plausible=plausible, seconds=seconds)
    try:
        file.open(data, fresh=fresh)
        yield file
    finally:
        if _idle or file.lost:
            helper.close()
        else:
            _idle.append(helper)


def read_pages(data: bytes, *, plausible: Plausible, seconds: float) -> Iterator[Page]:
    """Yield each page of a file, or its one picture, in order; see `qrcert.scan.read_pages`.

    ``seconds`` is the file's time. What could not be read is told after the last page that could. Raises
    UnknownFile, Unreadable, TooBig, and ModuleNotFoundError or ImportError for a library that is not there.
    """
    with _opened(data, plausible=plausible, seconds=seconds) as file:
        reading = _Reading(file)
        yield from reading.pages()
        reading.tell_faults()


class _Reading:
    """One reading of an open file: quickly through all pages, then thoroughly through those that need it."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._attached = file.attached()
        self._faults: list[Unreadable] = []

    def pages(self) -> Iterator[Page]:
        """Yield the pages in order, as soon as no page before them is still to be looked at."""
        kept: list[tuple[Page, bool]] = []
        for page, done in self._quick():
            if done and not kept:
                yield page
            else:
                kept.append((page, done))
        for page, done in kept:
            better = page if done else self._thorough(page)
            if better is not None:
                yield better

    def tell_faults(self) -> None:
        """Raise the first fault, with the number of others, if there is one."""
        if not self._faults:
            return
        first, *others = self._faults
        more = f", and {len(others)} more" if others else ""
        raise type(first)(f"{first}{more}", hint=first.hint) from first

    def _quick(self) -> Iterator[tuple[Page, bool]]:
        """Yield each page after a quick look, and whether that was enough; a damaged page is only a fault."""
        file, place = self._file, 0
        while file.pages is None or place < file.pages:
            place += 1
            if place > 1 and (file.lost or file.clock.left <= 0):
                late = f"reading the file takes longer than {file.clock.seconds:g} s"
                self._faults.append(TooBig(f"{late}, page {place} and later were not read", hint=MORE_TIME))
                return
            try:
                said = file.quick(place)
            except TooBig as error:
                self._faults.append(error)
                return
            except Unreadable as error:
                self._faults.append(error)
                continue
            if said.get("end"):
                return
            if file.pages is None and place == 2:
                file.clock.double()
            yield self._page(place, said), said["done"]

    def _thorough(self, page: Page) -> Page | None:
        """Return a page after a thorough look, or as it is where there is no time or process left for one."""
        file, place = self._file, page.number or 1
        hasty = page._replace(hasty=True)
        if file.lost or (file.clock.left <= 0 and place > 1):
            return hasty
        try:
            return self._page(place, file.thorough(place))
        except TooBig as error:
            texts = list(dict.fromkeys([*page.texts, *file.seen()]))
            late = file.paged and error.hint == MORE_TIME
            if not late:  # that a page was only looked at quickly is told of the page itself
                self._faults.append(error)
            return hasty._replace(texts=texts) if texts or file.paged else None
        except Unreadable as error:
            self._faults.append(error)
            return None

    def _page(self, place: int, said: Mapping[str, Any]) -> Page:
        """Return a page with its words, where a text was read that is looked for."""
        texts = said["texts"]
        words = None
        if self._file.wanted(texts):
            with suppress(Unreadable):
                words = self._file.words(place)
        number = place if self._file.paged else None
        return Page(number, texts, said["unread"], False, words, self._attached)
