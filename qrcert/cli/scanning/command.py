"""``qrcert scan``: the command line, and a run with a window or without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qrcert import checking
from qrcert.cli import screen
from qrcert.cli.lists import lists_to_go_by
from qrcert.errors import MissingExtra, QrcertError
from qrcert.text import escaped

if TYPE_CHECKING:
    from qrcert.cli.scanning.session import Session

_LIBRARIES: Final = {"PIL": "pillow", "cv2": "opencv-python", "numpy": "numpy", "zxingcpp": "zxing-cpp"}

_QUIET: Final = {"OPENCV_LOG_LEVEL": "SILENT", "OPENCV_FFMPEG_LOGLEVEL": "-8", "OPENCV_VIDEOIO_DEBUG": "0"}
"""Damaged films and absent cameras are told of by us, in one line; these count before OpenCV is loaded."""


@click.command(
    "scan",
    epilog=screen.examples(
        "qrcert scan",
        "qrcert scan --camera 1 --sound",
        "qrcert scan --once --json --seconds 30",
        "qrcert scan --camera film.mp4 --once --trust list.qct",
    ),
)
@click.option(
    "--camera", metavar="N|FILE", help="Number of a camera, or a video file; default: the last used."
)
@click.option("--list-cameras", is_flag=True, help="Tell which cameras there are, and end.")
@click.option("--once", is_flag=True, help="End after the first answer, with its exit status.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="S",
    help="End after this time, read or not.",
)
@click.option(
    "--sound", is_flag=True, help="Ring the terminal's bell: once for genuine, twice for anything else."
)
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path(),
    help="Folder for the reports that the key R saves; default: here.",
)
@click.option(
    "--trust",
    "trust_files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="LIST",
    help="Go by this list instead of your own ones; may be given more than once.",
)
@click.option("--at", type=screen.Day(), help="Check as of DAY instead of the clock; hides no withdrawal.")
@click.option(
    "--max-list-age",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Call a list old DAYS after its issue, whatever it says itself.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array for machines, at the end.")
@screen.home_option
@screen.output_option
@screen.lang_option
def scan_command(
    camera: str | None,
    list_cameras: bool,
    once: bool,
    seconds: float | None,
    sound: bool,
    reports: Path,
    trust_files: tuple[Path, ...],
    at: date | None,
    max_list_age: int | None,
    as_json: bool,
    home: Path | None,
    output: Path | None,
    lang: str | None,
) -> int:
    """Hold certificates up to the camera: the answer stands beside the live picture.

    Keys: Q or Esc quits, C takes the next camera, R saves the answer as a file that qrcert verify can check
    again. With --once --json there is no window. Exit status: 0 all genuine, 1 one refused, 2 one could not be
    checked, or nothing was read.
    """
    language = screen.language(lang)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with _extra():
        from qrcert.cli.scanning import running
        from qrcert.cli.scanning.session import Session
    if list_cameras:
        return _tell_cameras(as_json=as_json, output=output, language=language)
    request = checking.Request(
        lists_to_go_by(trust_files, home), screen.now(), at, max_list_age, named_lists=bool(trust_files)
    )
    session = Session(request, language)
    wishes = running.Wishes(
        camera, once=once, seconds=seconds, sound=sound, window=not (once and as_json), reports=reports
    )

    def at_once(finding: checking.Finding) -> None:
        if not as_json and output is None:
            screen.write_result([*checking.as_lines(finding, request, language), ""], None)

    try:
        running.run(session, wishes, home=screen.home_folder(home), told=at_once)
    except QrcertError:
        if session.answers:  # the camera was pulled out: what it saw before still counts
            _tell_rest(session, as_json=as_json, output=output)
        raise
    _tell_rest(session, as_json=as_json, output=output)
    return session.exit_status()


def _tell_rest(session: Session, *, as_json: bool, output: Path | None) -> None:
    """Print what was not printed at once: all of it into a file or for machines, or that there was nothing."""
    request, language = session.request, session.language
    found = session.findings()
    if as_json:
        screen.write_json(
            [one for finding in found for one in checking.as_data(finding, request, language)], output
        )
    elif output is not None or not session.answers:
        lines = [line for finding in found for line in (*checking.as_lines(finding, request, language), "")]
        screen.write_result(lines, output)


def _tell_cameras(*, as_json: bool, output: Path | None, language: str) -> int:
    """Print the cameras of this machine; exit status 2 where there is none."""
    from qrcert.reading import cameras

    found = cameras.devices()
    if as_json:
        screen.write_json([{"camera": one.number, "name": one.name} for one in found], output)
    else:
        none = screen.pick(language, "no camera is connected", "ни одной камеры не подключено")
        screen.write_result([f"{one.number}  {escaped(one.name)}" for one in found] or [none], output)
    return 0 if found else 2


@contextmanager
def _extra() -> Iterator[None]:
    """Turn a library that is not there into MissingExtra."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = _LIBRARIES.get((error.name or "").partition(".")[0])
        if library is None:
            raise
        raise MissingExtra("scan", library) from error
