"""``qrcert register list``, ``show``, ``export``: the register as people look into it and print it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.papers import office_option, state_line
from qrcert.cli.register.group import json_option, register_group
from qrcert.cli.register.telling import (
    KindsHere,
    as_data,
    as_line,
    chosen_line,
    restoration_line,
    story,
    unfinished_lines,
)
from qrcert.errors import Refused, RegisterError
from qrcert.files import require_folder_of, write_file
from qrcert.issue import book
from qrcert.register import Query, Register
from qrcert.register.records import Status

_FILE = click.Path(path_type=Path, dir_okay=False)
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _filters(command: _Command) -> _Command:
    """Add the options that choose certificates."""
    for option in reversed(
        (
            click.option("--name", "holder", metavar="WORDS", help="Words that stand in the holder's name."),
            click.option("--number", metavar="NUMBER", help="The number, as printed."),
            click.option("--form", "wanted", metavar="ID|FILE", help="Kind of certificate."),
            click.option(
                "--status",
                type=click.Choice(["live", "withdrawn", "replaced", "void"]),
                help="How it stands now.",
            ),
            click.option("--batch", type=int, metavar="N", help="The batch it was issued in."),
            click.option("--year", type=click.IntRange(2020, 2199), metavar="YEAR", help="Year of issue."),
        )
    ):
        command = option(command)
    return command


@register_group.command(
    "list",
    short_help="List certificates: by name, number, form, status, batch, year.",
    epilog=screen.examples("qrcert register list --name Ёлкина", "qrcert register list --year 2026 --json"),
)
@_filters
@json_option
@office_option
@screen.output_option
@screen.lang_option
def list_command(
    holder: str | None,
    number: str | None,
    wanted: str | None,
    status: Status | None,
    batch: int | None,
    year: int | None,
    as_json: bool,
    folder: Path,
    output: Path | None,
    lang: str | None,
) -> int:
    """List the certificates that fit everything given, in the order in which they were recorded."""
    language = screen.language(lang)
    query = Query(number, holder, None, _form_id(wanted), status, batch, None, year)
    with issue.open_office(folder).open_register() as register:
        if as_json:
            screen.write_json([as_data(entry) for entry in register.walk(query)], output)
            return 0
        count = register.count(query)
        lines = (as_line(entry, language) for entry in register.walk(query))
        screen.write_result(lines, output)
        unfinished = register.unfinished()
    if output is None:
        said = screen.pick(language, f"{screen.plural(count, 'certificate')}", f"документов: {count}")
        for line in (said, *unfinished_lines(unfinished, language)):
            screen.tell(line, error=True)
    return 0


def _form_id(wanted: str | None) -> str | None:
    """Return the id of a form named by its file, or an id as it is: forms are forgotten, registers not."""
    if wanted is None or Path(wanted).suffix != ".toml":
        return wanted
    return KindsHere.of_file(wanted).form.id


@register_group.command(
    "show",
    short_help="Show everything about a number, or the register itself.",
    epilog=screen.examples("qrcert register show 07724000123456", "qrcert register show"),
)
@click.argument("number", metavar="[NUMBER]", required=False)
@click.option(
    "--form", "wanted", metavar="ID|FILE", help="Kind of certificate, where several have the number."
)
@json_option
@office_option
@screen.output_option
@screen.lang_option
def show_command(
    number: str | None,
    wanted: str | None,
    as_json: bool,
    folder: Path,
    output: Path | None,
    lang: str | None,
) -> int:
    """Show all that was ever issued under a number: contents, office fields, history, links of replacements.

    Without a number: where the register lives, how many certificates it has, and its last batches.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    with office.open_register() as register:
        if number is None:
            _show_register(register, as_json, output, language)
            return 0
        found = list(register.walk(Query(number=number, form_id=_form_id(wanted))))
        if not found:
            raise RegisterError(
                f"No. {number!r} is not in the register",
                hint="numbers are written as printed, with their zeros",
            )
        rows = list(book.read_rows(found, register=register, kinds=KindsHere(office, wanted)))
        told = [(row, register.history(row.entry)) for row in rows]
    if as_json:
        screen.write_json([as_data(row.entry, row, history) for row, history in told], output)
    else:
        screen.write_result((line for row, history in told for line in story(row, history, language)), output)
    return 0


