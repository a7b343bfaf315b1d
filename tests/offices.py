"""An office folder for tests, without the cost of a key file, and classes to issue in it."""

from __future__ import annotations

import functools
import json
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import school
from qrcert import cose, issue
from qrcert.decode import verify
from qrcert.form import Form, Sample, Table, read_office, sample_of, shipped_forms
from qrcert.form import Office as FormOffice
from qrcert.issue import Issued, Office, Plan
from qrcert.register import Entry, Recorded, Register
from qrcert.signing import Signer, SigningKey
from qrcert.trust import TrustList, compile_form, open_form

NOW = datetime.combine(school.NOW, time(12), UTC)

SETTINGS = """\
[school]
name = "School No. 7"
place = "Moscow"
post = "Директор"
head = "{head}"
[register]
journal = "{journal}"
[key]
alg = {key.alg}
public = "{public}"
"""


def later(days: int) -> datetime:
    return NOW + timedelta(days)


@functools.cache
def list_file() -> bytes:
    """The ordinary list: every shipped form, and the school's key may sign all of them."""
    return school.publish_bytes(school.contents())


def office_in(
    folder: Path,
    *,
    key: SigningKey = school.KEY,
    list_qct: bytes | None = None,
    head: str = "Ю. Э. Цыганков",
    journal: str = "wal",
) -> Office:
    """Make an office whose private key the test holds, so that no key file is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = SETTINGS.format(head=head, journal=journal, key=key, public=key.public.hex())
    (folder / issue.SETTINGS).write_text(settings, encoding="utf-8")
    (folder / issue.LIST).write_bytes(list_file() if list_qct is None else list_qct)
    if not (folder / "register.db").exists():
        (folder / "register.db").write_bytes(empty_register())
    return issue.open_office(folder)


@functools.cache
def empty_register() -> bytes:
    """The file of a register without certificates, as ``office init`` leaves it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.db"
        Register.open(path, create=True, journal="delete").close()
        return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Kind:
    """A form with its office part, as the command line finds them."""

    form: Form
    office: FormOffice


@functools.cache
def kind_of(source: str) -> Kind:
    """The form that a TOML text spells."""
    form = open_form(compile_form(source))
    assert form is not None
    return Kind(form, read_office(tomllib.loads(source)))


@functools.cache
def shipped(name: str = school.ATTESTAT) -> Kind:
    return kind_of(shipped_forms()[name])


# --- class lists

NAMES = (
    ("Абрамова", "Вера", "Ильинична"),
    ("Ёлкина", "Анастасия", "Григорьевна"),
    ("Нгуен", "Тхи Хыонг", ""),
    ("Салтыков-Щедрин", "Михаил", "Евграфович"),
)


def pupil(place: int, **changes: Any) -> dict[str, Any]:
    """A row of a class list for the attestat; ``place`` makes its number."""
    family, given, patronymic = NAMES[place % len(NAMES)]
    row = {
        "number": f"07724{place:09}",
        "family": family,
        "given": given,
        "patronymic": patronymic,
        "born": "2008-05-17",
        "finished": 2026,
        "marks": [["Русский язык", "5"], ["Литература", "4"], ["Математика", "5"]],
    }
    return row | changes


def rows_of(sample: Sample) -> list[dict[str, Any]]:
    return [{"number": sample.number, **sample.values, **sample.office}]


def write_json(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def as_cells(form: Form, row: Mapping[str, Any]) -> dict[str, str]:
    """One row as a spreadsheet has it: a column for each row of a table, blanks between its cells."""
    cells: dict[str, str] = {}
    for name, value in row.items():
        field = form.field(name)
        if field is None or not isinstance(field.kind, Table):
            cells[name] = str(value)
            continue
        for entry in value:
            word, *inside = entry if isinstance(entry, list) else (entry["free"], *entry.get("cells", ()))
            spelled = ["-" if one is None else str(one) for one in inside]
            cells[f"{field.label.original}: {word}"] = " ".join(spelled) or "+"
    return cells


# --- issuing


def plan_of(source: Path, office: Office, kind: Kind | None = None, **more: Any) -> Plan:
    kind = kind or shipped()
    asked: dict[str, Any] = {"today": school.NOW} | more
    return issue.prepare(source, office=office, form=kind.form, form_office=kind.office, **asked)


def sign(plan: Plan, *, key: Signer = school.KEY, now: datetime = NOW, **more: Any) -> Recorded:
    return issue.sign_and_record(plan, key=key, now=now, **more)


def draw(plan: Plan, recorded: Recorded, out: Path, *, now: datetime = NOW) -> Issued:
    return issue.draw_and_check(plan, recorded, folder=out, template="certificate", now=now)


def issued(source: Path, office: Office, kind: Kind | None = None, **more: Any) -> Issued:
    """Issue a class on the ordinary day, into ``office/out``."""
    key, out = more.pop("key", school.KEY), more.pop("out", office.folder / "out")
    now = more.pop("now", NOW)
    plan = plan_of(source, office, kind, today=now.date(), **more)
    return draw(plan, sign(plan, key=key, now=now), out, now=now)


def entries(office: Office) -> tuple[Entry, ...]:
    with office.open_register() as register:
        return register.search()


def verdict_of(text: str, *, trust: TrustList | None = None, now: datetime | date = NOW) -> str:
    return verify(text, trust=trust or school.trust(), now=now).code


def sample_row(name: str) -> list[dict[str, Any]]:
    return rows_of(sample_of(shipped(name).form))


P256 = school.key_of("school 7 with a token", cose.ESP256)
