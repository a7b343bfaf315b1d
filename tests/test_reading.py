"""Inside reading: values, grey pixels, helper processes, the cascade and its engines."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import pictures
from qrcert import scan
from qrcert.errors import TooBig, Unreadable
from qrcert.reading import cascade, engines, grey, pdf_process, process, zbar_process, zxing
from qrcert.reading import zbar as zbar_engine
from qrcert.reading.codes import Code, Found, covers, in_reading_order
from qrcert.reading.process import Helper, HelperLost, Message


def square(x: float, y: float, side: float = 10) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


# ------------------------------------------------------------------------------------------------ values


def test_covers_from_both_directions_and_not_for_lines() -> None:
    assert covers(square(0, 0), square(2, 2))
    assert covers(square(0, 0)[::-1], square(2, 2))
    assert not covers(square(0, 0), square(20, 0))
    assert not covers(((0, 0), (10, 10)), square(0, 0))
    assert not covers(((5, 5),), square(0, 0))


def test_joined_counts_a_text_and_a_place_once() -> None:
    first = Found((Code("A", square(0, 0)),), (square(100, 0), square(200, 0)))
    later = Found((Code("A", square(50, 0)), Code("misread", square(1, 1)), Code("B", square(101, 1))))
    joined = first.joined(later)
    assert [code.text for code in joined.codes] == ["A", "B"]
    assert joined.unread == (square(200, 0),)


def test_scaled_moves_every_place() -> None:
    found = Found((Code("A", square(0, 0)),), (square(4, 2),)).scaled(0.5)
    assert found == Found((Code("A", square(0, 0, 5)),), (square(2, 1, 5),))


def test_reading_order_is_row_by_row() -> None:
    places = {"a": (0, 3), "b": (50, 0), "c": (90, 4), "d": (1, 40), "e": (60, 38)}
    codes = [Code(name, square(*place)) for name, place in places.items()]
    assert "".join(code.text for code in in_reading_order(reversed(codes))) == "abcde"
    assert in_reading_order([]) == []


# ------------------------------------------------------------------------------------------------ grey pixels


def test_arrays_of_every_kind_become_the_same_grey() -> None:
    picture = pictures.flat(pictures.sample_text(1), module_px=4)
    dark = picture < 128
    alike = [
        dark == 0,
        np.where(dark, 0, 255).astype(np.uint8),
        np.where(dark, 0, 65535).astype(np.uint16),
        np.where(dark, 0, 1.0),
        np.where(dark, 0, 1.0).astype(np.float32)[:, :, np.newaxis],
        np.dstack([np.where(dark, 0, 255).astype(np.uint8)] * 3),
        np.dstack([*[np.where(dark, 0, 255).astype(np.uint8)] * 3, np.full(dark.shape, 255, np.uint8)]),
        np.dstack([np.zeros((*dark.shape, 3), np.uint8), np.where(dark, 255, 0).astype(np.uint8)]),
        np.asfortranarray(np.where(dark, 0, 255).astype(np.uint8)),
    ]
    for array in alike:
        seen = grey.from_array(array)
        assert ((seen.array() == 0) == dark).all()
        assert set(np.unique(seen.array())) == {0, 255}


@pytest.mark.parametrize(
    "array", [np.zeros(5), np.zeros((4, 4, 2)), np.zeros((4, 4), complex), np.zeros((0, 7))]
)
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(Unreadable):
        grey.from_array(array)


def test_floats_beyond_their_range_do_no_harm() -> None:
    odd = np.array([[np.nan, np.inf, -np.inf, 7.0, -7.0, 0.5]])
    assert grey.from_array(odd).array().tolist() == [[0, 255, 0, 255, 0, 127]]


def test_huge_arrays_are_refused_before_they_are_touched() -> None:
    huge = np.broadcast_to(np.uint8(0), (10_000, 6_000))
    with pytest.raises(TooBig, match="6000 x 10000 pixels"):
        grey.from_array(huge)


def test_blank() -> None:
    assert grey.Grey(3, 1, b"\7\7\7").blank
    assert not grey.Grey(3, 1, b"\7\7\6").blank


# ------------------------------------------------------------------------------------------------ helper processes


@pytest.fixture
def helper() -> Iterator[Helper]:
    one = Helper("bad_helper")
    yield one
    one.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_helper_answers_and_is_used_again(helper: Helper) -> None:
    pids = [helper.ask({"do": "pid"}, seconds=20).facts["pid"] for _ in range(2)]
    assert pids[0] == pids[1] != os.getpid()
    payload = bytes(range(256)) * 40_000
    answer = helper.ask({"do": "echo"}, payload, seconds=20)
    assert answer == Message({"said": "echo"}, payload[::-1])


def test_what_a_library_prints_does_not_disturb(helper: Helper, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        assert helper.ask({"do": "print"}, b"ab", seconds=20) == Message({"said": "print"}, b"ba")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("deed", "late"), [("die", False), ("hang", True)])
def test_a_lost_helper_is_told_and_replaced(helper: Helper, deed: str, late: bool) -> None:
    first = helper.ask({"do": "pid"}, seconds=20).facts["pid"]
    with pytest.raises(HelperLost) as caught:
        helper.ask({"do": deed}, seconds=0.3 if late else 20)
    assert caught.value.late is late
    assert not alive(first)
    assert helper.ask({"do": "pid"}, seconds=20).facts["pid"] != first


def test_a_helper_that_died_between_questions_is_replaced(helper: Helper) -> None:
    first = helper.ask({"do": "pid"}, seconds=20).facts["pid"]
    os.kill(first, 9)
    while helper._process is not None and helper._process.poll() is None:
        pass
    assert helper.ask({"do": "pid"}, seconds=20).facts["pid"] != first


def test_close_leaves_no_process(helper: Helper) -> None:
    pid = helper.ask({"do": "pid"}, seconds=20).facts["pid"]
    process.close_all()
    assert not alive(pid)
    helper.close()


def test_helpers_end_with_the_program() -> None:
    script = (
        "import numpy, qrcert.scan\n"
        "from qrcert.reading import engines, process\n"
        "qrcert.scan.read_codes(engines._PDF)\n"
        "qrcert.scan.read_codes(numpy.eye(50))\n"
        "print(*[helper._process.pid for helper in process._helpers])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert (len(pids), done.stderr) == (2, "")
    assert not any(alive(pid) for pid in pids)


def test_threads_take_turns(helper: Helper) -> None:
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: said.append(helper.ask({"do": str(n)}, seconds=20).facts["said"]))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == list("012345")


def test_after_a_fork_the_parents_helper_is_left_alone(helper: Helper) -> None:
    first = helper.ask({"do": "pid"}, seconds=20).facts["pid"]
    inherited = helper._process
    assert inherited is not None
    helper._owner = -1  # as if this process were the fork of another
    assert helper.ask({"do": "pid"}, seconds=20).facts["pid"] != first
    assert alive(first)
    inherited.returncode = None
    inherited.kill()
    inherited.communicate()


def test_a_python_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch, helper: Helper) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(HelperLost, match="cannot be started"):
        helper.ask({"do": "pid"}, seconds=20)


def test_the_helper_finds_modules_where_we_do_and_not_in_the_folder_it_starts_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: Helper
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a file that lay about')")
    monkeypatch.chdir(tmp_path)
    assert helper.ask({"do": "echo"}, b"12", seconds=20).payload == b"21"


def test_messages_that_break_off_are_refused() -> None:
    whole = io.BytesIO()
    process.write(whole, Message({"a": 1}, b"bytes"))
    data = whole.getvalue()
    assert process.read(io.BytesIO(data)) == Message({"a": 1}, b"bytes")
    assert process.read(io.BytesIO(b"")) is None
    for end in range(1, len(data)):
        with pytest.raises((EOFError, ValueError)):
            process.read(io.BytesIO(data[:end]))
    with pytest.raises(ValueError, match="an answer of 13 bytes, at most 12"):
        process.read(io.BytesIO(data), at_most=12)


# ------------------------------------------------------------------------------------------------ engines


def seen(picture: pictures.Grey) -> grey.Grey:
    return grey.from_array(picture)


def texts(found: Found) -> list[str]:
    return [code.text for code in found.codes]


def test_zxing_reads_turned_mirrored_and_inverted_codes() -> None:
    text = pictures.sample_text(1)
    flat = pictures.flat(text, module_px=4)
    for turned in (flat, np.rot90(flat), flat[::-1], flat.T, pictures.inverted(flat)):
        assert texts(zxing.read(seen(turned))) == [text]


def test_zxing_gives_corners_in_pixels() -> None:
    (code,) = zxing.read(seen(pictures.page([pictures.sample_text(1)], module_px=6))).codes
    xs, ys = zip(*code.corners, strict=True)
    assert (max(xs) - min(xs), max(ys) - min(ys)) == pytest.approx((57 * 6, 57 * 6), abs=6)
    assert (sum(xs) / 4, sum(ys) / 4) == pytest.approx((640, 360), abs=4)


def test_micro_qr_is_not_read() -> None:
    import zxingcpp

    barcode = zxingcpp.create_barcode("4290", zxingcpp.BarcodeFormat.MicroQRCode)
    picture = np.asarray(barcode.to_image(scale=6))
    assert texts(zxing.read(seen(picture))) == []


def test_zbar_reads_in_its_process() -> None:
    one, two = pictures.sample_text(1), pictures.sample_text(2)
    found = cascade.ZBAR.read(seen(pictures.page([one, two], module_px=6)))
    assert sorted(texts(found)) == sorted([one, two])
    assert texts(Found(tuple(in_reading_order(found.codes)))) == [one, two]
    assert cascade.ZBAR.trouble() is None


def test_zbar_that_crashes_is_given_up_after_a_few_times() -> None:
    zbar = zbar_engine.Zbar("no_such_module")
    picture = seen(pictures.flat("QC1:A"))
    for _ in range(zbar_engine.MAX_LOSSES):
        assert zbar.trouble() is None
        assert zbar.read(picture) == Found()
    assert zbar.trouble() == "zbar crashes or hangs here"
    assert zbar.read(picture) == Found()


def test_zbar_that_is_absent_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zbar_engine, "find_spec", lambda name: None)
    zbar = zbar_engine.Zbar()
    assert zbar.read(seen(pictures.flat("QC1:A"))) == Found()
    assert zbar.trouble() == "pyzbar is not installed"


def test_the_zbar_process_tells_that_the_library_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Message({"width": 8, "height": 8}, bytes(64))
    assert zbar_process.answer(question) == Message({"codes": []})
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    assert zbar_process.answer(question).facts["absent"].startswith("zbar cannot be loaded")


def test_the_zbar_process_reads_nothing_where_zbar_raises() -> None:
    assert zbar_process.answer(Message({"width": 8, "height": 8}, b"short")) == Message({"codes": []})


def test_the_pdf_process_opens_and_draws() -> None:
    reader = pdf_process.Reader()
    draw = Message({"page": 1, "dpi": 144})
    assert reader.answer(draw).facts == {"error": "no PDF is open", "hint": None, "too_big": False}
    for _ in range(2):
        assert reader.answer(Message({}, engines._PDF)) == Message({"pages": 1})
        assert reader.answer(draw) == Message({"width": 144, "height": 144}, b"\xff" * 144**2)
    assert reader.answer(Message({"page": 2, "dpi": 72})).facts["error"] == "page 2 of a PDF of 1 pages"
    assert reader.answer(Message({}, b"%PDF-")).facts["error"] == "a damaged PDF, or one without pages"


def test_the_pdf_process_limits_its_memory() -> None:
    script = (
        "import resource, qrcert.reading.pdf_process as process\n"
        "process.limit_memory()\n"
        "print(resource.getrlimit(resource.RLIMIT_AS))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str((pdf_process.MEMORY, pdf_process.MEMORY))


# ------------------------------------------------------------------------------------------------ the cascade


def look(picture: pictures.Grey, *, seconds: float = 60, prefix: str = "") -> list[str]:
    found = cascade.read(seen(picture), plausible=lambda text: text.startswith(prefix), seconds=seconds)
    return texts(Found(tuple(in_reading_order(found.codes))))


BLURRED = pictures.blurred(pictures.page([pictures.sample_text(3)], module_px=6), sigma=3.5)
NOISY = pictures.noisy(pictures.page([pictures.sample_text(4)], module_px=6), sigma=100, seed=4)


def test_what_the_first_stage_cannot_read_a_later_one_can() -> None:
    assert texts(zxing.read(seen(BLURRED))) == []
    assert texts(cascade.sharpened(seen(BLURRED))) == [pictures.sample_text(3)]
    assert look(BLURRED) == [pictures.sample_text(3)]
    assert texts(zxing.read(seen(NOISY))) == []
    assert texts(cascade.smoothed(seen(NOISY))) == [pictures.sample_text(4)]
    assert look(NOISY) == [pictures.sample_text(4)]


def test_places_found_in_the_enlarged_picture_are_those_of_the_picture() -> None:
    (plain,) = zxing.read(seen(pictures.page([pictures.sample_text(3)], module_px=6))).codes
    (sharp,) = cascade.sharpened(seen(BLURRED)).codes
    assert np.allclose(plain.corners, sharp.corners, atol=6)


def test_a_large_picture_is_sharpened_but_not_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascade, "MAX_ENLARGED", 1000)
    resized: list[object] = []
    monkeypatch.setattr(cv2, "resize", lambda *args, **kwargs: resized.append(args))
    picture = pictures.page([pictures.sample_text(3)], module_px=6)
    assert texts(cascade.sharpened(seen(picture))) == [pictures.sample_text(3)]
    assert resized == []


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count which stages run."""
    ran: list[int] = []

    def counted(place: int, stage: cascade.Stage) -> cascade.Stage:
        def run(picture: grey.Grey, search: cascade.Search) -> Found:
            ran.append(place)
            return stage(picture, search)

        return run

    stages = tuple(counted(place, stage) for place, stage in enumerate(cascade.STAGES))
    monkeypatch.setattr(cascade, "STAGES", stages)
    return ran


