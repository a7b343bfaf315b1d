"""Drawing in other processes: a pool on this machine, a dask cluster; killed, stopped, and the same to the byte."""

from __future__ import annotations

import base64
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import offices
from offices import NOW, entries, office_in, plan_of, pupil, sign, write_json
from qrcert import __version__, issue, page
from qrcert.cli import screen
from qrcert.cli.workers import _release, _require_release, _Watched, workers
from qrcert.errors import MissingExtra, QrcertError, Refused, TrustListError
from qrcert.issue import act, printing
from qrcert.issue.sheets import make_sheet
from qrcert.register import Recorded

CLASS = 8


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[issue.Plan, Recorded, dict[str, bytes]]:
    """A class, signed, and the files that one process makes of it."""
    folder = tmp_path_factory.mktemp("bulk")
    source = write_json(folder / "class.json", [pupil(place) for place in range(CLASS)])
    plan = plan_of(source, office_in(folder / "office"))
    recorded = sign(plan)
    return plan, recorded, drawn(plan, recorded, folder / "alone")


def drawn(plan: issue.Plan, recorded: Recorded, folder: Path, **more: Any) -> dict[str, bytes]:
    issue.draw_and_check(plan, recorded, folder=folder, template="certificate", now=NOW, **more)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_processes_make_the_very_same_files(signed: Any, tmp_path: Path) -> None:
    plan, recorded, alone = signed
    with workers(2 * issue.VOLUME, jobs=2, cluster=None) as drawing:
        assert drawn(plan, recorded, tmp_path / "out", executor=drawing) == alone


def test_a_small_class_needs_no_processes_of_its_own() -> None:
    with workers(issue.VOLUME, jobs=2, cluster=None) as drawing:
        assert drawing is None
    with workers(10_000, jobs=1, cluster=None) as drawing:
        assert drawing is None


