"""``qrcert authority init`` and ``publish``: the root, and every list under it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority import telling
from qrcert.cli.authority.ceremony import (
    read_cards,
    read_drafts,
    read_passphrases,
    tell_draft_written,
    tell_fingerprint,
)
from qrcert.cli.authority.group import FILE, authority_group, folder_option
from qrcert.files import require_folder_of, write_file
from qrcert.form import shipped_forms
from qrcert.trust import (
    TrustList,
    compile_form,
    hex_groups,
    make_delta,
)
from qrcert.trust.entries import MAX_AGE


@authority_group.command("init", short_help="Make an authority in a new folder: keys, root, an empty list.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("drafts", metavar="[DRAFTS]", nargs=-1, type=FILE)
@click.option("--name", metavar="NAME", help="The authority's name, as people will see it.")
@click.option("--where", metavar="LINE", help="Where newer lists are found: shown to people, never fetched.")
@click.option(
    "--signers",
    "count",
    type=click.IntRange(1, 16),
    metavar="N",
    help="Make keys for so many signers here, for each to take his file away; default: 1.",
)
@click.option(
    "--signer",
    "cards",
    multiple=True,
    type=FILE,
    metavar="CARD",
    help="A signer who made his key himself (authority signer); once for each.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1),
    metavar="K",
    help="Signers that a list needs; default: most of them.",
)
@click.option(
    "--root-threshold",
    type=click.IntRange(1),
    metavar="K",
    help="Signers that a root needs; default: as --threshold.",
)
@click.option("--test", is_flag=True, help="For a pilot: all keys are admitted as test keys.")
@click.option("--no-forms", is_flag=True, help="Do not put the shipped forms into the list.")
@click.option("--finish", is_flag=True, help="The first root is signed: its drafts follow DIR.")
@click.option(
    "--passphrase-file",
    "passphrase_files",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Take a signer's passphrase from the first line of FILE; once for each signer.",
)
@screen.lang_option
def init_command(
    folder: Path,
    drafts: tuple[Path, ...],
    name: str | None,
    where: str | None,
    count: int | None,
    cards: tuple[Path, ...],
    threshold: int | None,
    root_threshold: int | None,
    test: bool,
    no_forms: bool,
    finish: bool,
    passphrase_files: tuple[Path, ...],
    lang: str | None,
) -> int:
    """Make an authority in a new folder: its signers' keys, its root, an empty list.

    With --signer the keys are elsewhere: the first root is a draft that the signers sign, then --finish ends it.
    """
    language = screen.language(lang)
    if finish != bool(drafts):
        raise click.UsageError("--finish goes with the signed drafts, and drafts with --finish")
    if finish:
        made = authority.finish_founding(folder, read_drafts(drafts))
        return _tell_made(made, language)
    if name is None:
        raise click.MissingParameter(param_hint="'--name'", param_type="option")
    if cards and (count or passphrase_files):
        raise click.UsageError("with --signer the keys are elsewhere: no --signers, no --passphrase-file")
    number = len(cards) or count or 1
    needed = threshold or authority.majority(number)
    thresholds = authority.Thresholds(needed, root_threshold or needed)
    if cards:
        return _prepare(
            folder,
            name=name,
            where=where,
            cards=read_cards(cards, language),
            thresholds=thresholds,
            test=test,
            with_forms=not no_forms,
            language=language,
        )
    made = authority.make_authority_of(
        folder,
        name=name,
        where=where or f"ask {name}",
        passphrases=read_passphrases(passphrase_files, number),
        thresholds=thresholds,
        today=wire.to_day(screen.now()),
        test=test,
    )
    if not no_forms:
        made = _with_shipped_forms(made)
        made.save()
    return _tell_made(made, language)


def _prepare(
    folder: Path,
    *,
    name: str,
    where: str | None,
    cards: list[authority.SignerCard],
    thresholds: authority.Thresholds,
    test: bool,
    with_forms: bool,
    language: str,
) -> int:
    """Make the folder of an authority whose signers have their keys elsewhere, and tell what they do now."""
    made, draft = authority.prepare_authority(
        folder,
        name=name,
        where=where or f"ask {name}",
        cards=cards,
        thresholds=thresholds,
        today=wire.to_day(screen.now()),
        test=test,
    )
    if with_forms:
        _with_shipped_forms(made).save()
    for line in telling.root_lines(draft, made.root, language=language):
        screen.tell(line)
    finish = f"qrcert authority init {text.escaped(str(folder))} --finish"
    tell_draft_written(folder / authority.FIRST_DRAFT, draft, language, finish=finish)
    return 0


def _tell_made(made: authority.Authority, language: str) -> int:
    shown, place = text.escaped(made.contents.authority), text.escaped(str(made.folder))
    count, root = len(made.root.signers), made.root
    screen.tell(
        screen.pick(language, f"made the authority {shown} in {place}", f"орган {shown} создан в {place}")
    )
    if count > 1:
        screen.tell(
            screen.pick(
                language,
                f"signers: {count}; a list needs {root.list_threshold}, a root {root.root_threshold}",
                f"подписантов {count}; списку нужно подписей {root.list_threshold}, корню {root.root_threshold}",
            )
        )
    if count > 1 and list(made.folder.glob("signer-*.key")):
        screen.tell(
            screen.pick(
                language,
                f"each signer takes his key file out of {place} to his own machine: leave none behind",
                f"каждый подписант забирает свой файл ключа из {place} к себе: не оставляйте ни одного",
            )
        )
    tell_fingerprint(made, language)
    for line in (
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
    folder: Path, *, name: str, where: str | None, passphrase: bytes, test: bool = False
) -> authority.Authority:
    """Make an authority of one signer, the shipped forms in its list, and return it."""
    made = authority.make_authority(
        folder,
        name=name,
        where=where or f"ask {name}",
        passphrase=passphrase,
        today=wire.to_day(screen.now()),
        test=test,
    )
    made = _with_shipped_forms(made)
    made.save()
    return made


def _with_shipped_forms(made: authority.Authority) -> authority.Authority:
    for source in shipped_forms().values():
        made = authority.add_form(made, compile_form(source))
    return made


@authority_group.command(
    "publish", short_help="Sign the next list and write it, or its draft for several signers."
)
@click.argument("drafts", metavar="[DRAFTS]", nargs=-1, type=FILE)
@click.option("-o", "--output", required=True, type=FILE, metavar="LIST.qct", help="Write the list here.")
@click.option(
    "--next",
    "next_update",
    type=screen.Day(),
    metavar="DAY",
    help="Day by which a newer list is promised; default: in a year.",
)
@click.option("--key", type=FILE, metavar="FILE", help="The one signer's key file; default: in the folder.")
@click.option("--finish", is_flag=True, help="Publish the list of these drafts, which enough signers signed.")
@click.option(
    "--delta",
    type=FILE,
    metavar="FILE.qcd",
    help="Also write what makes this list of the last one, for slow lines.",
)
@folder_option
@screen.passphrase_option
@screen.lang_option
def publish_command(
    drafts: tuple[Path, ...],
    output: Path,
    next_update: date | None,
    key: Path | None,
    finish: bool,
    delta: Path | None,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Sign the next list and write it, with a readable copy (.json) beside it.

    Where a list needs several signers, write a draft for them (authority sign); --finish then makes the list of it.
    """
    language = screen.language(lang)
    if finish != bool(drafts):
        raise click.UsageError("--finish goes with the signed drafts, and drafts with --finish")
    for path in filter(None, (output, delta)):
        require_folder_of(path)
    here = authority.open_authority(folder)
    last = authority.newest_bytes(here) if delta else None
    today = wire.to_day(screen.now())
    promised = None if next_update is None else wire.to_day(next_update)
    if finish:
        draft = read_drafts(drafts)
        trust = authority.finish_list(here, draft)
        for line in telling.signature_lines(draft, language, names=dict(here.officers)):
            screen.tell(line)
    elif here.root.list_threshold > 1:
        if delta:
            raise click.UsageError(
                "a delta is made when the list is finished: --finish DRAFTS --delta FILE.qcd"
            )
        path = output if output.suffix == authority.SUFFIX else output.with_suffix(authority.SUFFIX)
        return _draft(here, path, today=today, next_update=promised, language=language)
    else:
        secret = screen.passphrase(passphrase_file, what=("the signer's key", "к ключу органа"))
        trust = authority.publish(here, passphrase=secret, today=today, next_update=promised, key=key)
    readable = authority.write_list(output, authority.newest_bytes(here))
    screen.tell(_counts(trust, language))
    for path in (output, readable):
        screen.tell_written(path, language)
    if delta and last:
        screen.tell_written(write_file(delta, make_delta(last, authority.newest_bytes(here))), language)
    screen.tell(f"{screen.pick(language, 'fingerprint', 'отпечаток')}: {hex_groups(trust.fingerprint)}")
    end = here.root.until
    if end - today <= MAX_AGE:
        screen.tell(
            screen.pick(
                language,
                f"the root ends on {telling.day(end)}, and no list goes beyond it: qrcert authority rotate",
                f"корень кончается {telling.day(end)}, дольше него списков нет: qrcert authority rotate",
            )
        )
    return 0


def _draft(
    here: authority.Authority, path: Path, *, today: int, next_update: int | None, language: str
) -> int:
    """Write the next list's draft for several signers, and tell what it changes."""
    draft = authority.draft_list(here, today=today, next_update=next_update)
    screen.tell(_counts(draft.as_list(), language))
    for line in telling.change_lines(draft.as_list(), here.last_list(), language=language):
        screen.tell(line)
    write_file(path, draft.to_bytes())
    tell_draft_written(path, draft, language, finish="qrcert authority publish -o LIST.qct --finish")
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
