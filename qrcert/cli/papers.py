"""``qrcert withdraw``, ``void``, ``replace``: what becomes of a paper after it was issued."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final, Literal

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.approving import approve_option, propose_option, read_approvals, write_proposal
from qrcert.cli.forms import FormSource, find_form
from qrcert.cli.pages import page_option
from qrcert.files import write_file
from qrcert.page import Template
from qrcert.register import Entry

KEY_OWNER = ("the school's key", "к ключу школы")

_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "live": ("live", "действует"),
    "withdrawn": ("withdrawn", "отозван"),
    "replaced": ("replaced", "заменён"),
    "void": ("void", "погашен"),
}

office_option = click.option(
    "--office",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The office folder; default: here.",
)
form_option = click.option(
    "--form", "form_id", metavar="ID", help="Kind of certificate, where several have the number."
)
_reason_option = click.option(
    "--reason", default="", metavar="WHY", help="Why; stays in the register, nobody else learns it."
)
yes_option = click.option("--yes", is_flag=True, help="Ask nothing.")


@click.command(
    "withdraw",
    epilog=screen.examples("qrcert withdraw 07724000123456 --reason 'order No. 12'"),
)
@click.argument("number", metavar="NUMBER")
@form_option
@click.option(
    "--by",
    type=click.Choice(["number", "copy"]),
    default="number",
    show_default=True,
    help="Every copy and part with the number, or only the one that counts now.",
)
@_reason_option
@yes_option
@office_option
@screen.passphrase_option
@screen.lang_option
def withdraw_command(
    number: str,
    form_id: str | None,
    by: Literal["number", "copy"],
    reason: str,
    yes: bool,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Withdraw a certificate: mark it in the register, and write the signed request for the authority.

    It counts for everybody from the authority's next list on. Done again, it writes the request again.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    entries = issue.find_papers(office, number, form_id=form_id, status="withdrawn")
    question = screen.pick(language, "Withdraw this?", "Отозвать?")
    show_papers(entries, language)
    screen.confirm(question, yes=yes)
    asked = _withdraw(office, entries, "withdrawn", by, reason, passphrase_file)
    _tell_request(asked.path, language, screen.pick(language, "withdrawn", "отозван"))
    return 0


@click.command("void", epilog=screen.examples("qrcert void 07724000123456 --reason 'misprinted'"))
@click.argument("number", metavar="NUMBER")
@form_option
@_reason_option
@yes_option
@office_option
@screen.passphrase_option
@screen.lang_option
def void_command(
    number: str,
    form_id: str | None,
    reason: str,
    yes: bool,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Void a certificate that was never handed out; its number may be issued again.

    It was signed, so whoever finds the file could show it: the authority is asked to withdraw that one copy, too.
    """
    language = screen.language(lang)
    office = issue.open_office(folder)
    entries = issue.find_papers(office, number, form_id=form_id, status="void")
    question = screen.pick(
        language, "Is it true that nobody was given this: void it?", "Его точно никому не вручили: погасить?"
    )
    show_papers(entries, language)
    screen.confirm(question, yes=yes)
    asked = _withdraw(office, entries, "void", "copy", reason, passphrase_file)
    said = screen.pick(
        language,
        "void; destroy the paper and its files, the number is free again",
        "погашен; уничтожьте бумагу и файлы, номер снова свободен",
    )
    _tell_request(asked.path, language, said)
    return 0


def _withdraw(
    office: issue.Office,
    entries: Sequence[Entry],
    status: Literal["withdrawn", "void"],
    by: Literal["number", "copy"],
    reason: str,
    passphrase_file: Path | None,
) -> issue.Asked:
    why = issue.reason_line(reason)
    issue.require_same_reason(entries, why)
    office.published_list()  # told before a passphrase is asked for
    key = office.load_key(screen.passphrase(passphrase_file, what=KEY_OWNER))
    nonce, now = secrets.token_bytes(16), screen.now()
    return issue.withdraw(office, entries, status=status, by=by, reason=why, key=key, nonce=nonce, now=now)


