"""PDFs of strangers, opened and drawn in a process of its own with limits of time and memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from qrcert.errors import TooBig, Unreadable
from qrcert.reading.grey import Grey
from qrcert.reading.process import Helper, HelperLost, Message

SECONDS = 20.0
"""Time to open a file or to draw one page: 0.1 s are usual, a dense plan on an old computer needs a few."""

_idle: list[Helper] = []


class Document:
    """An open PDF: ``pages`` is how many, ``draw`` gives one of them as grey pixels."""

    def __init__(self, helper: Helper, data: bytes, *, seconds: float) -> None:
        self._helper = helper
        self._seconds = seconds
        self.pages = int(self._ask({}, data, "the PDF").facts["pages"])

    def draw(self, page: int, *, dpi: float) -> Grey:
        """Return page ``page`` (from 1) at ``dpi``; raises Unreadable, or TooBig when no page will follow."""
        answer = self._ask({"page": page, "dpi": dpi}, b"", f"page {page} of the PDF")
        return Grey(int(answer.facts["width"]), int(answer.facts["height"]), answer.payload)

    def _ask(self, facts: dict[str, object], payload: bytes, what: str) -> Message:
        try:
            answer = self._helper.ask(facts, payload, seconds=self._seconds)
        except HelperLost as error:
            trouble = f"takes longer than {self._seconds:g} s" if error.late else "needs too much memory"
            raise TooBig(f"{what} {trouble}") from error
        if "error" in answer.facts:
            kind = TooBig if answer.facts["too_big"] else Unreadable
            raise kind(answer.facts["error"], hint=answer.facts["hint"])
        return answer


@contextmanager
def opened(data: bytes, *, seconds: float) -> Iterator[Document]:
    """Open a PDF for reading pages one after the other; the process is kept for the next file.

    ``seconds`` limit the opening and each page. Raises Unreadable (locked, damaged), TooBig (too many pages,
    too slow, too much memory; no further page can be drawn), ModuleNotFoundError without pypdfium2.
    """
    if find_spec("pypdfium2") is None:
        raise ModuleNotFoundError("No module named 'pypdfium2'", name="pypdfium2")
    try:
        helper = _idle.pop()
    except IndexError:
        helper = Helper("qrcert.reading.pdf_process")
    try:
        yield Document(helper, data, seconds=seconds)
    finally:
        if _idle:
            helper.close()
        else:
            _idle.append(helper)
