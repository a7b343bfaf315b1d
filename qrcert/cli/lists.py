"""``qrcert trust``: the lists that this person goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from qrcert import text, wire
from qrcert.checking import words
from qrcert.cli import screen
from qrcert.errors import Refused
from qrcert.files import read_file, write_file
from qrcert.store import Store, StoredList
from qrcert.trust import MAX_FILE, TrustList, VerifiedList, hex_groups, is_delta, require_one_chain

_LIST_FILE = click.Path(path_type=Path, dir_okay=False)


def read_list_file(path: Path) -> bytes:
    """Return the bytes of a list file; raises `Unreadable`."""
    return read_file(path, limit=MAX_FILE)


def lists_to_go_by(files: tuple[Path, ...], home: Path | None) -> tuple[VerifiedList, ...]:
    """Return the lists of the named files, or the person's own lists where none is named.

    A named list may be older or newer than one's own of the same authority; with another chain of roots it is
    refused (``fork``): one of the two is not the authority's.
    """
    own = Store(screen.home_folder(home)).lists()
    if not files:
        return own
    named = tuple([TrustList.from_bytes(read_list_file(path)) for path in files])
    for one in named:
        for known in own:
            if known.identity == one.identity:
                require_one_chain(known, one)
    return named


@click.group("trust", cls=screen.Group)
def trust_group() -> None:
    """Keep the lists you go by: whose keys are good, and what was withdrawn."""


@trust_group.command("add", epilog=screen.examples("qrcert trust add list.qct"))
@click.argument("file", metavar="LIST", type=_LIST_FILE)
@click.option(
    "--fingerprint", metavar="HEX", help="Take the list only if its fingerprint is this; asks nothing."
)
@screen.home_option
@screen.lang_option
def add_command(file: Path, fingerprint: str | None, home: Path | None, lang: str | None) -> int:
    """Take a list, or a newer one of an authority you know.

    The first list of an authority is taken only after you compared its fingerprint with the one that the
    authority tells by another way. Newer lists need no question: their signatures say whose they are. LIST is a
    whole list (.qct), or the little that makes it of the one you have (.qcd).
    """
    language = screen.language(lang)
    data = read_list_file(file)
    store = Store(screen.home_folder(home))
    if is_delta(data):
        data = store.undelta(data)

    def ask(trust: TrustList, lost: tuple[str, ...]) -> bool:
        for line in _question(trust, lost, store.lists(), language):
            screen.tell(line, error=True)
        question = screen.pick(language, "Is this the fingerprint?", "Отпечаток тот самый?")
        screen.confirm(question, yes=False, hint=_UNATTENDED)
        return True

    done = store.import_list(
        data, on=screen.now().date(), confirm=None if fingerprint else ask, fingerprint=fingerprint
    )
    trust = TrustList.from_bytes(data)
    name, day = text.escaped(trust.authority), words.day_text(trust.issued, language)
    if done == "same":
        screen.tell(
            screen.pick(language, f"{name}: this list is there already", f"{name}: этот список уже есть")
        )
    else:
        screen.tell(
            screen.pick(
                language,
                f"{name}: list No. {trust.version} of {day} is now yours",
                f"{name}: список № {trust.version} от {day} принят",
            )
        )
    return 0


_UNATTENDED = "compare the fingerprint with the authority's own, then add --fingerprint HEX"


def _question(
    trust: TrustList, lost: tuple[str, ...], own: tuple[VerifiedList, ...], language: str
) -> Iterator[str]:
    """Yield what a person must know before saying yes to a first list, or to one that takes something back."""
    name = text.escaped(trust.authority)
    if lost:
        yield screen.pick(
            language,
            f"{name} says that its keys were stolen, and starts again. Its new list takes back:",
            f"{name} сообщает, что его ключи похищены, и начинает заново. В новом списке уже не так:",
        )
        yield from (f"  ! {text.escaped(line)}" for line in lost)
    else:
        yield screen.pick(
            language,
            f"A list of an authority that is new here: {name}",
            f"Список органа, которого здесь ещё нет: {name}",
        )
    for other in own:
        if other.authority == trust.authority and other.identity != trust.identity:
            yield screen.pick(
                language,
                "  ! you have a list of another authority that bears the same name, with the fingerprint",
                "  ! у вас есть список другого органа с тем же названием, его отпечаток:",
            )
            yield f"    {hex_groups(other.fingerprint)}"
    yield screen.pick(language, "Its fingerprint:", "Отпечаток нового списка:")
    yield f"  {hex_groups(trust.fingerprint)}"
    yield screen.pick(
        language,
        "Compare it with the one the authority itself tells: on its site, in print, by telephone. "
        "Whoever made this file could have written any name into it.",
        "Сравните с тем, который сообщает сам орган: на сайте, в печати, по телефону. "
        "Имя в файл мог вписать кто угодно.",
    )


@trust_group.command("show", short_help="Tell which lists you go by, whose, and how old.")
@click.argument("file", metavar="[LIST]", required=False, type=_LIST_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array for machines.")
@screen.home_option
@screen.output_option
@screen.lang_option
def show_command(
    file: Path | None, as_json: bool, home: Path | None, output: Path | None, lang: str | None
) -> int:
    """Tell which lists you go by, whose they are, and how old; or look into a list file without taking it."""
    language = screen.language(lang)
    rows: list[tuple[VerifiedList, StoredList | None]]
    if file is not None:
        rows = [(TrustList.from_bytes(read_list_file(file)), None)]
    else:
        rows = [(one, one) for one in Store(screen.home_folder(home)).lists()]
    if as_json:
        screen.write_json([_as_data(trust) for trust, _ in rows], output)
        return 0
    today = wire.to_day(screen.now())
    lines = [line for trust, row in rows for line in _as_lines(trust, row, today, language)]
    if not rows:
        lines = [screen.pick(language, "you have no list yet", "у вас ещё нет ни одного списка")]
    screen.write_result(lines, output)
    return 0


def _as_data(trust: VerifiedList) -> dict[str, Any]:
    return {
        "authority": trust.authority,
        "identity": trust.identity.hex(),
        "fingerprint": trust.fingerprint.hex(),
        "where": trust.where,
        "version": trust.version,
        "issued": wire.to_date(trust.issued).isoformat(),
        "next_update": wire.to_date(trust.next_update).isoformat(),
        "schools": trust.counts.schools,
        "keys": trust.counts.keys,
        "withdrawals": trust.counts.withdrawals,
        "own": trust.own,
    }


def _as_lines(trust: VerifiedList, row: StoredList | None, today: int, language: str) -> Iterator[str]:
    yield text.escaped(trust.authority)
    pairs = [
        (("list", "список"), f"{trust.version}, {words.day_text(trust.issued, language)}"),
        (("age, days", "возраст, дн."), str(today - trust.issued)),
        (("next by", "следующий до"), words.day_text(trust.next_update, language)),
        (("schools, keys", "школ, ключей"), f"{trust.counts.schools}, {trust.counts.keys}"),
        (("withdrawn", "отозвано"), str(trust.counts.withdrawals)),
        (("newer lists", "новые списки"), text.escaped(trust.where)),
        (("fingerprint", "отпечаток"), hex_groups(trust.fingerprint)),
        (("identity", "орган"), hex_groups(trust.identity)),
    ]
    if row is not None:
        pairs.append((("taken on", "принят"), words.day_text(row.imported, language)))
    for (en, ru), value in pairs:
        yield f"  {screen.pick(language, en, ru):<14} {value}"
    if today > trust.effective_end:
        yield screen.pick(
            language,
            "  ! the list is old: a later withdrawal would not show; get the newer one",
            "  ! список стар: более поздний отзыв в нём не виден; возьмите новый",
        )
    yield ""


@trust_group.command("export", short_help="Write one of your lists to a file, to hand it on.")
@click.argument("identity", metavar="[IDENTITY]", required=False)
@click.option(
    "-o", "--output", required=True, type=_LIST_FILE, metavar="LIST.qct", help="Write the list here."
)
@screen.home_option
@screen.lang_option
def export_command(identity: str | None, output: Path, home: Path | None, lang: str | None) -> int:
    """Write one of your lists to a file, to hand it on.

    IDENTITY, the first characters of what trust show tells, chooses among several.
    """
    language = screen.language(lang)
    own = Store(screen.home_folder(home)).lists()
    wanted = re.sub(r"[\s:-]", "", identity or "").lower()
    chosen = [one for one in own if one.identity.hex().startswith(wanted)]
    if len(chosen) != 1:
        known = ", ".join(f"{one.identity.hex()[:16]} {one.authority!r}" for one in own)
        raise Refused(f"{len(chosen)} of your lists match, expected one", hint=f"yours: {known or '-'}")
    screen.tell_written(write_file(output, chosen[0].file), language)
    return 0
