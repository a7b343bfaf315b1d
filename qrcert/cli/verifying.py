"""``qrcert verify`` and ``qrcert inspect``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click

from qrcert import checking, scan, wire
from qrcert.checking import words
from qrcert.cli import asking, reporting, screen
from qrcert.cli.desk import cases, pool, work, workbook
from qrcert.cli.desk.bar import Bar
from qrcert.cli.desk.journal import Journal, secret_of
from qrcert.decode import EXIT_STATUS
from qrcert.errors import QrcertError, Unreadable
from qrcert.files import require_folder_of

LOOKED_AT: Final = (
    "looked at are pictures (.jpg .png .tif .webp .bmp .gif .heic .avif), .pdf, .zip, and texts with a code "
    "(.txt), whatever their names"
)
"""Told where nothing was there to be looked at."""


@click.command(
    "verify",
    epilog=screen.examples(
        "qrcert verify photo.jpg",
        "qrcert verify certificate.pdf --trust list.qct",
        "qrcert verify scans --json",
        "qrcert verify scans applications.zip --report answers.xlsx",
    ),
)
@click.argument("sources", nargs=-1, metavar="[FILE|FOLDER|-]...")
@asking.list_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array for machines.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.xlsx",
    help="Write a table, a row a certificate; a run that was stopped goes on where it was.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="Work in N processes; default: as many as useful."
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3600),
    default=scan.SECONDS,
    metavar="N",
    help="Time for a picture while nothing new is found in it; twice that for documents and archives.",
)
@screen.home_option
@screen.output_option
@screen.lang_option
def verify_command(
    sources: tuple[str, ...],
    trust_files: tuple[Path, ...],
    at: date | None,
    max_list_age: int | None,
    as_json: bool,
    report: Path | None,
    jobs: int | None,
    seconds: float,
    home: Path | None,
    output: Path | None,
    lang: str | None,
) -> int:
    """Tell whether certificates are genuine, offline.

    Name pictures, PDFs, ZIP archives, files with the text of a code, folders of all these, or - for standard
    input. Exit status: 0 all genuine, 1 one refused, 2 one could not be checked.
    """
    language = screen.language(lang)
    if not sources and sys.stdin.isatty():
        raise click.UsageError("name a picture, a PDF, a text file, a folder, or - for standard input")
    if report is not None and (as_json or output is not None):
        raise click.UsageError("--report goes neither with --json nor with -o")
    terms = work.Terms(trust_files, home, screen.now(), at, max_list_age, seconds, language)
    desk = _Desk(terms, jobs)
    if report is not None:
        desk.report(sources or ("-",), report)
    else:
        desk.check(sources or ("-",))
        if as_json:
            screen.write_json([one for answer in desk.answers for one in answer.data], output)
        else:
            screen.write_result(desk.lines(), output)
    desk.tell_rest(to_errors=as_json)
    return desk.exit_status()


class _Desk:
    """One run of ``verify``: what was found, what could not be read, how many files were of no kind we know."""

    def __init__(self, terms: work.Terms, jobs: int | None) -> None:
        self.terms = terms
        self.language = terms.language
        self.bench = work.Bench(terms)
        self.jobs = jobs
        self.answers: list[work.Answer] = []
        self.passed_over = 0
        self.named_in_vain = False
        self.errors: dict[str, QrcertError] = {}
        """Each once, however many files it befell."""

    def check(self, sources: tuple[str, ...]) -> None:
        """Check all sources in their order."""
        tasks = [task for source in sources for task in self._tasks(source)]
        jobs = pool.jobs_for(tasks, self.jobs)
        with Bar(len(tasks), self.language) as bar:
            for task, outcome in zip(
                tasks, pool.outcomes(tasks, self.bench, self.terms, jobs=jobs, sealed=False), strict=True
            ):
                self._take(task, outcome)
                bar.step()

    def report(self, sources: tuple[str, ...], path: Path) -> None:
        """Check all sources, going on where an earlier run was stopped, and write the report."""
        workbook.require_openpyxl()
        if path.suffix.lower() != ".xlsx":
            raise click.UsageError(
                f"a report is an Excel file, so its name ends in .xlsx, found {path.name!r}"
            )
        require_folder_of(path)
        tasks = [task for source in sources for task in self._tasks(source)]
        secret = secret_of(screen.home_folder(self.terms.home))
        journal = Journal(path, self.terms, self.bench.lists, secret=secret)
        journal.open()
        finished = False
        try:
            self._check_into(journal, tasks)
            lists = [
                f"{one.authority}, {one.version}, {wire.to_date(one.issued)}" for one in self.bench.lists
            ]
            summary = workbook.Summary(self.terms.now, len(tasks), self.passed_over, tuple(lists))
            workbook.write_report(path, self.answers, summary, self.language)
            finished = True
        finally:
            journal.close(finished=finished)
        for line in self._counts():
            screen.tell(line)
        screen.tell_written(path, self.language)

    def _check_into(self, journal: Journal, tasks: list[work.Task]) -> None:
        known = [journal.known(task) for task in tasks]
        left = [task for task, outcome in zip(tasks, known, strict=True) if outcome is None]
        if len(left) < len(tasks):
            count = len(tasks) - len(left)
            screen.tell(
                screen.pick(
                    self.language,
                    f"going on with a run that was stopped; done before: {count}",
                    f"продолжается прерванная проверка; сделано раньше: {count}",
                ),
                error=True,
            )
        jobs = pool.jobs_for(left, self.jobs)
        new = pool.outcomes(left, self.bench, self.terms, jobs=jobs, sealed=True)
        with Bar(len(tasks), self.language) as bar:
            for task, outcome in zip(tasks, known, strict=True):
                if outcome is None:
                    outcome = next(new)
                    journal.write(task, outcome)
                    bar.step()
                else:
                    bar.skip()
                self._take(task, outcome)

    def _take(self, task: work.Task, outcome: work.Outcome) -> None:
        """Take in what one file gave."""
        self.answers += outcome.answers
        self.passed_over += outcome.passed_over
        self.named_in_vain |= bool(outcome.passed_over and not outcome.answers and not task.in_folder)
        for message, hint in outcome.errors:
            self._note(QrcertError(message, hint=hint))

    def _tasks(self, source: str) -> list[work.Task]:
        """Return the files that a source stands for, None for standard input, and whether a folder held them."""
        if source == "-":
            return [work.Task(None)]
        path = Path(source)
        folder = path.is_dir()
        files = list(checking.files_below(path, unreadable=self._blocked))
        if folder and not files:
            self._note(Unreadable(f"no files in {source!r}", hint=LOOKED_AT))
        return [work.Task(str(one), folder) for one in files]

    def _blocked(self, error: OSError) -> None:
        self._note(Unreadable(f"the folder {str(error.filename)!r} cannot be read: {error.strerror}"))

    def _note(self, error: QrcertError) -> None:
        self.errors.setdefault(str(error), error)

    def lines(self) -> Iterator[str]:
        """Yield the blocks of all findings and one line that counts what was passed over."""
        for answer in self.answers:
            yield from answer.lines
            yield ""
        if self.passed_over:
            yield self._count()

    def _counts(self) -> Iterator[str]:
        """Yield how many answers there are of each kind, and what only shows over all of them."""
        kinds = Counter((one.status, one.data[0]["verdict"]) for one in self.answers)
        for (status, code), count in sorted(kinds.items()):
            only_test = status != EXIT_STATUS[code]
            yield f"{words.SHAPES[status]} {words.headline(code, self.language, only_test=only_test)}: {count}"
        twice, names = cases.counts(cases.cases(self.answers))
        if twice:
            yield screen.pick(
                self.language,
                f"answers to a certificate that is there again: {twice}",
                f"повторы того же документа: {twice}",
            )
        if names:
            yield screen.pick(
                self.language,
                f"answers to a number under several names: {names}",
                f"номер встречается на разные имена: {names}",
            )
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
        if self.passed_over and not self.answers:
            self._note(Unreadable("nothing to check was found", hint=LOOKED_AT))
        for error in self.errors.values():
            reporting.tell_error(error)

    def exit_status(self) -> int:
        """Return 1 before 2 before 0 over all answers; 2 where nothing, or not all that was named, was checked."""
        statuses = {one.status for one in self.answers}
        if self.errors or self.named_in_vain:
            statuses.add(2)
        return next((status for status in (1, 2, 0) if status in statuses), 2)


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
