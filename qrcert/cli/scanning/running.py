"""A run of ``scan`` from the first frame to the last: with a window, or without one for scripts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import click

from qrcert import checking
from qrcert.cli import reporting, screen
from qrcert.cli.scanning import keys, memory, report
from qrcert.cli.scanning.feed import Feed, Shot
from qrcert.cli.scanning.painting import Picture, compose
from qrcert.cli.scanning.session import Session, plausible
from qrcert.cli.scanning.window import NoWindow, Probe, Window
from qrcert.cli.scanning.worker import Worker
from qrcert.errors import QrcertError
from qrcert.reading import cameras, films
from qrcert.reading.cameras import Camera, Source
from qrcert.reading.looking import Eye, Sight

HOLD: Final = 1.5
"""Seconds for which ``--once`` shows its answer in the window before it ends."""

PATIENCE: Final = 0.2
"""Seconds to wait for a frame before looking at the clock."""

Told = Callable[[checking.Finding], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks of a run; ``camera`` is a number, a video file, or None for the one used last."""

    camera: str | None
    once: bool
    seconds: float | None
    sound: bool
    window: bool
    reports: Path


def run(session: Session, wishes: Wishes, *, home: Path, told: Told) -> None:
    """Read codes until the person, ``--once`` or the time ends it; ``told`` gets each answer as it comes.

    Raises what `cameras` and `window` raise.
    """
    end = time.monotonic() + wishes.seconds if wishes.seconds is not None else None
    desk = _Desk(session, wishes, home, told, end)
    with ExitStack() as stack:
        probe = stack.enter_context(closing(Probe())) if wishes.window else None
        source = open_source(wishes.camera, home)
        session.source = source.name
        feed = stack.enter_context(closing(Feed(source, partial(_following, home=home))))
        window = _window(probe, wishes, session.language)
        if window is None:
            desk.without_window(feed if source.live else source)
            return
        stack.enter_context(closing(window))
        worker = stack.enter_context(closing(Worker(feed, Eye(plausible))))
        desk.with_window(feed.start(), worker.start(), window)


def open_source(camera: str | None, home: Path) -> Source:
    """Return the open camera or film that is asked for, else the camera used last, else the first there is."""
    if camera is not None and not camera.isdecimal():
        return films.open_film(Path(camera))
    chosen = _usual_camera(home) if camera is None else cameras.open_camera(int(camera))
    memory.remember_camera(home, chosen.number)
    return chosen


def _usual_camera(home: Path) -> Camera:
    last = memory.last_camera(home)
    if last is not None:
        try:
            return cameras.open_camera(last)
        except QrcertError:  # it is at home on the desk today
            pass
    listed = cameras.devices()
    return cameras.open_camera(listed[0].number if listed else 0)


def _following(source: Source, *, home: Path) -> Source:
    """Return the next camera that gives pictures, to be remembered, or the same again; of a film, the film."""
    if not isinstance(source, Camera):
        return source
    source.close()
    numbers = [device.number for device in cameras.devices()] or [source.number]
    later = [number for number in numbers if number > source.number]
    for number in (*later, *(number for number in numbers if number < source.number)):
        try:
            chosen = cameras.open_camera(number)
        except QrcertError:
            continue
        memory.remember_camera(home, chosen.number)
        return chosen
    return cameras.open_camera(source.number)


def _window(probe: Probe | None, wishes: Wishes, language: str) -> Window | None:
    """Return the window; where there can be none, ``--once`` goes on without."""
    if probe is None:
        return None
    try:
        probe.result()
        return Window()
    except NoWindow as error:
        if not wishes.once:
            raise
        screen.tell(f"qrcert: {reporting.said(error, language)}", error=True)
        return None


def _every(source: Source) -> Iterator[Picture]:
    """Yield the frames of a film."""
    while (picture := source.read()) is not None:
        yield picture


class _Desk:
    """What both ways of running share: answers are told as they come, and it is known when to end."""

    def __init__(self, session: Session, wishes: Wishes, home: Path, told: Told, end: float | None) -> None:
        self._session = session
        self._wishes = wishes
        self._home = home
        self._told = told
        self._end = end
        self._settled: float | None = None

    def without_window(self, source: Source | Feed) -> None:
        """Look at every frame of a film, or at the newest ones of a camera."""
        eye = Eye(plausible)
        frames = self._newest(source.start()) if isinstance(source, Feed) else _every(source)
        for picture in frames:
            if picture is not None:
                self._take(eye.look(picture))
            if self._late() or (self._wishes.once and self._session.settled(time.monotonic())):
                return

    def _newest(self, feed: Feed) -> Iterator[Picture | None]:
        last = 0
        while True:
            shot = feed.wait(last, seconds=PATIENCE)
            feed.newest()  # raises what went wrong with the camera
            last = shot.number if shot else last
            yield shot.picture if shot else None

    def with_window(self, feed: Feed, worker: Worker, window: Window) -> None:
        """Show the newest frame and what was seen in an earlier one, until it is time to end."""
        looked = 0
        while not (window.closed or self._late() or self._held()):
            shot = feed.newest()
            number, sight = worker.latest()
            if number > looked or (shot is not None and number == shot.number):
                looked = number  # the newest frame is in view as long as it is the newest: a film has an end
                self._take(sight)
            now = time.monotonic()
            made = self._session.scene(now, self._camera(feed, shot))
            window.show(compose(shot.picture if shot else None, made, self._session.outlines()))
            if not self._obey(keys.meaning(window.key()), feed):
                return

    def _camera(self, feed: Feed, shot: Shot | None) -> str:
        """Return the line about the camera: which, how large its pictures are, or what it is doing."""
        language = self._session.language
        if feed.switching:
            return screen.pick(language, "opening the next camera …", "открываю другую камеру …")
        if feed.ended:
            return screen.pick(language, f"{feed.source.name}: the end", f"{feed.source.name}: конец")
        size = f", {shot.picture.shape[1]} × {shot.picture.shape[0]}" if shot else ""
        return f"{feed.source.name}{size}"

    def _take(self, sight: Sight) -> None:
        for finding in self._session.take(sight, time.monotonic()):
            self._told(finding)
            if self._wishes.sound:
                genuine = self._session.request.exit_status(finding.verdict) == 0
                click.echo("\a" if genuine else "\a\a", nl=False, err=True)

    def _obey(self, meaning: str | None, feed: Feed) -> bool:
        """Do what a key is for and return whether to go on."""
        if meaning == keys.CAMERA:
            feed.next_camera()
        elif meaning == keys.REPORT:
            self._report()
        return meaning != keys.QUIT

    def _report(self) -> None:
        language, now = self._session.language, time.monotonic()
        finding = self._session.shown
        if finding is None:
            self._session.tell(screen.pick(language, "there is no answer yet", "ответа ещё нет"), now)
            return
        try:
            path = report.save(
                finding, self._session.request, language, folder=self._wishes.reports, when=screen.now()
            )
        except QrcertError as error:
            self._session.tell(reporting.said(error, language), now)
            return
        self._session.tell(screen.pick(language, f"saved: {path}", f"записано: {path}"), now)

    def _late(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def _held(self) -> bool:
        """Tell whether ``--once`` has shown its answer for long enough."""
        now = time.monotonic()
        if self._wishes.once and self._settled is None and self._session.settled(now):
            self._settled = now
        return self._settled is not None and now - self._settled >= HOLD
