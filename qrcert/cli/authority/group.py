"""What the commands of an authority share: the group they belong to, its folder, reading a file."""

from __future__ import annotations

from pathlib import Path

import click

from qrcert.cli import screen
from qrcert.files import read_file
from qrcert.trust import MAX_FILE

FILE = click.Path(path_type=Path, dir_okay=False)

folder_option = click.option(
    "--authority",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The authority's folder; default: here.",
)


@click.group("authority", cls=screen.Group)
def authority_group() -> None:
    """Publish whose keys are good for what, which forms there are, and what no longer counts."""


def counts_from_next(language: str, en: str, ru: str) -> str:
    """Return what was done, and that it counts from the next list on."""
    return screen.pick(
        language,
        f"{en} from the next list on: qrcert authority publish -o LIST.qct",
        f"{ru} со следующего списка: qrcert authority publish -o СПИСОК.qct",
    )


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a list, a request, a draft or a card; raises `Unreadable`."""
    return read_file(path, limit=MAX_FILE)
