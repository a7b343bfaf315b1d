"""Drawing pages, here or in other processes and on other machines: certificates in, PDFs out, each read back.

A `Job` holds all that its pages need, and nothing secret: workers draw, they do not sign. The same job gives the
same bytes wherever it is done, so one that was lost with its worker is simply done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from qrcert import page, scan
from qrcert.errors import Refused
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.sheets import Paper, make_sheet

READ_BACK_DPI: Final = 150
"""What a flatbed scanner in an office does by default."""

WAITING: Final = 8
"""Jobs that are handed out before the first of them is done: enough for a few workers, few enough to hold."""


@dataclass(frozen=True, slots=True)
class Job:
    """Certificates of one form to draw: each into a file of its own, or all ``together`` into one of many pages.

    Papers of one number that follow each other are the parts of one certificate, and share its file. ``names`` are
    those of the files, for whoever writes them. ``day`` is the day of creation that a file of them
    together bears; single ones bear their day of issue.
    """

    form: Form
    form_office: FormOffice
    template: page.Template
    day: date
    papers: tuple[tuple[Paper, Letterhead], ...]
    names: tuple[str, ...]
    together: bool


def do_job(job: Job) -> tuple[bytes, ...]:
    """Return the PDFs of a job, in order, every page of them read back as it was signed.

    Raises `Refused` for contents that do not fit, and for a page whose code reads as anything else.
    """
    sheets = [
        make_sheet(paper, letterhead=head, form=job.form, form_office=job.form_office)
        for paper, head in job.papers
    ]
    papers = [paper for paper, _ in job.papers]
    if job.together:
        drawn = page.draw(sheets, day=job.day, page=job.template, together=True)
        _read_back(papers, drawn, job.template, together=True)
        return (drawn,)
    files = []
    for _, group in groupby(zip(papers, sheets, strict=True), key=lambda one: one[0].number):
        own, printed = zip(*group, strict=True)
        drawn = page.draw(printed, day=own[0].issued, page=job.template)
        _read_back(own, drawn, job.template, together=False)
        files.append(drawn)
    return tuple(files)


def do_jobs(
    jobs: Iterable[Job], *, executor: Executor | None = None
) -> Iterator[tuple[Job, tuple[bytes, ...]]]:
    """Yield each job with what `do_job` gives for it, in order; with an ``executor`` several are done at once.

    Jobs are handed out as results are taken, so that many of them need no more memory than a few. Raises what
    `do_job` raises, and `Refused` where the workers are gone.
    """
    if executor is None:
        for job in jobs:
            yield job, do_job(job)
        return
    waiting: deque[tuple[Job, Future[tuple[bytes, ...]]]] = deque()
    try:
        for job in jobs:
            waiting.append((job, executor.submit(do_job, job)))
            if len(waiting) > WAITING:
                first, result = waiting.popleft()
                yield first, result.result()
        for job, result in waiting:
            yield job, result.result()
    except BrokenProcessPool as error:
        raise Refused(
            "a process that draws pages was killed; what was signed stands in the register",
            hint="is the memory enough? the same command again goes on where this one stopped",
        ) from error
    finally:
        for _, result in waiting:
            result.cancel()


def _read_back(papers: Sequence[Paper], drawn: bytes, template: page.Template, *, together: bool) -> None:
    """Raise `Refused` unless the code of every page is read as it was signed."""
    areas = template.places(len(papers), together=together)
    found = scan.read_pdf_areas(drawn, areas, dpi=READ_BACK_DPI)
    for paper, texts in zip(papers, found, strict=True):
        if texts != [paper.text]:
            raise Refused(
                f"the page of {paper.number} was drawn, but its code reads back as {len(texts)} codes "
                "or another text",
                hint="hand out none of these pages; this is a fault of the program, please report it",
            )