@click.command(
    "replace",
    epilog=screen.examples(
        "qrcert replace 07724000123456 --set 'family=Петрова' --kind right",
        "qrcert replace 07724000123456 --from class.xlsx --kind wrong",
    ),
)
@click.argument("number", metavar="NUMBER")
@click.option(
    "--set", "settings", multiple=True, metavar="F=V", help="A field or row and its new value; several times."
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CLASS",
    help="Take the row with this number from a class list.",
)
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["right", "wrong"]),
    help="Whether the old contents were right (a new copy, a new name) or wrong.",
)
@click.option("--form", "wanted", metavar="ID|FILE", help="Kind of certificate; default: as it was issued.")
@click.option("--issued", type=screen.Day(), help="Day of issue of the new one; default: today.")
@click.option("--sheet", metavar="NAME", help="Sheet of the .xlsx, if it has several.")
@_reason_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the results; default: issued/replace-NUMBER-DAY in the office folder.",
)
@page_option
@propose_option
@approve_option
@yes_option
@office_option
@screen.passphrase_option
@screen.lang_option
def replace_command(
    number: str,
    settings: tuple[str, ...],
    source: Path | None,
    kind: Literal["right", "wrong"],
    wanted: str | None,
    issued: date | None,
    sheet: str | None,
    reason: str,
    out: Path | None,
    wanted_page: str | None,
    propose: Path | None,
    approvals: tuple[Path, ...],
    yes: bool,
    folder: Path,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Sign and print a new certificate in the place of one that was handed out, with the same number.

    The authority is asked to mark the old copy as replaced: everybody sees whether what it said was right, and
    nobody why it was replaced. The new one counts at once.
    """
    language = screen.language(lang)
    if bool(settings) == (source is not None):
        raise click.UsageError(
            "name what changes with --set F=V, or a class list with --from CLASS: one of both"
        )
    office = issue.open_office(folder)
    old = issue.find_papers(office, number, form_id=_id_of(wanted), status="live")
    form = find_form(wanted or old[0].form_id)
    if wanted_page is None:
        template = issue.printed_template(office, old)
    else:
        template = issue.find_template(office, wanted_page)
    with ExitStack() as stack:
        if source is None:
            name = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "replacement.json"
            write_file(name, issue.with_changes(old, form.form, _pairs(settings)).encode())
            source = name
        planned = _prepare(source, old, office, form, issued=issued, sheet=sheet, template=template)
    plan = planned.plan
    why = issue.reason_line(reason)
    issue.require_same_words(planned, kind=kind, reason=why)
    _show_new(planned, language)
    if propose is not None:
        write_proposal(plan, propose, language)
        return 0
    approved = read_approvals(approvals)
    issue.require_approval(plan, approved)
    question = screen.pick(
        language, "Sign the new one and replace the old?", "Подписать новый взамен прежнего?"
    )
    screen.confirm(question, yes=yes)
    key = office.load_key(screen.passphrase(passphrase_file, what=KEY_OWNER))
    now = screen.now()
    nonce = secrets.token_bytes(16)
    issue.keep_template(office, template)
    recorded, request = issue.sign_replacement(
        planned, kind=kind, reason=why, key=key, nonce=nonce, now=now, approvals=approved
    )
    target = out or folder / "issued" / f"replace-{issue.file_name(number)}-{plan.issued}"
    done = issue.draw_and_check(plan, recorded, folder=target, template=template, now=now)
    screen.tell_written(done.files[0], language)
    said = screen.pick(
        language, "replaced; the page was read back and verified", "заменён; страница прочитана и проверена"
    )
    _tell_request(request, language, said)
    return 0


def _id_of(wanted: str | None) -> str | None:
    return None if wanted is None else find_form(wanted).form.id


def _prepare(
    source: Path,
    old: Sequence[Entry],
    office: issue.Office,
    form: FormSource,
    *,
    issued: date | None,
    sheet: str | None,
    template: Template,
) -> issue.Replacement:
    return issue.prepare_replacement(
        source,
        old,
        office=office,
        form=form.form,
        form_office=form.office,
        today=screen.now().date(),
        issued=issued,
        sheet=sheet,
        template=template,
    )


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for one in settings:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"--set takes F=V such as 'family=Smith', found {one!r}")
        pairs[name.strip()] = text.normalise(value.strip())
    return pairs


def _show_new(planned: issue.Replacement, language: str) -> None:
    """Show the old paper and the holder and day of the new one."""
    show_papers(planned.old, language)
    (row,) = planned.plan.rows
    said = screen.pick(language, "new:", "новый:")
    screen.tell(f"  {said} {text.escaped(row.holder)}, {row.issued}")
    if planned.done:
        screen.tell(
            screen.pick(
                language,
                "  it stands in the register already: asked for and drawn once more",
                "  он уже в книге: запрос и страница будут сделаны ещё раз",
            )
        )


def state_line(status: str, language: str) -> str:
    """Return how a certificate stands, in words."""
    return screen.pick(language, *_STATES[status])


def show_papers(entries: Sequence[Entry], language: str) -> None:
    """Print a line a paper: number, holder, day, kind, and what became of it."""
    for one in entries:
        number = screen.pick(language, "No.", "№")
        said = f"{number} {text.escaped(one.number)}, {text.escaped(one.holder)}, {one.issued}, {one.form_id}"
        screen.tell(said if one.status == "live" else f"{said}  ({state_line(one.status, language)})")


def _tell_request(path: Path, language: str, said: str) -> None:
    screen.tell(said)
    screen.tell(
        screen.pick(
            language,
            f"send this to the authority, it counts from its next list on: {text.escaped(str(path))}",
            f"отправьте органу образования, действует с его следующего списка: {text.escaped(str(path))}",
        )
    )
