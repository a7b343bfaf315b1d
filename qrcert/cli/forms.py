"""``qrcert form``: kinds of certificates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from qrcert import text
from qrcert.cli import screen
from qrcert.errors import FormError, Refused, Unreadable
from qrcert.files import read_file
from qrcert.form import Form, Office, Table, read_office, sample_of, shipped_forms
from qrcert.trust import compile_form, open_form


@dataclass(frozen=True, slots=True)
class FormSource:
    """A form with its office part, from the shipped ones or a file."""

    form: Form
    office: Office


def find_form(wanted: str) -> FormSource:
    """Return the shipped form with this id, or the form in this file; raises `FormError`, `Unreadable`."""
    shipped = shipped_forms()
    if wanted in shipped:
        source = shipped[wanted]
    elif Path(wanted).suffix == ".toml" or Path(wanted).is_file():
        source = read_form_file(Path(wanted))
    else:
        raise FormError(f"no form {wanted!r}", hint=f"shipped: {', '.join(shipped)}; or name a .toml file")
    form = open_form(compile_form(source))
    assert form is not None  # compile_form has read it
    return FormSource(form, read_office(tomllib.loads(source)))


def read_form_file(path: Path) -> str:
    """Return the TOML text of a form's file; raises `Unreadable`."""
    try:
        return read_file(path, limit=MAX_FORM_FILE).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"the form {str(path)!r} is not UTF-8 text") from error


MAX_FORM_FILE = 1024 * 1024
"""Bytes of a form as people write it; what is hashed of it has at most 64 KiB."""


@click.group("form", cls=screen.Group)
def form_group() -> None:
    """Kinds of certificates: each is one file that drives columns, checks, packing, page and screen."""


_PLACE = re.compile(r" ?\{[a-z0-9_]+\}")
"""Where a title takes the text of a field."""


@form_group.command("list")
@screen.output_option
@screen.lang_option
def list_command(output: Path | None, lang: str | None) -> int:
    """List the shipped kinds of certificates."""
    language = screen.language(lang)
    lines = []
    for name in shipped_forms():
        form = find_form(name).form
        title = _PLACE.sub("", form.title.in_language(language))
        lines.append(f"{name:<20} {', '.join(form.languages):<12} {text.escaped(title)}")
    screen.write_result(lines, output)
    return 0


@form_group.command("show", short_help="Show its fields, tables and lists.")
@click.argument("wanted", metavar="ID|FILE")
@screen.output_option
@screen.lang_option
def show_command(wanted: str, output: Path | None, lang: str | None) -> int:
    """Show what a kind of certificate holds: its fields, tables and lists."""
    screen.write_result(_as_lines(find_form(wanted), screen.language(lang)), output)
    return 0


def _as_lines(source: FormSource, language: str) -> Iterator[str]:
    form = source.form
    yield f"{form.id}, {screen.pick(language, 'edition', 'редакция')} {form.edition}"
    yield f"  {text.escaped(form.title.in_language(language))}"
    yield f"  {screen.pick(language, 'hash', 'хеш')} {form.hash.hex()}"
    for place, part in enumerate(form.parts, 1):
        yield f"  {screen.pick(language, 'part', 'часть')} {place}: {text.escaped(part.in_language(language))}"
    for field in form.fields:
        notes = [
            screen.pick(language, en, ru)
            for en, ru, wanted in (
                ("names the person", "называет человека", field.holder),
                ("required", "обязательно", field.required),
            )
            if wanted
        ]
        if field.part is not None:
            notes.append(f"{screen.pick(language, 'part', 'часть')} {field.part}")
        kind = f"{field.kind.type}{', ' if notes else ''}{', '.join(notes)}"
        yield f"  {field.name:<12} {text.escaped(field.label.in_language(language)):<28} {kind}"
        if isinstance(field.kind, Table):
            yield from (f"      {text.escaped(row.item.brief(language))}" for row in field.kind.rows)


@form_group.command("check", short_help="Check a form and tell how large its code becomes.")
@click.argument("file", metavar="ID|FILE")
@screen.output_option
@screen.lang_option
def check_command(file: str, output: Path | None, lang: str | None) -> int:
    """Check a form, and tell how large its code becomes with a filled sample."""
    from qrcert import issue
    from qrcert.cli.proof_words import code_line

    language = screen.language(lang)
    source = find_form(file)
    size = issue.measure(source.form, sample_of(source.form))
    screen.write_result(
        [
            screen.pick(
                language, f"{source.form.id}: the form is good", f"{source.form.id}: форма в порядке"
            ),
            f"  {screen.pick(language, 'hash', 'хеш')} {source.form.hash.hex()}",
            screen.pick(
                language,
                f"  a filled sample: {size.bytes} bytes, {size.characters} characters, QR version {size.version} "
                f"at M, {size.millimetres:.0f} mm at 0.7 mm a module",
                f"  заполненный образец: {size.bytes} байт, {size.characters} знаков, QR версии {size.version} "
                f"при M, {size.millimetres:.0f} мм при модуле 0,7 мм",
            ),
            f"  {code_line(size.version, template='certificate', language=language)}",
        ],
        output,
    )
    return 0


@form_group.command("template", short_help="Write an empty class list for Excel.")
@click.argument("wanted", metavar="ID|FILE")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CLASS.xlsx",
    help="Write the class list here.",
)
@screen.lang_option
def template_command(wanted: str, output: Path, lang: str | None) -> int:
    """Write an empty class list for Excel: text columns, lists to choose from."""
    from qrcert.roster import write_template

    language = screen.language(lang)
    source = find_form(wanted)
    if output.exists():
        raise Refused(
            f"{output.name!r} is there already, and a class list may stand in it", hint="name another file"
        )
    write_template(source.form, source.office, output, language=language)
    screen.tell_written(output, language)
    return 0
