"""Drawing pages, here or in other processes and on other machines: certificates in, PDFs out, each read back.

A `Job` holds all that its pages need, and nothing secret: workers draw, they do not sign. The same job gives the
same bytes wherever it is done, so one that was lost with its worker is simply done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import Final

from qrcert import page, scan
from qrcert.errors import QrcertError, Refused, Unreadable
from qrcert.form import Form
from qrcert.form import Office as FormOffice
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.sheets import Paper, make_sheet, shown_number

READ_BACK_DPI: Final = 150
"""What a flatbed scanner in an office does by default."""

WAITING: Final = 16
"""Jobs that are handed out before the first of them is done, a volume of pages each.

As many workers are busy at once; by then this process, which takes what they drew, is the slowest. What waits to be
taken has 25 MB a volume.
"""

SAMPLE: Final = 20
"""Of the pages that another process drew and read back, one in so many is read once more here: ten of a volume."""

_FAULT: Final = "hand out none of these pages; this is a fault of the program, please report it"


@dataclass(frozen=True, slots=True)
class Job:
    """Certificates of one form to draw: a file for each and, if it has a name, one ``together`` of all of them.

    Papers of one number that follow each other are the parts of one certificate, and share its file. ``names`` are
    those of the files, one a certificate, for whoever writes them. ``day`` is the day of creation that a file of
    them together bears; single ones bear their day of issue.
    """

    form: Form
    form_office: FormOffice
    template: page.Template
    day: date
    papers: tuple[tuple[Paper, Letterhead], ...]
    names: tuple[str, ...]
    together: str | None

    def groups(self) -> list[tuple[Paper, ...]]:
        """Return the papers of each certificate."""
        papers = (paper for paper, _ in self.papers)
        return [tuple(group) for _, group in groupby(papers, key=lambda paper: paper.number)]

    def sheets(self) -> list[list[page.Sheet]]:
        """Return the sheets of each certificate."""
        made = iter(
            [
                make_sheet(
                    paper,
                    letterhead=head,
                    form=self.form,
                    form_office=self.form_office,
                )
                for paper, head in self.papers
            ]
        )
        return [[next(made) for _ in group] for group in self.groups()]

    def is_set_apart(self, runs: Sequence[page.Printed]) -> bool:
        """Whether the file of all, set in these runs, is one of its own: no run holds its pages as they are."""
        return self.together is not None and (len(runs) > 1 or self.template.layout.several > 1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a job was drawn as: the file of each certificate in the job's order, and the file of all of them.

    What these are called is no business of who draws: the job tells it. Files that share their fonts share the
    bytes of them, also on their way from another process. ``apart``: the file of all was set by itself.
    """

    files: tuple[page.Cut, ...]
    together: bytes | None
    apart: bool


def do_job(job: Job) -> Drawn:
    """Return a job as it was drawn, every page of it read back as it was signed.

    Files are cut out of what was read back, and are the same drawing; the first of each run is read once more.
    Raises `Refused` for contents that do not fit, and for a page whose code reads as anything else.
    """
    groups, printed = job.groups(), job.sheets()
    flat = list(chain.from_iterable(printed))
    days = [group[0].issued for group in groups]
    runs = page.draw_runs(printed, page=job.template)
    together, apart = None, job.is_set_apart(runs)
    if apart:
        together = page.draw(flat, day=job.day, page=job.template, together=True)
        _read_back_all(job, together)
    files: dict[int, page.Cut] = {}
    for run in runs:
        papers = [paper for at in run.groups for paper in groups[at]]
        places = job.template.places(len(papers), together=False)
        areas = [(number + 1, box) for number, box in places]  # after the page of the letters
        _read_back(papers, run.data, areas)
        opened = run.open()
        for leaf, at in zip(page.leaves_of(printed, run, days), run.groups, strict=True):
            files[at] = opened.cut(leaf)
        first = run.groups[0]
        _read_back_one(job, groups[first], files[first].data)
        if job.together is not None and together is None:  # the only run there is
            title, author = page.naming(flat)
            together = opened.whole(title=title, author=author, day=job.day).data
    return Drawn(tuple([files[at] for at in range(len(groups))]), together, apart)


def files_of(job: Job, drawn: Drawn) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a job with their names: each certificate's own, and last all together."""
    for name, cut in zip(job.names, drawn.files, strict=True):
        yield name, cut.data
    if job.together is not None and drawn.together is not None:
        yield job.together, drawn.together


