"""``qrcert authority school``: a school renamed, moved, merged, closed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.cli.authority.group import authority_group, counts_from_next, folder_option
from qrcert.trust import School


@authority_group.command(
    "school",
    short_help="Show a school, rename or close it.",
    epilog=screen.examples(
        "qrcert authority school 17",
        "qrcert authority school 17 --name 'Lyceum No. 7' --from 2027-09-01",
        "qrcert authority school 17 --closed 2027-08-31 --successor 18",
    ),
)
@click.argument("number", metavar="ID", type=click.IntRange(1))
@click.option("--name", metavar="NAME", help="Its new name; papers of earlier days show the older one.")
@click.option(
    "--from", "since", type=screen.Day(), metavar="DAY", help="Day from which the name holds; default: today."
)
@click.option("--place", metavar="PLACE", help="Its new place.")
@click.option("--closed", type=screen.Day(), metavar="DAY", help="Its last day; its keys stop signing there.")
@click.option(
    "--successor", type=click.IntRange(1), metavar="ID", help="With --closed: the school that followed it."
)
@click.option("--archive", metavar="LINE", help="With --closed: who can look into its register.")
@folder_option
@screen.lang_option
def school_command(
    number: int,
    name: str | None,
    since: date | None,
    place: str | None,
    closed: date | None,
    successor: int | None,
    archive: str | None,
    folder: Path,
    lang: str | None,
) -> int:
    """Change what the list says of a school, or show it; its papers stay good whatever becomes of it.

    Numbers of schools never change. Given region by region they keep the list small.
    """
    language = screen.language(lang)
    if closed is None and (successor is not None or archive is not None):
        raise click.UsageError("--successor and --archive go with --closed")
    if name is None and since is not None:
        raise click.UsageError("--from goes with --name")
    before = here = authority.open_authority(folder)
    if name is not None:
        day = wire.to_day(since or screen.now())
        here = authority.rename(here, number, name=text.normalise(name), since=day)
    if place is not None:
        here = authority.move(here, number, place=text.normalise(place))
    if closed is not None:
        line = None if archive is None else text.normalise(archive)
        here = authority.close_school(
            here, number, closed=wire.to_day(closed), successor=successor, archive=line
        )
    _show(authority.find_school(here, number), language)
    if here is not before:
        here.save()
        screen.tell(counts_from_next(language, "it counts", "действует"))
    return 0


def _show(school: School, language: str) -> None:
    screen.tell(f"{school.id}  {text.escaped(school.name_now)}, {text.escaped(school.place)}")
    for day, name in school.names:
        screen.tell(f"  {screen.pick(language, 'from', 'с')} {wire.to_date(day)}  {text.escaped(name)}")
    facts = (
        (("closed", "закрыта"), None if school.closed is None else wire.to_date(school.closed)),
        (("successor", "преемник №"), school.successor),
        (("archive", "архив"), None if school.archive is None else text.escaped(school.archive)),
    )
    for pair, value in facts:
        if value is not None:
            screen.tell(f"  {screen.pick(language, *pair)}: {value}")
