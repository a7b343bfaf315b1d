"""What ``verify`` and ``scan`` ask alike: by which lists and which clock papers are checked, in which language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from qrcert import checking
from qrcert.cli import russian, screen

_Command = Callable[..., Any]

_OPTIONS: Final = (
    click.option(
        "--trust",
        "trust_files",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="LIST",
        help="Go by this list instead of your own ones; may be given more than once.",
    ),
    click.option(
        "--at", type=screen.Day(), help="Check as of DAY instead of the clock; hides no withdrawal."
    ),
    click.option(
        "--max-list-age",
        type=click.IntRange(0),
        metavar="DAYS",
        help="Call a list old DAYS after its issue, whatever it says itself.",
    ),
)


def list_options(command: _Command) -> _Command:
    """Add ``--trust LIST``, ``--at DAY`` and ``--max-list-age DAYS`` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def translated(finding: checking.Finding, language: str) -> checking.Finding:
    """Return a finding with what is said of an unreadable source in the language of the screen."""
    if language != "ru" or finding.fault is None:
        return finding
    advice = russian.line(finding.advice) if finding.advice else None
    return replace(finding, fault=russian.line(finding.fault), advice=advice)
