"""``qrcert reprint`` and ``recover``: the same certificate once more, on paper or in the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.forms import find_form
from qrcert.cli.pages import page_option
from qrcert.cli.papers import office_option, show_papers, state_line, yes_option
from qrcert.register import Entry


@click.command("reprint", epilog=screen.examples("qrcert reprint 07724000123456", "qrcert reprint --batch 3"))
@click.argument("number", metavar="[NUMBER]", required=False)
@click.option(
    "--batch", type=int, metavar="N", help="Every live certificate of a batch, which is finished so."
)
@click.option("--form", "wanted", metavar="ID|FILE", help="Kind of certificate; default: as it was issued.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the pages; default: issued/reprint-NUMBER or issued/batch-N in the office folder.",
)
@page_option
@office_option
@screen.lang_option
def reprint_command(
    number: str | None,
    batch: int | None,
    wanted: str | None,
    out: Path | None,
    wanted_page: str | None,
    folder: Path,
    lang: str | None,
) -> int:
    """Print a certificate again, as it was issued: a lost or spoiled paper, not a changed one.

    Nothing is signed, so no passphrase is needed; the audit of the register tells of it. With --batch the pages of
    a class whose issuing was broken off, also after its list was changed.
    """
    language = screen.language(lang)
    if (number is None) == (batch is None):
        raise click.UsageError("name a number, or a batch with --batch N: one of both")
    office = issue.open_office(folder)
    entries = _of_batch(office, batch) if number is None else _of_number(office, number, wanted)
    name = f"batch-{batch}" if number is None else f"reprint-{issue.file_name(number)}"
    target = out or folder / "issued" / name
    files = _print(office, entries, wanted, wanted_page, target, language) if entries else ()
    if batch is not None:
        issue.finish_batch(office, batch, folder=target, now=screen.now())
        screen.tell(
            screen.pick(
                language,
                f"batch {batch} is finished, certificates printed: {len(entries)}",
                f"партия {batch} закончена, отпечатано документов: {len(entries)}",
            )
        )
    for file in files:
        screen.tell_written(file, language)
    return 0


def _of_number(office: issue.Office, number: str, wanted: str | None) -> tuple[Entry, ...]:
    form_id = None if wanted is None else find_form(wanted).form.id
    return issue.find_papers(office, number, form_id=form_id, status="live")


def _of_batch(office: issue.Office, batch: int | None) -> tuple[Entry, ...]:
    """Return what is still live of a batch; raises `RegisterError` where there is no such batch."""
    assert batch is not None
    with office.open_register() as register:
        return register.search(batch=register.batch(batch).id, status="live")


def _print(
    office: issue.Office,
    entries: Sequence[Entry],
    wanted: str | None,
    wanted_page: str | None,
    target: Path,
    language: str,
) -> tuple[Path, ...]:
    form = find_form(wanted or entries[0].form_id)
    if wanted_page is None:
        template = issue.printed_template(office, entries)
    else:
        template = issue.find_template(office, wanted_page)
    show_papers(entries, language)
    return issue.reprint(
        office,
        entries,
        form=form.form,
        form_office=form.office,
        folder=target,
        template=template,
        now=screen.now(),
    )


@click.command("recover", epilog=screen.examples("qrcert recover photo.jpg"))
@click.argument("picture", metavar="PICTURE", type=click.Path(path_type=Path, dir_okay=False))
@yes_option
@office_option
@screen.lang_option
def recover_command(picture: Path, yes: bool, folder: Path, lang: str | None) -> int:
    """Bring a genuine paper back into a register that lost it, from a photo, a scan or a PDF of it.

    The code holds all that the school signed. Beside the register's row you get a class list with the duplicate
    filled in, for qrcert replace.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    now = screen.now()
    found = issue.read_recoveries(office, picture, now=now)
    for one in found:
        screen.tell(f"{text.escaped(one.number)}, {text.escaped(one.holder)}, {one.form.id}")
    screen.confirm(screen.pick(language, "Put this into the register?", "Внести это в книгу?"), yes=yes)
    entries = issue.recover(office, found, source=picture.name, now=now)
    for line in _standing(entries, language):
        screen.tell(line)
    pairs = [pair for pair in zip(entries, found, strict=True) if pair[0].status == "live"]
    for _, group in groupby(pairs, key=lambda pair: (pair[0].form, pair[0].number)):
        parts = list(group)
        entry, one = parts[0]
        path = issue.write_duplicate(office, [entry for entry, _ in parts], one.form)
        shown, number = text.escaped(str(path)), text.escaped(entry.number)
        screen.tell(
            screen.pick(
                language,
                f"for a duplicate: qrcert replace {number} --from {shown} --kind right",
                f"для дубликата: qrcert replace {number} --from {shown} --kind right",
            )
        )
    return 0


def _standing(entries: Sequence[Entry], language: str) -> Iterator[str]:
    """Yield how papers stand in the register now; what was replaced or taken back before stays so."""
    live = [one for one in entries if one.status == "live"]
    if live:
        yield screen.pick(
            language,
            f"in the register: {screen.plural(len(live), 'certificate')}",
            f"в книге: {len(live)}",
        )
    for one in entries:
        if one.status != "live":
            number, state = text.escaped(one.number), state_line(one.status, language)
            yield screen.pick(
                language,
                f"No. {number} stands in the register already: {state} since {one.changed}, and stays so",
                f"№ {number} уже есть в книге: {state} {one.changed}; это не изменилось",
            )
