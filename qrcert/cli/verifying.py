"""``qrcert verify`` and ``qrcert inspect``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from qrcert import checking
from qrcert.cli import screen
from qrcert.cli.lists import lists_to_go_by
from qrcert.errors import UnknownFile, Unreadable


@click.command("verify")
@click.argument("sources", nargs=-1, metavar="[FILE|FOLDER|-]...")
@click.option(
    "--trust",
    "trust_files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="LIST",
    help="Go by this list instead of your own ones; may be given more than once.",
)
@click.option("--at", type=screen.Day(), help="Check as of DAY instead of the clock; hides no withdrawal.")
@click.option(
    "--max-list-age",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Call a list old after DAYS from its issue.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array for machines.")
@screen.home_option
@screen.output_option
@screen.lang_option
def verify_command(
    sources: tuple[str, ...],
    trust_files: tuple[Path, ...],
    at: date | None,
    max_list_age: int | None,
    as_json: bool,
    home: Path | None,
    output: Path | None,
    lang: str | None,
) -> int:
    """Tell whether certificates are genuine, offline.

    SOURCES are pictures, PDFs, files with the text of a code, folders of all these, or - for standard input.
    Exit status: 0 all genuine, 1 one refused, 2 one could not be checked.
    """
    language = screen.language(lang)
    if not sources and sys.stdin.isatty():
        raise click.UsageError("name a picture, a PDF, a text file, a folder, or - for standard input")
    request = checking.Request(
        lists_to_go_by(trust_files, home), screen.now(), at, max_list_age, named_lists=bool(trust_files)
    )
    desk = _Desk(request)
    findings = list(desk.check(sources or ("-",)))
    if as_json:
        data = [one for finding in findings for one in checking.as_data(finding, request, language)]
        screen.write_result([json.dumps(data, ensure_ascii=False, indent=1)], output)
    else:
        screen.write_result(desk.lines(findings, language), output)
    return desk.exit_status(findings)


class _Desk:
    """One run of ``verify``: what was found, how many files were of no kind we know."""

    def __init__(self, request: checking.Request) -> None:
        self.request = request
        self.others = 0

    def check(self, sources: tuple[str, ...]) -> Iterator[checking.Finding]:
        """Yield the findings of all sources in their order."""
        for source in sources:
            if source == "-":
                yield from self._standard_input()
                continue
            folder = Path(source).is_dir()
            for path in checking.files_below(Path(source)):
                yield from self._file(path, in_folder=folder)

    def _standard_input(self) -> list[checking.Finding]:
        data = sys.stdin.buffer.read(checking.MAX_FILE_BYTES + 1)
        return checking.check_bytes(data, self.request, source="-")

    def _file(self, path: Path, *, in_folder: bool) -> list[checking.Finding]:
        try:
            return checking.check_file(path, self.request, in_folder=in_folder)
        except UnknownFile:
            self.others += 1
            return []

    def lines(self, findings: list[checking.Finding], language: str) -> Iterator[str]:
        """Yield the blocks of all findings and one line that counts what was passed over."""
        for finding in findings:
            yield from checking.as_lines(finding, self.request, language)
            yield ""
        if self.others:
            yield screen.pick(
                language,
                f"{self.others} files are no picture, PDF or text with a code and were passed over",
                f"файлов, которые не картинка, не PDF и не текст с кодом: {self.others}; они пропущены",
            )

    def exit_status(self, findings: list[checking.Finding]) -> int:
        """Return 1 before 2 before 0 over all answers; 2 where nothing was checked."""
        statuses = {self.request.exit_status(one.verdict) for one in findings}
        return next((status for status in (1, 2, 0) if status in statuses), 2)


@click.command("inspect")
@click.argument("source", metavar="FILE|-")
@screen.output_option
def inspect_command(source: str, output: Path | None) -> int:
    """Show every layer of a code: text, bytes, headers, payload.

    Nothing here is verified; each line says so.
    """
    if source == "-":
        texts = checking.decode_text(sys.stdin.buffer.read(checking.MAX_TEXT_BYTES + 1)).splitlines()
    else:
        texts = checking.texts_of(Path(source))
    found = [line for text in texts if text.strip() for line in checking.layers(text)]
    if not found:
        raise Unreadable(f"no code in {source!r}")
    screen.write_result(found, output)
    return 0
