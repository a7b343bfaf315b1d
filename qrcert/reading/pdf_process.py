"""The process in which PDFs of strangers are opened and drawn: a document in, its pages out, one by one."""

from __future__ import annotations

import contextlib

import pypdfium2

from qrcert.errors import TooBig, Unreadable
from qrcert.reading import pdfium
from qrcert.reading.process import Message, serve

MAX_PAGES = 2_000
"""Pages of a file: title and supplement of each of a large school's thousand pupils."""

MEMORY = 1 << 30
"""Bytes of address space for this process, where the system can limit it: a page at the caps needs a tenth."""


class Reader:
    """Holds one open document and answers questions about it."""

    def __init__(self) -> None:
        self._document: pypdfium2.PdfDocument | None = None

    def answer(self, question: Message) -> Message:
        """Open the bytes of a question, or draw ``page`` at ``dpi``; ``error`` tells why not."""
        try:
            if "page" in question.facts:
                return self._page(question.facts["page"], question.facts["dpi"])
            return self._open(question.payload)
        except Unreadable as error:
            facts = {"error": str(error), "hint": error.hint, "too_big": isinstance(error, TooBig)}
            return Message(facts)

    def _open(self, data: bytes) -> Message:
        if self._document is not None:
            self._document.close()
            self._document = None
        self._document = pdfium.open_document(data, max_pages=MAX_PAGES)
        return Message({"pages": len(self._document)})

    def _page(self, page: int, dpi: float) -> Message:
        if self._document is None:
            raise Unreadable("no PDF is open")
        grey = pdfium.render(self._document, page, dpi=dpi)
        return Message({"width": grey.width, "height": grey.height}, bytes(grey.data))


def limit_memory() -> None:
    """Cap what this process may allocate, on systems that have such a cap."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Serve until standard input ends."""
    limit_memory()
    serve(Reader().answer)
