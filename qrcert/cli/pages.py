"""``qrcert page``: what certificates are printed as, and a school's own pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qrcert import text
from qrcert.cli import russian, screen

if TYPE_CHECKING:
    from qrcert.page import Template

page_option = click.option(
    "--page",
    "wanted_page",
    metavar="NAME|FOLDER",
    help="What is printed: qrcert page list, or a folder of your own; default: as the settings or register say.",
)

_PAGES = {
    "certificate": ("A4, everything on one page, one code", "A4, всё на одной странице, один код"),
    "parts": (
        "A4, a page for each part of the form, such as title and supplement, each with its own code",
        "A4, страница на каждую часть документа (титул и приложение), у каждой свой код",
    ),
    "insert": (
        "100 x 60 mm, a slip for protected blanks, eight on a sheet of A4",
        "100 x 60 мм, вкладыш к защищённому бланку, восемь на листе A4",
    ),
    "card": (
        "85.6 x 54 mm folded, a card for the wallet, four on a sheet of A4",
        "85,6 x 54 мм в сложенном виде, карточка в кошелёк, четыре на листе A4",
    ),
}

_SCHOOL = ("School No. 17", "Муниципальное бюджетное общеобразовательное учреждение «Средняя школа № 17»")
_PLACE = ("Newtown", "городской округ Щёлково")


_form_option = click.option(
    "--form",
    "form_id",
    default="ru.attestat.11",
    show_default=True,
    metavar="ID|FILE",
    help="Kind of certificate.",
)


def _file_option(told: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return the option of the PDF that is drawn; ``told`` is its help."""
    return click.option(
        "-o", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help=told
    )


@click.group("page", cls=screen.Group)
def page_group() -> None:
    """Show what certificates are printed as: our pages, and a school's own, a folder with page.toml."""


@page_group.command("list")
@screen.output_option
@screen.lang_option
def list_command(output: Path | None, lang: str | None) -> int:
    """List the pages that there are."""
    language = screen.language(lang)
    lines = [f"{name:<13} {screen.pick(language, *said)}" for name, said in _PAGES.items()]
    screen.write_result(lines, output)
    return 0


@page_group.command(
    "show",
    short_help="Draw a filled sample of a page.",
    epilog=screen.examples("qrcert page show card --form ru.attestat.11 -o card.pdf"),
)
@click.argument("wanted", metavar="NAME|FOLDER")
@_form_option
@_file_option("The PDF; default: NAME.pdf.")
@screen.lang_option
def show_command(wanted: str, form_id: str, output: Path | None, lang: str | None) -> int:
    """Draw a page as it would be printed, filled with a form's sample and marked as a test."""
    from qrcert import page

    folder = Path(wanted)
    template = page.read_template(folder) if folder.is_dir() else page.built_in(wanted)
    _draw(template, form_id, output or Path(f"{template.name}.pdf"), screen.language(lang))
    return 0


@page_group.command(
    "check",
    short_help="Tell what of a page of your own will not print.",
    epilog=screen.examples("qrcert page check our-page"),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False, exists=True))
@_form_option
@_file_option("The sample's PDF; default: sample.pdf in the folder.")
@screen.lang_option
def check_command(folder: Path, form_id: str, output: Path | None, lang: str | None) -> int:
    """Tell every fault of a page of your own in plain words, and draw a sample where it can be used.

    Exit status 1 where there is a fault.
    """
    from qrcert import page

    language = screen.language(lang)
    template, faults = page.check_folder(folder)
    if template is not None:
        faults += page.look(template)
        _draw(template, form_id, output or folder / "sample.pdf", language)
    for line in _told(faults, language):
        screen.tell(line)
    return 1 if faults else 0


def _told(faults: Sequence[str], language: str) -> list[str]:
    if not faults:
        return [screen.pick(language, "no fault found: this prints", "ошибок нет: это печатается")]
    said = [russian.line(fault) if language == "ru" else fault for fault in faults]
    return [f"  {text.escaped(line)}" for line in said]


def _draw(template: Template, form_id: str, path: Path, language: str) -> None:
    """Draw a filled sample of a form on a page, and tell where it was written."""
    from qrcert import page
    from qrcert.cli.forms import find_form
    from qrcert.files import write_file
    from qrcert.form import sample_of
    from qrcert.issue import sample_sheets
    from qrcert.issue.letterhead import Letterhead

    kind = find_form(form_id)
    at = 1 if kind.form.language == "ru" else 0
    head = Letterhead(_SCHOOL[at], _PLACE[at], "")
    today: date = screen.now().date()
    sheets = sample_sheets(
        kind.form, kind.office, sample_of(kind.form), template=template, letterhead=head, today=today
    )
    write_file(path, page.draw(sheets, day=today, page=template), parents=True)
    screen.tell_written(path, language)
