"""``qrcert authority``: making, filling and publishing a list of schools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from qrcert import authority, checking, text, wire
from qrcert.cli import screen
from qrcert.errors import Refused, TrustListError, UnknownFile, Unreadable
from qrcert.form import shipped_forms
from qrcert.trust import compile_form, hex_groups, read_key_request, telephone_groups, unwrap

_FILE = click.Path(path_type=Path, dir_okay=False)

_folder_option = click.option(
    "--authority",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The authority's folder; default: here.",
)


@click.group("authority")
def authority_group() -> None:
    """Publish whose keys are good for what, which forms there are, and what no longer counts."""


@authority_group.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, help="The authority's name, as people will see it.")
@click.option("--where", help="Where newer lists are found: a line shown to people, never fetched.")
@click.option("--test", is_flag=True, help="For a pilot: all keys are admitted as test keys.")
@click.option("--no-forms", is_flag=True, help="Do not put the shipped forms into the list.")
@screen.passphrase_option
def init_command(
    folder: Path, name: str, where: str | None, test: bool, no_forms: bool, passphrase_file: Path | None
) -> int:
    """Make an authority of one signer in a new folder: its keys, its root, an empty list."""
    secret = screen.passphrase(passphrase_file, what="the signer's new key", new=True)
    made = make_with_forms(
        folder, name=name, where=where, passphrase=secret, test=test, with_forms=not no_forms
    )
    screen.tell(f"made the authority {text.escaped(name)} in {folder}")
    screen.tell(f"fingerprint: {hex_groups(made.root.hash)}")
    screen.tell("tell the fingerprint in several places: people compare it when they take the first list")
    screen.tell("next: qrcert authority admit REQUEST --forms 'ru.*', then publish -o LIST.qct")
    return 0


def make_with_forms(
    folder: Path,
    *,
    name: str,
    where: str | None,
    passphrase: bytes,
    test: bool = False,
    with_forms: bool = True,
) -> authority.Authority:
    """Make an authority, the shipped forms in its list, and return it."""
    made = authority.make_authority(
        folder,
        name=name,
        where=where or f"ask {name}",
        passphrase=passphrase,
        today=wire.to_day(screen.now()),
        test=test,
    )
    if with_forms:
        for source in shipped_forms().values():
            made = authority.add_form(made, compile_form(source))
        made.save()
    return made


@authority_group.command("admit")
@click.argument("source", metavar="REQUEST|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--forms", required=True, metavar="GLOB", help="Kinds of certificates the key may sign: 'ru.*'."
)
@click.option("--until", type=screen.Day(), help="Last day of signing; default and most: 15 months ahead.")
@click.option("--school", "school_id", type=click.IntRange(1), help="Add the key to the school with this id.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@_folder_option
def admit_command(
    source: Path, forms: str, until: date | None, school_id: int | None, yes: bool, folder: Path
) -> int:
    """Admit a school's key after comparing its groups with the school by telephone."""
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    for path in sorted(source.rglob("*.json")) if source.is_dir() else [source]:
        request = read_key_request(unwrap(_read(path)))
        plan = authority.plan_admission(
            here,
            request,
            forms=forms,
            today=today,
            until=None if until is None else wire.to_day(until),
            school_id=school_id,
        )
        for line in _admission_lines(plan, test=here.test):
            screen.tell(line)
        screen.confirm("Do the groups agree with what the school reads out: admit?", yes=yes)
        here = authority.admit(here, plan)
        here.save()
        screen.tell(f"admitted as school {plan.school.id}")
    screen.tell("it counts from the next list on: qrcert authority publish -o LIST.qct")
    return 0


def _admission_lines(plan: authority.Admission, *, test: bool) -> Iterator[str]:
    yield f"{text.escaped(plan.request.name)}, {text.escaped(plan.request.place)}"
    yield f"  groups:   {telephone_groups(plan.request.hash)}"
    yield f"  school:   {plan.school.id}{' (new)' if plan.new_school else ''}"
    yield f"  may sign: {', '.join(form.id for form in plan.forms)}"
    yield f"  from {wire.to_date(plan.entry.start)} until {wire.to_date(plan.entry.end)}"
    if test:
        yield "  TEST: papers of this key are never called genuine without --trust"
    if not plan.names_authority:
        yield "  the request names no authority: ask for the groups by telephone before you say yes"


