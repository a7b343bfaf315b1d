"""Files of strangers in the process that reads them: what it asks back, how it is stopped, what is left then."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

import pictures
from qrcert import scan
from qrcert.errors import QrcertError, TooBig, UnknownFile, Unreadable
from qrcert.reading import process, reader, reader_process
from qrcert.reading.process import Helper, HelperLost, Message
from qrcert.symbol import Symbol

ONE, TWO = (pictures.sample_text(seed, length=150) for seed in (1, 2))


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


def gone(pid: int) -> bool:
    """Whether a process that is no child of ours is gone within a few seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end and alive(pid):
        time.sleep(0.02)
    return not alive(pid)


# --- helpers


def test_a_helper_may_ask_back_before_it_answers(helper: Helper) -> None:
    asked: list[object] = []

    def back(facts: process.Mapping[str, object]) -> dict[str, object]:
        asked.append(facts["what"])
        return {"said": f"{facts['what']}!"}

    answer = helper.ask({"do": "back", "what": ["a", "b"]}, seconds=20, back=back)
    assert (asked, answer.facts["said"]) == (["a", "b"], ["a!", "b!"])


def test_a_helper_is_killed_with_what_it_has_started(helper: Helper) -> None:
    child = helper.ask({"do": "child"}, seconds=20).facts["pid"]
    assert alive(child)
    with pytest.raises(HelperLost):
        helper.ask({"do": "hang"}, seconds=0.3)
    assert gone(child)


