"""Cameras and films: which there are, how they are opened, and every way in which they fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

import films
import pictures
from qrcert.errors import MissingExtra, TooBig, Unreadable
from qrcert.reading import cameras, film_process, reader_process
from qrcert.reading import films as film_rooms
from qrcert.reading.films import open_film
from qrcert.reading.process import HelperLost, Message

SILENCE = ""


class Capture:
    """A webcam as OpenCV opens it: gives frames at the sizes it knows, until it is pulled out."""

    def __init__(self, *sizes: tuple[int, int], frames: int = 1000, asleep: int = 0) -> None:
        self.sizes = sizes
        self.frames = frames
        self.asleep = asleep
        self.asked: dict[int, float] = {}
        self.released = False

    def isOpened(self) -> bool:
        return True

    def set(self, name: int, value: float) -> bool:
        if name == cv2.CAP_PROP_AUTOFOCUS:
            raise cv2.error("this backend has no such property")
        self.asked[name] = value
        return True

    def read(self) -> tuple[bool, Any]:
        size = (int(self.asked[cv2.CAP_PROP_FRAME_WIDTH]), int(self.asked[cv2.CAP_PROP_FRAME_HEIGHT]))
        self.asleep -= 1
        if size not in self.sizes or self.asleep >= 0 or self.frames <= 0:
            return False, None
        self.frames -= 1
        return True, np.zeros((size[1], size[0], 3), np.uint8)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Path]:
    """Lists cameras as Linux does: number -> name; a second node of the same camera carries no pictures."""

    def lists(**nodes: str) -> Path:
        for node, name in nodes.items():
            folder = tmp_path / "video4linux" / node
            folder.mkdir(parents=True)
            (folder / "name").write_text(name.removeprefix("+") + "\n")
            (folder / "index").write_text("1\n" if name.startswith("+") else "0\n")
        return tmp_path / "video4linux"

    return lists


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Any, int]]]:
    """Plugs in captures: number and backend -> capture; returns what OpenCV was asked to open."""

    def plug(capture: Callable[[int, int], Any]) -> list[tuple[Any, int]]:
        asked: list[tuple[Any, int]] = []

        def opens(number: int, backend: int) -> Any:
            asked.append((number, backend))
            found = capture(number, backend)
            return found if found is not None else cv2.VideoCapture()

        monkeypatch.setattr(cameras, "_capture", opens)
        return asked

    return plug


# --- which there are


def test_linux_lists_each_camera_once_in_order(machine: Callable[..., Path]) -> None:
    folder = machine(video10="Scanner", video0="HD Webcam: HD Webcam", video1="+HD Webcam: HD Webcam")
    (folder / "video-extra").mkdir()
    (folder / "video7").mkdir()
    assert cameras.devices(system="linux", folder=folder) == (
        cameras.Device(0, "HD Webcam: HD Webcam"),
        cameras.Device(10, "Scanner"),
    )
    assert cameras.devices(system="linux", folder=folder / "nowhere") == ()


def test_elsewhere_each_number_is_tried_until_none_answers(plugged: Callable[..., Any]) -> None:
    captures = [Capture(), Capture()]
    asked = plugged(lambda number, _: captures[number] if number < 2 else None)
    assert [device.number for device in cameras.devices(system="darwin")] == [0, 1]
    assert [number for number, _ in asked] == [0, 1, 2]
    assert all(capture.released for capture in captures)


# --- opening


def test_1080_rows_are_asked_for_as_motion_jpeg(
    machine: Callable[..., Path], plugged: Callable[..., Any]
) -> None:
    capture = Capture((1920, 1080), (640, 480), asleep=4)
    plugged(lambda *_: capture)
    camera = cameras.open_camera(0, system="linux", folder=machine(video0="webcam"))
    assert camera.read().shape == (1080, 1920, 3)
    assert capture.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (camera.name, camera.live, camera.number) == ("camera 0", True, 0)
    camera.close()
    assert capture.released


@pytest.mark.parametrize("size", [(1280, 720), (640, 480)])
def test_a_smaller_picture_will_do(
    size: tuple[int, int], machine: Callable[..., Path], plugged: Callable[..., Any]
) -> None:
    captures: list[Capture] = []

    def opens(*_: int) -> Capture:
        captures.append(Capture(size))
        return captures[-1]

    plugged(opens)
    camera = cameras.open_camera(3, system="linux", folder=machine(video3="old"))
    assert camera.read().shape[:2] == size[::-1]
    assert [capture.released for capture in captures[:-1]] == [True] * (len(captures) - 1)


def test_windows_is_asked_the_quick_way_first(plugged: Callable[..., Any]) -> None:
    asked = plugged(lambda _, backend: Capture((1920, 1080)) if backend == cv2.CAP_MSMF else None)
    assert cameras.open_camera(1, system="win32").read().shape == (1080, 1920, 3)
    assert asked == [(1, cv2.CAP_DSHOW), (1, cv2.CAP_MSMF)]


def test_an_absent_camera(machine: Callable[..., Path], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unreadable, match=r"^there is no camera 2$") as caught:
        cameras.open_camera(2, system="linux", folder=machine(video0="webcam"))
    assert "--list-cameras" in str(caught.value.hint)
    with pytest.raises(Unreadable, match=r"^there is no camera 9, or it is busy$"):
        cameras.open_camera(9, system="other")
    assert capfd.readouterr() == (SILENCE, SILENCE)


def test_a_busy_camera_is_listed_and_does_not_open(
    machine: Callable[..., Path], plugged: Callable[..., Any]
) -> None:
    folder = machine(video0="webcam")
    for capture in (None, Capture()):
        plugged(lambda *_, capture=capture: capture)
        with pytest.raises(Unreadable, match=r"^camera 0 gives no pictures: it is busy or broken$") as caught:
            cameras.open_camera(0, system="linux", folder=folder)
        assert "close other programs" in str(caught.value.hint)


def test_a_camera_that_is_pulled_out(machine: Callable[..., Path], plugged: Callable[..., Any]) -> None:
    plugged(lambda *_: Capture((1920, 1080), frames=4))
    camera = cameras.open_camera(0, system="linux", folder=machine(video0="webcam"))
    for _ in range(3):
        camera.read()
    with pytest.raises(Unreadable, match=r"^camera 0 gives no pictures any more$") as caught:
        camera.read()
    assert caught.value.hint == "was it pulled out?"


# --- films


def frames(count: int) -> Iterator[films.Grey]:
    picture = pictures.page([pictures.sample_text(1)], module_px=2, size=(240, 320))
    return films.moving(picture, count)


@pytest.mark.parametrize("name", ["film.avi", "film.mp4", "a film 01 %02d.avi"])
def test_a_film_gives_its_frames_and_ends(name: str, tmp_path: Path) -> None:
    kind = "mp4v" if name.endswith("mp4") else "MJPG"
    path = films.write(tmp_path / f"film{Path(name).suffix}", frames(5), kind=kind).rename(tmp_path / name)
    with closing(open_film(path)) as opened:
        assert (opened.live, opened.rate, opened.name) == (False, films.RATE, str(path))
    assert shapes_of(path) == [(240, 320, 3)] * 5


def shapes_of(path: Path) -> list[tuple[int, ...]]:
    """The shape of each frame of a film."""
    shapes = []
    with closing(open_film(path)) as opened:
        while (picture := opened.read()) is not None:
            shapes.append(picture.shape)
    return shapes


def header(size: int) -> bytes:
    return f"YUV4MPEG2 W{size} H{size} F30:1 Ip A1:1 C420\nFRAME\n".encode() + bytes(600)


PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no video"),
        (b"a letter", "is no video"),
        (PLAYLIST, "is no video"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "is no video"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is no video"),
        (b"RIFF" + bytes(100), "is a damaged video"),
        (b"\0\0\0\x18ftypmp42" + bytes(100), "is a damaged video"),
        (b"\x1a\x45\xdf\xa3" + bytes(100), "is a damaged video"),
    ],
)
def test_a_file_that_is_no_film(
    content: bytes, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=said) as caught:
        open_film(path)
    assert "--camera film.mp4" in str(caught.value.hint)
    assert capfd.readouterr().out == SILENCE


def test_a_film_of_huge_frames_is_refused_before_one_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.y4m"
    path.write_bytes(header(15_000))
    with pytest.raises((TooBig, Unreadable)):
        open_film(path)
    path.write_bytes(header(16))
    assert shapes_of(path) == [(16, 16, 3)]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, said in (
        ("pipe", "is not an ordinary file"),
        (".", "is not an ordinary file"),
        ("none", "no file"),
    ):
        with pytest.raises(Unreadable, match=said):
            open_film(tmp_path / name)
    with pytest.raises(Unreadable, match=r"no file 'http:/127.0.0.1:9/film.mp4'"):
        open_film(Path("http://127.0.0.1:9/film.mp4"))


def test_a_film_that_breaks_off_ends_there(tmp_path: Path) -> None:
    path = films.write(tmp_path / "film.avi", frames(9))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 0 < len(shapes_of(path)) < 9


def streams(tmp_path: Path, *sizes: tuple[int, int]) -> Path:
    """A film whose frames change their size: pictures one after the other, without a container."""
    kept = []
    for size in sizes:
        good, data = cv2.imencode(".jpg", np.full(size, 128, np.uint8))
        assert good
        kept.append(data.tobytes())
    path = tmp_path / "growing.mjpg"
    path.write_bytes(b"".join(kept))
    return path


def test_the_size_of_every_frame_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = streams(tmp_path, (40, 64), (40, 64), (480, 640))
    assert shapes_of(path)[:2] == [(40, 64, 3)] * 2
    projector = film_process.Projector()
    monkeypatch.setattr(film_process, "MAX_PIXELS", 40 * 64)
    assert "rate" in projector.answer(Message({"do": "open", "path": str(path)})).facts
    said = [projector.answer(Message({"do": "next"})).facts for _ in range(3)]
    assert [one.get("shape") for one in said[:2]] == [[40, 64, 3]] * 2
    assert said[2].get("too_big") or said[2].get("shape") == [
        40,
        64,
        3,
    ]  # some versions shrink it to the first


class Growing:
    """What OpenCV gives of a film whose later frames are larger."""

    def __init__(self, *shapes: tuple[int, ...]) -> None:
        self._pictures = [np.zeros(shape, np.uint8) for shape in shapes]

    def read(self) -> tuple[bool, Any]:
        return (True, self._pictures.pop(0)) if self._pictures else (False, None)


def test_a_frame_that_has_grown_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_process, "MAX_PIXELS", 100)
    projector = film_process.Projector()
    projector._capture = Growing((10, 10, 3), (10, 11, 3))
    assert len(projector.answer(Message({"do": "next"})).payload) == 300
    assert projector.answer(Message({"do": "next"})).facts == {
        "error": "a video of 11 x 10 pixels, at most 100 are read",
        "too_big": True,
    }
    assert projector.answer(Message({"do": "next"})).facts == {"end": True}
    assert projector.answer(Message({"do": "start"})).facts == {}


def test_what_opencv_says_of_a_damaged_film_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: Any) -> Any:
        raise cv2.error("an assertion of OpenCV")

    projector = film_process.Projector()
    projector._capture = SimpleNamespace(read=broken)
    assert projector.answer(Message({"do": "next"})).facts == {"end": True}
    monkeypatch.setattr(cv2, "VideoCapture", broken)
    told = projector.answer(Message({"do": "open", "path": str(tmp_path / "film.avi")})).facts
    assert told == {"error": "a damaged video", "too_big": False}


class Helper:
    """A process that answers as it is told."""

    def __init__(self, *answers: Message | Exception) -> None:
        self.answers = list(answers)
        self.limits: list[float] = []
        self.closed = False

    def ask(self, facts: Any, *, seconds: float) -> Message:
        self.limits.append(seconds)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (HelperLost("", late=True), TooBig, "the video 'film.avi' takes too long to decode"),
        (HelperLost(""), Unreadable, "the video 'film.avi' could not be decoded"),
        (Message({"memory": True}), TooBig, "the video 'film.avi' needs too much memory"),
        (Message({"absent": "cv2"}), MissingExtra, "opencv-python"),
        (Message({"error": "a video of 9 x 9 pixels", "too_big": True}), TooBig, "a video of 9 x 9 pixels"),
        (Message({"error": "x", "too_big": False}), Unreadable, "'film.avi' is a damaged video"),
    ],
)
def test_what_befalls_the_process_of_a_film_is_told(
    answer: Message | Exception, kind: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for before in ([Message({})], [Message({}), Message({"rate": 30})]):
        helper = Helper(*before, answer)
        monkeypatch.setattr(film_rooms, "Helper", lambda _, helper=helper: helper)
        with pytest.raises(kind, match=re.escape(said)):
            film_rooms.Film(Path("film.avi")).read()
        assert helper.closed is (len(before) == 1)


def test_slow_frames_use_up_the_time_of_a_film(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Message({"shape": [1, 1, 3]}, bytes(3))
    helper = Helper(Message({}), Message({"rate": 1e9}), *[frame] * 4, Message({"shape": [2, 2, 3]}, b"x"))
    monkeypatch.setattr(film_rooms, "Helper", lambda _: helper)
    ticks = iter([0.0, 0.01, 1.0, 3.0, 4.0, 6.0, 7.0, 7.0, 8.0, 8.0, 8.1])
    monkeypatch.setattr(film_rooms.time, "monotonic", lambda: next(ticks))
    film = film_rooms.Film(Path("film.avi"))
    assert film.rate == cameras.ORDINARY_RATE
    for _ in range(4):
        film.read()
    assert helper.limits == [30.0, 4.0, 4.0, 4.0, 2.25, 0.5]
    with pytest.raises(Unreadable, match="is not as it was announced"):
        film.read()


def test_a_film_of_too_many_frames_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_rooms, "MAX_FRAMES", 3)
    with pytest.raises(TooBig, match="a video of more than 3 frames"):
        shapes_of(films.write(tmp_path / "film.avi", frames(5)))


def test_a_film_is_decoded_in_a_process_that_can_be_killed(tmp_path: Path) -> None:
    path = films.write(tmp_path / "film.avi", frames(3))
    with closing(open_film(path)) as opened:
        assert opened.read() is not None
        process = opened._helper._process
        assert process is not None
        process.kill()
        with pytest.raises(Unreadable, match="could not be decoded"):
            opened.read()


def test_a_film_with_a_name_that_is_no_text_opens(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/film \xff.avi"))
    films.write(tmp_path / "film.avi", frames(2)).rename(path)
    assert len(shapes_of(path)) == 2


def test_the_process_of_films_limits_its_memory() -> None:
    code = (
        "import resource, qrcert.reading.film_process as process\n"
        "process.serve = lambda *_, **__: print(resource.getrlimit(resource.RLIMIT_DATA)[0])\n"
        "process.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(reader_process.MEMORY)