@authority_group.group("form")
def form_subgroup() -> None:
    """Add kinds of certificates to the list."""


@form_subgroup.command("add")
@click.argument("file", metavar="FILE", type=_FILE)
@_folder_option
def form_add_command(file: Path, folder: Path) -> int:
    """Put a form, or better translations of one, into the list."""
    here = authority.open_authority(folder)
    try:
        source = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read the form {str(file)!r} as UTF-8 text") from error
    entry = compile_form(source)
    authority.add_form(here, entry).save()
    screen.tell(f"form {entry.hash.hex()} is in the next list")
    screen.tell("keys admitted before may not sign it: admit names the forms of each key")
    return 0


@authority_group.command("withdraw")
@click.argument("source", metavar="REQUEST|PICTURE", type=_FILE)
@click.option(
    "--kind",
    type=click.IntRange(1, 3),
    help="For a picture: 1 replaced and was right, 2 replaced and was wrong, 3 withdrawn (default).",
)
@click.option(
    "--by",
    type=click.Choice(["copy", "number"]),
    help="For a picture: only this copy (default for 1 and 2), or all copies with its number (default for 3).",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@_folder_option
def withdraw_command(source: Path, kind: int | None, by: authority.By | None, yes: bool, folder: Path) -> int:
    """Withdraw what a school's signed request names, or the certificate in a picture, PDF or text."""
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    try:
        changed, wanted = authority.withdraw_requested(here, unwrap(_read(source)), today=today)
    except TrustListError as error:
        if error.code not in ("unreadable", "too_big"):
            raise
        changed = _withdraw_picture(here, source, kind or 3, by, yes=yes)
    else:
        screen.confirm(f"The request withdraws {len(wanted)} certificates: go on?", yes=yes)
    changed.save()
    screen.tell("withdrawn; it counts from the next list on: qrcert authority publish -o LIST.qct")
    return 0


def _withdraw_picture(
    here: authority.Authority, source: Path, kind: int, by: authority.By | None, *, yes: bool
) -> authority.Authority:
    last = here.last_list()
    if last is None:
        raise Refused("nothing is published yet, so nothing can be withdrawn")
    request = checking.Request((last,), screen.now(), named_lists=True)
    try:
        findings = checking.check_file(source, request)
    except UnknownFile as error:
        raise Unreadable(f"{source.name!r} is neither a request nor a picture, PDF or text") from error
    if len(findings) != 1 or findings[0].text is None:
        raise Refused(f"{len(findings)} codes in {source.name!r}, expected exactly one that can be read")
    for line in checking.as_lines(findings[0], request, "en"):
        screen.tell(line)
    screen.confirm("Withdraw this certificate?", yes=yes)
    return authority.withdraw_verified(
        here,
        findings[0].verdict,
        wire.to_bytes(findings[0].text),
        kind=kind,
        by=by or ("number" if kind == 3 else "copy"),
        today=wire.to_day(screen.now()),
    )


@authority_group.command("publish")
@click.option("-o", "--output", required=True, type=_FILE, metavar="LIST.qct", help="Write the list here.")
@click.option("--next", "next_update", type=screen.Day(), help="Day by which a newer list is promised.")
@_folder_option
@screen.passphrase_option
def publish_command(
    output: Path, next_update: date | None, folder: Path, passphrase_file: Path | None
) -> int:
    """Sign the next list and write it, with a readable copy (.json) beside it."""
    here = authority.open_authority(folder)
    secret = screen.passphrase(passphrase_file, what="the signer's key")
    trust = authority.publish(
        here,
        passphrase=secret,
        today=wire.to_day(screen.now()),
        next_update=None if next_update is None else wire.to_day(next_update),
    )
    readable = authority.write_list(output, authority.newest_bytes(here))
    screen.tell(
        f"list No. {trust.version}: {len(trust.schools)} schools, {len(trust.keys)} keys, "
        f"{len(trust.contents.forms)} forms, {len(trust.contents.withdrawals)} withdrawals"
    )
    screen.tell(f"written: {output} and {readable}")
    screen.tell(f"fingerprint: {hex_groups(trust.fingerprint)}")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error
