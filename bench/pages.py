"""Pages: CPU time and size of each kind, alone and in a batch, drawn and read back; and two peers.

    python bench/pages.py

CPU milliseconds on one core (RAYON_NUM_THREADS=1), the best of a few runs. The content is an attestat
of 18 subjects with a code of version 10. The peers set the same text, table and code, without the guilloche and
without PDF/A or tags; they are told as missing where they are not installed (pip install reportlab weasyprint).
"""

from __future__ import annotations

import io
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ["RAYON_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from qrcert import page, scan
from qrcert.page import Sheet
from qrcert.symbol import Symbol
from test_page import DAY, attestat, code

BATCH = 100
SINGLES = 10
RUNS = 3
NAMES = ("Александра", "Вера", "Михаил", "Анастасия", "Зулейха", "Пётр", "Ольга")
DPI = 150


def cpu_ms(act: Callable[[], object]) -> float:
    """Return the CPU milliseconds that something takes once."""
    start = time.process_time()
    act()
    return 1000 * (time.process_time() - start)


def sheets_of(count: int, run: int) -> list[Sheet]:
    """Return certificates of which no two are equal, nor any to one of another run: typst remembers pages."""
    numbers = range(run * count, (run + 1) * count)
    return [
        attestat(
            16 + at % 3,
            number=f"{at:014}",
            holder=f"Константинопольская {NAMES[at % 7]} {at}",
            **code(10, at),
        )
        for at in numbers
    ]


@dataclass
class Row:
    """What was measured of one way to draw: milliseconds a page and kilobytes, the best of some runs."""

    alone: float = math.inf
    batch: float = math.inf
    read_alone: float = math.inf
    read_batch: float = math.inf
    one: int = 0
    each: int = 0


def measure(
    draw: Callable[[list[Sheet]], bytes],
    classes: list[list[Sheet]],
    read: Callable[[bytes, list[Sheet]], None] | None = None,
) -> Row:
    """Return the row of one way to draw: each class in one file, and some of its certificates singly."""
    row = Row()
    draw(classes[0][:1])
    for sheets in classes:
        made: list[bytes] = []
        batch = cpu_ms(partial(_keep, made, draw, [sheets]))
        alone = cpu_ms(partial(_keep, made, draw, [[sheet] for sheet in sheets[:SINGLES]]))
        row.batch, row.alone = min(row.batch, batch / len(sheets)), min(row.alone, alone / SINGLES)
        row.one, row.each = len(made[1]), len(made[0]) // len(sheets)
        if read is not None:
            row.read_batch = min(row.read_batch, cpu_ms(partial(read, made[0], sheets)) / len(sheets))
            row.read_alone = min(row.read_alone, cpu_ms(partial(read, made[1], sheets[:1])))
    return row


def _keep(made: list[bytes], draw: Callable[[list[Sheet]], bytes], files: list[list[Sheet]]) -> None:
    made.extend(map(draw, files))


def show(name: str, row: Row) -> None:
    """Print a row."""
    line = f"{name:<24} {row.alone:7.1f} {row.batch:7.1f} {row.one / 1000:8.0f} {row.each / 1000:8.0f}"
    if math.isfinite(row.read_batch):
        finished = 1000 / (row.batch + row.read_batch)
        line += f" {row.read_alone:9.1f} {row.read_batch:7.1f} {finished:9.0f}"
    print(line, flush=True)


def ours(name: str, classes: list[list[Sheet]]) -> None:
    """Print the row of one of our pages, with its read-back and what is finished a second."""
    template = page.built_in(name)

    def read(pdf: bytes, sheets: list[Sheet]) -> None:
        areas = template.places(len(sheets), together=True)
        assert scan.read_pdf_areas(pdf, areas, dpi=DPI) == [[sheet.attachment] for sheet in sheets]

    show(name, measure(lambda some: page.draw(some, day=DAY, page=template, together=True), classes, read))


def reportlab_page(sheets: list[Sheet]) -> bytes:
    """Return the same text, table and code set by reportlab."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table, TableStyle

    folder = Path(page.__file__).parent.parent / "pages" / "fonts"
    for font, file in (("Serif", "PTF55F.ttf"), ("Bold", "PTF75F.ttf")):
        pdfmetrics.registerFont(TTFont(font, str(folder / file)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for sheet in sheets:
        canvas.setFont("Bold", 30)
        canvas.drawCentredString(105 * mm, 250 * mm, sheet.title)
        canvas.setFont("Bold", 20)
        canvas.drawCentredString(105 * mm, 225 * mm, sheet.holder)
        canvas.setFont("Serif", 11)
        for at, line in enumerate((sheet.number, *sheet.before, *sheet.after, sheet.issued, sheet.school)):
            canvas.drawCentredString(105 * mm, (215 - 6 * at) * mm, line)
        table = Table([list(row) for row in sheet.tables[0].rows], colWidths=[100 * mm, 58 * mm])
        table.setStyle(
            TableStyle([("FONT", (0, 0), (-1, -1), "Serif", 10), ("GRID", (0, 0), (-1, -1), 0.3, "grey")])
        )
        table.wrapOn(canvas, 158 * mm, 200 * mm)
        table.drawOn(canvas, 26 * mm, 80 * mm)
        for y, row in enumerate(sheet.symbol or ()):
            for x, dark in enumerate(row):
                if dark:
                    canvas.rect(
                        (124 + 0.9 * x) * mm, (70 - 0.9 * y) * mm, 0.9 * mm, 0.9 * mm, stroke=0, fill=1
                    )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def weasyprint_page(sheets: list[Sheet]) -> bytes:
    """Return the same text, table and code set by WeasyPrint."""
    from weasyprint import HTML

    pages = []
    for sheet in sheets:
        rows = "".join(f"<tr><td>{name}<td>{mark}" for name, mark in sheet.tables[0].rows)
        side = len(sheet.symbol or ())
        dark = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(sheet.symbol or ()) for x, on in enumerate(row) if on
        )
        lines = "".join(f"<p>{one}" for one in (sheet.number, *sheet.before, *sheet.after, sheet.issued))
        pages.append(
            f"<section><h1>{sheet.title}</h1><h2>{sheet.holder}</h2>{lines}<table>{rows}</table>"
            f'<svg viewBox="0 0 {side} {side}" width="52mm" height="52mm"><path d="{dark}"/></svg></section>'
        )
    style = "<style>@page{size:A4}section{page-break-after:always}body{font-family:'PT Serif',serif}</style>"
    made = HTML(string=style + "".join(pages)).write_pdf()
    assert isinstance(made, bytes)
    return made


def peers(classes: list[list[Sheet]]) -> None:
    """Print the rows of two other programs, or that they are missing."""
    some = [sheets[: BATCH // 5] for sheets in classes]
    for name, draw in (("reportlab", reportlab_page), ("WeasyPrint", weasyprint_page)):
        try:
            show(f"{name}, no guilloche", measure(draw, some))
        except (ImportError, OSError) as error:
            print(f"{name}: not measured, {type(error).__name__}: {error}")


def main() -> None:
    """Print the table."""
    names = ("alone", "batch", "kB one", "kB each", "read one", "batch", "pages/s")
    print(f"{'CPU ms a page':<24} {names[0]:>7} {names[1]:>7} {names[2]:>8} {names[3]:>8}", end="")
    print(f" {names[4]:>9} {names[5]:>7} {names[6]:>9}")
    for at, name in enumerate(page.BUILT_IN):
        ours(name, [sheets_of(BATCH, RUNS * at + run) for run in range(RUNS)])
    classes = [sheets_of(BATCH, 50 + run) for run in range(RUNS)]
    peers(classes)
    text = classes[0][0].attachment or ""
    print(f"\na symbol of version 10: {cpu_ms(lambda: [Symbol(text) for _ in range(50)]) / 50:.2f} ms")


if __name__ == "__main__":
    main()
