"""``qrcert office``: a school's own folder."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

import click

from qrcert import authority, cose, issue, text, wire
from qrcert.cli import screen
from qrcert.cli.approving import approve_command, officer_command
from qrcert.cli.authority import make_with_forms
from qrcert.cli.lists import read_list_file
from qrcert.cli.papers import KEY_OWNER, office_option
from qrcert.cli.register.telling import unfinished_lines
from qrcert.trust import NO_HASH, TrustList, read_key_request, telephone_groups, unwrap

_FILE = click.Path(path_type=Path, dir_okay=False)

OWN_AUTHORITY = "own-list"
"""The folder, inside the office's, of a school that is its own authority."""


@click.group("office", cls=screen.Group)
def office_group() -> None:
    """Make a school's own folder, ask for a longer key, hand in a season's leaves."""


office_group.add_command(officer_command)
office_group.add_command(approve_command)


@office_group.command(
    "init",
    short_help="Make the folder, a new key, the request for the authority.",
    epilog=screen.examples('qrcert office init office --school "School No. 7" --place "Springfield"'),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--school", required=True, metavar="NAME", help="The school's full official name.")
@click.option("--place", default="", metavar="PLACE", help="Settlement and region, as on the certificates.")
@click.option(
    "--alg",
    type=click.Choice(["ed25519", "esp256"]),
    default="ed25519",
    show_default=True,
    help="Kind of key; esp256 only where the key must move to a token that lacks Ed25519.",
)
@click.option(
    "--pkcs11",
    "token",
    metavar="URI",
    help="Make the key on a token, for ever: pkcs11:token=NAME;object=KEY?module-path=LIBRARY.",
)
@click.option(
    "--for",
    "for_list",
    type=_FILE,
    metavar="LIST",
    help="The authority's present list: the request is for it alone.",
)
@click.option("--own-list", is_flag=True, help="No authority: the school publishes a list of itself.")
@screen.passphrase_option
@screen.lang_option
def init_command(
    folder: Path,
    school: str,
    place: str,
    alg: str,
    token: str | None,
    for_list: Path | None,
    own_list: bool,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Make the office folder: a new key, the request for the authority, the settings."""
    language = screen.language(lang)
    if own_list and for_list is not None:
        raise click.UsageError("--for LIST and --own-list exclude each other: there is one authority or none")
    if own_list and token is not None:
        raise click.UsageError("--own-list and --pkcs11 exclude each other: the list's own keys are files")
    issue.require_no_office(folder)
    identity = TrustList.from_bytes(read_list_file(for_list)).identity if for_list else NO_HASH
    if token is None:
        owner = ("the school's new key", "к новому ключу школы")
        secret = screen.passphrase(passphrase_file, what=owner, new=True)
    else:
        owner = ("the token (its PIN)", "к токену (PIN)")
        secret = screen.passphrase(passphrase_file, what=owner)
    office, request = issue.make_office(
        folder,
        school=text.normalise(school),
        place=text.normalise(place) or "-",
        alg=cose.ED25519 if alg == "ed25519" else cose.ESP256,
        passphrase=secret,
        nonce=secrets.token_bytes(16),
        today=wire.to_day(screen.now()),
        authority=identity,
        token=token,
    )
    for line in _done(office, request, own_list, language):
        screen.tell(line)
    if own_list:
        _publish_own(office, request, secret)
        for line in _own_done(office, language):
            screen.tell(line)
    return 0


def _publish_own(office: issue.Office, request: bytes, secret: bytes) -> None:
    """Make the school its own authority, with all shipped forms, and put its list into the office folder."""
    made = make_with_forms(
        office.folder / OWN_AUTHORITY, name=office.school, where=office.school, passphrase=secret
    )
    today = wire.to_day(screen.now())
    plan = authority.plan_admission(made, read_key_request(request), forms="*", today=today)
    made = authority.admit(made, plan)
    made.save()
    authority.publish(made, passphrase=secret, today=today)
    authority.write_list(office.folder / issue.LIST, authority.newest_bytes(made))


def _done(office: issue.Office, request: bytes, own_list: bool, language: str) -> list[str]:
    groups = telephone_groups(read_key_request(request).hash)
    folder = text.escaped(str(office.folder))
    place = text.escaped(str(office.folder / issue.LIST))
    said = [
        screen.pick(language, f"made the office in {folder}", f"папка школы готова: {folder}"),
        _care(office, language),
    ]
    if own_list:
        return said
    return [
        *said,
        screen.pick(
            language,
            "send request.json to the authority; by telephone it will ask for these groups:",
            "отправьте request.json органу образования; по телефону у вас спросят эти группы:",
        ),
        f"  {groups}",
        screen.pick(
            language,
            f"when its list has your school, save that list as {place}",
            f"когда ваша школа будет в его списке, сохраните список как {place}",
        ),
    ]


def _care(office: issue.Office, language: str) -> str:
    if office.token is not None:
        return screen.pick(
            language,
            "  keep the token and its PIN as you keep the school's seal; no copy of the key can be made",
            "  берегите токен и его PIN, как печать школы; копию ключа сделать нельзя",
        )
    return screen.pick(
        language,
        "  keep school.key and its passphrase as you keep the school's seal; copy both to a safe place",
        "  берегите school.key и его пароль, как печать школы; храните копию в сейфе",
    )


def _own_done(office: issue.Office, language: str) -> list[str]:
    folder = text.escaped(str(office.folder / OWN_AUTHORITY))
    return [
        screen.pick(
            language,
            "the school's own list is list.qct: give it to those who check, and print its fingerprint "
            "(qrcert trust show list.qct) where people can compare it",
            "список самой школы — list.qct: передайте его тем, кто проверяет, а отпечаток "
            "(qrcert trust show list.qct) напечатайте там, где его можно сверить",
        ),
        screen.pick(
            language,
            f"to change it later: qrcert authority ... --authority {folder}",
            f"изменить его позже: qrcert authority ... --authority {folder}",
        ),
    ]


@office_group.command(
    "leaves",
    short_help="Write the signed leaves of a season for the authority.",
    epilog=screen.examples("qrcert office leaves -o leaves.json"),
)
@click.option(
    "--since",
    type=screen.Day(),
    metavar="DAY",
    help="First day; default: that of the last season in the list.",
)
@click.option("--until", type=screen.Day(), metavar="DAY", help="Last day; default: today.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Default: leaves-DAY.json in requests.")
@office_option
@screen.passphrase_option
@screen.lang_option
def leaves_command(
    since: date | None,
    until: date | None,
    output: Path | None,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Write what the authority needs to close a season: a digest of each certificate, nothing readable.

    Should the school's key ever be stolen, what stands in a closed season stays genuine.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    seasons = office.published_list().header.seasons
    first = since or wire.to_date(seasons[-1].day if seasons else wire.FIRST_DAY)
    today = screen.now().date()
    key = office.load_key(screen.passphrase(passphrase_file, what=KEY_OWNER))
    path, count = issue.write_leaves(
        office,
        first=first,
        last=until or today,
        key=key,
        nonce=secrets.token_bytes(16),
        now=screen.now(),
        path=output,
    )
    screen.tell(
        screen.pick(
            language,
            f"{screen.plural(count, 'certificate')} since {first}; tell the authority this number another way",
            f"документов с {first}: {count}; сообщите органу образования это число иным путём",
        )
    )
    _tell_sent(path, language)
    with office.open_register() as register:
        unfinished = register.unfinished()
    for line in unfinished_lines(unfinished, language):
        screen.tell(line, error=True)
    return 0


@office_group.command(
    "renew",
    short_help="Ask the authority to let the key sign longer.",
    epilog=screen.examples("qrcert office renew"),
)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Default: renew-DAY.json in requests.")
@office_option
@screen.passphrase_option
@screen.lang_option
def renew_command(output: Path | None, folder: Path, passphrase_file: Path | None, lang: str | None) -> int:
    """Write the request that lets the school's key sign for another 15 months; the key stays the same."""
    language = screen.language(lang)
    office = issue.open_office(folder)
    office.published_list()  # told before a passphrase is asked for
    key = office.load_key(screen.passphrase(passphrase_file, what=KEY_OWNER))
    path = issue.write_renewal(
        office, key=key, nonce=secrets.token_bytes(16), today=screen.now().date(), path=output
    )
    groups = telephone_groups(read_key_request(unwrap(path.read_bytes())).hash)
    screen.tell(
        screen.pick(
            language,
            "by telephone the authority will ask for these groups:",
            "по телефону у вас спросят эти группы:",
        )
    )
    screen.tell(f"  {groups}")
    _tell_sent(path, language)
    return 0


def _tell_sent(path: Path, language: str) -> None:
    shown = text.escaped(str(path))
    screen.tell(
        screen.pick(
            language, f"send this to the authority: {shown}", f"отправьте органу образования: {shown}"
        )
    )
