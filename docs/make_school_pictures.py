"""Draw the pictures of docs/school.md from the year of an office that it tells, played as its test plays it.

    python docs/make_school_pictures.py

Needs LibreOffice (``soffice``), which draws the sheets, and Chromium, which draws the page for telephones. Run it
when a page, the class list or the words of these commands change.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import openpyxl
import pypdfium2
import typst
from PIL import Image, ImageChops, ImageOps

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from make_pictures import wrap

import secretary
import terminal

PICTURES: Final = Path(__file__).with_name("pictures")

KILOBYTES: Final = 150
"""The most that one picture may have: a guide is read on slow lines, too."""

COLUMNS: Final = 9
"""So many columns of a class list are shown; the others are subjects like the last of these."""

ISSUING: Final = "qrcert issue class.xlsx --form ru.attestat.11"

NUMBERS: Final = {"ru": "0502426000000", "en": "2026-000"}

_DARK, _PLAIN, _GOOD, _BAD, _TYPED = "#10182b", "#dfe6f2", "#7fe0a3", "#ff9d8a", "#ffc46b"
_TERMINAL: Final = """
#let (ground, lines) = json(bytes(sys.inputs.data))
#set page(width: 505pt, height: auto, margin: 14pt, fill: rgb(ground))
#show raw: set text(font: "DejaVu Sans Mono", size: 8pt)
#set par(leading: 0.55em)
#for (colour, line) in lines [#text(fill: rgb(colour), raw(line)) \\ ]
"""
_LISTING: Final = """
#set page(width: 330pt, height: auto, margin: 14pt, fill: white)
#set text(font: "DejaVu Sans", size: 8pt, fill: rgb("#1d2433"))
#let (title, rows) = json(bytes(sys.inputs.data))
#text(size: 9pt, weight: "bold", title)
#v(2pt)
#table(
  columns: (1fr, auto), align: (left, right), inset: (x: 4pt, y: 4pt),
  stroke: (x: none, top: none, bottom: 0.4pt + luma(215)),
  ..rows.flatten(),
)
"""


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        years = {}
        for language in ("ru", "en"):
            years[language] = secretary.Year(Path(name, language), language)
            years[language].folder.mkdir()
            secretary.play(years[language], watch=watch)
        draw_papers(years["ru"].school / "issued")
        draw_sheets(years["ru"].school)
        book = Image.open(rendered(years["ru"].school / "book.pdf", dpi=92))
        save("book", book)
        for year, end in ((years["ru"], ""), (years["en"], "-en")):
            draw_terminal(f"errors{end}", year, ("qrcert issue class.xlsx",))
            season = ("qrcert office leaves", "qrcert office renew", "qrcert trust show list.qct")
            draw_terminal(f"season{end}", year, season)


def watch(year: secretary.Year, step: secretary.Step) -> None:
    """Draw the folder of the class when it has just been issued: later more lies in it."""
    if year.language == "ru" and step.typed == ISSUING:
        folder = year.school / "issued" / "class-2026-06-25"
        if len(list(folder.glob("manifest-*"))) == 1:
            draw_folder(folder)


def draw_papers(issued: Path) -> None:
    """Draw one of each kind of paper, and the page for a telephone."""
    number = NUMBERS["ru"]
    papers = {
        "certificate": (issued / "class-2026-06-25" / f"{number}1.pdf", 0, 84),
        "supplement": (issued / "9b-2026-06-25" / "05005260000001.pdf", 1, 84),
        "duplicate": (issued / f"replace-{number}2-2026-06-25" / f"{number}2.pdf", 0, 84),
        "insert": (issued / "inserts" / f"{number}1.pdf", 0, 160),
        "card": (issued / "cards" / f"{number}1.pdf", 0, 150),
    }
    for name, (pdf, page, dpi) in papers.items():
        save(name, Image.open(rendered(pdf, page=page, dpi=dpi)))
    html, shot = issued / "cards" / f"{number}1.html", issued / "phone.png"
    program = shutil.which("chromium") or "chromium-browser"
    line = ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1")
    subprocess.run(
        [program, *line, "--window-size=400,640", f"--screenshot={shot}", html.as_uri()],
        check=True,
        capture_output=True,
    )
    save("phone", ImageOps.expand(Image.open(shot).convert("RGB"), 2, "#9aa3b5"))


def rendered(pdf: Path, *, dpi: float, page: int = 0) -> Path:
    """Draw a page of a PDF beside it, and return where."""
    out = pdf.with_suffix(".page.png")
    document = pypdfium2.PdfDocument(pdf)
    document[page].render(scale=dpi / 72).to_pil().save(out)
    document.close()
    return out


def draw_sheets(school: Path) -> None:
    """Draw the class list as it was filled in, and an empty one, as LibreOffice prints them with their grid."""
    empty = school / "empty.xlsx"
    terminal.run("form", "template", "ru.attestat.11", "-o", empty, "--lang", "ru")
    for name, source in (("class-empty", empty), ("class-filled", school / "class.xlsx")):
        book = openpyxl.load_workbook(source)
        sheet = book.worksheets[0]
        sheet.print_area = f"A1:{openpyxl.utils.get_column_letter(COLUMNS)}7"
        sheet.print_options.gridLines = sheet.print_options.headings = True
        sheet.page_setup.orientation, sheet.page_setup.fitToWidth = "landscape", 1
        sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
        copy = school / f"{name}.xlsx"
        book.save(copy)
        subprocess.run(
            ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(school), str(copy)],
            check=True,
            capture_output=True,
        )
        picture = Image.open(rendered(copy.with_suffix(".pdf"), dpi=115)).convert("RGB")
        save(name, cropped(picture))


def cropped(picture: Image.Image, margin: int = 12) -> Image.Image:
    """Return what is not white, with a margin."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    assert box is not None
    return ImageOps.expand(picture.crop(box), margin, "white")


