"""``qrcert register audit``, ``backup``, ``restore``, ``migrate``: the register checked and kept safe."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.papers import office_option
from qrcert.cli.register.group import json_option, register_group
from qrcert.cli.register.telling import audit_lines, restored_lines
from qrcert.errors import Refused
from qrcert.files import read_file, require_folder_of
from qrcert.register import Query, Register, copy_older, read_manifest, restore
from qrcert.register.manifests import MAX_BYTES

_FILE = click.Path(path_type=Path, dir_okay=False)

_UP_TO_DATE: Final = ("the register is up to date", "книга уже в новом виде")

BACKUPS: Final = "backups"
"""The folder inside the office's where backups go unless another place is named."""


@register_group.command(
    "audit",
    short_help="Check that nobody changed the register behind its back.",
    epilog=screen.examples(
        "qrcert register audit", "qrcert register audit issued/11A-2026-06-25/manifest-1.json"
    ),
)
@click.argument("manifests", metavar="[MANIFEST …]", nargs=-1, type=_FILE)
@json_option
@office_option
@screen.output_option
@screen.lang_option
def audit_command(
    manifests: tuple[Path, ...], as_json: bool, folder: Path, output: Path | None, lang: str | None
) -> int:
    """Walk the audit, in which each row seals the one before it, and compare every certificate with it.

    Manifests that were kept elsewhere than the register show what the audit alone cannot: that its end was cut off,
    or all of it written anew. Exit status 1 where something was changed.
    """
    language = screen.language(lang)
    kept = [(path.name, read_manifest(read_file(path, limit=MAX_BYTES))) for path in manifests]
    with issue.open_office(folder).open_register() as register:
        report = register.audit_check(kept)
    if as_json:
        faults = [
            {"code": one.code, "row": one.seq, "subject": one.subject, "message": one.message}
            for one in report.faults
        ]
        told = {"rows": report.count, "head": report.head.hex(), "manifests": len(kept), "faults": faults}
        screen.write_json(told, output)
    else:
        screen.write_result(audit_lines(report, len(kept), language), output)
    return 1 if report.faults else 0


@register_group.command(
    "backup",
    short_help="Copy the register, also while it is in use.",
    epilog=screen.examples("qrcert register backup", "qrcert register backup -o /media/usb/register.db"),
)
@click.option(
    "-o", "--output", type=_FILE, metavar="FILE", help="Default: backups/register-DAY.db in the office."
)
@office_option
@screen.lang_option
def backup_command(output: Path | None, folder: Path, lang: str | None) -> int:
    """Copy the register into one file, which is a register itself: also that of a server, with every row.

    The copy is checked before it is called one. Keep it where a fire in the office does not reach it.
    """
    language = screen.language(lang)
    target = _free(folder / BACKUPS, f"register-{screen.now().date()}") if output is None else output
    with issue.open_office(folder).open_register() as register:
        if output is None:
            _make_folder(target.parent)
        require_folder_of(target)
        register.backup(target)
    with Register.open(target, journal="delete") as copy:
        report, count = copy.audit_check(), copy.count(Query())
    screen.tell_written(target, language)
    screen.tell(
        screen.pick(
            language, f"{screen.plural(count, 'certificate')} in the copy", f"документов в копии: {count}"
        )
    )
    for line in audit_lines(report, 0, language):
        screen.tell(line)
    return 1 if report.faults else 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # names and insurance numbers stand in it
    except OSError as error:
        raise Refused(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error


def _free(folder: Path, stem: str) -> Path:
    """Return a name that no backup has yet."""
    path, count = folder / f"{stem}.db", 2
    while path.exists():
        path, count = folder / f"{stem}-{count}.db", count + 1
    return path


@register_group.command(
    "restore",
    short_help="Put a backup in the place of the register.",
    epilog=screen.examples("qrcert register restore backups/register-2026-06-25.db"),
)
@click.argument("source", metavar="BACKUP", type=_FILE)
@click.option(
    "--drop-newer", is_flag=True, help="Also where the register has certificates that the backup lacks."
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@office_option
@screen.lang_option
def restore_command(source: Path, drop_newer: bool, yes: bool, folder: Path, lang: str | None) -> int:
    """Put a backup in the place of the register, if its audit is whole; the file that was there is kept beside it.

    On a server the database must be empty: so a register also moves from a file to a server. Nothing is replaced
    while another program is writing the register; end also those that only have it open. The audit tells what was
    restored, and what was dropped.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    shown = text.escaped(str(source))
    question = screen.pick(
        language, f"Put {shown} in the place of the register?", f"Поставить {shown} на место книги?"
    )
    screen.confirm(question, yes=yes, hint="look at both, then add --yes")
    done = restore(source, office.register_place, now=screen.now(), drop_newer=drop_newer)
    with office.open_register() as register:
        count = register.count(Query())
    screen.tell(
        screen.pick(
            language,
            f"restored: {screen.plural(count, 'certificate')}",
            f"восстановлено, документов: {count}",
        )
    )
    for line in restored_lines(done, language):
        screen.tell(line)
    return 0


@register_group.command("migrate", short_help="Bring the register of an older qrcert up to date.")
@click.option(
    "-o", "--output", type=_FILE, metavar="FILE", help="Where the copy of a server's register goes."
)
@click.option(
    "--new", is_flag=True, help="Begin an empty register where none is: a new database, a lost archive."
)
@office_option
@screen.lang_option
def migrate_command(output: Path | None, new: bool, folder: Path, lang: str | None) -> int:
    """Bring the register's schema up to date, after a copy of it: a file's is kept beside it.

    A file comes up to date by itself whenever it is opened; a server only by this command, when every office has
    the newer qrcert.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    if new:
        return _begin(office, language)
    place = office.register_place
    copy, found = output or _free(folder, f"register-before-{screen.now().date()}"), None
    if isinstance(place, str):
        found = copy_older(place, copy)
    with Register.open(place, migrate=True, journal=office.journal) as register:
        found, kept = register.opened.found or found, register.opened.backup or copy
    if found is None:
        screen.tell(screen.pick(language, *_UP_TO_DATE))
        return 0
    screen.tell(
        screen.pick(
            language,
            f"brought up to date from schema {found}; the register as it was: {text.escaped(str(kept))}",
            f"книга приведена в новый вид из схемы {found}; прежняя: {text.escaped(str(kept))}",
        )
    )
    return 0


def _begin(office: issue.Office, language: str) -> int:
    """Make an empty register where there is none; one that is there stays as it is."""
    with Register.open(office.register_place, create=True, journal=office.journal) as register:
        made, name = register.opened.created, text.escaped(register.name)
    said = (f"an empty register was begun: {name}", f"начата пустая книга: {name}") if made else _UP_TO_DATE
    screen.tell(screen.pick(language, *said))
    return 0
