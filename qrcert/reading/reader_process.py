"""The process in which files of strangers are opened, decoded, drawn and read: a file in, its codes out."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from qrcert.errors import QrcertError
from qrcert.reading.codes import Found, in_reading_order
from qrcert.reading.process import Message, Served, serve

MEMORY = 850_000_000
"""Bytes that this process may allocate, where the system can limit it; with libraries it stays below 1 GB."""


class Desk:
    """Holds one open file and answers questions about it."""

    def __init__(self, served: Served | None = None) -> None:
        self._served = served
        self._sheets: Any = None
        self._known: dict[str, bool] = {}

    def answer(self, question: Message) -> Message:
        """Do what a question says; ``error`` tells why not, ``kind`` as which class of errors.py."""
        try:
            return Message(self._act(question.facts, question.payload))
        except QrcertError as error:
            return Message({"error": str(error), "hint": error.hint, "kind": type(error).__name__})
        except MemoryError:
            return Message({"memory": True})
        except ModuleNotFoundError as error:
            return Message({"absent": error.name or str(error)})
        except ImportError as error:
            return Message({"unloadable": str(error)})

    def _act(self, facts: Mapping[str, Any], payload: bytes) -> Mapping[str, Any]:
        do, page = facts["do"], facts.get("page", 0)
        if do == "start":
            from qrcert.reading import sheets  # noqa: F401 (slow to import, which is no fault of a file)

            return {}
        if do == "open":
            return self._open(payload)
        if self._sheets is None:
            raise QrcertError("no file is open")
        if do == "quick":
            look = self._sheets.quick(page, self._plausible)
            return {"end": True} if look is None else {**_said(look[0]), "done": look[1]}
        if do == "thorough":
            return _said(self._sheets.thorough(page, self._plausible, facts["time"]))
        if do == "attached":
            return {"texts": self._sheets.attached() if hasattr(self._sheets, "attached") else []}
        if do == "printed" and hasattr(self._sheets, "printed"):
            found = self._sheets.printed(page)
            return {"runs": found.runs, "headings": found.headings}
        return {"runs": [], "headings": []}

    def _open(self, data: bytes) -> Mapping[str, Any]:
        from qrcert.reading import sheets

        self._known.clear()
        if self._sheets is not None:
            self._sheets.close()
            self._sheets = None
        self._sheets = sheets.open_sheets(data)
        return {"pages": self._sheets.pages, "paged": self._sheets.paged}

    def _plausible(self, text: str) -> bool:
        """Ask who asked whether a text is one that is looked for."""
        if text not in self._known:
            reply = self._served.ask_back({"text": text}) if self._served else {}
            self._known[text] = bool(reply.get("plausible"))
        return self._known[text]


def _said(found: Found) -> dict[str, Any]:
    texts = dict.fromkeys(code.text for code in in_reading_order(found.codes))
    return {"texts": list(texts), "unread": len(found.unread)}


def limit_memory() -> None:
    """Cap what this process may allocate, on systems that have such a cap."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def main() -> None:
    """Serve until standard input ends."""
    limit_memory()
    served = Served()
    serve(Desk(served).answer, served=served)
