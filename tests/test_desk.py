"""The desk for many papers: the report, what it points out, processes that are lost, runs that were stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from datetime import datetime
from datetime import time as clock
from pathlib import Path
from types import FrameType
from typing import Any

import openpyxl
import pytest

import crew
import papers
import school
import terminal
import worlds
from qrcert import cbor, checking, scan
from qrcert.cli import screen
from qrcert.cli.desk import cases, journal, pool, work, workbook
from qrcert.encode import sign_certificate
from qrcert.errors import MissingExtra, QrcertError, Refused, TooBig, Unreadable
from qrcert.form import shipped_forms
from qrcert.form.alphabet import Alphabet
from test_decode import claims, resigned

NOW = datetime.combine(school.NOW, clock(12)).astimezone()
FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(screen, "now", lambda: NOW)
    monkeypatch.chdir(tmp_path)
    Path("pile").mkdir()
    Path("list.qct").write_bytes(school.publish_bytes(school.contents()))


def report(*more: str, **options: Any) -> terminal.Run:
    line = ("verify", "pile", "--trust", "list.qct", "--home", "lists", "--report", "out.xlsx", *more)
    return terminal.run(*line, **options)


def rows(sheet: int = 0) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook("out.xlsx").worksheets[sheet].iter_rows(values_only=True))


def lay(name: str, text: str) -> None:
    Path("pile", name).write_text(text + "\n", encoding="utf-8")


def terms(*, language: str = "en", **changes: Any) -> work.Terms:
    return work.Terms(
        (Path("list.qct"),), Path("lists"), changes.get("now", NOW), None, None, scan.SECONDS, language
    )


# --- the report


def test_a_row_a_certificate_and_a_summary() -> None:
    lay("a.txt", school.text())
    lay("b.txt", worlds.tampered(school.text("participation")))
    lay("c.txt", "nothing")
    Path("pile/d.pdf").write_bytes(papers.paper("participation"))
    Path("pile/e.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = report("--lang", "en")
    assert done.status == 1
    assert done.lines == [
        "[+] GENUINE: 2",
        "[X] ALTERED: 1",
        "[?] CANNOT TELL: 1",
        "files that are no picture, PDF or text with a code, passed over: 1",
        "written: out.xlsx",
    ]
    head, *table = rows()
    assert head[:8] == (
        "No.",
        "Answer",
        "What it means",
        "Take note",
        "School",
        "Holder",
        "Number",
        "Certificate",
    )
    found = [dict(zip(head, row, strict=True)) for row in table]
    assert [(one["Answer"], one["Number"], one["File"], one["Page"], one["Code"]) for one in found] == [
        ("[+] GENUINE", "07724000123456", "pile/a.txt", None, "genuine"),
        ("[X] ALTERED", None, "pile/b.txt", None, "altered"),
        ("[+] GENUINE", "2026-117", "pile/d.pdf", 1, "genuine"),
        ("[?] CANNOT TELL", None, "pile/e.png", None, "unreadable file"),
    ]
    first = found[0]
    assert first["Holder"] == "Константинопольская Александра Владимировна"
    assert first["School"] == "School No. 7"
    assert first["Issued"] == datetime(2026, 6, 25)
    assert first["Marks"].startswith("Russian language: 5 (excellent); Literature: 5 (excellent)")
    assert (first["List of"], first["List No."], first["List day"]) == (
        "Test authority",
        3,
        datetime(2026, 10, 24),
    )
    assert "damaged picture" in found[3]["What it means"]
    summary = dict(rows(1))
    assert (summary["Files looked at"], summary["Answers"]) == (5, 4)
    assert summary["    [X] ALTERED (altered)"] == 1
    assert not Path("out.xlsx.journal").exists()


def test_the_sheet_is_fit_to_work_with() -> None:
    lay("a.txt", school.text())
    lay("b.txt", worlds.tampered(school.text("participation")))
    assert report("--lang", "ru").status == 1
    sheet = openpyxl.load_workbook("out.xlsx").worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Документы", "C2", "A1:Q3")
    assert (sheet["B2"].value, sheet["B3"].value) == ("[+] ПОДЛИННЫЙ", "[X] ИЗМЕНЁН")
    fills = {sheet[place].fill.fgColor.rgb for place in ("B1", "B2", "B3")}
    assert len(fills) == 3
    assert sheet.column_dimensions["C"].width > 40
    assert sheet["J2"].number_format == "yyyy-mm-dd"


def test_no_text_becomes_a_formula() -> None:
    letters = Alphabet(tomllib.loads(shipped_forms()["participation"])["letters"])
    lay("a.txt", resigned(cbor.encode(claims(l1=letters.pack(FORMULA), l2=letters.pack("+1"), m2="@SUM(1)"))))
    lay(f"{FORMULA.replace('/', '-')}.txt", school.text())
    lay("-cmd.txt", school.text())
    assert report().status == 0
    sheet = openpyxl.load_workbook("out.xlsx").worksheets[0]
    texts = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
    assert any(cell.value == FORMULA for cell in texts)
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_foreign_texts_are_escaped_and_cut(tmp_path: Path) -> None:
    answer = work.Answer([{"source": "a\n\x1b\x00\u202e" + "x" * 40_000, "page": None}], [], 0)
    assert cases.place(answer).isprintable()
    lay("a\x1b\n[+] GENUINE.txt", school.text())
    assert report().status == 0
    assert rows()[1][14] == "pile/a⟨U+001B⟩⟨U+000A⟩[+] GENUINE.txt"


def test_the_same_certificate_twice_and_one_number_under_two_names_are_pointed_out() -> None:
    values = dict(school.certificate("participation").values)
    other = worlds.certificate_text(values=values | {"name": "Иванова Анна"})
    lay("a.txt", school.text("participation"))
    lay("b.txt", school.text("participation"))
    lay("c.txt", other)
    done = report("--lang", "en")
    assert done.status == 0
    assert "answers to a certificate that is there again: 2" in done.lines
    assert "answers to a number under several names: 3" in done.lines
    notes = [row[3] for row in rows()[1:]]
    holder = rows()[1][5]
    assert notes == [
        "The same certificate: pile/b.txt\nThe same number under another name: Иванова Анна (pile/c.txt)",
        "The same certificate: pile/a.txt\nThe same number under another name: Иванова Анна (pile/c.txt)",
        f"The same number under another name: {holder} (pile/a.txt)",
    ]
    assert "Тот же документ: pile/b.txt" in cases.said(cases.Case(("pile/b.txt",), 1), "ru")


def test_many_places_are_not_all_named() -> None:
    (line,) = cases.said(cases.Case(("0.pdf", "1.pdf", "2.pdf"), 9), "en")
    assert line == "The same certificate: 0.pdf; 1.pdf; 2.pdf, +6"


def copies_of_one(count: int) -> list[work.Answer]:
    """Answers to one certificate, scanned again and again, of which every second is on another name."""
    return [
        work.Answer(
            [{"source": f"{at}.pdf", "page": None, "part": 1 + at % 2}],
            [],
            0,
            certificate=f"certificate {at % 2}",
            paper="paper",
            holder=f"holder {at}",
        )
        for at in range(count)
    ]


def steps_of(answers: list[work.Answer]) -> tuple[list[cases.Case], int]:
    """The cases of answers, and how many steps of the interpreter they took in that module."""
    steps = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        if frame.f_code.co_filename != cases.__file__:
            return None
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        return cases.cases(answers), steps
    finally:
        sys.settrace(before)


def test_copies_of_one_certificate_cost_no_more_than_other_papers() -> None:
    spent = []
    for count in (200, 800):
        found, steps = steps_of(copies_of_one(count))
        spent.append(steps)
        assert (found[0].same, found[0].copies) == (("2.pdf", "4.pdf", "6.pdf"), count // 2 - 1)
        assert (found[8].same, len(found[-1].names)) == (("0.pdf", "2.pdf", "4.pdf"), cases.NAMED)
        assert found[0].parts == {1: "0.pdf", 2: "1.pdf"}
    assert 0 < spent[1] < 5 * spent[0]  # four times the work; sixteen times were it quadratic


def test_parts_in_two_files_are_told_of_each_other() -> None:
    for part, name in ((1, "title.txt"), (2, "supplement.txt")):
        lay(name, part_text(part))
    lay("alone.txt", part_text(1, number="07724000999999"))
    assert report("--lang", "en").status == 0
    names = school.form("ru.attestat.9").parts
    title, supplement = (one.in_language("en") for one in names)
    assert [row[3] for row in rows()[1:]] == [
        f"To it belongs: {supplement}",
        f"To it belongs: {title} (pile/title.txt)",
        f"To it belongs: {supplement} (pile/supplement.txt)",
    ]
    assert report("--lang", "ru").status == 0
    assert rows()[1][3] == f"К документу относится ещё: {names[1].in_language('ru')}"


def part_text(part: int, **changes: Any) -> str:
    """The code of one part of the ninth class's attestat."""
    form = school.form("ru.attestat.9")
    fields = {field.name: field.part for field in form.fields}
    sample = school.certificate("ru.attestat.9", **changes)
    values = {name: value for name, value in sample.values.items() if fields[name] in (None, part)}
    return sign_certificate(replace(sample, part=part, values=values), key=school.KEY)


