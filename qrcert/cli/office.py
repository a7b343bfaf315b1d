"""``qrcert office``: a school's own folder."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from qrcert import authority, cose, issue, text, wire
from qrcert.cli import screen
from qrcert.cli.authority import make_with_forms
from qrcert.cli.lists import read_list_file
from qrcert.trust import NO_HASH, TrustList, read_key_request, telephone_groups

_FILE = click.Path(path_type=Path, dir_okay=False)

OWN_AUTHORITY = "own-list"
"""The folder, inside the office's, of a school that is its own authority."""


@click.group("office", cls=screen.Group)
def office_group() -> None:
    """Make a school's own folder: its key, its settings, its register."""


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
    for_list: Path | None,
    own_list: bool,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Make the office folder: a new key, the request for the authority, the settings."""
    language = screen.language(lang)
    if own_list and for_list is not None:
        raise click.UsageError("--for LIST and --own-list exclude each other: there is one authority or none")
    identity = TrustList.from_bytes(read_list_file(for_list)).identity if for_list else NO_HASH
    owner = ("the school's new key", "к новому ключу школы")
    secret = screen.passphrase(passphrase_file, what=owner, new=True)
    office, request = issue.make_office(
        folder,
        school=text.normalise(school),
        place=text.normalise(place) or "-",
        alg=cose.ED25519 if alg == "ed25519" else cose.ESP256,
        passphrase=secret,
        nonce=secrets.token_bytes(16),
        today=wire.to_day(screen.now()),
        authority=identity,
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
        screen.pick(
            language,
            "  keep school.key and its passphrase as you keep the school's seal; copy both to a safe place",
            "  берегите school.key и его пароль, как печать школы; храните копию в сейфе",
        ),
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
