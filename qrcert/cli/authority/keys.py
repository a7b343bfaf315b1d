"""``qrcert authority admit``, ``renew``, ``retire``, ``compromise``, ``void``: whose key is good for what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import reporting, screen
from qrcert.cli.authority.group import authority_group, counts_from_next, folder_option, read_bytes
from qrcert.errors import QrcertError, Refused, Unreadable
from qrcert.trust import KeyEntry, KeyRequest, read_key_request, telephone_groups, unwrap
from qrcert.trust.entries import Status

_until_option = click.option(
    "--until",
    type=screen.Day(),
    metavar="DAY",
    help="Last day of signing; default and most: 15 months ahead.",
)
_yes_option = click.option("--yes", is_flag=True, help="Ask nothing; of a folder, take all or none.")
_source_argument = click.argument("source", metavar="REQUEST|FOLDER", type=click.Path(path_type=Path))

_Plan = Callable[[authority.Admissions, KeyRequest], authority.Admission]


@authority_group.command(
    "admit",
    short_help="Admit a school's key, after a telephone call.",
    epilog=screen.examples("qrcert authority admit request.json --forms 'ru.*'"),
)
@_source_argument
@click.option(
    "--forms", required=True, metavar="GLOB", help="Kinds of certificates the key may sign: 'ru.*'."
)
@_until_option
@click.option(
    "--school",
    "school_id",
    type=click.IntRange(1),
    metavar="ID",
    help="Add the key to the school with this number in the list.",
)
@_yes_option
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
    """Admit a school's key after comparing its groups with the school by telephone.

    A request that brings a key of the same school which is in the list already renews it. Of a folder, each request
    is asked about; with --yes all are taken, or none where one of them is at fault.
    """

    def plan(admissions: authority.Admissions, request: KeyRequest) -> authority.Admission:
        return admissions.plan(
            request, forms=forms, today=_today(), until=_as_day(until), school_id=school_id
        )

    _take(source, plan, folder=folder, yes=yes, language=screen.language(lang))
    return 0


@authority_group.command(
    "renew",
    short_help="Let an admitted key sign longer.",
    epilog=screen.examples("qrcert authority renew renewal.json"),
)
@_source_argument
@_until_option
@_yes_option
@folder_option
@screen.lang_option
def renew_command(source: Path, until: date | None, yes: bool, folder: Path, lang: str | None) -> int:
    """Move the last day of a key that is in the list, at most 15 months ahead, as its school asks.

    The school makes the request with: qrcert office renew.
    """

    def plan(admissions: authority.Admissions, request: KeyRequest) -> authority.Admission:
        return admissions.plan_renewal(request, today=_today(), until=_as_day(until))

    _take(source, plan, folder=folder, yes=yes, language=screen.language(lang))
    return 0


def _take(source: Path, plan: _Plan, *, folder: Path, yes: bool, language: str) -> None:
    """Admit or renew the key of each request; every fault of a folder is told, and with ``yes`` it bars all."""
    here = authority.open_authority(folder)
    admissions = authority.Admissions(here)
    paths = _requests(source)
    faults = 0
    for path in paths:
        try:
            planned = plan(admissions, read_key_request(unwrap(read_bytes(path))))
        except QrcertError as error:
            if paths == [source]:
                raise
            screen.tell(text.escaped(str(path)), error=True)
            reporting.tell_error(error)
            faults += 1
            continue
        for line in _admission_lines(planned, language, test=here.test):
            screen.tell(line)
        question = screen.pick(
            language,
            "Do the groups agree with what the school reads out: admit?",
            "Группы совпали с теми, что назвала школа: внести?",
        )
        screen.confirm(question, yes=yes)
        admissions.take(planned)
        if not yes:
            admissions.done().save()
        screen.tell(_taken(planned, language))
    if faults:
        _refuse(faults, len(paths), nothing=yes)
    if yes:
        admissions.done().save()
    screen.tell(counts_from_next(language, "it counts", "действует"))


def _refuse(faults: int, count: int, *, nothing: bool) -> None:
    hint = "take these out of the folder, or mend them"
    if nothing:
        raise Refused(f"{faults} of {count} requests are at fault; nothing was changed", hint=hint)
    raise Refused(f"{faults} of {count} requests are at fault, the others were taken", hint=hint)


def _taken(planned: authority.Admission, language: str) -> str:
    number = planned.school.id
    if planned.renews is not None:
        return screen.pick(language, f"renewed, school {number}", f"ключ продлён, школа № {number}")
    return screen.pick(language, f"admitted as school {number}", f"внесена под № {number}")


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
    if plan.renews is not None:
        facts[1] = (("school", "школа №"), f"{plan.school.id}, {text.escaped(plan.school.name_now)}")
        facts.append((("until now", "прежде по"), f"{wire.to_date(plan.renews.end)}"))
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


@authority_group.command(
    "retire",
    short_help="Let a key sign no longer; its papers stay good.",
    epilog=screen.examples("qrcert authority retire 7f3a91c25e0d4b86 --on 2027-06-30"),
)
@click.argument("wanted", metavar="KID")
@click.option("--on", type=screen.Day(), metavar="DAY", help="Last day of signing; default: today.")
@_yes_option
@folder_option
@screen.lang_option
def retire_command(wanted: str, on: date | None, yes: bool, folder: Path, lang: str | None) -> int:
    """Move the last day of a key back: what it signed until then stays good, later papers are refused."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    day = _today() if on is None else wire.to_day(on)
    (entry,) = _one_key(authority.find_keys(here, wanted))
    changed = authority.retire(here, entry, on=day)
    _show_keys([entry], language)
    question = screen.pick(
        language,
        f"Papers of this key dated after {wire.to_date(day)} will be refused: go on?",
        f"Документы этого ключа с датой позже {wire.to_date(day)} приниматься не будут. Продолжить?",
    )
    screen.confirm(question, yes=yes)
    changed.save()
    screen.tell(counts_from_next(language, "retired; it counts", "ключ выведен; действует"))
    return 0