def test_a_helper_that_hangs_ends_by_itself_when_nobody_waits_any_more() -> None:
    script = (
        "import sys\n"
        f"sys.path.insert(0, {os.path.dirname(__file__)!r})\n"  # noqa: PTH120
        "import os, threading\n"
        "from qrcert.reading import process\n"
        "process.ALARM = 0.0\n"
        "helper = process.Helper('bad_helper')\n"
        "print(helper.ask({'do': 'pid'}, seconds=20).facts['pid'], flush=True)\n"
        "threading.Timer(0.3, os._exit, (0,)).start()\n"
        "helper.ask({'do': 'hang', 'alarm': 1.0}, seconds=30)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert gone(int(done.stdout))


# --- the desk of the reading process


def saved(picture: pictures.Grey, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind)
    return out.getvalue()


def ask(desk: reader_process.Desk, do: str, payload: bytes = b"", **facts: object) -> dict[str, object]:
    return dict(desk.answer(Message({"do": do, **facts}, payload)).facts)


def test_a_file_is_opened_looked_at_and_replaced() -> None:
    desk = reader_process.Desk()
    assert ask(desk, "quick", page=1) == {"error": "no file is open", "hint": None, "kind": "QrcertError"}
    for _ in range(2):
        assert ask(desk, "open", saved(pictures.page([ONE, TWO]))) == {"pages": 1, "paged": False}
        assert ask(desk, "quick", page=1) == {"texts": [ONE, TWO], "unread": 0, "done": False}
        assert ask(desk, "quick", page=2) == {"end": True}
        assert ask(desk, "thorough", page=1, time=0)["texts"] == [ONE, TWO]
        assert ask(desk, "attached") == {"texts": []}
        assert ask(desk, "printed", page=1) == {"runs": [], "headings": []}
    assert ask(desk, "open", b"nothing")["kind"] == "UnknownFile"


def test_what_goes_wrong_in_the_process_is_an_error_here() -> None:
    for facts, error in (
        ({"error": "no", "hint": "do", "kind": "UnknownFile"}, UnknownFile),
        ({"error": "no", "hint": None, "kind": "System"}, QrcertError),
        ({"memory": True}, TooBig),
        ({"absent": "PIL"}, ModuleNotFoundError),
        ({"unloadable": "libx"}, ImportError),
    ):
        with pytest.raises(error):
            reader._checked(Message(facts), "the picture")
    desk = reader_process.Desk()
    for raised, said in (
        (MemoryError(), {"memory": True}),
        (ModuleNotFoundError("gone", name="PIL"), {"absent": "PIL"}),
        (ImportError("libx"), {"unloadable": "libx"}),
    ):
        desk._act = lambda *_, error=raised: (_ for _ in ()).throw(error)  # type: ignore[method-assign]
        assert desk.answer(Message({"do": "open"})).facts == said


def test_the_process_limits_its_memory() -> None:
    script = (
        "import resource, qrcert.reading.reader_process as process\n"
        "process.limit_memory()\n"
        "print(resource.getrlimit(resource.RLIMIT_DATA))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str((reader_process.MEMORY, reader_process.MEMORY))


# --- what is left when the process is stopped


def test_what_was_read_before_the_process_was_lost_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = np.full((400, 900), 235, np.uint8)
    code = pictures.flat(ONE, module_px=5)
    sheet[20 : 20 + len(code), 20 : 20 + len(code)] = code
    data = saved(sheet)
    ask_helper = Helper.ask

    def lost(self: Helper, facts: dict[str, object], payload: bytes = b"", **options: object) -> Message:
        if facts.get("do") == "thorough":
            raise HelperLost("killed", late=True)
        return ask_helper(self, facts, payload, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Helper, "ask", lost)
    pages = scan.read_pages(data, plausible=lambda text: False)
    page = next(pages)
    assert (page.texts, page.hasty) == ([ONE], True)
    with pytest.raises(TooBig, match=r"the picture takes longer than 1\.5 s"):
        next(pages)


def asked_of_the_process(data: bytes, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, float]]:
    """What is asked of the process about a file, and how many seconds the answer may take."""
    said: list[tuple[object, float]] = []
    ask = Helper.ask

    def watched(
        self: Helper, facts: dict[str, object], *rest: object, seconds: float, **more: object
    ) -> Message:
        said.append((facts["do"], seconds))
        return ask(self, facts, *rest, seconds=seconds, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Helper, "ask", watched)
        list(scan.read_pages(data))
    return said


def test_the_start_of_the_process_is_not_on_the_time_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for helper in reader._idle:
        helper.close()
    monkeypatch.setattr(reader, "_idle", [])
    data = saved(np.full((40, 40), 235, np.uint8))
    first, opening, *_ = asked_of_the_process(data, monkeypatch)
    assert first == ("start", reader.START_SECONDS)
    assert opening[0] == "open"
    assert 2.3 < opening[1] <= scan.SECONDS + reader.GRACE
    assert asked_of_the_process(data, monkeypatch)[0][0] == "open"
    for helper in reader._idle:
        helper.close()


def test_a_document_of_several_pages_has_twice_the_time_of_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Image.new("L", (40, 40), 235)
    for more, most in (([], 2.4), ([page, page], 3.9)):
        out = io.BytesIO()
        page.save(out, "TIFF", save_all=True, append_images=more)
        asked = asked_of_the_process(out.getvalue(), monkeypatch)
        assert most - 1 < max(seconds for do, seconds in asked if do == "quick") <= most


def test_a_document_that_takes_all_memory_ends_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_helper = Helper.ask

    def short(self: Helper, facts: dict[str, object], payload: bytes = b"", **options: object) -> Message:
        if facts.get("page") == 2:
            return Message({"memory": True})
        return ask_helper(self, facts, payload, **options)  # type: ignore[arg-type]

    images = [Image.fromarray(pictures.flat(text, module_px=4)) for text in (ONE, TWO, ONE)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    with monkeypatch.context() as patch:
        patch.setattr(Helper, "ask", short)
        pages = scan.read_pages(out.getvalue())
        assert next(pages)[:2] == (1, [ONE])
        with pytest.raises(TooBig, match="page 2 of the picture needs too much memory"):
            next(pages)
    assert scan.read_codes(out.getvalue()) == [ONE, TWO]


def test_a_page_that_cannot_be_drawn_large_is_told_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_helper = Helper.ask

    def damaged(self: Helper, facts: dict[str, object], payload: bytes = b"", **options: object) -> Message:
        if facts.get("do") == "thorough":
            return Message({"error": "damaged", "hint": None, "kind": "Unreadable"})
        return ask_helper(self, facts, payload, **options)  # type: ignore[arg-type]

    images = [Image.fromarray(pictures.page([])), Image.fromarray(pictures.flat(TWO, module_px=4))]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    monkeypatch.setattr(Helper, "ask", damaged)
    pages = scan.read_pages(out.getvalue())
    assert next(pages)[:2] == (2, [TWO])
    with pytest.raises(Unreadable, match="damaged"):
        next(pages)


def test_a_symbol_alone_is_read_without_the_slower_engines() -> None:
    assert scan.read_codes(Symbol(ONE).png(4)) == [ONE]
