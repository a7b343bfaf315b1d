"""``qrcert scan``: films for scripts, a window for people, and everything that can be wrong with a camera."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import films
import school
import terminal
import worlds
from qrcert import checking
from qrcert.cli import screen
from qrcert.cli.scanning import (
    brush,
    feed,
    keys,
    memory,
    painting,
    report,
    running,
    scene,
    session,
    shapes,
    window,
)
from qrcert.errors import Unreadable
from qrcert.form import Form
from qrcert.reading import cameras
from qrcert.reading.codes import Code
from qrcert.reading.looking import Sight
from qrcert.trust import TrustList
from test_cli_verify import MEMBERS
from test_cli_verify import NOW as NOON

SIZE = (480, 640)
CORNERS = ((100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0))
GREEN, RED, AMBER = (painting.COLOURS[sign] for sign in (shapes.GOOD, shapes.BAD, shapes.UNSURE))


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(screen, "now", lambda: NOON)
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def scan(*arguments: object, **more: Any) -> terminal.Run:
    return terminal.run("scan", *arguments, "--home", "lists", **more)


def film(*texts: str, count: int = 4, name: str = "film.avi") -> Path:
    frames = [frame for text in texts for frame in films.moving(held_up(text), count)]
    return films.write(Path(name), frames or [np.full(SIZE, 130, np.uint8)] * count)


def held_up(text: str) -> films.Grey:
    return films.in_hand(text, module_px=3, size=SIZE)


def paper() -> str:
    return Path("paper.txt").read_text(encoding="utf-8").strip()


class Camera(cameras.Camera):
    """A webcam that sees these frames, and then does what ``then`` does."""

    def __init__(
        self, frames: list[films.Grey], *, then: Callable[[], films.Grey] | None = None, number: int = 0
    ) -> None:
        super().__init__(number, None)
        self.frames = [cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR) for frame in frames]
        self.then = then
        self.closed = False

    def read(self) -> films.Colours:
        time.sleep(0.002)
        if len(self.frames) > 1 or self.then is None:
            return self.frames.pop(0) if len(self.frames) > 1 else self.frames[0]
        return self.then()

    def close(self) -> None:
        self.closed = True


def pulled_out() -> films.Grey:
    raise Unreadable("camera 0 gives no pictures any more", hint="was it pulled out?")


def plug(monkeypatch: pytest.MonkeyPatch, *found: Camera) -> None:
    """Plug these cameras in, by their numbers."""

    def opens(number: int) -> Camera:
        for camera in found:
            if camera.number == number:
                return camera
        raise Unreadable(f"there is no camera {number}")

    monkeypatch.setattr(cameras, "open_camera", opens)
    listed = tuple(cameras.Device(camera.number, f"webcam {camera.number}") for camera in found)
    monkeypatch.setattr(cameras, "devices", lambda: listed)


class Window:
    """A window nobody sees: it keeps what is shown and presses keys when a picture fits."""

    def __init__(self, script: list[tuple[Callable[[Window], bool], int]]) -> None:
        self.script = script
        self.shown: list[painting.Picture] = []
        self.closed = False
        self.end = time.monotonic() + 20

    def show(self, picture: painting.Picture) -> None:
        self.shown.append(picture)

    def key(self) -> int:
        time.sleep(0.002)
        assert time.monotonic() < self.end, "the window never showed what was waited for"
        if self.script and self.script[0][0](self):
            code = self.script.pop(0)[1]
            self.closed = code == CLOSE
            return code
        return -1

    def close(self) -> None:
        self.closed = True

    @property
    def band(self) -> tuple[int, int, int]:
        blue, green, red = self.shown[-1][8, 8].tolist()
        return red, green, blue


CLOSE = -2


def green(shown: Window) -> bool:
    return shown.band == GREEN


def blue(shown: Window) -> bool:
    return shown.band == painting.COLOURS[shapes.LOOKING]


def always(_: Window) -> bool:
    return True


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Window]:
    """Sits before the window and presses keys: (when, key) after (when, key)."""

    def sits(*script: tuple[Callable[[Window], bool], str | int]) -> Window:
        pressed = [(when, ord(key) if isinstance(key, str) else key) for when, key in script]
        shown = Window(pressed)

        class Probe:
            def result(self) -> None:
                return

            def close(self) -> None:
                return

        monkeypatch.setattr(running, "Probe", Probe)
        monkeypatch.setattr(running, "Window", lambda: shown)
        return shown

    return sits


# --- for scripts


@pytest.mark.parametrize(
    ("world", "verdict", "status"),
    [
        ("genuine-marks", "genuine", 0),
        ("replaced-right", "replaced", 1),
        ("withdrawn", "withdrawn", 1),
        ("altered", "altered", 1),
        ("key-rights", "key_refused", 1),
        ("unknown-school", "unknown_school", 2),
        ("genuine-old-list", "genuine_old_list", 2),
        ("unknown-form", "unknown_form", 2),
    ],
)
def test_the_first_answer_as_data_and_as_exit_status(
    world: str, verdict: str, status: int, tmp_path: Path
) -> None:
    worlds.build(world, tmp_path)
    film(paper())
    done = scan("--camera", "film.avi", "--once", "--json", "--trust", "list.qct", "--lang", "en")
    assert (done.status, done.err) == (status, "")
    (one,) = json.loads(done.out)
    assert one.keys() >= MEMBERS
    assert (one["verdict"], one["source"], one["page"]) == (verdict, "film.avi", None)
    verified = terminal.run("verify", "paper.txt", "--json", "--trust", "list.qct", "--home", "lists").out
    same = ("number", "issued", "form", "school", "fields", "marks", "withdrawn", "list")
    assert [one[name] for name in same] == [json.loads(verified)[0][name] for name in same]


def test_without_a_screen_once_goes_on_without_a_window(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    film(paper())
    done = scan("--camera", "film.avi", "--once", "--trust", "list.qct", "--lang", "ru")
    assert done.status == 0
    assert done.lines[:2] == ["film.avi", "  [+] ПОДЛИННЫЙ"]
    assert len(done.errors) == 1
    assert "error" not in done.err
    written = scan(
        "--camera", "film.avi", "--once", "--trust", "list.qct", "--lang", "ru", "-o", "answer.txt"
    )
    assert (written.status, written.out) == (0, "")
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8") == done.out


def test_without_a_screen_and_without_once_it_says_what_works(tmp_path: Path) -> None:
    film()
    done = scan("--camera", "film.avi")
    assert (done.status, done.out) == (2, "")
    assert done.errors == [
        "qrcert: error: no window can be opened: there is no screen",
        "qrcert: hint: --once works without a window: qrcert scan --once --json",
    ]


def test_a_screen_that_does_not_answer(tmp_path: Path) -> None:
    film()
    line = [sys.executable, "-m", "qrcert", "scan", "--camera", "film.avi", "--home", "lists", "--lang", "en"]
    done = subprocess.run(
        line, capture_output=True, text=True, env=os.environ | {"DISPLAY": ":4242"}, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "qrcert: error: no window can be opened: the screen does not answer"


def test_an_opencv_without_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise cv2.error(
            "The function is not implemented. Rebuild the library with Windows, GTK+ 2.x or Cocoa"
        )

    monkeypatch.setattr(cv2, "namedWindow", none)
    with pytest.raises(window.NoWindow, match="built without windows"):
        window.Window()


def test_a_film_in_which_nothing_is_read(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    film()
    done = scan("--camera", "film.avi", "--once", "--json", "--trust", "list.qct", "--lang", "en")
    (one,) = json.loads(done.out)
    assert done.status == 2
    assert (one["verdict"], one["reason"]) == ("unreadable", "no_code")
    assert one["sentence"] == "Cannot tell: no code could be read here."


def test_a_foreign_code_is_told_only_where_none_is_ours(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    link = "HTTPS://QR.EXAMPLE/77"
    film(link, name="link.avi")
    done = scan("--camera", "link.avi", "--once", "--json", "--trust", "list.qct", "--lang", "en")
    assert done.status == 2
    assert [one["verdict"] for one in json.loads(done.out)] == ["not_qrcert"]
    assert json.loads(done.out)[0]["hint"] == f"The code holds: {link}"
    film(link, paper())
    done = scan("--camera", "film.avi", "--once", "--json", "--trust", "list.qct")
    assert done.status == 0
    assert [one["verdict"] for one in json.loads(done.out)] == ["genuine"]


def test_the_day_and_the_age_of_the_list_count(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    film(paper())
    line = ("--camera", "film.avi", "--once", "--json", "--trust", "list.qct")
    assert json.loads(scan(*line, "--max-list-age", "5").out)[0]["verdict"] == "genuine_old_list"
    assert json.loads(scan(*line, "--at", "2026-11-01").out)[0]["at"] == "2026-11-01"


def test_a_paper_that_needs_a_proof_waits_for_it(tmp_path: Path) -> None:
    worlds.build("key-unproven", tmp_path)
    code, proof = (tmp_path / "with-proof.txt").read_text().splitlines()
    film(code, proof, count=2)
    done = scan("--camera", "film.avi", "--once", "--json", "--trust", "list.qct")
    assert (done.status, [one["verdict"] for one in json.loads(done.out)]) == (0, ["genuine"])


# --- cameras


def test_an_absent_camera_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = scan("--once", "--json", "--camera", "77", "--lang", "en")
    assert done.status == 2
    (told,) = json.loads(done.out)
    assert told.keys() == MEMBERS
    assert (told["verdict"], told["reason"], told["source"]) == ("unreadable", "camera", "camera 77")
    assert told["sentence"] == "Cannot tell: no code came from a camera."
    assert told["hint"].startswith("there is no camera 77")
    assert scan("--once", "--json", "--camera", "77", "--lang", "ru", "-o", "told.json").status == 2
    (told,) = json.loads(Path("told.json").read_text())
    assert told["sentence"] == "Проверить нельзя: с камеры кода не получено."
    assert told["hint"].startswith("камеры 77 нет")
    assert done.errors[0] in (
        "qrcert: error: there is no camera 77",
        "qrcert: error: there is no camera 77, or it is busy",
    )
    plug(monkeypatch)
    assert scan("--once", "--json").errors == ["qrcert: error: there is no camera 0"]


def test_a_missing_library_is_told_to_machines_too(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/cv2.py").write_text("raise ModuleNotFoundError('gone', name='cv2')")
    path = os.pathsep.join([str(tmp_path / "gone"), *filter(None, [os.environ.get("PYTHONPATH")])])
    line = ("scan", "--once", "--json", "--home", "lists", "--lang", "en")
    done = terminal.process(*line, PYTHONPATH=path)
    (told,) = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], told["source"]) == (2, "unreadable", "camera")
    assert told["hint"].splitlines()[1] == 'pip install "qrcert[scan]"'


def test_what_is_no_film_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleagues")
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(5000))
    for name, said in (
        ("letter.txt", "is no video"),
        ("broken.mp4", "is a damaged video"),
        ("none.avi", "no file"),
    ):
        done = terminal.process("scan", "--camera", name, "--once", "--json", "--home", "lists")
        (told,) = json.loads(done.stdout)
        assert (done.returncode, told["reason"], told["source"]) == (2, "file", name)
        assert said in told["hint"]
        error, hint = done.stderr.decode().splitlines()
        assert said in error
        assert hint.startswith("qrcert: hint: a camera is named by its number")


def test_cameras_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    plug(monkeypatch, Camera([], number=0), Camera([], number=2))
    done = scan("--list-cameras")
    assert (done.status, done.lines) == (0, ["0  webcam 0", "2  webcam 2"])
    assert json.loads(scan("--list-cameras", "--json").out)[1] == {"camera": 2, "name": "webcam 2"}
    plug(monkeypatch)
    none = scan("--list-cameras", "--lang", "ru")
    assert (none.status, none.lines) == (2, ["ни одной камеры не подключено"])


def test_time_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.build("genuine", tmp_path)
    plug(monkeypatch, Camera([np.full(SIZE, 130, np.uint8)]))
    done = scan("--once", "--json", "--seconds", "0.3", "--trust", "list.qct")
    assert (done.status, json.loads(done.out)[0]["reason"]) == (2, "no_code")
    assert scan("--seconds", "0").status == 2


def test_a_camera_pulled_out_before_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.build("genuine", tmp_path)
    plug(monkeypatch, Camera([np.full(SIZE, 130, np.uint8)] * 3, then=pulled_out))
    done = scan("--once", "--json", "--trust", "list.qct")
    assert (done.status, [one["reason"] for one in json.loads(done.out)]) == (2, ["camera"])
    assert done.errors == [
        "qrcert: error: camera 0 gives no pictures any more",
        "qrcert: hint: was it pulled out?",
    ]


def test_a_camera_pulled_out_after_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine", tmp_path)
    leave = threading.Event()

    def until_seen() -> films.Grey:
        return pulled_out() if leave.is_set() else camera.frames[0]

    camera = Camera([held_up(paper())] * 3, then=until_seen)
    plug(monkeypatch, camera)
    shown = person((lambda shown: green(shown) and not leave.set(), -1))
    done = scan("--trust", "list.qct", "--json")
    assert (done.status, [one["verdict"] for one in json.loads(done.out)]) == (2, ["genuine"])
    assert done.errors[0] == "qrcert: error: camera 0 gives no pictures any more"
    assert shown.closed
    assert camera.closed


def test_a_driver_that_never_says_that_its_camera_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()
    monkeypatch.setattr(feed, "STALLED", 0.05)
    monkeypatch.setattr(feed, "_END", 0.05)

    def hangs() -> films.Grey:
        hang.wait(20)
        return np.zeros((1, 1), np.uint8)

    taking = feed.Feed(Camera([], then=hangs)).start()
    time.sleep(0.1)
    with pytest.raises(Unreadable, match="camera 0 gives no pictures any more"):
        taking.newest()
    taking.close()
    hang.set()


def test_the_camera_used_last_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.build("genuine", tmp_path)
    seen = [held_up(paper())] * 2
    plug(monkeypatch, Camera(seen, number=1), Camera(seen, number=4))
    home = tmp_path / "lists"
    line = ("--once", "--json", "--trust", "list.qct")
    assert json.loads(scan(*line).out)[0]["source"] == "camera 1"
    assert json.loads(scan(*line, "--camera", "4").out)[0]["source"] == "camera 4"
    assert memory.last_camera(home) == 4
    assert json.loads(scan(*line).out)[0]["source"] == "camera 4"
    plug(monkeypatch, Camera(seen, number=1))
    assert json.loads(scan(*line).out)[0]["source"] == "camera 1"
    for spoiled in ("", "[]", '{"camera": "x"}', '{"camera": -1}', '{"camera": true}', "[" * 9000):
        (home / memory.FILE_NAME).write_text(spoiled)
        assert memory.last_camera(home) is None
    (tmp_path / "file").write_text("")
    memory.remember_camera(tmp_path / "file", 3)  # not a folder: nothing is remembered, nothing fails


# --- the window


def test_a_session_at_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine-marks", tmp_path)
    plug(monkeypatch, Camera([held_up(paper())]))
    shown = person((always, "x"), (green, "r"), (always, "й"))
    done = scan("--trust", "list.qct", "--lang", "ru", "--sound", "--reports", "kept")
    assert (done.status, done.err) == (0, "\a")
    assert done.lines[:2] == ["camera 0", "  [+] ПОДЛИННЫЙ"]
    assert done.out.count("ПОДЛИННЫЙ") == 1
    assert shown.shown[0].shape == (720, 1280, 3)
    (saved,) = (tmp_path / "kept").iterdir()
    assert saved.name == "qrcert-2026-11-23-120000.txt"
    text = saved.read_text(encoding="utf-8")
    assert text.startswith("Проверено: 2026-11-23 12:00:00")
    assert "Константинопольская" in text
    again = terminal.run("verify", saved, "--trust", "list.qct", "--home", "lists", "--json")
    assert (again.status, [one["verdict"] for one in json.loads(again.out)]) == (0, ["genuine"])


@pytest.mark.parametrize("how", ["q", "Q", "й", "Й", "\x1b", CLOSE])
def test_ways_to_leave(
    how: str | int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine", tmp_path)
    plug(monkeypatch, Camera([np.full(SIZE, 130, np.uint8)]))
    person((always, how))
    done = scan("--trust", "list.qct", "--lang", "en")
    assert done.status == 2
    assert done.lines == [
        "camera 0",
        "  [?] CANNOT TELL",
        "  Cannot tell: no code could be read here.",
        "  Take the picture closer, flat, in even light, with the white frame around the code in the picture",
        "",
    ]


def test_once_shows_its_answer_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("altered", tmp_path)
    plug(monkeypatch, Camera([held_up(paper())]))
    monkeypatch.setattr(running, "HOLD", 0.2)
    shown = person()
    done = scan("--once", "--trust", "list.qct", "--sound")
    assert (done.status, done.err) == (1, "\a\a")
    assert shown.band == RED


def test_the_next_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine", tmp_path)
    first = Camera([np.full(SIZE, 130, np.uint8)])
    second = Camera([held_up(paper())], number=3)
    plug(monkeypatch, first, second)
    person((blue, "c"), (green, "q"))
    done = scan("--trust", "list.qct", "--json")
    assert (done.status, [one["verdict"] for one in json.loads(done.out)]) == (0, ["genuine"])
    assert first.closed
    assert second.closed
    assert memory.last_camera(tmp_path / "lists") == 3


def test_where_there_is_no_other_camera_the_same_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine", tmp_path)
    plug(monkeypatch, Camera([held_up(paper())]))
    person((green, "с"), (always, "r"), (green, "q"))
    assert scan("--trust", "list.qct").status == 0


def test_a_report_that_cannot_be_written_is_told_and_the_scan_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., Window]
) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "kept").write_text("in the way")
    plug(monkeypatch, Camera([held_up(paper())]))
    told: list[str] = []
    monkeypatch.setattr(session.Session, "tell", lambda _, notice, __: told.append(notice))
    shown = person((always, "r"), (green, "к"), (always, "q"))
    camera = Camera([np.full(SIZE, 130, np.uint8)] * 20 + [held_up(paper())])
    plug(monkeypatch, camera)
    done = scan("--trust", "list.qct", "--lang", "en", "--reports", tmp_path / "kept" / "here")
    assert (done.status, done.err) == (0, "")
    assert shown.closed
    assert told[0] == "there is no answer yet"
    assert told[1].startswith("cannot write ")


def test_reports_of_one_second_do_not_overwrite_each_other(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    request = _request("list.qct")
    finding = checking.Finding("camera 0", None, request.verify(paper()), text=paper())
    names = [report.save(finding, request, "en", folder=tmp_path, when=NOON).name for _ in range(3)]
    stem = "qrcert-2026-11-23-120000"
    assert names == [f"{stem}.txt", f"{stem}-2.txt", f"{stem}-3.txt"]


def test_each_key_on_every_system() -> None:
    assert keys.meaning(-1) is None
    assert keys.meaning(ord("x")) is None
    for codes, meaning in (
        ((27, ord("q"), ord("Q"), 0x439, 0x419, 0xE9, 0xC9, 0x6CA, 0x6EA, 0x100000 | ord("q")), keys.QUIT),
        ((ord("c"), 0x441, 0xF1, 0x6D3), keys.CAMERA),
        ((ord("r"), ord("R"), 0x43A, 0xEA, 0x6CB), keys.REPORT),
    ):
        assert {keys.meaning(code) for code in codes} == {meaning}


def _request(*names: str, named: bool = True) -> checking.Request:
    lists = tuple(TrustList.from_bytes(Path(name).read_bytes()) for name in names)
    return checking.Request(lists, NOON, named_lists=named)


# --- what is read, in which order, and what is shown


def sight(*texts: str, size: float = 100.0) -> Sight:
    def code(at: int, text: str) -> Code:
        reach = size * (at + 1)
        return Code(text, ((0.0, 0.0), (reach, 0.0), (reach, reach), (0.0, reach)))

    return Sight(tuple(code(at, text) for at, text in enumerate(texts)))


@pytest.fixture
def two_papers(tmp_path: Path) -> tuple[session.Session, str, str]:
    worlds.build("genuine", tmp_path)
    run = session.Session(_request("list.qct"), "en")
    return run, paper(), worlds.tampered(paper())


def test_an_answer_stays_until_another_paper_is_there(two_papers: tuple[session.Session, str, str]) -> None:
    run, good, bad = two_papers
    assert run.scene(0.0, "").sign == shapes.LOOKING
    assert [finding.verdict.code for finding in run.take(sight(good), 1.0)] == ["genuine"]
    assert run.take(sight(good), 1.1) == []
    assert (run.scene(1.2, "").sign, run.scene(1.2, "").held) == (shapes.GOOD, None)
    run.take(Sight(), 1.3)
    assert run.scene(1.4, "").held is None
    assert run.scene(2.5, "").held == "not in view now: hold up the next one"
    run.take(Sight((), CORNERS, "closer"), 3.0)
    waiting = run.scene(3.0, "camera 0")
    assert (waiting.sign, waiting.advice, waiting.camera) == (shapes.LOOKING, "Closer", "camera 0")
    assert [outline.sign for outline in run.outlines()] == [shapes.LOOKING]
    run.take(sight(bad), 4.0)
    assert run.scene(4.0, "").sign == shapes.BAD
    assert run.exit_status() == 1


def test_parts_of_a_certificate_name_each_other_and_are_compared_in_one_frame() -> None:
    form = school.form("ru.attestat.9")
    request = checking.Request((school.trust(),), NOON, named_lists=True)
    made = session.Session(request, "en")
    title, supplement = (
        worlds.certificate_text("ru.attestat.9", part=part, values=values_of(form, part)) for part in (1, 2)
    )
    other = worlds.certificate_text(
        "ru.attestat.9", part=2, number="07724000999999", values=values_of(form, 2)
    )
    (alone,) = made.take(sight(title), 0.0)
    belongs = f"To it belongs: {form.parts[1].in_language('en')}"
    assert belongs in made.scene(0.0, "camera 0").hints[-1]
    assert [remark.code for remark in alone.remarks] == ["other_parts"]
    made.take(sight(title, supplement), 1.0)
    assert [finding.remarks for finding in made.answers] == [(), ()]
    made.take(sight(title, other), 2.0)
    assert "do not belong together" in made.scene(2.0, "camera 0").hints[0]
    told = {str(one.text): [remark.code for remark in one.remarks] for one in made.findings()}
    assert told == {
        title: ["parts", "other_parts"],
        supplement: ["other_parts"],
        other: ["parts", "other_parts"],
    }


def values_of(form: Form, part: int) -> dict[str, object]:
    fields = {field.name: field.part for field in form.fields}
    sample = school.certificate(form.id).values
    return {name: value for name, value in sample.items() if fields[name] in (None, part)}


def test_a_hand_before_the_paper_changes_nothing(two_papers: tuple[session.Session, str, str]) -> None:
    run, good, _ = two_papers
    run.take(sight(good), 1.0)
    run.take(Sight((), CORNERS, "wait"), 1.2)
    assert run.scene(1.3, "").sign == shapes.GOOD


def test_of_two_papers_in_view_the_larger_is_shown_and_stays(
    two_papers: tuple[session.Session, str, str],
) -> None:
    run, good, bad = two_papers
    run.take(sight(good, bad), 1.0)
    assert run.scene(1.0, "").sign == shapes.BAD
    run.take(sight(bad, good), 1.1)
    assert run.scene(1.1, "").sign == shapes.BAD
    assert {outline.sign for outline in run.outlines()} == {shapes.GOOD, shapes.BAD}
    assert [finding.verdict.code for finding in run.findings()] == ["genuine", "altered"]


def test_the_clock_of_a_check_is_that_of_its_moment(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    times = iter([NOON, datetime.combine(school.NOW.replace(year=2031), NOON.timetz())])
    run = session.Session(_request("list.qct"), "en", clock=lambda: next(times))
    first = run.take(sight(paper()), 1.0)
    second = run.take(sight(worlds.certificate_text(number="A-2")), 9.0)
    assert [one.verdict.code for one in (*first, *second)] == ["genuine", "genuine_old_list"]


def test_a_proof_that_comes_later_changes_the_answer(tmp_path: Path) -> None:
    worlds.build("key-unproven", tmp_path)
    code, proof = (tmp_path / "with-proof.txt").read_text().splitlines()
    run = session.Session(_request("list.qct"), "en")
    assert run.take(sight(code), 1.0)[0].verdict.reason == "unproven"
    assert not run.settled(1.0)
    assert run.settled(1.0 + session.PROOF)
    (changed,) = run.take(sight(proof), 2.0)
    assert changed.verdict.code == "genuine"
    assert (run.exit_status(), run.settled(2.0)) == (0, True)
    run.take(sight(code), 3.0)
    assert run.scene(3.0, "").sign == shapes.GOOD


def test_one_run_keeps_no_more_answers_than_it_says(
    two_papers: tuple[session.Session, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, good, bad = two_papers
    monkeypatch.setattr(session, "MAX_ANSWERS", 1)
    assert len(run.take(sight(good, bad), 1.0)) == 1
    assert len(run.answers) == 1


def test_notices_go_away(two_papers: tuple[session.Session, str, str]) -> None:
    run, _, _ = two_papers
    run.tell("saved: a\u202eb", 1.0)
    assert run.scene(2.0, "").notice == "saved: a⟨U+202E⟩b"
    assert run.scene(1.0 + session.NOTICE, "").notice is None


# --- the picture

STATES = (
    ("genuine-marks", "paper.txt", GREEN),
    ("genuine-old-list", "paper.txt", AMBER),
    ("genuine-own", "paper.txt", GREEN),
    ("replaced-right", "paper.txt", RED),
    ("replaced-wrong", "paper.txt", RED),
    ("withdrawn", "paper.txt", RED),
    ("expired", "paper.txt", RED),
    ("key-stolen", "paper.txt", RED),
    ("key-rights", "paper.txt", RED),
    ("altered", "paper.txt", RED),
    ("unknown-school", "paper.txt", AMBER),
    ("unknown-form", "paper.txt", AMBER),
    ("unsupported", "odd.txt", AMBER),
    ("check-clock", "paper.txt", AMBER),
    ("several-lists", "paper.txt", RED),
)


def composed(shown: scene.Scene, sign: str | None = None) -> painting.Picture:
    frame = np.full((720, 1280, 3), 200, np.uint8)
    outlines = [painting.Outline(CORNERS, sign)] if sign else []
    return painting.compose(frame, shown, outlines)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("world", "name", "colour"), STATES)
def test_every_answer_is_shown_in_words_colour_and_sign(
    world: str, name: str, colour: brush.Colour, language: str, tmp_path: Path
) -> None:
    worlds.build(world, tmp_path)
    request = _request("list.qct", *(["b.qct"] if world == "several-lists" else []))
    finding = checking.Finding("camera 0", None, request.verify((tmp_path / name).read_text().strip()))
    shown = scene.answered(finding, request, language)
    (data, *_) = checking.as_data(finding, request, language)
    assert shown.sentence == data["sentence"]
    assert shown.hints == tuple((data["hint"] or "").splitlines())
    assert {row.value for row in shown.rows} >= {one["text"] for one in data["fields"] or ()}
    assert [row.value for row in shown.rows if row.mark] == [one["text"] for one in data["marks"] or ()]
    picture = composed(shown, shown.sign)
    assert picture.shape == (720, 1280, 3)
    assert tuple(picture[8, 8, ::-1].tolist()) == colour
    assert np.array_equal(picture, composed(shown, shown.sign))
    drawn = painting.OUTLINES[shown.sign][::-1]
    assert (picture[250:, :800] == drawn).all(axis=2).sum() > 200


def test_signs_differ_without_colours() -> None:
    greys = [
        np.asarray(shapes.sign(kind, 96, (0, 0, 0), (255, 255, 255)).convert("LA"))
        for kind in (shapes.GOOD, shapes.BAD, shapes.UNSURE, shapes.LOOKING)
    ]
    for at, one in enumerate(greys):
        for other in greys[:at]:
            assert (np.abs(one.astype(int) - other).max(axis=2) > 128).mean() > 0.05


def test_a_test_key_is_told_over_everything(tmp_path: Path) -> None:
    worlds.build("test-key", tmp_path)
    request = _request("list.qct", named=False)
    finding = checking.Finding("x", None, request.verify(paper()))
    shown = scene.answered(finding, request, "ru")
    assert (shown.sign, shown.headline) == (shapes.UNSURE, "ПРОБА")
    assert shown.banner is not None
    picture = composed(shown)
    assert tuple(picture[2, 2, ::-1].tolist()) in (painting.VIOLET, painting.DARK_VIOLET)
    assert tuple(picture[painting.BANNER + 8, 8, ::-1].tolist()) == AMBER


def test_a_held_answer_looks_otherwise_than_a_live_one(two_papers: tuple[session.Session, str, str]) -> None:
    run, good, _ = two_papers
    run.take(sight(good), 0.0)
    live, held = run.scene(0.0, ""), run.scene(9.0, "")
    assert tuple(composed(live)[8, 8]) != tuple(composed(held)[8, 8])


LONG = "Очень длинное наименование образовательного учреждения " * 12
STRANGE = ("\u202eabc", "中文名字", "ǘ́́́́ё", "", " ", "x" * 900, "𝓐𝓑", "Өмә Җәлил", "<b>%s{}</b>", LONG)


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_finds_room(text: str) -> None:
    rows = tuple(scene.Row(text, text, mark=bool(at % 2)) for at in range(40))
    shown = scene.Scene(
        shapes.BAD,
        text[:60],
        text,
        hints=(text, text),
        banner=text[:80],
        title=text,
        rows=rows,
        lists=(text[:200],) * 9,
        others=((shapes.GOOD, text),) * 9,
        held=text,
        notice=text,
        advice=text,
        keys=scene.keys_line("ru"),
    )
    assert composed(shown).shape == (720, 1280, 3)
    assert painting.compose(None, shown).shape == (720, 1280, 3)


def test_no_line_is_wider_than_its_room() -> None:
    for text in STRANGE:
        for size in (13, 24):
            lines = list(brush.wrapped(text, size, 130))
            assert all(brush.width(line, size) <= 130 for line in lines)
            assert brush.width(brush.shortened(text, size, 120), size) <= 120
    assert " ".join(brush.wrapped("a b  c", 20, 999)) == "a b c"


def test_letters_that_no_font_has_are_told_by_number() -> None:
    assert brush.runs("Ё中", bold=False) == (("Ё<U+4E2D>", False),)
    assert brush.runs("Әə", bold=True)[0][0][0] == "Ә"


def test_what_signs_hide_in_a_name_is_shown(tmp_path: Path) -> None:
    from qrcert import cbor
    from test_decode import claims, resigned

    worlds.paper(tmp_path, resigned(cbor.encode(claims(l1="Ann\u202eVALID"))))
    worlds.publish(tmp_path, school.contents())
    request = _request("list.qct")
    shown = scene.answered(checking.Finding("x", None, request.verify(paper())), request, "en")
    assert "Ann⟨U+202E⟩VALID" in [row.value for row in shown.rows]


@pytest.mark.parametrize("shape", [(480, 640), (1080, 1920), (1280, 720), (40, 40)])
def test_frames_of_any_shape_find_room(shape: tuple[int, int], tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    shown = replace(scene.searching(_request("list.qct"), "en"), advice=scene.ADVICE["show"][0])
    frame = np.zeros((*shape, 3), np.uint8)
    frame[:] = (10, 200, 250)
    picture = painting.compose(frame, shown, [painting.Outline(CORNERS, shapes.LOOKING)])
    area = picture[painting.TOP : 720 - painting.FOOT, : painting.LEFT]
    assert (area == (10, 200, 250)).all(axis=2).mean() > 0.25
    assert (picture[: painting.TOP - 1] == (10, 200, 250)).all(axis=2).sum() == 0


def test_contrast_of_the_band_and_its_words() -> None:
    def light(colour: brush.Colour) -> float:
        parts = [value / 255 for value in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground in painting.COLOURS.values():
        assert 1.05 / (light(ground) + 0.05) >= 5


# --- the real window, on a screen of its own


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with films.screen() as name:
        yield name


@contextlib.contextmanager
def at_screen(display: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    line = [sys.executable, "-m", "qrcert", "scan", "--home", "lists", "--trust", "list.qct", *arguments]
    run = subprocess.Popen(
        [*line, "--at", str(school.NOW)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"DISPLAY": display, "LANG": "C.UTF-8"},
    )
    with run:
        try:
            yield run
        finally:
            run.kill()


def banded(colour: brush.Colour) -> Callable[[films.Colours], bool]:
    return lambda picture: all(
        tuple(picture[y, x].tolist()) == colour for y, x in ((8, 8), (8, 700), (140, 6))
    )


def test_a_film_in_the_real_window(display: str, tmp_path: Path) -> None:
    worlds.build("genuine-marks", tmp_path)
    film(paper(), count=12)
    with at_screen(display, "--camera", "film.avi", "--lang", "ru") as run:
        picture = films.wait_for(display, banded(GREEN))
        films.press(display, "r")
        films.wait_for(display, lambda _: any(Path().glob("qrcert-*.txt")))
        films.press(display, "q")
        out, err = run.communicate(timeout=films.PATIENCE)
    outline = (np.abs(picture[210:676, :828].astype(int) - painting.OUTLINES[shapes.GOOD]) < 12).all(axis=2)
    assert outline.sum() > 500
    sign = picture[60:150, 40:130]
    assert 0.3 < (sign == 255).all(axis=2).mean() < 0.9
    assert (picture[:676, 860:1270] == 255).all(axis=2).sum() > 1000  # names and marks in bold
    assert (run.returncode, err) == (0, b"")
    assert out.decode().splitlines()[1] == "  [+] ПОДЛИННЫЙ"


def test_once_in_the_real_window_ends_by_itself(display: str, tmp_path: Path) -> None:
    worlds.build("altered", tmp_path)
    film(paper(), count=12)
    with at_screen(display, "--camera", "film.avi", "--once") as run:
        out, err = run.communicate(timeout=films.PATIENCE)
    assert (run.returncode, err) == (1, b"")
    assert out.decode().splitlines()[1] == "  [X] ALTERED"
