"""A year of a school office as docs/school.md tells it: its commands, and between them what people do.

``<!-- meanwhile: NAME -->`` stands in the guide where somebody fills in a sheet, an authority answers, or days
go by: the functions of ``DEEDS`` do that. What is typed and what is quoted stands in the guide alone.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import terminal
from qrcert.cli import screen
from qrcert.cli.demo import pupils
from qrcert.cli.demo.camera import photograph, render_page

PAGE = Path(__file__).parent.parent / "docs" / "school.md"
PASSPHRASE = "correct horse battery staple"
ISSUED, ENDED = (datetime(2026, 6, day, 12).astimezone() for day in (25, 30))

Row = dict[str, str]


@dataclass(frozen=True)
class Step:
    """What is typed and the lines that the guide quotes; or a deed, which has no lines."""

    typed: str = ""
    quoted: tuple[str, ...] = ()
    deed: str = ""


@dataclass
class Year:
    """A year as it goes on: the folder in which everything lies, and the language of guide and screen."""

    folder: Path
    language: str
    now: datetime = ISSUED
    done: list[tuple[Step, terminal.Run]] = field(default_factory=list)

    @property
    def school(self) -> Path:
        return self.folder / "school"

    def said(self, typed: str) -> terminal.Run:
        """What the first command that begins so answered."""
        return next(run for step, run in self.done if step.typed.startswith(typed))


def half(language: str) -> str:
    """The guide in one of its two languages."""
    russian, _, english = PAGE.read_text(encoding="utf-8").partition("\n---\n")
    return {"ru": russian, "en": english}[language]


def steps(language: str) -> list[Step]:
    """Every command of the guide in its order, with what it quotes, and the deeds between them."""
    found: list[Step] = []
    for block, deed in re.findall(
        r"^```console\n(.*?)^```$|^<!-- meanwhile: (\w+) -->$", half(language), re.M | re.S
    ):
        if deed:
            found.append(Step(deed=deed))
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            typed, *quoted = part.splitlines()
            found.append(Step(typed, tuple(quoted)))
    return found


@contextmanager
def office_hours(year: Year) -> Iterator[None]:
    """The clock of that year, the passphrase under somebody's fingers, key files that open at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "now", lambda: year.now)
        patch.setattr(screen, "_ask_hidden", lambda prompt: PASSPHRASE)
        patch.setattr(screen, "home_folder", lambda home: Path(home or year.folder / "nobody"))
        patch.setattr("qrcert.signing.SCRYPT_N", 16)
        patch.chdir(year.folder)
        yield


def play(year: Year, watch: Callable[[Year, Step], None] = lambda year, step: None) -> None:
    """Do everything that the guide says, and everything that is done meanwhile; ``watch`` looks after each step."""
    with office_hours(year):
        for step in steps(year.language):
            if step.deed:
                DEEDS[step.deed](year)
            elif step.typed.startswith("cd "):
                os.chdir(step.typed.removeprefix("cd "))
            else:
                program, *arguments = shlex.split(step.typed)
                assert program == "qrcert", step.typed
                run = terminal.run(*arguments, "--lang", year.language, terminal=True, stdin=b"y\n")
                year.done.append((step, run))
            watch(year, step)


# --- the authority


def _authority(year: Year, *arguments: object) -> None:
    line = ("authority", *arguments, "--authority", year.folder / "ministry")
    done = terminal.run(*line, terminal=True, stdin=b"y\n")
    assert done.status == 0, done.err


def _publish(year: Year, school: Path | None = None) -> None:
    """The list goes to the school, which puts it in the place of the one before."""
    _authority(year, "publish", "-o", (school or year.school) / "list.qct")


def admitted(year: Year) -> None:
    name = {"ru": "Министерство образования", "en": "Ministry of Education"}[year.language]
    line = ("init", year.folder / "ministry", "--name", name, "--where", "https://lists.example")
    assert terminal.run("authority", *line, terminal=True).status == 0
    _authority(year, "admit", year.school / "request.json", "--forms", "*")
    _publish(year)


def season(year: Year) -> None:
    requests = year.school / "requests"
    for request in sorted(requests.glob("withdraw-*.json")):
        _authority(year, "withdraw", request)
    (count,) = re.findall(r"-\d\d-\d\d: (\d+);|^(\d+) ", year.said("qrcert office leaves").out, re.M)
    _authority(year, "season", *requests.glob("leaves-*.json"), "--reported", f"1={''.join(count)}")
    _authority(year, "admit", *requests.glob("renew-*.json"), "--forms", "*")
    _publish(year)


def rekeyed(year: Year) -> None:
    """The authority admits the new key of the old school; what belongs to the school goes into the new folder."""
    folder = year.folder / "school-2"
    _authority(year, "admit", folder / "request.json", "--forms", "*", "--school", 1)
    _publish(year, folder)
    shutil.copy(year.school / "register.db", folder)
    shutil.copytree(year.school / "issued", folder / "issued")


# --- the office


def settings(year: Year) -> None:
    """Write the lines that the guide shows into the settings."""
    (block,) = re.findall(r"^```toml\n(.*?)^```$", half(year.language), re.M | re.S)
    path = year.school / "office.toml"
    text = path.read_text(encoding="utf-8")
    for line in block.splitlines():
        text, count = re.subn(rf"^{line.partition('=')[0]}=.*$", line, text, flags=re.M)
        assert count == 1, line
    path.write_text(text, encoding="utf-8")


