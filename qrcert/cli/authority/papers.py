"""``qrcert authority withdraw``: what no longer counts."""

from __future__ import annotations

from pathlib import Path

import click

from qrcert import authority, checking, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import FILE, authority_group, counts_from_next, folder_option, read_bytes
from qrcert.errors import Refused, TrustListError, UnknownFile, Unreadable
from qrcert.trust import (
    unwrap,
)


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
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def withdraw_command(
    source: Path, kind: int | None, by: authority.By | None, yes: bool, folder: Path, lang: str | None
) -> int:
    """Withdraw what a school's signed request names, or the certificate in a picture, PDF or text."""
    language = screen.language(lang)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    try:
        changed, wanted = authority.withdraw_requested(here, unwrap(read_bytes(source)), today=today)
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
    screen.tell(counts_from_next(language, "withdrawn; it counts", "отозвано; действует"))
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
