"""``qrcert authority``: making, filling and publishing a list of schools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from qrcert import authority, checking, text, wire
from qrcert.cli import screen
from qrcert.cli.forms import read_form_file
from qrcert.errors import Refused, TrustListError, UnknownFile, Unreadable
from qrcert.form import shipped_forms
from qrcert.trust import (
    KeyEntry,
    TrustList,
    compile_form,
    hex_groups,
    read_key_request,
    telephone_groups,
    unwrap,
)

_FILE = click.Path(path_type=Path, dir_okay=False)

_folder_option = click.option(
    "--authority",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The authority's folder; default: here.",
)


@click.group("authority", cls=screen.Group)
def authority_group() -> None:
    """Publish whose keys are good for what, which forms there are, and what no longer counts."""


@authority_group.command("init", short_help="Make an authority in a new folder: keys, root, an empty list.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, metavar="NAME", help="The authority's name, as people will see it.")
@click.option("--where", metavar="LINE", help="Where newer lists are found: shown to people, never fetched.")
@click.option("--test", is_flag=True, help="For a pilot: all keys are admitted as test keys.")
@click.option("--no-forms", is_flag=True, help="Do not put the shipped forms into the list.")
@screen.passphrase_option
@screen.lang_option
def init_command(
    folder: Path,
    name: str,
    where: str | None,
    test: bool,
    no_forms: bool,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Make an authority of one signer in a new folder: its keys, its root, an empty list."""
    language = screen.language(lang)
    owner = ("the signer's new key", "к новому ключу органа")
    secret = screen.passphrase(passphrase_file, what=owner, new=True)
    made = make_with_forms(
        folder, name=name, where=where, passphrase=secret, test=test, with_forms=not no_forms
    )
    shown, place = text.escaped(name), text.escaped(str(folder))
    for line in (
        screen.pick(language, f"made the authority {shown} in {place}", f"орган {shown} создан в {place}"),
        screen.pick(language, "fingerprint:", "отпечаток:"),
        f"  {hex_groups(made.root.hash)}",
        screen.pick(
            language,
            "tell the fingerprint in several places: people compare it when they take the first list",
            "сообщите отпечаток в нескольких местах: его сверяют, принимая первый список",
        ),
        screen.pick(
            language,
            f"next: qrcert authority admit REQUEST --forms 'ru.*' --authority {place}",
            f"далее: qrcert authority admit ЗАПРОС --forms 'ru.*' --authority {place}",
        ),
    ):
        screen.tell(line)
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
@_folder_option
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
            read_key_request(unwrap(_read(path))),
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
    screen.tell(_counts_from_next(language, "it counts", "действует"))
    return 0


def _requests(source: Path) -> list[Path]:
    """Return the request files that a name stands for; raises `Unreadable` for a folder without any."""
    if not source.is_dir():
        return [source]
    found = sorted(source.rglob("*.json"))
    if not found:
        raise Unreadable(f"no request (*.json) in {str(source)!r}")
    return found


def _counts_from_next(language: str, en: str, ru: str) -> str:
    return screen.pick(
        language,
        f"{en} from the next list on: qrcert authority publish -o LIST.qct",
        f"{ru} со следующего списка: qrcert authority publish -o СПИСОК.qct",
    )


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
@click.argument("file", metavar="FILE.toml", type=_FILE)
@click.option("--allow", is_flag=True, help="Let the keys that are in use sign it too.")
@click.option(
    "--school",
    "school_id",
    type=click.IntRange(1),
    metavar="ID",
    help="With --allow: only the keys of the school with this number in the list.",
)
@_folder_option
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


