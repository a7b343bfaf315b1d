"""``qrcert authority admit`` and ``form add``: whose key is good for what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import FILE, authority_group, counts_from_next, folder_option, read_bytes
from qrcert.cli.forms import read_form_file
from qrcert.errors import Unreadable
from qrcert.trust import (
    KeyEntry,
    compile_form,
    read_key_request,
    telephone_groups,
    unwrap,
)


@authority_group.command(
    "admit",
    short_help="Admit a school's key, after a telephone call.",
    epilog=screen.examples("qrcert authority admit request.json --forms 'ru.*'"),
)
@click.argument("source", metavar="REQUEST|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--forms", required=True, metavar="GLOB", help="Kinds of certificates the key may sign: 'ru.*'."
)
@click.option(
    "--until",
    type=screen.Day(),
    metavar="DAY",
    help="Last day of signing; default and most: 15 months ahead.",
)
@click.option(
    "--school",
    "school_id",
    type=click.IntRange(1),
    metavar="ID",
    help="Add the key to the school with this number in the list.",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def admit_command(
    source: Path,
    forms: str,
    until: date | None,
    school_id: int | None,
    yes: bool,
    folder: Path,
    lang: str | None,
) -> int:
    """Admit a school's key after comparing its groups with the school by telephone."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    for path in _requests(source):
        plan = authority.plan_admission(
            here,
            read_key_request(unwrap(read_bytes(path))),
            forms=forms,
            today=today,
            until=None if until is None else wire.to_day(until),
            school_id=school_id,
        )
        for line in _admission_lines(plan, language, test=here.test):
            screen.tell(line)
        question = screen.pick(
            language,
            "Do the groups agree with what the school reads out: admit?",
            "Группы совпали с теми, что назвала школа: внести?",
        )
        screen.confirm(question, yes=yes)
        here = authority.admit(here, plan)
        here.save()
        number = plan.school.id
        screen.tell(screen.pick(language, f"admitted as school {number}", f"внесена под № {number}"))
    screen.tell(counts_from_next(language, "it counts", "действует"))
    return 0


def _requests(source: Path) -> list[Path]:
    """Return the request files that a name stands for; raises `Unreadable` for a folder without any."""
    if not source.is_dir():
        return [source]
    found = sorted(source.rglob("*.json"))
    if not found:
        raise Unreadable(f"no request (*.json) in {str(source)!r}")
    return found


def _admission_lines(plan: authority.Admission, language: str, *, test: bool) -> Iterator[str]:
    yield f"{text.escaped(plan.request.name)}, {text.escaped(plan.request.place)}"
    new = screen.pick(language, " (new)", " (новая)") if plan.new_school else ""
    facts = [
        (("groups", "группы"), telephone_groups(plan.request.hash)),
        (("school", "школа №"), f"{plan.school.id}{new}"),
        (("may sign", "подписывает"), ", ".join(sorted(form.id for form in plan.forms))),
        (("from, until", "с, по"), f"{wire.to_date(plan.entry.start)}, {wire.to_date(plan.entry.end)}"),
    ]
    for pair, value in facts:
        yield f"  {screen.pick(language, *pair):<12} {value}"
    if test:
        yield screen.pick(
            language,
            "  TEST: papers of this key are never called genuine without --trust",
            "  ПРОБА: без --trust документы этого ключа подлинными не считаются",
        )
    if not plan.names_authority:
        yield screen.pick(
            language,
            "  the request names no authority: ask for the groups by telephone before you say yes",
            "  запрос не назван ни одному органу: до ответа спросите группы по телефону",
        )


@authority_group.group("form", cls=screen.Group)
def form_subgroup() -> None:
    """Add kinds of certificates to the list."""


@form_subgroup.command("add")
@click.argument("file", metavar="FILE.toml", type=FILE)
@click.option("--allow", is_flag=True, help="Let the keys that are in use sign it too.")
@click.option(
    "--school",
    "school_id",
    type=click.IntRange(1),
    metavar="ID",
    help="With --allow: only the keys of the school with this number in the list.",
)
@folder_option
@screen.lang_option
def form_add_command(file: Path, allow: bool, school_id: int | None, folder: Path, lang: str | None) -> int:
    """Put a form, or better translations of one, into the list."""
    language = screen.language(lang)
    if school_id is not None and not allow:
        raise click.UsageError("--school goes with --allow")
    here = authority.open_authority(folder)
    entry = compile_form(read_form_file(file))
    here = authority.add_form(here, entry)
    granted: tuple[KeyEntry, ...] = ()
    if allow:
        today = wire.to_day(screen.now())
        here, granted = authority.allow_form(here, entry.hash, today=today, school_id=school_id)
    here.save()
    digest = entry.hash.hex()
    screen.tell(
        screen.pick(
            language, f"form {digest} is in the next list", f"форма {digest} войдёт в следующий список"
        )
    )
    for line in _granted_lines(granted, language, allow=allow):
        screen.tell(line)
    return 0


def _granted_lines(granted: tuple[KeyEntry, ...], language: str, *, allow: bool) -> Iterator[str]:
    """Tell which keys may sign a form from the next list on."""
    if not allow:
        yield screen.pick(
            language,
            "keys admitted before may not sign it without --allow",
            "без --allow ключи, внесённые раньше, её не подписывают",
        )
        return
    count = len(granted)
    yield screen.pick(
        language, f"keys that may sign it from then on: {count}", f"ключей, которым она разрешена: {count}"
    )
    for entry in granted:
        yield f"  {entry.school.id:>4}  {text.escaped(entry.school.name_now)}"
