"""``qrcert verify`` and ``qrcert inspect``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from qrcert import checking
from qrcert.cli import reporting, russian, screen
from qrcert.cli.lists import lists_to_go_by
from qrcert.errors import QrcertError, UnknownFile, Unreadable


@click.command(
    "verify",
    epilog=screen.examples(
        "qrcert verify photo.jpg",
        "qrcert verify certificate.pdf --trust list.qct",
        "qrcert verify scans --json",
    ),
)
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
    help="Call a list old DAYS after its issue, whatever it says itself.",
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

    Name pictures, PDFs, files with the text of a code, folders of all these, or - for standard input. Exit
    status: 0 all genuine, 1 one refused, 2 one could not be checked.
    """
    language = screen.language(lang)
    if not sources and sys.stdin.isatty():
        raise click.UsageError("name a picture, a PDF, a text file, a folder, or - for standard input")
    request = checking.Request(
        lists_to_go_by(trust_files, home), screen.now(), at, max_list_age, named_lists=bool(trust_files)
    )
    desk = _Desk(request, language)
    findings = desk.check(sources or ("-",))
    if as_json:
        data = [one for finding in findings for one in checking.as_data(finding, request, language)]
        screen.write_json(data, output)
    else:
        screen.write_result(desk.lines(findings), output)
    desk.tell_rest(to_errors=as_json)
    return desk.exit_status(findings)


class _Desk:
    """One run of ``verify``: what was found, what could not be read, how many files were of no kind we know."""

    def __init__(self, request: checking.Request, language: str) -> None:
        self.request = request
        self.language = language
        self.passed_over = 0
        self.named_in_vain = False
        self.errors: dict[str, QrcertError] = {}
        """Each once, however many files it befell."""

    def check(self, sources: tuple[str, ...]) -> list[checking.Finding]:
        """Return the findings of all sources in their order."""
        findings: list[checking.Finding] = []
        files = [(path, folder) for source in sources for path, folder in self._files(source)]
        with screen.Progress(len(files), screen.pick(self.language, "checking", "проверка")) as bar:
            for done, (path, folder) in enumerate(files, 1):
                findings += map(self._translated, self._findings(path, folder))
                bar.update("check", done, len(files))
        return findings

    def _files(self, source: str) -> list[tuple[Path | None, bool]]:
        """Return the files that a source stands for, None for standard input, and whether a folder held them."""
        if source == "-":
            return [(None, False)]
        path = Path(source)
        folder = path.is_dir()
        files = list(checking.files_below(path, unreadable=self._blocked))
        if folder and not files:
            self._note(Unreadable(f"no files in {source!r}"))
        return [(one, folder) for one in files]

    def _blocked(self, error: OSError) -> None:
        self._note(Unreadable(f"the folder {str(error.filename)!r} cannot be read: {error.strerror}"))

    def _findings(self, path: Path | None, folder: bool) -> list[checking.Finding]:
        if path is None:
            data = sys.stdin.buffer.read(checking.MAX_FILE_BYTES + 1)
            return checking.check_bytes(data, self.request, source="-")
        try:
            if not os.path.lexists(path):
                raise Unreadable(f"no file or folder {str(path)!r}", hint=_NAME_HINT)
            return checking.check_file(path, self.request, in_folder=folder)
        except UnknownFile:
            self.passed_over += 1
            self.named_in_vain |= not folder
            return []
        except QrcertError as error:
            self._note(error)
            return [checking.unread(str(path), self.request, error)]

    def _note(self, error: QrcertError) -> None:
        self.errors.setdefault(str(error), error)

    def _translated(self, finding: checking.Finding) -> checking.Finding:
        """Return the finding with what is said of an unreadable file in the language of the screen."""
        if self.language != "ru" or finding.fault is None:
            return finding
        advice = russian.line(finding.advice) if finding.advice else None
        return replace(finding, fault=russian.line(finding.fault), advice=advice)

    def lines(self, findings: list[checking.Finding]) -> Iterator[str]:
        """Yield the blocks of all findings and one line that counts what was passed over."""
        for finding in findings:
            yield from checking.as_lines(finding, self.request, self.language)
            yield ""
        if self.passed_over:
            yield self._count()

    def _count(self) -> str:
        return screen.pick(
            self.language,
            f"files that are no picture, PDF or text with a code, passed over: {self.passed_over}",
            f"файлов, которые не картинка, не PDF и не текст с кодом: {self.passed_over}; они пропущены",
        )

    def tell_rest(self, *, to_errors: bool) -> None:
        """Tell on standard error what could not be read; ``to_errors``: and what was passed over."""
        if to_errors and self.passed_over:
            screen.tell(self._count(), error=True)
        for error in self.errors.values():
            reporting.tell_error(error)

    def exit_status(self, findings: list[checking.Finding]) -> int:
        """Return 1 before 2 before 0 over all answers; 2 where nothing, or not all that was named, was checked."""
        statuses = {self.request.exit_status(one.verdict) for one in findings}
        if self.errors or self.named_in_vain:
            statuses.add(2)
        return next((status for status in (1, 2, 0) if status in statuses), 2)


_NAME_HINT = "is the name right? a name with blanks stands in quotes"


@click.command("inspect")
@click.argument("source", metavar="FILE|-")
@screen.output_option
@screen.lang_option
def inspect_command(source: str, output: Path | None, lang: str | None) -> int:
    """Show every layer of a code: text, bytes, headers, payload.

    Nothing here is verified; each line says so.
    """
    texts = checking.texts_of(
        sys.stdin.buffer.read(checking.MAX_FILE_BYTES + 1) if source == "-" else Path(source)
    )
    found = [line for text in texts if text.strip() for line in checking.layers(text)]
    if not found:
        raise Unreadable(f"no code in {source!r}")
    screen.write_result(found, output)
    return 0