def _fill(path: Path, rows: list[Row], *, renamed: Row | None = None) -> None:
    """Type rows into a class list under its headings, some of which were renamed."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    for old, new in (renamed or {}).items():
        columns[new] = columns.pop(old)
        sheet.cell(1, columns[new]).value = new
    for place, row in enumerate(rows, 2):
        for heading, words in row.items():
            sheet.cell(place, columns[heading]).value = words
    book.save(path)


def _pupil(row: dict[str, Any], sex: str) -> Row:
    """A pupil of the demo as cells of the Russian class list."""
    year, month, day = row["born"].split("-")
    cells = {
        "Номер": row["number"],
        "Фамилия": row["family"],
        "Имя": row["given"],
        "Отчество": row.get("patronymic", ""),
        "Дата рождения": f"{day}.{month}.{year}",
        "Год окончания": str(row["finished"]),
        "Отличие": "да" if "honours" in row else "",
        "Пол": sex,
    }
    marks = [mark for mark in row["marks"] if isinstance(mark, list)]
    return {heading: words for heading, words in (cells | dict(marks)).items() if words}


def the_class(language: str) -> tuple[list[Row], Row]:
    """The class of the guide, and which headings of the empty list are renamed for it."""
    if language == "en":
        return ENGLISH, {"Foreign language (Albanian)": "Foreign language (French)"}
    rows = [_pupil(row, sex) for row, sex in zip(pupils.the_class(2026), "жжжжм", strict=True)]
    rows[4] |= {"Предметы: Основы инженерного дела": "4", "Дополнительные сведения: Робототехника": "да"}
    return rows, {
        "Родной язык (русский)": "Родной язык (татарский)",
        "Предметы: …": "Предметы: Основы инженерного дела",
        "Дополнительные сведения: …": "Дополнительные сведения: Робототехника",
    }


ENGLISH: list[Row] = [
    {
        "number": f"2026-{place:04}",
        "Given names": given,
        "Family name": family,
        "Date of birth": born,
        "Completed in": "2026-06",
        "Mathematics": marks[0],
        "History": marks[1],
        "Biology": marks[2],
        "Foreign language (French)": marks[3],
        "Sex": "f",
    }
    for place, (given, family, born, marks) in enumerate(
        (
            ("Aoife", "O’Connor", "17.05.2008", "ABAB"),
            ("Maria Fernanda", "Gonçalves de Albuquerque", "09.03.2008", "AABA"),
            ("Łucja", "Müller-Łukasiewicz", "01.03.2008", "BAAC"),
            ("Grace", "Whitmore", "23.01.2008", "CBAB"),
            ("Mary", "Ainsworth", "30.11.2007", "BBCA"),
        ),
        1,
    )
]


def filled(year: Year) -> None:
    """Fill the class list in, with three faults."""
    rows, renamed = the_class(year.language)
    number, born, choice, wrong = {
        "ru": ("Номер", "Дата рождения", "Физика", "6"),
        "en": ("number", "Date of birth", "Sex", "w"),
    }[year.language]
    rows = [dict(row) for row in rows]
    rows[1][born], rows[2][choice], rows[3][number] = "31.02.2008", wrong, rows[2][number]
    _fill(Path("class.xlsx"), rows, renamed=renamed)


def mended(year: Year) -> None:
    _fill(Path("class.xlsx"), the_class(year.language)[0])


def corrected(year: Year) -> None:
    """The mark of the fifth was wrong in the list."""
    rows, _ = the_class(year.language)
    subject, mark = {"ru": ("Физика", "4"), "en": ("History", "A")}[year.language]
    _fill(Path("class.xlsx"), [*rows[:4], rows[4] | {subject: mark}])


def ninth(year: Year) -> None:
    """A ninth class of two, whose papers have a title and a supplement."""
    assert terminal.run("form", "template", "ru.attestat.9", "-o", "9b.xlsx", "--lang", "ru").status == 0
    rows = []
    for place, name in enumerate(("Абрамова Вера Ильинична", "Яшин Пётр Олегович"), 1):
        family, given, patronymic = name.split()
        marks = {"Русский язык": "5", "Литература": "5", "Алгебра": "4", "Геометрия": "4", "Информатика": "5"}
        marks |= {
            "История": "5",
            "География": "4",
            "Физика": "4",
            "Химия": "5",
            "Биология": "5",
            "Музыка": "5",
        }
        rows.append(
            {
                "Номер": f"050052600000{place:02}",
                "Фамилия": family,
                "Имя": given,
                "Отчество": patronymic,
                "Дата рождения": "14.02.2011",
                "Год окончания": "2026",
                "Пол": "жм"[place - 1],
            }
            | marks
        )
    _fill(Path("9b.xlsx"), rows)


def burned(year: Year) -> None:
    """The register is gone; a graduate sends a photo of the paper."""
    number = the_class(year.language)[0][0]["Номер" if year.language == "ru" else "number"]
    Path("register.db").rename("burned.db")
    pdf = next(Path("issued").glob(f"reprint-*/{number}.pdf"))
    Path("photo.jpg").write_bytes(photograph(render_page(pdf.read_bytes()), seed=1))


def rebuilt(year: Year) -> None:
    """The drill is over: the register that burned comes back."""
    Path("burned.db").replace("register.db")


def end(year: Year) -> None:
    year.now = ENDED


DEEDS: dict[str, Callable[[Year], None]] = {
    deed.__name__: deed
    for deed in (admitted, settings, filled, mended, corrected, ninth, burned, rebuilt, end, season, rekeyed)
}