def check_drawn(job: Job, drawn: Drawn) -> None:
    """Raise `Refused` unless what another process drew is this job: all certificates, each with its own text.

    The texts that pages carry as files are compared in every file, with their names; of the codes, which were read
    back where they were drawn, a sample is read once more. The file of all must show, page for page, the very
    drawings of the single files, and the sample is of its pages; one that was set by itself has drawings of its
    own, of which every code is read, and the sample is of the single files.
    """
    groups = job.groups()
    if len(drawn.files) != len(groups):
        raise _strange("other certificates than were asked for")
    if (drawn.together is not None) != (job.together is not None):
        raise _strange("no file of all certificates, or one that was not asked for")
    drawings: list[bytes] = []
    for group, cut in zip(groups, drawn.files, strict=True):
        found = _checked(job, group, cut.data)
        if len(found.drawings) != len(group):
            raise _strange("another number of pages than was asked for")
        drawings += found.drawings
    if drawn.together is None:
        _check_some(job, groups, drawn)
        return
    papers = list(chain.from_iterable(groups))
    found = _checked(job, papers, drawn.together)
    if len(found.drawings) != job.template.places(len(papers), together=True)[-1][0]:
        raise _strange("another number of pages than was asked for")
    if drawn.apart:
        _check_some(job, groups, drawn)
        _read_back_all(job, drawn.together)
        return
    if list(found.drawings) != drawings:
        raise _strange("a file of all certificates that shows others than theirs")
    _read_back_all(job, drawn.together, every=SAMPLE)


def _check_some(job: Job, groups: Sequence[Sequence[Paper]], drawn: Drawn) -> None:
    """Read the codes of a sample of the single files once more."""
    for papers, cut in zip(groups[::SAMPLE], drawn.files[::SAMPLE], strict=True):
        _read_back_one(job, papers, cut.data)


def _checked(job: Job, papers: Sequence[Paper], data: bytes) -> page.Contents:
    """Return what stands in a file; raise `Refused` unless it carries the texts of its papers by their names."""
    found = page.contents_of(data, most=len(papers))
    names = page.attachment_names(shown_number(paper, job.form) for paper in papers)
    texts = [(paper.text or "").encode() for paper in papers]
    if found.attached != dict(zip(names, texts, strict=True)):
        raise _strange(f"other texts than those of the {len(papers)} certificates")
    return found


def _strange(found: str) -> Refused:
    return Refused(
        f"a process that draws pages gave back {found}",
        hint="hand out none of these pages; is the same release of qrcert on every worker?",
    )


def do_jobs(jobs: Iterable[Job], *, executor: Executor | None = None) -> Iterator[tuple[Job, Drawn]]:
    """Yield each job with what `do_job` gives for it, in order; with an ``executor`` several are done at once.

    Jobs are handed out as results are taken, so that many of them need no more memory than a few. Raises what
    `do_job` and `check_drawn` raise, and `Refused` where the workers are gone.
    """
    if executor is None:
        for job in jobs:
            yield job, do_job(job)
        return
    waiting: deque[tuple[Job, Future[Drawn]]] = deque()
    try:
        for job in jobs:
            with _loss_told():
                waiting.append((job, executor.submit(_work, job)))
            if len(waiting) > WAITING:
                yield _done(*waiting.popleft())
        while waiting:
            yield _done(*waiting.popleft())
    finally:
        for _, result in waiting:
            result.cancel()


def _done(job: Job, result: Future[Drawn]) -> tuple[Job, Drawn]:
    """Return a job with its result, once it is there; raises as `do_jobs` does."""
    with _loss_told():
        drawn = result.result()
    check_drawn(job, drawn)
    return job, drawn


@contextmanager
def _loss_told() -> Iterator[None]:
    """Turn the loss of a worker into `Refused`."""
    try:
        yield
    except (BrokenExecutor, CancelledError) as error:
        raise Refused(
            "a process that draws pages was killed; what was signed stands in the register",
            hint="is the memory enough? the same command again goes on where this one stopped",
        ) from error


def _work(job: Job) -> Drawn:
    """Do a job in another process; raises `QrcertError` only: what else comes from there is of the connection."""
    try:
        return do_job(job)
    except QrcertError:
        raise
    except Exception as error:
        raise Refused(
            f"a process that draws pages failed: {type(error).__name__}: {error}",
            hint="is its memory enough, and is the same release of everything installed on every worker?",
        ) from error


def _read_back_one(job: Job, papers: Sequence[Paper], data: bytes) -> None:
    """Read back the file of one certificate, as `_read_back` does."""
    _read_back(papers, data, job.template.places(len(papers), together=False))


def _read_back_all(job: Job, together: bytes, *, every: int = 1) -> None:
    """Read back the file of all of a job, or one of so many of its codes, as `_read_back` does."""
    papers = [paper for paper, _ in job.papers]
    areas = job.template.places(len(papers), together=True)
    _read_back(papers[::every], together, areas[::every])


def _read_back(papers: Sequence[Paper], drawn: bytes, areas: Sequence[tuple[int, page.Box]]) -> None:
    """Raise `Refused` unless the code of every page is read as it was signed."""
    try:
        found = scan.read_pdf_areas(drawn, areas, dpi=READ_BACK_DPI)
    except Unreadable as error:
        raise Refused(f"pages were drawn that cannot be read back: {error}", hint=_FAULT) from error
    for paper, texts in zip(papers, found, strict=True):
        if texts != [paper.text]:
            raise Refused(
                f"the page of {paper.number} was drawn, but its code reads back as {len(texts)} codes "
                "or another text",
                hint=_FAULT,
            )