@authority_group.command("withdraw", short_help="Withdraw what a request names, or the paper in a picture.")
@click.argument("source", metavar="REQUEST|PICTURE", type=_FILE)
@click.option(
    "--kind",
    type=click.IntRange(1, 3),
    metavar="1|2|3",
    help="For a picture: 1 replaced and was right, 2 replaced and was wrong, 3 withdrawn (default).",
)
@click.option(
    "--by",
    type=click.Choice(["copy", "number"]),
    help="For a picture: only this copy (default for 1 and 2), or all copies with its number (default for 3).",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@_folder_option
@screen.lang_option
def withdraw_command(
    source: Path, kind: int | None, by: authority.By | None, yes: bool, folder: Path, lang: str | None
) -> int:
    """Withdraw what a school's signed request names, or the certificate in a picture, PDF or text."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    try:
        changed, wanted = authority.withdraw_requested(here, unwrap(_read(source)), today=today)
    except TrustListError as error:
        if error.code not in ("unreadable", "too_big"):
            raise
        changed = _withdraw_picture(here, source, kind or 3, by, yes=yes, language=language)
    else:
        count = len(wanted)
        question = screen.pick(
            language,
            f"The request withdraws {screen.plural(count, 'certificate')}: go on?",
            f"По запросу отзывается документов: {count}. Продолжить?",
        )
        screen.confirm(question, yes=yes)
    changed.save()
    screen.tell(_counts_from_next(language, "withdrawn; it counts", "отозвано; действует"))
    return 0


_NO_PAPER = ("not_qrcert", "unsupported", "unreadable")
"""Verdicts on what is no paper of any school."""


def _withdraw_picture(
    here: authority.Authority,
    source: Path,
    kind: int,
    by: authority.By | None,
    *,
    yes: bool,
    language: str,
) -> authority.Authority:
    last = here.last_list()
    if last is None:
        raise Refused("nothing is published yet, so nothing can be withdrawn")
    request = checking.Request((last,), screen.now(), named_lists=True)
    try:
        findings = checking.check_file(source, request)
    except UnknownFile as error:
        raise Unreadable(f"{str(source)!r} is neither a request nor a picture, PDF or text") from error
    ours = [one for one in findings if one.text is not None and one.verdict.code not in _NO_PAPER]
    if len(ours) != 1:
        raise Refused(f"{len(ours)} codes in {str(source)!r}, expected exactly one that can be read")
    (finding,) = ours
    for line in checking.as_lines(finding, request, language):
        screen.tell(line)
    question = screen.pick(language, "Withdraw this certificate?", "Отозвать этот документ?")
    screen.confirm(question, yes=yes)
    assert finding.text is not None
    return authority.withdraw_verified(
        here,
        finding.verdict,
        wire.to_bytes(finding.text),
        kind=kind,
        by=by or ("number" if kind == 3 else "copy"),
        today=wire.to_day(screen.now()),
    )


@authority_group.command("publish", short_help="Sign the next list and write it.")
@click.option("-o", "--output", required=True, type=_FILE, metavar="LIST.qct", help="Write the list here.")
@click.option(
    "--next",
    "next_update",
    type=screen.Day(),
    metavar="DAY",
    help="Day by which a newer list is promised; default: in a year.",
)
@_folder_option
@screen.passphrase_option
@screen.lang_option
def publish_command(
    output: Path, next_update: date | None, folder: Path, passphrase_file: Path | None, lang: str | None
) -> int:
    """Sign the next list and write it, with a readable copy (.json) beside it."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    secret = screen.passphrase(passphrase_file, what=("the signer's key", "к ключу органа"))
    trust = authority.publish(
        here,
        passphrase=secret,
        today=wire.to_day(screen.now()),
        next_update=None if next_update is None else wire.to_day(next_update),
    )
    readable = authority.write_list(output, authority.newest_bytes(here))
    screen.tell(_counts(trust, language))
    for path in (output, readable):
        screen.tell_written(path, language)
    screen.tell(f"{screen.pick(language, 'fingerprint', 'отпечаток')}: {hex_groups(trust.fingerprint)}")
    return 0


def _counts(trust: TrustList, language: str) -> str:
    schools, keys, contents = len(trust.schools), len(trust.keys), trust.contents
    forms, withdrawals = len(contents.forms), len(contents.withdrawals)
    english = ", ".join(
        screen.plural(count, noun)
        for count, noun in ((schools, "school"), (keys, "key"), (forms, "form"), (withdrawals, "withdrawal"))
    )
    return screen.pick(
        language,
        f"list No. {trust.version}: {english}",
        f"список № {trust.version}: школ {schools}, ключей {keys}, форм {forms}, отзывов {withdrawals}",
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot read {str(path)!r}: {error.strerror}") from error