def draw_folder(folder: Path) -> None:
    """Draw the list of the files of a folder with their sizes."""
    files = sorted(path for path in folder.iterdir() if path.suffix != ".png")
    rows = [(path.name, f"{-(-path.stat().st_size // 1024)} КБ") for path in files]
    title = " › ".join(folder.parts[-3:])
    png = typst.compile(
        _LISTING.encode(), format="png", ppi=130, sys_inputs={"data": json.dumps((title, rows))}
    )
    save("folder", opened(png))


def draw_terminal(name: str, year: secretary.Year, typed: tuple[str, ...]) -> None:
    """Draw commands of the year with what they answered."""
    lines = [line for begin in typed for line in ((_PLAIN, ""), *_told(year, begin))][1:]
    data = json.dumps((_DARK, lines))
    png = typst.compile(_TERMINAL.encode(), format="png", ppi=130, sys_inputs={"data": data})
    save(name, opened(png))


def _told(year: secretary.Year, begin: str) -> Iterator[tuple[str, str]]:
    """Yield a command and the lines of its answer, each with its colour."""
    step, run = next(one for one in year.done if one[0].typed.startswith(begin))
    yield _TYPED, f"$ {step.typed}"
    for line in filter(None, [*run.errors, *run.lines]):
        colour = _BAD if line.startswith("qrcert: error") else _PLAIN
        for part in wrap(line):
            yield colour, part


def opened(png: bytes) -> Image.Image:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(png)
        file.flush()
        return Image.open(file.name).convert("RGB")


def save(name: str, picture: Image.Image) -> None:
    """Write a picture in 256 colours; by an octree, which keeps the few red letters among all the lace."""
    path = PICTURES / f"school-{name}.png"
    picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    if path.stat().st_size > KILOBYTES * 1024:
        raise SystemExit(f"{path.name} has more than {KILOBYTES} kB")


if __name__ == "__main__":
    main()