def test_looking_ends_with_the_first_stage_that_read_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counting(monkeypatch)
    one, two = pictures.sample_text(1), pictures.sample_text(2)
    assert look(pictures.page([one, two], module_px=6)) == [one, two]
    assert ran == [0]


def test_every_stage_looks_at_a_picture_without_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counting(monkeypatch)
    assert look(pictures.page([])) == []
    assert ran == [0, 1, 2, 3, 4]
    assert look(np.full((500, 500), 9, np.uint8)) == []
    assert ran == [0, 1, 2, 3, 4, 0]


def test_a_second_code_that_was_seen_but_not_read_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counting(monkeypatch)
    one, two = pictures.sample_text(5), pictures.sample_text(6)
    page = pictures.page([one, two], module_px=6)
    half = page.shape[1] // 2
    page[:, half:] = pictures.blurred(page, sigma=3.5)[:, half:]
    first = zxing.read(seen(page))
    assert texts(first) == [one]
    assert first.unread
    assert look(page) == [one, two]
    assert ran == [0, 1]


def test_a_foreign_code_does_not_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counting(monkeypatch)
    foreign, ours = "HTTPS://EXAMPLE.ORG", pictures.sample_text(3)
    page = BLURRED.copy()
    code = pictures.flat(foreign, module_px=5)
    page[: code.shape[0], : code.shape[1]] = code
    assert texts(zxing.read(seen(page))) == [foreign]
    assert look(page, prefix="QC1:") == [foreign, ours]
    assert 1 in ran


