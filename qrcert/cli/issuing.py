"""``qrcert issue``: a class list in, signed and printed certificates out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from datetime import date
from pathlib import Path

import click

from qrcert import issue, text, wire
from qrcert.cli import screen
from qrcert.cli.approving import approve_option, propose_option, read_approvals, write_proposal
from qrcert.cli.forms import find_form
from qrcert.cli.pages import page_option
from qrcert.cli.proof_words import code_line
from qrcert.cli.register.telling import unfinished_lines
from qrcert.cli.workers import cluster_option, jobs_option, stopped, workers
from qrcert.errors import Refused
from qrcert.page import Template
from qrcert.register import Recorded, Tally
from qrcert.symbol import Symbol

_TOGETHER = re.compile(r"all(-\d{3,})?\.pdf")
_MANIFEST = re.compile(issue.MANIFEST.format(r"\d+"))
_KEY = ("the school's key", "к ключу школы")


@click.command(
    "issue",
    epilog=screen.examples(
        "qrcert form template ru.attestat.11 -o class.xlsx",
        "qrcert issue class.xlsx --form ru.attestat.11 --draft",
        "qrcert issue class.xlsx --form ru.attestat.11",
    ),
)
@click.argument("source", metavar="CLASS", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--form", "wanted", required=True, metavar="ID|FILE", help="Kind of certificate: qrcert form list."
)
@click.option("--check", "only_check", is_flag=True, help="Check everything, sign nothing.")
@click.option("--draft", is_flag=True, help="Print drafts without codes, to go through with the pupils.")
@click.option("--issued", type=screen.Day(), help="Day of issue where the list has none; default: today.")
@click.option("--numbers-from", metavar="N", help="Number the class from N on where the list has no numbers.")
@click.option("--sheet", metavar="NAME", help="Sheet of the .xlsx, if it has several.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the results; default: issued/CLASS-DAY in the office folder.",
)
@page_option
@click.option("--png", is_flag=True, help="Also write each code as a picture, NUMBER.png.")
@click.option("--screen", "screens", is_flag=True, help="Also write each for a phone's screen, NUMBER.html.")
@click.option(
    "--no-pages", is_flag=True, help="Sign and record only; pages are drawn when they are asked for."
)
@jobs_option
@cluster_option
@propose_option
@approve_option
@click.option("--yes", is_flag=True, help="Ask nothing before signing.")
@click.option("--unpublished", is_flag=True, help="Sign before the school's key stands in a published list.")
@click.option(
    "--office",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The office folder; default: here.",
)
@screen.passphrase_option
@screen.lang_option
def issue_command(
    source: Path,
    wanted: str,
    only_check: bool,
    draft: bool,
    issued: date | None,
    numbers_from: str | None,
    sheet: str | None,
    out: Path | None,
    wanted_page: str | None,
    png: bool,
    screens: bool,
    no_pages: bool,
    jobs: int | None,
    cluster: str | None,
    propose: Path | None,
    approvals: tuple[Path, ...],
    yes: bool,
    unpublished: bool,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Issue the certificates of a class.

    CLASS is a table, .xlsx, .csv or .json, with a heading for each field of the form. Everything is checked before
    anything is signed, and every page is read back and verified. DIR gets a PDF for each certificate, all.pdf in
    the order of the class, and summary.xlsx.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    kind = find_form(wanted)
    template = None if wanted_page is None else issue.find_template(office, wanted_page)
    with screen.Progress(language) as bar:
        plan = issue.prepare(
            source,
            office=office,
            form=kind.form,
            form_office=kind.office,
            today=screen.now().date(),
            issued=issued,
            numbers_from=numbers_from,
            sheet=sheet,
            template=template,
            unpublished=unpublished,
            draft=draft,
            progress=bar.update,
        )
    template, target = plan.template, out or folder / "issued" / f"{source.stem}-{plan.issued}"
    screen.tell(_checked(plan, language))
    if only_check:
        return 0
    if draft:
        drawn = issue.draw_drafts(plan, folder=target, template=template)
        what = screen.pick(language, "drafts, not signed", "проекты, без подписи")
        screen.tell(f"{what}: {text.escaped(str(drawn))}")
        return 0
    if propose is not None:
        write_proposal(plan, propose, language)
        return 0
    approved = read_approvals(approvals)
    issue.require_approval(plan, approved)
    screen.confirm(_question(plan, language), yes=yes)
    key = office.load_key(screen.passphrase(passphrase_file, what=_KEY))
    now = screen.now()
    issue.keep_template(office, template)
    if no_pages:
        with screen.Progress(language) as bar:
            tally = issue.sign_and_record_all(plan, key=key, now=now, approvals=approved, progress=bar.update)
        screen.tell(_recorded(tally, language))
        return 0
    with screen.Progress(language) as bar:
        recorded = issue.sign_and_record(plan, key=key, now=now, approvals=approved, progress=bar.update)
    with workers(len(plan.rows), jobs=jobs, cluster=cluster) as drawing:
        done = _drawn(plan, recorded, target, template, drawing, language)
    if png:
        issue.write_symbols(done)
    if screens:
        issue.write_screens(done, plan)
    issue.write_summary(done, plan, language=language)
    _remove_stale(done, plan, language)
    for line in _done(done, plan, template, language):
        screen.tell(line)
    with office.open_register() as register:
        unfinished = register.unfinished()
    for line in unfinished_lines(unfinished, language):
        screen.tell(line, error=True)
    return 0


def _remove_stale(done: issue.Issued, plan: issue.Plan, language: str) -> None:
    """Remove what the class was together in before it grew or shrank: such a file would be printed by mistake.

    Where another class lies in the same folder, such a file may be its own: it stays, and is named.
    """
    parts = len(plan.parts)
    volumes = -(-len(done.entries) // (issue.VOLUME // parts * parts))
    wanted = {"all.pdf"} if volumes == 1 else {f"all-{one:03}.pdf" for one in range(1, volumes + 1)}
    names = sorted(file.name for file in done.folder.iterdir())
    stale = [name for name in names if _TOGETHER.fullmatch(name) and name not in wanted]
    if stale and _has_another_class(done, plan, names):
        screen.tell(_left(stale, language), error=True)
        return
    for name in stale:
        try:
            (done.folder / name).unlink()
        except OSError as error:
            raise Refused(
                f"cannot remove {str(done.folder / name)!r}, which is older than the class: {error.strerror}",
                hint="is it open in another program? remove it by hand, and do not print it",
            ) from error


def _has_another_class(done: issue.Issued, plan: issue.Plan, names: Iterable[str]) -> bool:
    """Whether there is a manifest of a batch that has nothing of this class and comes of another list."""
    with plan.office.open_register() as register:
        batches = register.batches()
    own = {entry.batch for entry in done.entries} | {
        one.id for one in batches if (one.source, one.form) == (plan.roster.source, plan.form.hash)
    }
    manifests = {issue.MANIFEST.format(one) for one in own}
    return any(_MANIFEST.fullmatch(name) and name not in manifests for name in names)


def _left(names: Sequence[str], language: str) -> str:
    listed = text.escaped(", ".join(names))
    return screen.pick(
        language,
        f"another class lies in the same folder; these files of all are not of this one and stay: {listed}",
        f"в этой папке лежит и другой класс; эти общие файлы не от этого класса и остаются: {listed}",
    )


def _drawn(
    plan: issue.Plan,
    recorded: Recorded,
    target: Path,
    template: Template,
    drawing: Executor | None,
    language: str,
) -> issue.Issued:
    """Draw the pages with a bar; who stops it is told what stands."""
    with screen.Progress(language) as bar:
        try:
            return issue.draw_and_check(
                plan,
                recorded,
                folder=target,
                template=template,
                now=screen.now(),
                progress=bar.update,
                executor=drawing,
            )
        except KeyboardInterrupt:
            stopped(bar.done("draw"), len(plan.rows), language)
            raise


def _recorded(done: Tally, language: str) -> str:
    count, new = done.count, done.added
    return screen.pick(
        language,
        f"signed and in the register: {screen.plural(count, 'certificate')}, {new} of them new; no pages were "
        "drawn (qrcert reprint NUMBER, or the same command without --no-pages)",
        f"подписаны и внесены в книгу: {count}, из них новых {new}; страницы не печатались "
        "(qrcert reprint НОМЕР или та же команда без --no-pages)",
    )


def _checked(plan: issue.Plan, language: str) -> str:
    count, source = len(plan.rows), text.escaped(plan.roster.source)
    return screen.pick(
        language,
        f"{screen.plural(count, 'certificate')}, no fault found in {source}",
        f"документов: {count}, ошибок в {source} не найдено",
    )


def _question(plan: issue.Plan, language: str) -> str:
    first, last = (text.escaped(name.split()[0]) for name in plan.holders())
    names = f"{first} … {last}" if len(plan.rows) > 1 else first
    count = len(plan.rows)
    return screen.pick(
        language,
        f"{screen.plural(count, 'certificate')}, {names}: sign?",
        f"Документов: {count}, {names}: подписать?",
    )


def _done(done: issue.Issued, plan: issue.Plan, template: Template, language: str) -> list[str]:
    count = len({entry.number for entry in done.entries})
    parts = len(done.entries) // count  # of one certificate, which are signed together
    before = count - done.added // parts
    if plan.trust is not None:
        checked = screen.pick(language, "was read back and verified", "прочитана и проверена")
    else:
        checked = screen.pick(language, "was read back", "прочитана")
    lines = [
        screen.pick(
            language,
            f"issued {screen.plural(count, 'certificate')}; each page {checked}",
            f"выдано документов: {count}; каждая страница {checked}",
        )
    ]
    if done.added == 0:
        lines = [
            screen.pick(
                language,
                f"nothing new: {screen.plural(count, 'certificate')} stood in the register already, drawn again; "
                f"each page {checked}",
                f"нового нет, документы уже в книге ({count}), отпечатаны ещё раз; каждая страница {checked}",
            )
        ]
    elif before:
        lines.append(
            screen.pick(
                language,
                f"  in the register already, the same bytes as before: {before}",
                f"  из них уже были в книге и остались теми же: {before}",
            )
        )
    if plan.trust is None:
        lines.append(
            screen.pick(
                language,
                "  unpublished: nobody can verify them before the school's key is in a published list",
                "  список не опубликован: пока ключа школы в нём нет, проверить их никто не сможет",
            )
        )
    if plan.test:
        lines.append(
            screen.pick(
                language,
                "  TEST: signed with a test key, no real certificates",
                "  ПРОБА: подписаны пробным ключом, это не настоящие документы",
            )
        )
    lines.append(f"  {_reach(done, template, language)}")
    together = "all.pdf" if len(done.entries) <= issue.VOLUME else "all-001.pdf …"
    lines.append(f"  {text.escaped(str(done.folder / together))}")
    return lines


def _reach(done: issue.Issued, template: Template, language: str) -> str:
    """Return from how far the codes of the class are read, by the largest of them."""
    largest = max((wire.to_text(entry.signed) for entry in done.entries), key=len)
    return code_line(Symbol(largest).version, template=template, language=language)