class Killed(Executor):
    """An executor whose worker is killed at its first work, as the system does where memory ends."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, act: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self._pool.submit(os._exit, 9)
        return self._pool.submit(act, *arguments, **named)


def test_a_process_that_is_killed_is_told_and_the_same_command_goes_on(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, alone = signed
    monkeypatch.setattr(act, "VOLUME", 1)
    with workers(2 * issue.VOLUME, jobs=2, cluster=None) as drawing:
        assert drawing is not None
        killed = Killed(drawing)
        with pytest.raises(Refused, match="a process that draws pages was killed; what was signed stands"):
            drawn(plan, recorded, tmp_path / "out", executor=killed)
    assert len(entries(plan.office)) == CLASS
    monkeypatch.undo()
    for stale in (tmp_path / "out").glob("all-*.pdf"):
        stale.unlink()
    assert drawn(plan, recorded, tmp_path / "out") == alone


class Waiting(Executor):
    """An executor that does nothing until it is asked, and counts what was handed to it."""

    def __init__(self) -> None:
        self.given = 0
        self.most = 0
        self.asked = 0

    def submit(self, act: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.given += 1
        self.most = max(self.most, self.given - self.asked)
        future: Future[Any] = Future()

        def result(timeout: float | None = None) -> Any:
            self.asked += 1
            return act(*arguments, **named)

        future.result = result  # type: ignore[method-assign]
        return future


class Failing(Executor):
    """An executor whose work fails with an error that is none of ours."""

    def submit(self, act: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(printing, "do_job", Mock(side_effect=MemoryError("no room")))
            try:
                future.set_result(act(*arguments, **named))
            except Exception as error:
                future.set_exception(error)
        return future


def test_what_fails_in_another_process_is_told(signed: Any, tmp_path: Path) -> None:
    plan, recorded, _ = signed
    with pytest.raises(Refused, match="a process that draws pages failed: MemoryError: no room") as caught:
        drawn(plan, recorded, tmp_path / "out", executor=Failing())
    assert "memory" in (caught.value.hint or "")


def test_a_pool_that_breaks_between_two_volumes_is_told(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, _ = signed
    many = Recorded(recorded.batch, recorded.entries * 4, 0, 0)
    monkeypatch.setattr(act, "VOLUME", 1)
    with workers(2 * issue.VOLUME, jobs=2, cluster=None) as drawing:
        assert drawing is not None

        def kill(step: str, done: int, total: int) -> None:
            if (step, done) == ("draw", 1):
                with suppress(BrokenExecutor):
                    drawing.submit(os._exit, 9).result(60)

        with pytest.raises(Refused, match="a process that draws pages was killed; what was signed stands"):
            drawn(plan, many, tmp_path / "out", executor=drawing, progress=kill)


def test_no_more_is_handed_out_than_a_few_jobs_ahead(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, _ = signed
    many = Recorded(recorded.batch, recorded.entries * 5, 0, 0)
    monkeypatch.setattr(act, "VOLUME", 1)
    waiting = Waiting()
    drawn(plan, many, tmp_path / "out", executor=waiting)
    assert waiting.given == 40
    assert waiting.most <= issue.printing.WAITING + 1


def test_a_large_class_comes_in_volumes(signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, recorded, alone = signed
    monkeypatch.setattr(act, "VOLUME", 3)
    files = drawn(plan, recorded, tmp_path / "out")
    assert sorted(name for name in files if name.startswith("all")) == [
        "all-001.pdf",
        "all-002.pdf",
        "all-003.pdf",
    ]
    assert {name: files[name] for name in files if not name.startswith("all")} == {
        name: data for name, data in alone.items() if name != "all.pdf"
    }


@pytest.mark.parametrize(
    "error",
    [
        Refused("no", hint="do"),
        TrustListError("older", "it is older", hint="take the newer"),
        MissingExtra("scan", "pillow"),
    ],
)
def test_errors_cross_from_process_to_process_whole(error: QrcertError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.hint) == (type(error), str(error), error.hint)
    assert vars(again) == vars(error)


# --- stopped by somebody


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_who_stops_the_drawing_is_told_what_stands(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    from qrcert.cli.workers import stopped

    stopped(3, CLASS, lang)
    said = capsys.readouterr().err
    assert {"en": "8 are signed and in the register, 3 are drawn", "ru": "внесены в книгу 8, отпечатано 3"}[
        lang
    ] in said


# --- a cluster


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def cluster(folder: Path, count: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A real scheduler and real workers, each a process of its own, on the loopback interface."""
    address = f"tcp://127.0.0.1:{free_port()}"
    log = (folder / "cluster.log").open("wb")
    places = {"DASK_TEMPORARY_DIRECTORY": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    common = {"stdout": log, "stderr": log, "cwd": folder, "env": os.environ | places}
    port = address.rpartition(":")[2]
    said = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = subprocess.Popen([*said, "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **common)
    said = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
    running = [subprocess.Popen([*said, "--no-dashboard"], **common) for _ in range(count)]
    try:
        yield address, [*running, scheduler]
    finally:
        for process in (*running, scheduler):
            process.kill()
            process.wait()
        log.close()


def ready(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, timeout="60s", set_as_default=False) as client:
        client.wait_for_workers(count, timeout=90)


def test_a_cluster_loses_a_worker_and_nothing_else(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, alone = signed
    monkeypatch.setattr(act, "VOLUME", 1)
    with cluster(tmp_path) as (address, running):
        ready(address, 2)
        killed: list[int] = []

        def kill_one(step: str, done: int, total: int) -> None:
            if step == "draw" and done and not killed:
                killed.append(running[0].pid)
                os.kill(running[0].pid, getattr(signal, "SIGKILL", signal.SIGTERM))

        with workers(CLASS, jobs=None, cluster=address) as drawing:
            files = drawn(plan, recorded, tmp_path / "out", executor=drawing, progress=kill_one)
        assert killed
        assert running[0].wait(30) != 0
        assert {name: data for name, data in files.items() if not name.startswith("all")} == {
            name: data for name, data in alone.items() if name != "all.pdf"
        }


def test_a_scheduler_that_is_gone_is_told_and_the_same_command_goes_on(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, alone = signed
    monkeypatch.setattr(act, "VOLUME", 1)
    with cluster(tmp_path, 1) as (address, running):
        ready(address, 1)

        def kill(step: str, done: int, total: int) -> None:
            if (step, done) == ("draw", 1):
                running[-1].kill()

        with (
            pytest.raises(Refused, match="what was signed stands in the register") as caught,
            workers(CLASS, jobs=None, cluster=address) as drawing,
        ):
            drawn(plan, recorded, tmp_path / "out", executor=drawing, progress=kill)
    assert caught.value.hint
    monkeypatch.undo()
    assert drawn(plan, recorded, tmp_path / "again") == alone


class Cut:
    """A client of dask that never answers; ``status`` tells how its connection stands."""

    status = "running"

    def get_executor(self, *, pure: bool) -> Cut:
        assert not pure
        return self

    def submit(self, *_: object) -> Future[object]:
        return Future()


def test_what_dask_leaves_open_ends_with_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.cli.workers.LOOKING", 0.01)
    client = Cut()
    with _Watched(client) as executor:
        waiting = executor.submit(abs, 1)
        done = executor.submit(abs, 1)
        done.set_result(1)
        client.status = "closed"
        with pytest.raises(OSError, match="connection to the scheduler has ended"):
            waiting.result(60)
        assert done.result(0) == 1
        with pytest.raises(OSError, match="connection to the scheduler has ended"):
            executor.submit(abs, 1)


def test_a_worker_that_fails_at_the_same_pages_again_and_again_is_told(tmp_path: Path) -> None:
    with cluster(tmp_path, 4) as (address, _):
        ready(address, 4)

        def killing() -> None:
            with workers(CLASS, jobs=None, cluster=address) as drawing:
                assert drawing is not None
                drawing.submit(os._exit, 9).result(60)

        with pytest.raises(Refused, match="killed again and again at the same pages") as caught:
            killing()
    assert caught.value.hint


OURS = {"qrcert": __version__, "typst": version("typst")}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "no workers"),
        ({"tcp://a": {"qrcert": "0.0.1", "typst": OURS["typst"]}}, "qrcert 0.0.1, this computer has"),
        ({"tcp://a": {}}, "qrcert none, this computer has"),
        ({"tcp://a": OURS, "tcp://b": OURS | {"typst": "0.1"}}, "'tcp://b' has typst 0.1, this computer has"),
        ({"tcp://a": OURS | {"typst": "none"}}, "typst none, this computer has"),
    ],
)
def test_workers_of_another_release_are_refused(found: dict[str, dict[str, str]], said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        _require_release(found)
    assert caught.value.hint


def test_workers_of_this_release_are_taken() -> None:
    assert _release() == OURS
    _require_release({"tcp://a": OURS, "tcp://b": OURS})


class Lying(Executor):
    """An executor that gives back something else than it was asked for."""

    def __init__(self, change: Callable[[printing.Job, printing.Drawn], printing.Drawn]) -> None:
        self._change = change

    def submit(self, act: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(self._change(arguments[0], act(*arguments, **named)))
        return future


def _of_another(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """Pages of the same class in another order."""
    return printing.do_job(replace(job, papers=job.papers[1:] + job.papers[:1]))


def _without_one(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    return replace(drawn, files=drawn.files[:-1])


def _broken(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    return replace(drawn, files=(page.Cut(b"%PDF-1.7\n", b"", b""), *drawn.files[1:]))


def _all_broken(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    return replace(drawn, together=b"%PDF-1.7\n")


def _named_anew(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """Attachments that are called by another name."""
    first = drawn.files[0]
    tail = first.tail.replace(b"(certificate-", b"(xertificate-")
    head = first.head.replace(b"(certificate-", b"(xertificate-")
    return replace(drawn, files=(page.Cut(head, first.shared, tail), *drawn.files[1:]))


def _not_together(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    return replace(drawn, together=None)


def _in_another_order(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """All certificates, and each what it should be, but not in the order of the class."""
    return replace(drawn, files=drawn.files[::-1])


def _all_in_another_order(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    other = printing.do_job(replace(job, papers=job.papers[::-1]))
    return replace(drawn, together=other.together)


def _all_drawn_otherwise(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """A file of all with the right codes and texts under other heads."""
    papers = tuple((paper, replace(head, head="А. Б. Другой")) for paper, head in job.papers)
    return replace(drawn, together=printing.do_job(replace(job, papers=papers)).together)


def _all_shorter(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    other = printing.do_job(replace(job, papers=job.papers[1:], names=job.names[1:]))
    return replace(drawn, together=other.together)


def _two_pages(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """A file that carries what it should, and shows its page twice."""
    first = drawn.files[0]
    head = re.sub(rb"/Count 1/Kids\[(\d+ 0 R)\]", rb" /Kids[\1 \1]", first.head)
    assert len(head) == len(first.head) != 0
    assert head != first.head
    return replace(drawn, files=(first._replace(head=head), *drawn.files[1:]))


def _first_code_of_another(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
    """A first file that carries its own text, and shows the code of the second; a file of all that does so too."""
    honest = printing.Job.sheets

    def crossed(self: printing.Job) -> list[list[page.Sheet]]:
        sheets = honest(self)
        sheets[0] = [replace(sheets[0][0], symbol=sheets[1][0].symbol)]
        return sheets

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing.Job, "sheets", crossed)
        patch.setattr(printing, "_read_back", lambda *_: None)
        return printing.do_job(job)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_of_another, "other texts than those of the 1"),
        (_without_one, "other certificates than were asked for"),
        (_broken, "no PDF as it is written here"),
        (_all_broken, "no PDF as it is written here"),
        (_named_anew, "other texts than those of the 1"),
        (_not_together, "no file of all certificates"),
        (_in_another_order, "other texts than those of the 1"),
        (_all_in_another_order, "a file of all certificates that shows others than theirs"),
        (_all_drawn_otherwise, "a file of all certificates that shows others than theirs"),
        (_all_shorter, f"other texts than those of the {CLASS}"),
        (_two_pages, "has 2 pages and 1 attached files, expected 1 at most"),
        (_first_code_of_another, "its code reads back as"),
    ],
)
def test_what_another_process_drew_is_checked_before_it_is_handed_out(
    signed: Any, tmp_path: Path, change: Any, said: str
) -> None:
    plan, recorded, _ = signed
    with pytest.raises(Refused, match=said) as caught:
        drawn(plan, recorded, tmp_path / "out", executor=Lying(change))
    assert caught.value.hint
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[issue.Plan, Recorded]:
    """A class, signed, one of whom needs letters that the others do not."""
    folder = tmp_path_factory.mktemp("letters")
    rows = [pupil(0, family="Əliyev"), *(pupil(place) for place in range(1, 4))]
    plan = plan_of(write_json(folder / "class.json", rows), office_in(folder / "office"))
    return plan, sign(plan)


def _in_a_job(job: printing.Job, *places: int) -> bytes:
    """The file of all, of other certificates of a job than all of them in turn."""
    papers = tuple(job.papers[place] for place in places)
    sheets = [
        make_sheet(paper, letterhead=head, form=job.form, form_office=job.form_office)
        for paper, head in papers
    ]
    return page.draw(sheets, day=job.day, page=job.template, together=True)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (None, "no file of all certificates"),
        ((0, 3, 3, 3), "other texts than those of the 4"),
        ((0, 2, 1, 3), "its code reads back as"),
        ((0, 1, 2), "other texts than those of the 4"),
        ((0, 1, 2, 3, 3), "5 attached files, expected 4 at most"),
    ],
)
@pytest.mark.parametrize("name", ["certificate", "card"])
def test_a_file_of_all_that_shows_other_pages_than_asked_is_refused(
    two_runs: Any, tmp_path: Path, places: tuple[int, ...] | None, said: str, name: str
) -> None:
    def change(job: printing.Job, drawn: printing.Drawn) -> printing.Drawn:
        assert drawn.together is not None
        return replace(drawn, together=None if places is None else _in_a_job(job, *places))

    plan, recorded = two_runs
    with pytest.raises(Refused, match=said):
        issue.draw_and_check(
            plan, recorded, folder=tmp_path / "out", template=name, now=NOW, executor=Lying(change)
        )
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_processes_draw_who_needs_other_letters_as_one_process_does(two_runs: Any, tmp_path: Path) -> None:
    plan, recorded = two_runs
    alone = drawn(plan, recorded, tmp_path / "alone")
    assert drawn(plan, recorded, tmp_path / "out", executor=Lying(lambda _, made: made)) == alone


def test_workers_say_nothing_of_how_files_are_named() -> None:
    assert [one.name for one in fields(printing.Drawn)] == ["files", "together", "apart"]


def test_a_file_that_cannot_be_cut_leaves_no_file_behind(
    signed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, recorded, _ = signed
    cut, done = page.Run.cut, []

    def fail_late(run: page.Run, leaf: page.Leaf) -> page.Cut:
        done.append(leaf)
        if len(done) == CLASS:
            raise Refused("a page of it cannot be cut out")
        return cut(run, leaf)

    monkeypatch.setattr(page.Run, "cut", fail_late)
    with pytest.raises(Refused, match="cannot be cut out"):
        drawn(plan, recorded, tmp_path / "out")
    assert len(done) == CLASS
    assert not (tmp_path / "out").exists()


def test_files_share_their_fonts_on_their_way_from_another_process(signed: Any) -> None:
    plan, recorded, _ = signed
    papers = [(act.paper_of(one, test=False), plan.office.letterhead) for one in recorded.entries[:3]]
    names = [one.number for one in recorded.entries[:3]]
    (job,) = act._jobs(plan, papers, names, page.built_in("certificate"))
    made = printing.do_job(job)
    sent = pickle.dumps(made)
    assert len(sent) < 1.5 * len(made.files[0].shared) + len(made.together or b"")
    assert len({id(cut.shared) for cut in pickle.loads(sent).files}) == 1


def test_no_private_key_is_in_what_workers_get(signed: Any) -> None:
    plan, recorded, _ = signed
    jobs = act._jobs(plan, [], [], page.built_in("certificate"))
    assert list(jobs) == []
    papers = [(act.paper_of(one, test=False), plan.office.letterhead) for one in recorded.entries]
    names = [one.number for one in recorded.entries]
    for job in act._jobs(plan, papers, names, page.built_in("certificate")):
        data = pickle.dumps(job)
        secret = offices.school.KEY._private.private_bytes_raw()  # type: ignore[union-attr]
        for spelled in (secret, secret.hex().encode(), base64.b64encode(secret), b"PRIVATE"):
            assert spelled not in data


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_cluster_that_does_not_answer_is_told(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.cli.workers.PATIENCE", "1s")
    with (
        pytest.raises(Refused, match="no cluster answers at") as caught,
        workers(CLASS, jobs=None, cluster=f"tcp://127.0.0.1:{free_port()}"),
    ):
        pass
    assert caught.value.hint


def test_a_bar_tells_how_many_a_second_are_through(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bar = screen.Progress("en")
    assert bar._rate(0) is None
    now[0] += 4
    assert bar._rate(6) == "1.5/s"


@pytest.mark.parametrize(("language", "label"), [("en", "drawing"), ("ru", "печать")])
def test_a_bar_that_appears_late_counts_what_was_done_before(
    language: str, label: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with screen.Progress(language) as bar:
        bar.update("sign", 7, 9)
        assert (bar.done("sign"), bar.done("draw")) == (7, 0)
        for done in range(1, 11):
            now[0] += screen._LONG / 4
            bar.update("draw", done, 10)
            shown = bar._bar
            assert (shown is None) == (done < 6)
            if shown is not None:
                assert (shown.pos, shown.finished) == (done, done == 10)
        assert bar.done("draw") == 10
    said = capsys.readouterr().err
    assert label in said
    assert "подписание" not in said
    assert "signing" not in said


# --- two offices in one folder


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    from qrcert import files

    first = files._begun(tmp_path / "all.pdf")
    second = files._begun(tmp_path / "all.pdf")
    assert first.name != second.name
    files.remove_leftovers(tmp_path)
    assert sorted(map(str, tmp_path.iterdir())) == sorted((first.name, second.name))
    first.close()
    second.close()
    (tmp_path / "a school's own.part").touch()
    files.remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a school's own.part"]
    files.write_file(tmp_path / "all.pdf", b"%PDF")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a school's own.part", "all.pdf"]