def test_without_time_only_the_first_stage_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = counting(monkeypatch)
    assert look(BLURRED, seconds=0) == []
    assert ran == [0]


@pytest.mark.parametrize("size", [*product((1, 2, 3, 20), (1, 2, 3, 20)), (1, 5000), (5000, 1)])
def test_tiny_and_thin_pictures(size: tuple[int, int]) -> None:
    assert look(np.full(size, 7, np.uint8)) == []


def test_the_stages_read_far_more_than_the_first_alone_and_nothing_false() -> None:
    first = every = 0
    for seed in range(24):
        text = pictures.sample_text(seed, length=250)
        page = pictures.tilted(pictures.page([text], module_px=6), by=0.06, seed=seed)
        spoiled = (
            pictures.blurred(page, sigma=3.6),
            pictures.noisy(page, sigma=105, seed=seed),
            pictures.pressed(pictures.shrunk(page, to=0.33), quality=25),
        )[seed % 3]
        first += texts(zxing.read(seen(spoiled))) == [text]
        read = look(spoiled)
        assert read in ([], [text])
        every += read == [text]
    assert every >= first + 6
    assert every >= 18


def test_pillow_and_arrays_give_the_same(tmp_path: Path) -> None:
    page = pictures.page([pictures.sample_text(7)])
    assert scan.find_codes(page) == scan.find_codes(Image.fromarray(page))
