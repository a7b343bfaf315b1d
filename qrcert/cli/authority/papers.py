"""``qrcert authority withdraw`` and ``unwithdraw``: what no longer counts, and what does again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from qrcert import authority, checking, text, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import FILE, authority_group, counts_from_next, folder_option, read_bytes
from qrcert.decode import Verdict
from qrcert.errors import Refused, TrustListError, UnknownFile, Unreadable
from qrcert.trust import unwrap


@authority_group.command("withdraw", short_help="Withdraw what a request names, or the paper in a picture.")
@click.argument("source", metavar="REQUEST|PICTURE", type=FILE)
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
@click.option(
    "--second-channel",
    is_flag=True,
    help="The school was asked by telephone or in person: its key is stolen, void or past its window.",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def withdraw_command(
    source: Path,
    kind: int | None,
    by: authority.By | None,
    second_channel: bool,
    yes: bool,
    folder: Path,
    lang: str | None,
) -> int:
    """Withdraw what a school's signed request names, or the certificate in a picture, PDF or text."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    try:
        changed, wanted = authority.withdraw_requested(
            here, unwrap(read_bytes(source)), today=today, second_channel=second_channel
        )
    except TrustListError as error:
        if error.code not in _NO_REQUEST:
            raise
        changed = _withdraw_picture(here, source, kind or 3, by, yes=yes, language=language)
    else:
        screen.confirm(_question(len(wanted), language, second_channel=second_channel), yes=yes)
    changed.save()
    screen.tell(counts_from_next(language, "withdrawn; it counts", "отозвано; действует"))
    return 0


_NO_REQUEST: Final = ("unreadable", "too_big")
"""What is said of a file that is no request, and may be a picture."""

_NO_PAPER: Final = ("not_qrcert", "unsupported", "unreadable")
"""Verdicts on what is no paper of any school."""

_NAME: Final = re.compile("[0-9a-f]{32}")


def _question(count: int, language: str, *, second_channel: bool) -> str:
    if second_channel:
        return screen.pick(
            language,
            f"Did the school itself, asked another way, name the same {screen.plural(count, 'certificate')}?",
            f"Школа сама, иным путём, назвала те же документы (их {count})?",
        )
    return screen.pick(
        language,
        f"The request withdraws {screen.plural(count, 'certificate')}: go on?",
        f"По запросу отзывается документов: {count}. Продолжить?",
    )


def _withdraw_picture(
    here: authority.Authority,
    source: Path,
    kind: int,
    by: authority.By | None,
    *,
    yes: bool,
    language: str,
) -> authority.Authority:
    verdict, signed = _read_picture(here, source, language)
    question = screen.pick(language, "Withdraw this certificate?", "Отозвать этот документ?")
    screen.confirm(question, yes=yes)
    return authority.withdraw_verified(
        here,
        verdict,
        signed,
        kind=kind,
        by=by or ("number" if kind == 3 else "copy"),
        today=wire.to_day(screen.now()),
    )


def _read_picture(here: authority.Authority, source: Path, language: str) -> tuple[Verdict, bytes]:
    """Show the one paper in a picture, PDF or text and return its verdict and signed bytes."""
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
    assert finding.text is not None
    return finding.verdict, wire.to_bytes(finding.text)


@authority_group.command(
    "unwithdraw",
    short_help="Lift a withdrawal.",
    epilog=screen.examples("qrcert authority unwithdraw withdraw-07724000123456.json"),
)
@click.argument("source", metavar="NAME|PICTURE|REQUEST")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def unwithdraw_command(source: str, yes: bool, folder: Path, lang: str | None) -> int:
    """Lift the withdrawal of a name (32 hex digits), of the paper in a picture, or of what a request named.

    From the next list on the papers are as they were before, as if they had never been withdrawn.
    """
    language = screen.language(lang)
    here = authority.open_authority(folder)
    changed, lifted = authority.lift(here, _names(here, source, language))
    for name in lifted:
        day, kind = here.contents.withdrawals[name]
        screen.tell(f"  {name.hex()}  {wire.to_date(day)}  {_KINDS[kind][language == 'ru']}")
    question = screen.pick(
        language,
        f"Lift {screen.plural(len(lifted), 'withdrawal')}: go on?",
        f"Снимается отзывов: {len(lifted)}. Продолжить?",
    )
    screen.confirm(question, yes=yes)
    changed.save()
    screen.tell(counts_from_next(language, "lifted; it counts", "отзыв снят; действует"))
    return 0


_KINDS: Final = {
    1: ("replaced, was right", "заменён, сведения верны"),
    2: ("replaced, was wrong", "заменён, сведения неверны"),
    3: ("withdrawn", "отозван"),
}


def _names(here: authority.Authority, source: str, language: str) -> tuple[bytes, ...]:
    """Return the names that the person means; raises for what is neither name nor file."""
    if _NAME.fullmatch(source.casefold()):
        return (bytes.fromhex(source),)
    path = Path(source)
    if not path.is_file():
        raise Unreadable(
            f"{text.escaped(source)!r} is no file and no name of a withdrawal",
            hint="a name has 32 hex digits; they stand in the readable copy of the list",
        )
    try:
        return authority.names_requested(here, unwrap(read_bytes(path)))
    except TrustListError as error:
        if error.code not in _NO_REQUEST:
            raise
    return authority.names_of(*_read_picture(here, path, language))
