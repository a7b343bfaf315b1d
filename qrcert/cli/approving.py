"""Four eyes: ``--propose`` and ``--approve`` of what signs, ``office officer`` and ``office approve``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from qrcert import issue, text
from qrcert.cli import screen
from qrcert.cli.forms import find_form
from qrcert.files import read_file, write_file
from qrcert.form import shipped_forms
from qrcert.signing import SigningKey, load_keys, save_keys
from qrcert.trust import hex_groups

MAX_FILE = 24 << 20
"""Bytes of a proposal: a nation's largest school many times over."""

_FILE = click.Path(path_type=Path, dir_okay=False)
_OFFICER = ("the officer's key", "к ключу проверяющего")

propose_option = click.option(
    "--propose", type=_FILE, metavar="FILE", help="Sign nothing; write what would be signed, for an officer."
)
approve_option = click.option(
    "--approve",
    "approvals",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="The officer's approval of the proposal, where the office asks for one.",
)


def read_approvals(paths: Sequence[Path]) -> list[bytes]:
    """Return the bytes of approvals; raises `Unreadable`."""
    return [read_file(path, limit=MAX_FILE) for path in paths]


def write_proposal(plan: issue.Plan, path: Path, language: str) -> None:
    """Write what signing a class would sign, and tell the next step."""
    proposal = issue.Proposal.of(plan)
    readable = {
        "what": "qrcert batch proposal",
        "school": plan.office.school,
        "form": plan.form.id,
        "certificates": str(len(plan.rows)),
    }
    screen.tell_written(write_file(path, proposal.to_file(readable=readable)), language)
    shown = text.escaped(str(path))
    screen.tell(
        screen.pick(
            language,
            f"nothing is signed; an officer looks through it: qrcert office approve {shown} --key FILE -o APPROVAL",
            f"ничего не подписано; проверяющий: qrcert office approve {shown} --key ФАЙЛ -o ОДОБРЕНИЕ",
        )
    )


@click.command("officer", short_help="Make an officer's own key, for approvals.")
@click.argument("path", metavar="KEYFILE", type=_FILE)
@screen.passphrase_option
@screen.lang_option
def officer_command(path: Path, passphrase_file: Path | None, lang: str | None) -> int:
    """Make the key with which an officer approves what the school is to sign; he keeps it, not the office."""
    language = screen.language(lang)
    secret = screen.passphrase(passphrase_file, what=_OFFICER, new=True)
    key = SigningKey.generate()
    save_keys(path, [key], passphrase=secret)
    screen.tell_written(path, language)
    line = issue.officer_line(key.public_key)
    screen.tell(
        screen.pick(
            language,
            f'write this into [approval] of {issue.SETTINGS}: officers = ["{line}"]',
            f'впишите в [approval] файла {issue.SETTINGS}: officers = ["{line}"]',
        )
    )
    return 0


@click.command(
    "approve",
    short_help="Look through a class that is to be signed, and approve it.",
    epilog=screen.examples("qrcert office approve class.proposal --key officer.key -o class.approval"),
)
@click.argument("path", metavar="PROPOSAL", type=_FILE)
@click.option("--key", required=True, type=_FILE, metavar="FILE", help="The officer's own key file.")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Write the approval here.")
@click.option("--form", "wanted", metavar="FILE", help="The form's file, if it is not a shipped one.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@screen.passphrase_option
@screen.lang_option
def approve_command(
    path: Path,
    key: Path,
    output: Path,
    wanted: str | None,
    yes: bool,
    passphrase_file: Path | None,
    lang: str | None,
) -> int:
    """Show all that the certificates of a proposal say, and approve it with a key that the office does not have.

    What is approved is word for word what is shown: any change in the class list afterwards makes it void.
    """
    language = screen.language(lang)
    proposal = issue.Proposal.from_file(read_file(path, limit=MAX_FILE))
    sources = [find_form(one) for one in (*shipped_forms(), *([wanted] if wanted else []))]
    screen.tell(
        screen.pick(
            language,
            f"to be signed with the key {hex_groups(proposal.kid)}",
            f"на подпись ключом {hex_groups(proposal.kid)}",
        )
    )
    for line in proposal.lines({one.form.hash: one.form for one in sources}, language=language):
        screen.tell(text.escaped(line))
    count = len(proposal.payloads)
    question = screen.pick(
        language, f"{screen.plural(count, 'certificate')}: approve?", f"Документов: {count}. Одобрить?"
    )
    screen.confirm(question, yes=yes)
    secret = screen.passphrase(passphrase_file, what=_OFFICER)
    (own, *_) = load_keys(key, passphrase=secret)
    write_file(output, issue.approve(proposal, key=own))
    screen.tell_written(output, language)
    return 0
