"""``qrcert reprint`` and ``recover``: the same certificate once more, on paper or in the register."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.forms import find_form
from qrcert.cli.pages import page_option
from qrcert.cli.papers import office_option, show_papers, yes_option


@click.command("reprint", epilog=screen.examples("qrcert reprint 07724000123456"))
@click.argument("number", metavar="NUMBER")
@click.option("--form", "wanted", metavar="ID|FILE", help="Kind of certificate; default: as it was issued.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the pages; default: issued/reprint-NUMBER in the office folder.",
)
@page_option
@office_option
@screen.lang_option
def reprint_command(
    number: str, wanted: str | None, out: Path | None, wanted_page: str | None, folder: Path, lang: str | None
) -> int:
    """Print a certificate again, as it was issued: a lost or spoiled paper, not a changed one.

    Nothing is signed, so no passphrase is needed; the audit of the register tells of it.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    form_id = None if wanted is None else find_form(wanted).form.id
    entries = issue.find_papers(office, number, form_id=form_id, status="live")
    form = find_form(wanted or entries[0].form_id)
    if wanted_page is None:
        template = issue.printed_template(office, entries)
    else:
        template = issue.find_template(office, wanted_page)
    target = out or folder / "issued" / f"reprint-{issue.file_name(number)}"
    show_papers(entries, language)
    files = issue.reprint(
        office,
        entries,
        form=form.form,
        form_office=form.office,
        folder=target,
        template=template,
        now=screen.now(),
    )
    for file in files:
        screen.tell_written(file, language)
    return 0


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
    screen.tell(
        screen.pick(
            language,
            f"in the register: {screen.plural(len(entries), 'certificate')}",
            f"внесено в книгу: {len(entries)}",
        )
    )
    pairs = zip(entries, found, strict=True)
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
