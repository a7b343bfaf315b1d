"""``qrcert authority form add``: kinds of certificates, and whose keys may sign them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import FILE, authority_group, folder_option
from qrcert.cli.forms import read_form_file
from qrcert.trust import KeyEntry, compile_form


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
