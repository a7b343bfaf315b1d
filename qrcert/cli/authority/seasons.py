"""``qrcert authority season`` and ``cutover``: closing a season, and demanding one of every paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import reporting, screen
from qrcert.cli.authority.group import authority_group, counts_from_next, folder_option, read_bytes
from qrcert.errors import QrcertError, Refused, Unreadable


@authority_group.command(
    "season",
    short_help="Close a season from the leaf files of schools.",
    epilog=screen.examples("qrcert authority season leaves/ --on 2027-06-30 --reported 17=81"),
)
@click.argument("source", metavar="LEAVES|FOLDER", type=click.Path(path_type=Path))
@click.option("--on", type=screen.Day(), metavar="DAY", help="Day on which it is closed; default: today.")
@click.option(
    "--reported",
    multiple=True,
    metavar="SCHOOL=COUNT",
    help="How many certificates a school says it issued; again for each school.",
)
@click.option(
    "--second-channel",
    is_flag=True,
    help="Schools whose key is stolen were asked another way about their leaves.",
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def season_command(
    source: Path,
    on: date | None,
    reported: tuple[str, ...],
    second_channel: bool,
    yes: bool,
    folder: Path,
    lang: str | None,
) -> int:
    """Close a season: 32 bytes in the list that bind every paper in the leaf files (qrcert office leaves).

    The leaf files are kept in the authority's folder for the day when a key is stolen: keep copies of it. Until the
    season is published it can be closed again, with further files. A count that is not the reported one bars it.
    """
    language = screen.language(lang)
    counts = _reported(reported)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    plan = authority.plan_season(
        here,
        list(_handed(here, source, second_channel=second_channel)),
        day=today if on is None else wire.to_day(on),
        today=today,
        reported=counts,
    )
    for line in _count_lines(plan.counts, language):
        screen.tell(line)
    plan.require_counts()
    season = plan.season
    screen.tell(
        screen.pick(
            language,
            f"season of {wire.to_date(season.day)}: {screen.plural(season.certificates, 'certificate')} "
            f"of {screen.plural(season.keys, 'key')}",
            f"сезон {wire.to_date(season.day)}: документов {season.certificates}, ключей {season.keys}",
        )
    )
    question = screen.pick(language, "Close it?", "Закрыть его?")
    screen.confirm(question, yes=yes)
    authority.close_season(here, plan).save()
    screen.tell(counts_from_next(language, "closed; it counts", "сезон закрыт; действует"))
    return 0


def _handed(here: authority.Authority, source: Path, *, second_channel: bool) -> Iterator[authority.Handed]:
    """Yield what each leaf file says; every fault of a folder is told before it is refused."""
    paths = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    if not paths:
        raise Unreadable(f"no leaf file (*.json) in {str(source)!r}")
    faults = 0
    for path in paths:
        try:
            yield authority.read_handed(here, read_bytes(path), second_channel=second_channel)
        except QrcertError as error:
            if paths == [source]:
                raise
            screen.tell(text.escaped(str(path)), error=True)
            reporting.tell_error(error)
            faults += 1
    if faults:
        raise Refused(f"{faults} of {len(paths)} leaf files are at fault; nothing was changed")


def _reported(pairs: Iterable[str]) -> dict[int, int]:
    found = {}
    for pair in pairs:
        school, _, count = pair.partition("=")
        if not (school.isascii() and school.isdecimal() and count.isascii() and count.isdecimal()):
            raise click.UsageError(f"--reported takes SCHOOL=COUNT such as 17=81, found {pair!r}")
        found[int(school)] = int(count)
    return found


def _count_lines(counts: Iterable[authority.Count], language: str) -> Iterator[str]:
    for one in counts:
        line = f"  {one.school.id:>4}  {text.escaped(one.school.name_now)}: {one.handed}"
        if one.reported is not None:
            line += screen.pick(language, f", reported {one.reported}", f", сообщено {one.reported}")
        if not one.agrees:
            line += "  (!)"
        yield line


@authority_group.command(
    "cutover",
    short_help="Demand of every paper that a season holds it.",
    epilog=screen.examples("qrcert authority cutover --since 2041-01-01"),
)
@click.option("--since", type=screen.Day(), metavar="DAY", help="Day since when; default: today.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@folder_option
@screen.lang_option
def cutover_command(since: date | None, yes: bool, folder: Path, lang: str | None) -> int:
    """Demand of every certificate that a closed season holds it: for the day when signatures can be forged.

    Never taken back. From then on a paper is genuine only with its proof (QP1) or among published leaves.
    """
    language = screen.language(lang)
    here = authority.open_authority(folder)
    today = wire.to_day(screen.now())
    changed = authority.start_cutover(here, since=today if since is None else wire.to_day(since), today=today)
    question = screen.pick(
        language,
        "Every paper without a proof of its season will be refused, for ever: go on?",
        "Все документы без доказательства сезона навсегда перестанут приниматься. Продолжить?",
    )
    screen.confirm(question, yes=yes)
    changed.save()
    screen.tell(counts_from_next(language, "cut over; it counts", "переход объявлен; действует"))
    return 0
