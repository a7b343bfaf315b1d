"""``qrcert proof``: a sheet to try a printer with, and what a picture of it tells."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from qrcert import proof, scan
from qrcert.cli import proof_words, screen
from qrcert.files import read_file, write_file
from qrcert.proof import Finding, Measures, Scale

_STATUS: Final = {"good": 0, "usable": 0, "not_good": 1, "unknown": 2}


@click.command(
    "proof",
    epilog=screen.examples(
        "qrcert proof -o proof.pdf",
        "qrcert proof scan.pdf",
        "qrcert proof photo.jpg --ruler 221",
    ),
)
@click.argument(
    "source", required=False, metavar="[PICTURE|PDF]", type=click.Path(path_type=Path, dir_okay=False)
)
@click.option(
    "--dpi",
    type=click.FloatRange(50, 4800),
    metavar="N",
    help="Resolution of a scan whose file does not tell it.",
)
@click.option(
    "--ruler",
    type=click.FloatRange(100, 400),
    metavar="MM",
    help="Length of the sheet's long ruler, from 0 to 230, as measured on paper.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for machines.")
@screen.output_option
@screen.lang_option
def proof_command(
    source: Path | None,
    dpi: float | None,
    ruler: float | None,
    as_json: bool,
    output: Path | None,
    lang: str | None,
) -> int:
    """Try a printer: write a sheet to print, then tell from a photo or scan of it whether it will do.

    Without PICTURE, -o FILE.pdf gets the sheet. Exit status: 0 printer and page will do, 1 they will not, 2 could
    not tell.
    """
    language = screen.language(lang)
    if source is None:
        if output is None:
            raise click.UsageError("name a picture of the printed sheet, or -o FILE.pdf for a sheet to print")
        write_file(output, proof.draw(day=screen.now().date()))
        screen.tell_written(output, language)
        return 0
    found = proof.examine(read_file(source, limit=scan.MAX_FILE), dpi=dpi, ruler=ruler)
    if as_json:
        screen.write_json(_as_data(found, source, language), output)
    else:
        screen.write_result(proof_words.as_lines(found, source, language), output)
    return _STATUS[found.verdict]


def _as_data(found: Finding, source: Path, language: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": str(source),
        "page": found.page,
        "width": found.width,
        "height": found.height,
        "verdict": found.verdict,
        "scanned": found.scanned,
        "scale": _scale_data(found.scale),
        "no_scale": found.no_scale,
        "module_mm": _rounded(found.module),
        "reach_cm": None if found.module is None else asdict(proof.reach(found.module)),
        "remarks": [
            {
                "code": remark.code,
                "grade": remark.grade,
                "advice": proof_words.advice_of(remark, found, language),
            }
            for remark in found.remarks
        ],
    }
    return data | ({} if found.measures is None else _measures_data(found.measures))


def _measures_data(measures: Measures) -> dict[str, Any]:
    return {
        "contrast": _rounded(measures.contrast),
        "unused_error_correction": _rounded(measures.spare),
        "wrong_modules": _rounded(measures.wrong, 5),
        "smallest_read_mm": measures.finest,
        "picture_limit_mm": _rounded(measures.limit),
        "palest_read": measures.palest,
        "ladder": [{"module_mm": size, "read": read} for size, read in measures.ladder],
        "pale": [{"ink": ink, "read": read} for ink, read in measures.pale],
        "tones": list(measures.tones),
    }


def _scale_data(scale: Scale | None) -> dict[str, Any] | None:
    if scale is None:
        return None
    return {
        "percent": _rounded(scale.shrink * 100, 2),
        "across": _rounded(scale.across * 100, 2),
        "down": _rounded(scale.down * 100, 2),
        "doubt": _rounded(scale.doubt * 100, 2),
        "how": scale.how,
        "guess": scale.guess,
        "paper": scale.paper,
    }


def _rounded(value: float | None, places: int = 3) -> float | None:
    return None if value is None else round(value, places)
