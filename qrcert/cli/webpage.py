"""``qrcert webpage``: the offline verifier as one file, or as a folder that a browser can install."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from qrcert import webpage
from qrcert.cli import screen
from qrcert.errors import Refused
from qrcert.files import read_file, require_folder_of, write_file
from qrcert.trust import MAX_FILE

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "webpage",
    short_help="The offline verifier as one file.",
    epilog=screen.examples(
        "qrcert webpage --trust list.qct -o verify.html",
        "qrcert webpage --trust list.qct --app site/check",
    ),
)
@click.option(
    "--trust", "lists", multiple=True, required=True, type=_FILE, metavar="LIST", help="A list to put inside."
)
@click.option(
    "-o", "--output", type=_FILE, metavar="verify.html", help="Write the page here, with everything inside."
)
@click.option(
    "--app",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a folder for a web server, from which browsers can install the page.",
)
@click.option("--logo", type=_FILE, metavar="PICTURE", help="A sign for the top: PNG, JPEG, WebP or SVG.")
@screen.lang_option
def webpage_command(
    lists: tuple[Path, ...], output: Path | None, app: Path | None, logo: Path | None, lang: str | None
) -> int:
    """Make the page that verifies anywhere, offline, with your lists inside.

    The page sends nothing anywhere. It opens from a file, a USB stick or any web server; publish its SHA-256, so
    that others can tell it from imitations. With --lang it speaks that language first, else the reader's own.
    """
    if (output is None) == (app is None):
        raise Refused("name where the page goes: -o FILE or --app DIR, one of both")
    data = [read_file(path, limit=MAX_FILE) for path in lists]
    sign = None if logo is None else read_file(logo, limit=webpage.MAX_LOGO)
    if output is not None:
        require_folder_of(output)
        page = webpage.make_page(data, language=lang, logo=sign)
        _tell(write_file(output, page), page, lang)
        return 0
    assert app is not None
    for name, part in webpage.make_app(data, language=lang, logo=sign).items():
        _tell(write_file(app / name, part, parents=True), part, lang)
    return 0


def _tell(path: Path, data: bytes, lang: str | None) -> None:
    screen.tell_written(path, screen.language(lang))
    screen.tell(f"  SHA-256 {sha256(data).hexdigest()}")
