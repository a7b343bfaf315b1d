"""``qrcert scan``: the command line, and a run with a window or without one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qrcert import checking
from qrcert.cli import asking, screen
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
@asking.list_options
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
    if list_cameras:
        return _tell_cameras(as_json=as_json, output=output, language=language)
    request = checking.Request(
        lists_to_go_by(trust_files, home), screen.now(), at, max_list_age, named_lists=bool(trust_files)
    )

    telling = _Telling(request, language, as_json=as_json, output=output)
    trouble = None
    try:
        with _extra():
            from qrcert.cli.scanning import running
            from qrcert.cli.scanning.session import Session
        session = Session(request, language)
        wishes = running.Wishes(
            camera, once=once, seconds=seconds, sound=sound, window=not (once and as_json), reports=reports
        )
        try:
            running.run(session, wishes, home=screen.home_folder(home), told=telling.at_once)
        except QrcertError as error:
            if not session.answers:
                raise
            trouble = error  # the camera was pulled out: what it saw before still counts
    except QrcertError as error:
        telling.trouble(camera, error)
        raise
    telling.rest(session)
    if trouble is not None:
        raise trouble
    return session.exit_status()


class _Telling:
    """Where answers go: each at once to a person, all of them at the end into a file or to a machine."""

    def __init__(
        self, request: checking.Request, language: str, *, as_json: bool, output: Path | None
    ) -> None:
        self._request = request
        self._language = language
        self._as_json = as_json
        self._output = output

    def at_once(self, finding: checking.Finding) -> None:
        """Print an answer as it comes."""
        if not self._as_json and self._output is None:
            screen.write_result([*self._lines(finding), ""], None)

    def rest(self, session: Session) -> None:
        """Print what was not printed at once, or that there was nothing."""
        found = session.findings()
        if self._as_json:
            self._write_data(found)
        elif self._output is not None or not session.answers:
            screen.write_result([line for one in found for line in (*self._lines(one), "")], self._output)

    def trouble(self, camera: str | None, error: QrcertError) -> None:
        """Print what went wrong before there was an answer, for machines; people are told of it anyway."""
        if not self._as_json:
            return
        film = camera is not None and not camera.isdecimal()
        source = str(camera) if film else f"camera {camera}" if camera else "camera"
        finding = checking.unread(source, self._request, error, how="file" if film else "camera")
        self._write_data([asking.translated(finding, self._language)])

    def _lines(self, finding: checking.Finding) -> Iterator[str]:
        return checking.as_lines(finding, self._request, self._language)

    def _write_data(self, found: Iterable[checking.Finding]) -> None:
        data = [one for finding in found for one in checking.as_data(finding, self._request, self._language)]
        screen.write_json(data, self._output)


def _tell_cameras(*, as_json: bool, output: Path | None, language: str) -> int:
    """Print the cameras of this machine; exit status 2 where there is none."""
    with _extra():
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
