"""Draw the pictures of the README from a demo that really ran: a certificate, and the verdict on a photo of it.

    python docs/make_pictures.py

Run it when the page or the words of a verdict change.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
import typst

PICTURES = Path(__file__).with_name("pictures")
SCREEN = """
#set page(width: 505pt, height: auto, margin: 16pt, fill: rgb("#10182b"))
#set text(font: "DejaVu Sans Mono", size: 8pt, fill: rgb("#dfe6f2"))
#set par(leading: 0.55em)
#let lines = json(bytes(sys.inputs.lines))
#for line in lines [
  #let good = line.contains("[+]")
  #let test = line.contains("***")
  #text(fill: if good { rgb("#7fe0a3") } else if test { rgb("#ffc46b") } else { rgb("#dfe6f2") }, raw(line)) \\
]
"""


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "demo")
        run("demo", str(folder))
        photo = next((folder / "photos").glob("3-*.jpg"))
        photo = photo.rename(folder / "photo.jpg")
        page = pypdfium2.PdfDocument(folder / "issued" / "all.pdf")[2]
        page.render(scale=100 / 72).to_pil().convert("P", palette=1).save(
            PICTURES / "certificate.png", optimize=True
        )
        said = run("verify", str(photo), "--trust", str(folder / "list.qct"), "--lang", "en")
        shown = [
            f"> qrcert verify {photo.name} --trust list.qct",
            *said.replace(str(photo), photo.name).splitlines(),
        ]
        wrapped = [part for line in shown for part in wrap(line)]
        png = typst.compile(SCREEN.encode(), format="png", ppi=144, sys_inputs={"lines": json.dumps(wrapped)})
        (PICTURES / "verdict.png").write_bytes(png)


def run(*arguments: str) -> str:
    """Return what a command prints; its exit status is what the picture shows, so any is good."""
    done = subprocess.run(
        [sys.executable, "-m", "qrcert", *arguments], capture_output=True, text=True, encoding="utf-8"
    )
    return done.stdout


def wrap(line: str, width: int = 98) -> list[str]:
    """Return a line broken at blanks, the rest indented as it is."""
    indent = line[: len(line) - len(line.lstrip())]
    parts = []
    while len(line) > width:
        cut = line.rfind(" ", 0, width)
        parts.append(line[:cut])
        line = indent + line[cut + 1 :]
    return [*parts, line]


if __name__ == "__main__":
    main()
