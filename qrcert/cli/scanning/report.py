"""The report of an answer: what ``qrcert verify`` prints, the time of the check, and the code itself.

The code stands there as text, so ``qrcert verify REPORT`` checks the report again, years later or by a newer list.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from qrcert import __version__, checking, text, wire
from qrcert.cli import screen
from qrcert.files import write_file

MOST: Final = 100
"""Reports of one second: the key is held down."""


def save(
    finding: checking.Finding, request: checking.Request, language: str, *, folder: Path, when: datetime
) -> Path:
    """Write the report into a new file of ``folder`` and return its path; raises Refused where that fails."""
    checked = screen.pick(language, "Checked", "Проверено")
    lines = [
        f"{checked}: {when:%Y-%m-%d %H:%M:%S %z}, qrcert {__version__}",
        "",
        *checking.as_lines(finding, request, language),
        "",
        _code(finding.text or ""),
    ]
    data = "".join(f"{line}\n" for line in lines).encode()
    return write_file(_new(folder, f"qrcert-{when:%Y-%m-%d-%H%M%S}"), data, parents=True)


def _code(said: str) -> str:
    """Return the code itself where it is one of ours on one line, else what may be shown: no line is forged."""
    said = said.strip()
    plain = wire.scheme(said) is not None and said.isascii() and said.isprintable()
    return said if plain else text.escaped(said)


def _new(folder: Path, stem: str) -> Path:
    names = (f"{stem}.txt", *(f"{stem}-{count}.txt" for count in range(2, MOST + 1)))
    return next((folder / name for name in names if not (folder / name).exists()), folder / names[-1])