def _show_register(register: Register, as_json: bool, output: Path | None, language: str) -> None:
    states: tuple[Status, ...] = ("live", "withdrawn", "replaced", "void")
    counts = {state: register.count(Query(status=state)) for state in states}
    batches = register.batches()
    if as_json:
        told = [
            {
                "batch": one.id,
                "form": one.form_id,
                "issued": one.issued.isoformat(),
                "source": one.source,
                "certificates": one.count,
                "manifest": one.manifest.hex(),
                "state": one.state,
            }
            for one in batches
        ]
        screen.write_json({"register": register.name, "certificates": counts, "batches": told}, output)
        return
    lines = [text.escaped(register.name)]
    lines += [f"  {state_line(state, language):<16} {count}" for state, count in counts.items()]
    lines += [restoration_line(event, language) for event in register.restorations()]
    lines.append(screen.pick(language, f"batches: {len(batches)}", f"партий: {len(batches)}"))
    for one in batches[-10:]:
        source = text.escaped(one.source)
        unfinished = screen.pick(language, ", not finished", ", не закончена") if one.state != "done" else ""
        lines.append(f"  {one.id}  {one.issued}  {one.form_id}  {source}: {one.count}{unfinished}")
    screen.write_result(lines, output)


@register_group.command(
    "export",
    short_help="Write the register book, or a sheet for another office.",
    epilog=screen.examples(
        "qrcert register export -o book.pdf --year 2026",
        "qrcert register export -o frdo.xlsx --sheet frdo --year 2026",
    ),
)
@click.option(
    "-o", "--output", required=True, type=_FILE, metavar="FILE", help="BOOK.xlsx, BOOK.pdf or BOOK.csv."
)
@click.option("--sheet", metavar="NAME", help="A sheet that the form defines, such as frdo.")
@_filters
@office_option
@screen.lang_option
def export_command(
    output: Path,
    sheet: str | None,
    holder: str | None,
    number: str | None,
    wanted: str | None,
    status: Status | None,
    batch: int | None,
    year: int | None,
    folder: Path,
    lang: str | None,
) -> int:
    """Write the register book: a record a certificate, duplicates with links to the originals.

    With --sheet the sheet that another office wants, as the form defines it: its headings and what stands below.
    """
    language = screen.language(lang)
    kind = _kind_of_file(output, sheet)
    require_folder_of(output)
    office = issue.open_office(folder)
    query = Query(number, holder, None, _form_id(wanted), status, batch, None, year)
    with office.open_register() as register:
        kinds = KindsHere(office, wanted)
        rows = book.read_rows(register.walk(query), register=register, kinds=kinds)
        if sheet is not None:
            one = _one_kind(register, query, kinds)
            table = book.upload_sheet(
                rows, sheet, one, school=office.school, place=office.place, language=language
            )
        else:
            table = book.book_sheet(rows, language=language)
        if kind == ".pdf":
            heading = book.Heading(
                office.school, office.place, chosen_line(query, language), register.audit_end()
            )
            data, count = book.print_book(table, heading, day=screen.now().date(), language=language)
            write_file(output, data)
        else:
            count = (book.write_csv if kind == ".csv" else book.write_workbook)(table, output)
    screen.tell(screen.pick(language, f"{screen.plural(count, 'record')}", f"записей: {count}"))
    screen.tell_written(output, language)
    return 0


_BOOK: Final = (".xlsx", ".pdf", ".csv")


def _kind_of_file(output: Path, sheet: str | None) -> str:
    """Return the end of the file's name, which says what is written."""
    kind = output.suffix.lower()
    if kind not in _BOOK:
        raise Refused(
            f"{output.name!r} is none of .xlsx, .pdf, .csv",
            hint="the name's end says what is written: -o BOOK.xlsx, BOOK.pdf or BOOK.csv",
        )
    if sheet is not None and kind == ".pdf":
        raise click.UsageError("a sheet is .xlsx or .csv, the register book .xlsx, .csv or .pdf")
    return kind


def _one_kind(register: Register, query: Query, kinds: KindsHere) -> book.Kind:
    """Return the one form of the chosen certificates, whose sheet is wanted."""
    forms = register.forms(query)
    if not forms:
        raise Refused("nothing in the register fits")
    if kinds.named is not None:
        return kinds.named
    known = {form: kinds(form) for form in forms}
    with_office = {form: kind for form, kind in known.items() if kind is not None and kind.office is not None}
    if len(with_office) > 1:
        told = ", ".join(sorted(kind.form.id for kind in with_office.values() if kind is not None))
        raise Refused(f"the chosen certificates have several forms: {told}", hint="choose one: --form ID")
    for kind in with_office.values():
        assert kind is not None
        return kind
    raise Refused(
        "the form of these certificates is not known here", hint="name the form's file: --form FILE"
    )