def test_a_report_goes_alone_and_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    lay("a.txt", school.text())
    done = report("--json", "--lang", "en")
    assert done.errors[0] == "qrcert: error: --report goes neither with --json nor with -o"
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra):
        workbook.require_openpyxl()
    done = report("--lang", "en")
    assert (done.status, done.errors[1]) == (2, 'qrcert: hint: pip install "qrcert[report]"')
    assert not Path("out.xlsx.journal").exists()


def test_a_report_that_cannot_be_written_keeps_what_is_done() -> None:
    lay("a.txt", school.text())
    Path("out.xlsx").mkdir()
    done = terminal.run(
        "verify", "pile", "--trust", "list.qct", "--home", "lists", "--report", "none/out.xlsx"
    )
    assert done.status == 2
    assert done.errors[0] == "qrcert: error: there is no folder 'none' for 'out.xlsx'"
    line = ("verify", "pile", "--trust", "list.qct", "--home", "lists", "--report", "out.txt")
    done = terminal.run(*line, "--lang", "en")
    assert (done.status, done.errors[0]) == (
        2,
        "qrcert: error: a report is an Excel file, so its name ends in .xlsx, found 'out.txt'",
    )
    assert not Path("out.txt").exists()


# --- a run that was stopped


def test_a_stopped_run_goes_on_and_looks_at_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(4):
        lay(f"{at}.txt", worlds.certificate_text(number=f"N-{at}"))
    write = journal.Journal.write
    written: list[str | None] = []

    def stopped(self: journal.Journal, task: work.Task, outcome: work.Outcome) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(task.path)
        write(self, task, outcome)

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "write", stopped)
        assert report().status == 2
    assert Path("out.xlsx.journal").exists()
    assert not Path("out.xlsx").exists()
    with Path("out.xlsx.journal").open("a") as file:
        file.write('{"path": "pile/2.txt", "outc')  # the line at which it was killed
    looked: list[str | None] = []
    check = work.Bench.check

    def counted(self: work.Bench, task: work.Task, **more: Any) -> work.Outcome:
        looked.append(task.path)
        return check(self, task, **more)

    monkeypatch.setattr(work.Bench, "check", counted)
    done = report("--lang", "en")
    assert done.errors == ["going on with a run that was stopped; done before: 2"]
    assert looked == ["pile/2.txt", "pile/3.txt"]
    assert [row[6] for row in rows()[1:]] == ["N-0", "N-1", "N-2", "N-3"]
    assert not Path("out.xlsx.journal").exists()


