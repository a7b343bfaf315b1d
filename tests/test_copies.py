"""``qrcert reprint`` and ``recover``: the same certificate once more, on paper or in the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import desk
import offices
import school
import terminal
from offices import issued, office_in, pupil, sample_row, shipped, write_json
from qrcert import issue
from qrcert.encode import sign_certificate
from qrcert.errors import Refused, Unreadable
from qrcert.issue import Issued, Office
from qrcert.register import Register
from qrcert.symbol import Symbol

OFFICE = ("--office", "school")
PASS = ("--passphrase-file", "pass.txt")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with two papers issued."""
    folder = desk.make(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch, desk.at_noon():
        patch.chdir(folder)
        line = ("issue", "class.json", "--form", "participation", "--yes", "--out", "out", *OFFICE, *PASS)
        done = terminal.run(*line)
        assert done.status == 0, done.err
    return folder


@pytest.fixture
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    desk.copy(master, tmp_path)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


@pytest.fixture
def made(tmp_path: Path) -> Issued:
    return issued(write_json(tmp_path / "class.json", [pupil(1), pupil(2)]), office_in(tmp_path / "office"))


def again(office: Office, number: str, out: Path, form: str = school.ATTESTAT) -> Path:
    entries = issue.find_papers(office, number)
    kind = shipped(form)
    (path,) = issue.reprint(
        office,
        entries,
        form=kind.form,
        form_office=kind.office,
        folder=out,
        template="certificate",
        now=offices.NOW,
    )
    return path


# --- reprint


def test_a_reprint_is_the_very_file_whatever_the_settings_are_by_then(made: Issued, tmp_path: Path) -> None:
    office = office_in(tmp_path / "office", head="Another Head")
    changed = replace(office, heading="NEW HEADING", post="Principal")
    path = again(changed, made.entries[0].number, tmp_path / "again")
    assert path.name == made.files[0].name
    assert path.read_bytes() == made.files[0].read_bytes()
    with office.open_register() as register:
        assert register.audit_check().faults == ()


def test_what_the_list_withdrew_is_not_printed_again(made: Issued, tmp_path: Path) -> None:
    office = office_in(tmp_path / "office", list_qct=school.publish_bytes(school.contents(keys=())))
    with pytest.raises(Refused, match="but it verifies as unknown_school"):
        again(office, made.entries[0].number, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_reprint_needs_the_form_it_was_issued_with(made: Issued, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="was issued with another form or edition"):
        again(office_in(tmp_path / "office"), made.entries[0].number, tmp_path / "again", "participation")


@pytest.mark.usefixtures("_desk")
def test_the_command_prints_again_without_a_passphrase() -> None:
    done = terminal.run("reprint", "P-1", *OFFICE)
    assert (done.status, done.err) == (0, "")
    page = Path("school/issued/reprint-P-1/P-1.pdf")
    assert done.lines == ["No. P-1, Абрамова Вера, 2026-11-23, participation", f"written: {page}"]
    assert page.read_bytes() == Path("out/P-1.pdf").read_bytes()
    missing = terminal.run("reprint", "P-9", *OFFICE, "--lang", "ru")
    assert missing.errors[0] == "qrcert: error: № 'P-9' в книге нет"


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("page", ["insert", "card"])
def test_a_small_paper_is_printed_again_as_one(page: str) -> None:
    desk.write_class("small.json", {**desk.PUPILS[0], "number": "S-1"})
    line = ("issue", "small.json", "--form", "participation", "--yes", *OFFICE, *PASS)
    for more in (["--page", page], []):
        assert terminal.run(*line, *more, "--out", f"small{len(more)}").status == 0
    assert terminal.run("reprint", "S-1", *OFFICE, "--out", "again").status == 0
    first = Path("small2/S-1.pdf").read_bytes()
    assert Path("small0/S-1.pdf").read_bytes() == Path("again/S-1.pdf").read_bytes() == first


@pytest.mark.usefixtures("_desk")
def test_a_withdrawn_paper_is_not_printed_again() -> None:
    assert terminal.run("withdraw", "P-1", "--yes", *OFFICE, *PASS).status == 0
    done = terminal.run("reprint", "P-1", *OFFICE)
    assert done.status == 2
    assert done.errors == [
        "qrcert: error: No. 'P-1' is withdrawn: only a live one can be printed or replaced"
    ]


# --- a batch that was broken off


def broken_off() -> None:
    """Sign a class as a program does that is killed before its pages, then change its list."""
    desk.write_class(
        "later.json", *({**one, "number": f"L-{place}"} for place, one in enumerate(desk.PUPILS))
    )
    line = ("issue", "later.json", "--form", "participation", "--yes", "--no-pages", *OFFICE, *PASS)
    assert terminal.run(*line).status == 0
    desk.write_class("later.json", {**desk.PUPILS[0], "number": "L-9"})


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_batch_that_was_broken_off_is_told_and_can_be_finished_without_its_list(lang: str) -> None:
    broken_off()
    told = {
        "en": "batch 2 (2026-11-23, later.json: 2) is signed, but its pages were not finished: "
        "qrcert reprint --batch 2",
        "ru": "партия 2 (2026-11-23, later.json: 2) подписана, но не допечатана: qrcert reprint --batch 2",
    }[lang]
    line = ("issue", "later.json", "--form", "participation", "--yes", "--out", "next", *OFFICE, *PASS)
    done = terminal.run(*line, "--lang", lang)
    assert (done.status, done.errors) == (0, [told])
    assert terminal.run("register", "list", *OFFICE, "--lang", lang).errors[1:] == [told]
    assert terminal.run("office", "leaves", *OFFICE, *PASS, "--lang", lang).errors == [told]
    assert terminal.run("void", "L-0", "--yes", *OFFICE, *PASS).status == 0
    done = terminal.run("reprint", "--batch", "2", *OFFICE, "--lang", lang)
    assert (done.status, done.err) == (0, "")
    assert sorted(file.name for file in Path("school/issued/batch-2").iterdir()) == [
        "L-1.pdf",
        "manifest-2.json",
    ]
    assert terminal.run("register", "list", *OFFICE).errors == ["5 certificates"]
    assert terminal.run("register", "audit", "school/issued/batch-2/manifest-2.json", *OFFICE).status == 0


@pytest.mark.usefixtures("_desk")
def test_a_batch_of_which_nothing_is_live_is_only_finished() -> None:
    broken_off()
    for number in ("L-0", "L-1"):
        assert terminal.run("void", number, "--yes", *OFFICE, *PASS).status == 0
    done = terminal.run("reprint", "--batch", "2", *OFFICE, "--lang", "en")
    assert done.lines == ["batch 2 is finished, certificates printed: 0"]
    assert terminal.run("register", "list", *OFFICE).errors == ["4 certificates"]
    for line, said in (
        (["--batch", "9"], "no batch 9 in the register"),
        ([], "name a number, or a batch with --batch N: one of both"),
        (["P-1", "--batch", "2"], "name a number, or a batch with --batch N: one of both"),
    ):
        done = terminal.run("reprint", *line, *OFFICE, "--lang", "en")
        assert (done.status, said in done.err) == (2, True)


@pytest.mark.usefixtures("_desk")
def test_many_batches_that_were_broken_off_are_told_in_short() -> None:
    for place in range(7):
        desk.write_class("one.json", {**desk.PUPILS[0], "number": f"M-{place}"})
        line = ("issue", "one.json", "--form", "participation", "--yes", "--no-pages", *OFFICE, *PASS)
        assert terminal.run(*line).status == 0
    told = terminal.run("register", "list", *OFFICE, "--lang", "en").errors
    assert [line.split()[1] for line in told[1:6]] == ["4", "5", "6", "7", "8"]
    assert told[6:] == ["and 2 older ones: qrcert register show"]


# --- recover


def burned(office: Office) -> Office:
    (office.folder / "register.db").unlink()
    Register.open(office.folder / "register.db", create=True).close()
    return office


@pytest.mark.parametrize("name", ["ru.attestat.11", "ib.diploma", "school.leaving"])
def test_a_paper_brings_its_row_back(tmp_path: Path, name: str) -> None:
    before = issued(
        write_json(tmp_path / "class.json", sample_row(name)), office_in(tmp_path / "office"), shipped(name)
    )
    office = burned(office_in(tmp_path / "office"))
    found = issue.read_recoveries(office, before.files[0], now=offices.NOW)
    (entry,) = issue.recover(office, found, source="photo.jpg", now=offices.NOW)
    (lost,) = before.entries
    for fact in (
        "signed",
        "digest",
        "contents",
        "number",
        "issued",
        "holder",
        "form",
        "form_id",
        "kid",
        "part",
    ):
        assert getattr(entry, fact) == getattr(lost, fact), fact
    assert (entry.status, entry.office) == ("live", {})
    assert issue.recover(office, found, source="photo.jpg", now=offices.NOW) == (entry,)
    with office.open_register() as register:
        assert register.audit_check().faults == ()


def test_what_stands_in_the_register_is_left_as_it_is(tmp_path: Path) -> None:
    source = write_json(tmp_path / "class.json", [pupil(1, order="№ 84-у", snils="112-233-445 95")])
    before = issued(source, office_in(tmp_path / "office"))
    office = office_in(tmp_path / "office")
    found = issue.read_recoveries(office, before.files[0], now=offices.NOW)
    assert issue.recover(office, found, source="photo.jpg", now=offices.NOW) == before.entries
    assert offices.entries(office) == before.entries


def test_a_duplicate_is_issued_from_what_was_recovered(made: Issued, tmp_path: Path) -> None:
    office = burned(office_in(tmp_path / "office"))
    found = issue.read_recoveries(office, made.files[0], now=offices.NOW)
    (entry,) = issue.recover(office, found, source="photo.jpg", now=offices.NOW)
    kind = shipped()
    path = issue.write_duplicate(office, [entry], kind.form)
    sheet = openpyxl.load_workbook(path).active
    assert {cell.data_type for row in sheet for cell in row} == {"s"}
    day = offices.later(30)
    planned = issue.prepare_replacement(
        path, [entry], office=office, form=kind.form, form_office=kind.office, today=day.date()
    )
    (row,) = planned.plan.rows
    assert (row.number, row.holder) == (entry.number, entry.holder)
    assert row.values["duplicate"]
    assert row.values["marks"]


def test_only_a_genuine_paper_of_this_school_comes_back(tmp_path: Path) -> None:
    office = office_in(tmp_path / "office")
    picture = tmp_path / "paper.png"
    stranger = sign_certificate(school.certificate(), key=school.key_of("a stranger"))
    picture.write_bytes(Symbol(stranger).png(4))
    with pytest.raises(Refused, match="only a genuine paper can be brought back, this one is unknown_school"):
        issue.read_recoveries(office, picture, now=offices.NOW)
    picture.write_bytes(Symbol("HTTPS://EXAMPLE.ORG").png(4))
    with pytest.raises(Unreadable, match="no certificate's code was read"):
        issue.read_recoveries(office, picture, now=offices.NOW)


@pytest.mark.usefixtures("_desk")
def test_a_paper_that_was_replaced_or_taken_back_is_not_called_recovered() -> None:
    line = ("replace", "P-1", "--set", "name=Новикова Вера", "--kind", "right", "--yes", *OFFICE, *PASS)
    assert terminal.run(*line).status == 0
    assert terminal.run("void", "P-2", "--yes", *OFFICE, *PASS).status == 0
    said = {
        "en": "No. {} stands in the register already: {} since 2026-11-23, and stays so",
        "ru": "№ {} уже есть в книге: {} 2026-11-23; это не изменилось",
    }
    states = {"en": ("replaced", "void"), "ru": ("заменён", "погашен")}
    for lang in ("en", "ru"):
        for number, state in zip(("P-1", "P-2"), states[lang], strict=True):
            done = terminal.run("recover", f"out/{number}.pdf", "--yes", *OFFICE, "--lang", lang)
            assert (done.status, done.err) == (0, "")
            assert done.lines[1:] == [said[lang].format(number, state)]
    assert not Path("school/recovered").exists()


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_command_asks_and_tells_what_comes_next(lang: str) -> None:
    Path("school/register.db").unlink()
    lost = terminal.run("recover", "out/P-2.pdf", "--yes", *OFFICE, "--lang", lang)
    assert "register migrate --new" in lost.errors[-1]
    assert not Path("school/register.db").exists()
    assert terminal.run("register", "migrate", "--new", *OFFICE).status == 0
    refused = terminal.run("recover", "out/P-2.pdf", *OFFICE, "--lang", lang)
    assert refused.status == 2
    done = terminal.run("recover", "out/P-2.pdf", "--yes", *OFFICE, "--lang", lang)
    assert (done.status, done.err) == (0, "")
    path = Path("school/recovered/P-2.xlsx")
    assert path.exists()
    assert done.lines[-1].endswith(f"qrcert replace P-2 --from {path} --kind right")
    replaced = terminal.run(
        "replace", "P-2", "--from", path, "--kind", "right", "--yes", "--reason", "lost", *OFFICE, *PASS
    )
    assert replaced.status == 2  # the same words on the same day would be the same paper
    assert "it would be the same certificate" in replaced.err