_wanted_argument = click.argument("wanted", metavar="KID|SCHOOL")
_since_option = click.option(
    "--since", type=screen.Day(), metavar="DAY", help="Day since when, for the screen; default: today."
)


@authority_group.command(
    "compromise",
    short_help="Tell everybody that a key was stolen.",
    epilog=screen.examples("qrcert authority compromise 17 --since 2027-02-01"),
)
@_wanted_argument
@_since_option
@_yes_option
@folder_option
@screen.lang_option
def compromise_command(wanted: str, since: date | None, yes: bool, folder: Path, lang: str | None) -> int:
    """Mark a stolen key; its papers that stand in closed seasons stay genuine, all others are refused.

    KID has 16 hex digits; SCHOOL is the school's number in the list, for all of its keys that are in use.
    """
    language = screen.language(lang)
    changed, marked = _mark(wanted, "compromised", since, folder=folder)
    _show_keys(marked, language)
    known = sum(len(part) for one in marked for part in one.papers)
    screen.tell(
        screen.pick(
            language,
            f"  papers in closed seasons, which stay genuine: {known}",
            f"  документов в закрытых сезонах (останутся подлинными): {known}",
        )
    )
    question = screen.pick(
        language,
        "All other papers of this key will be refused, for ever: go on?",
        "Все прочие документы этого ключа навсегда перестанут приниматься. Продолжить?",
    )
    screen.confirm(question, yes=yes)
    changed.save()
    for line in (
        counts_from_next(language, "marked as stolen; it counts", "ключ помечен как похищенный; действует"),
        screen.pick(
            language,
            "papers of the running season count again when it is closed: qrcert authority season",
            "документы идущего сезона снова станут подлинными, когда он закроется: qrcert authority season",
        ),
    ):
        screen.tell(line)
    return 0


@authority_group.command(
    "void",
    short_help="Tell everybody that a key never counted.",
    epilog=screen.examples("qrcert authority void 7f3a91c25e0d4b86"),
)
@_wanted_argument
@_since_option
@_yes_option
@folder_option
@screen.lang_option
def void_command(wanted: str, since: date | None, yes: bool, folder: Path, lang: str | None) -> int:
    """Declare a key void: none of its papers counts, not even those of closed seasons.

    For a key that was admitted by mistake or by fraud; for a stolen one: qrcert authority compromise.
    """
    language = screen.language(lang)
    changed, marked = _mark(wanted, "void", since, folder=folder)
    _show_keys(marked, language)
    question = screen.pick(
        language,
        "Every paper of this key will be refused, for ever: go on?",
        "Все документы этого ключа навсегда перестанут приниматься. Продолжить?",
    )
    screen.confirm(question, yes=yes)
    changed.save()
    screen.tell(counts_from_next(language, "void; it counts", "ключ недействителен;"))
    return 0


def _mark(
    wanted: str, status: Status, since: date | None, *, folder: Path
) -> tuple[authority.Authority, tuple[KeyEntry, ...]]:
    here = authority.open_authority(folder)
    day = _today() if since is None else wire.to_day(since)
    return authority.mark(here, authority.find_keys(here, wanted), status, since=day, today=_today())


def _one_key(entries: Sequence[KeyEntry]) -> Sequence[KeyEntry]:
    if len(entries) != 1:
        kids = ", ".join(one.kid.hex() for one in entries)
        raise Refused(
            f"the school has {len(entries)} keys in use, expected one", hint=f"name its kid: {kids}"
        )
    return entries


def _show_keys(entries: Sequence[KeyEntry], language: str) -> None:
    for one in entries:
        window = f"{wire.to_date(one.start)}, {wire.to_date(one.end)}"
        screen.tell(f"{one.school.id}  {text.escaped(one.school.name_now)}, {text.escaped(one.school.place)}")
        screen.tell(f"  {screen.pick(language, 'key', 'ключ'):<12} {one.kid.hex()}")
        screen.tell(f"  {screen.pick(language, 'from, until', 'с, по'):<12} {window}")


def _today() -> int:
    return wire.to_day(screen.now())


def _as_day(day: date | None) -> int | None:
    return None if day is None else wire.to_day(day)
