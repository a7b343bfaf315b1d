"""``qrcert authority init`` and ``publish``: the root, and every list under it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import FILE, authority_group, folder_option
from qrcert.form import shipped_forms
from qrcert.trust import (
    TrustList,
    compile_form,
    hex_groups,
)


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


@authority_group.command("publish", short_help="Sign the next list and write it.")
@click.option("-o", "--output", required=True, type=FILE, metavar="LIST.qct", help="Write the list here.")
@click.option(
    "--next",
    "next_update",
    type=screen.Day(),
    metavar="DAY",
    help="Day by which a newer list is promised; default: in a year.",
)
@folder_option
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