def kept(**changes: Any) -> journal.Journal:
    """A journal after an earlier run of ``terms()`` over one file, opened for a run of other terms."""
    bench = work.Bench(terms())
    lay("a.txt", school.text())
    task = work.Task("pile/a.txt", in_folder=True)
    first = journal.Journal(Path("out.xlsx"), terms(), bench.lists, secret=bytes(32))
    first.open()
    first.write(task, bench.check(task, sealed=True))
    first.close(finished=False)
    new = terms(**changes)
    again = journal.Journal(Path("out.xlsx"), new, work.Bench(new).lists, secret=bytes(32))
    again.open()
    return again


def test_only_the_same_file_by_the_same_lists_on_the_same_day_counts_as_done() -> None:
    task = work.Task("pile/a.txt", in_folder=True)
    again = kept()
    assert again.done == 1
    assert again.known(task) == work.Bench(terms()).check(task, sealed=True)
    status = Path("pile/a.txt").stat()
    lay("a.txt", school.text()[:-2] + "AA")
    os.utime("pile/a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert again.known(task) is None
    again.close(finished=False)
    for change in ({"language": "ru"}, {"now": NOW.replace(year=2027)}):
        other = kept(**change)
        assert other.done == 0
        other.close(finished=False)
    kept().close(finished=False)
    Path("list.qct").write_bytes(school.publish_bytes(school.contents(version=4)))
    newer = journal.Journal(Path("out.xlsx"), terms(), work.Bench(terms()).lists, secret=bytes(32))
    newer.open()
    assert newer.done == 0
    newer.close(finished=False)
    Path("out.xlsx.journal").write_text("[]")
    fresh = journal.Journal(Path("out.xlsx"), terms(), (), secret=bytes(32))
    fresh.open()
    assert fresh.done == 0
    fresh.close(finished=True)


@pytest.mark.parametrize(
    "trouble",
    [
        MissingExtra("scan", "pillow"),
        TooBig("the file takes longer than 1.5 s"),
        Unreadable("no network drive"),
    ],
)
def test_what_went_wrong_in_a_stopped_run_is_tried_again(
    trouble: QrcertError, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay("a.txt", school.text())
    Path("pile/b.pdf").write_bytes(papers.paper("participation"))
    lay("c.txt", school.text("participation"))

    def failing(*_: Any, **__: Any) -> Any:
        raise trouble

    def full(*_: Any) -> None:
        raise Refused("cannot write 'out.xlsx': the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(checking, "check_source", failing_for("b.pdf", failing))
        patch.setattr(workbook, "write_report", full)
        assert report("--lang", "en").status == 2
    done = report("--lang", "en")
    assert done.errors == ["going on with a run that was stopped; done before: 2"]
    assert done.lines[0] == "[+] GENUINE: 3"
    assert [row[14] for row in rows()[1:]] == ["pile/a.txt", "pile/b.pdf", "pile/c.txt"]


def failing_for(name: str, failing: Any) -> Any:
    """`checking.check_source`, but for one file."""
    check = checking.check_source

    def checked(path: Path, *rest: Any, **more: Any) -> checking.Checked:
        return failing() if path.name == name else check(path, *rest, **more)  # type: ignore[no-any-return]

    return checked


def test_only_answers_that_last_are_kept() -> None:
    request = work.Bench(terms())._request
    late = checking.unread("a.pdf", request, TooBig("page 3 of the PDF takes longer than 1.5 s"))
    damaged = checking.unread("a.pdf", request, Unreadable("a damaged PDF"))
    outcomes = [work.Outcome([work.Answer([], [], 2, passing=one.passing)]) for one in (late, damaged)]
    assert [one.lasting for one in outcomes] == [False, True]
    assert not work.Outcome(errors=[("lost", None)]).lasting
    assert work.Outcome(passed_over=1).lasting


def test_a_library_that_was_installed_meanwhile_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept().close(finished=False)
    monkeypatch.setattr(journal.metadata, "version", lambda name: "99")
    newer = journal.Journal(Path("out.xlsx"), terms(), work.Bench(terms()).lists, secret=bytes(32))
    newer.open()
    assert newer.done == 0
    newer.close(finished=True)


def test_a_journal_that_somebody_else_wrote_is_not_believed() -> None:
    kept().close(finished=False)
    forged = journal.Journal(Path("out.xlsx"), terms(), work.Bench(terms()).lists, secret=b"\1" * 32)
    forged.open()
    assert forged.done == 0
    forged.close(finished=True)
    home = Path("lists")
    own = journal.secret_of(home)
    assert (journal.secret_of(home), len(own)) == (own, 32)
    assert (home / journal.KEY_FILE).stat().st_mode & 0o077 == 0
    assert journal.secret_of(Path("list.qct")) != journal.secret_of(Path("list.qct"))


def test_a_certificate_with_a_part_has_its_row() -> None:
    whole = school.certificate()
    shared = {name: whole.values[name] for name in whole.values if name != "marks"}
    lay("a.txt", sign_certificate(replace(whole, part=1, values=shared), key=school.KEY))
    assert report("--lang", "en").status in (0, 2)
    assert any(1 in row[5:] for row in rows())


def test_a_killed_run_goes_on() -> None:
    for at in range(90):
        Path(f"pile/{at:02}.pdf").write_bytes(papers.paper("participation") + b"\n" * at)
    line = [sys.executable, "-m", "qrcert", "verify", "pile", "--trust", "list.qct", "--home", "lists"]
    line += ["--report", "out.xlsx", "--at", str(school.NOW), "--lang", "en", "--jobs", "2"]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    kept = Path("out.xlsx.journal")
    end = time.monotonic() + 60
    while time.monotonic() < end and not (kept.exists() and kept.read_bytes().count(b"\n") > 3):
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert not Path("out.xlsx").exists()
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[:50]) == (
        0,
        "going on with a run that was stopped; done before:"[:50],
    )
    assert len(rows()) == 91
    assert not kept.exists()


# --- processes


def test_a_file_that_is_named_itself_is_not_done_by_a_run_over_its_folder() -> None:
    lay("a.txt", "no code at all")
    both = [work.Task("pile/a.txt", in_folder=held) for held in (True, False)]
    bench, secret = work.Bench(terms()), bytes(32)
    first = journal.Journal(Path("out.xlsx"), terms(), bench.lists, secret=secret)
    first.open()
    first.write(both[0], bench.check(both[0], sealed=True))
    first.close(finished=False)
    again = journal.Journal(Path("out.xlsx"), terms(), bench.lists, secret=secret)
    again.open()
    assert again.known(both[1]) is None
    for task in both:
        again.write(task, bench.check(task, sealed=True))
    again.close(finished=False)
    third = journal.Journal(Path("out.xlsx"), terms(), bench.lists, secret=secret)
    third.open()
    for task in both:
        assert third.known(task) == bench.check(task, sealed=True)
    third.close(finished=True)


def test_outcomes_go_through_json_unchanged() -> None:
    lay("a.txt", school.text())
    outcome = work.Bench(terms()).check(work.Task("pile/a.txt", in_folder=True), sealed=True)
    assert work.Outcome.from_data(json.loads(json.dumps(outcome.as_data()))) == outcome
    assert outcome.seal == work.seal_of("pile/a.txt")
    for path in ("pile", "none", "/dev/zero", "a\0b"):
        assert work.seal_of(path) is None


def test_several_processes_say_the_same_as_one_in_order() -> None:
    for at in range(6):
        lay(f"{at}.txt", worlds.certificate_text(number=f"N-{at}"))
    lay("x.txt", "nothing")
    tasks = [work.Task(f"pile/{name}.txt", in_folder=True) for name in (*range(6), "x")]
    tasks.append(work.Task("pile/none.txt"))
    bench = work.Bench(terms())
    alone = list(pool.outcomes(tasks, bench, terms(), jobs=1, sealed=False))
    assert list(pool.outcomes(tasks, bench, terms(), jobs=2, sealed=False)) == alone
    assert alone[-1].errors[0][0] == "no file or folder 'pile/none.txt'"


def test_a_file_at_which_its_process_dies_or_hangs_costs_only_itself() -> None:
    names = ["1", "dies", "2", "hangs", "3", "4"]
    for name in names:
        lay(f"{name}.txt", worlds.certificate_text(number=f"N-{name}"))
    tasks = [work.Task(f"pile/{name}.txt", in_folder=True) for name in names]
    found = list(
        pool.over_processes(tasks, jobs=2, terms=terms(), sealed=False, patience=2, make=crew.BadBench)
    )
    said = [one.answers[0].data[0]["number"] if one.answers else one.errors[0][0] for one in found]
    assert said == [
        "N-1",
        "'pile/dies.txt': the process that read this file broke off",
        "N-2",
        "'pile/hangs.txt': the process that read this file broke off",
        "N-3",
        "N-4",
    ]


def test_as_many_processes_as_are_of_use() -> None:
    many = [work.Task(f"{at}.pdf", in_folder=True) for at in range(1_000)]
    assert pool.jobs_for(many[:3], None) == 1
    assert pool.jobs_for(many, None) == min(os.cpu_count() or 1, 1_000)
    assert pool.jobs_for(many[:3], 8) == 3
    assert pool.jobs_for([], 8) == 1
    assert pool.jobs_for([*many, work.Task(None, in_folder=False)], 8) == 1


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    again = kept()

    class Full:
        def write(self, _: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    again.close(finished=False)
    monkeypatch.setattr(again, "_file", Full())
    with pytest.raises(Refused, match="No space left on device"):
        again.write(work.Task("pile/a.txt"), work.Outcome())
    again.close(finished=False)


def test_a_person_sees_rate_and_time_left() -> None:
    for at in range(3):
        lay(f"{at}.txt", worlds.certificate_text(number=f"N-{at}"))
    said = report("--lang", "en", terminal=True).err
    assert "checking" in said
    assert "3/3" in said
    assert "100%" in said
    assert "files/s" in said
