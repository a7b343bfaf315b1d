"""The command line: ``qrcert COMMAND``. Each command's module is loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from qrcert import __version__
from qrcert.cli import reporting, screen

_COMMANDS: Final = {
    "demo": ("qrcert.cli.demo", "demo_command", "The whole story in one folder, in seconds."),
    "office": ("qrcert.cli.office", "office_group", "A school's own folder: its key, its register."),
    "form": ("qrcert.cli.forms", "form_group", "Kinds of certificates: list, show, check, template."),
    "page": ("qrcert.cli.pages", "page_group", "What is printed: list, show, check a page of your own."),
    "issue": ("qrcert.cli.issuing", "issue_command", "Class list in, signed and printed certificates out."),
    "withdraw": ("qrcert.cli.papers", "withdraw_command", "Withdraw a certificate that was issued."),
    "replace": ("qrcert.cli.papers", "replace_command", "Issue a certificate anew, with the same number."),
    "void": ("qrcert.cli.papers", "void_command", "Void a certificate that was never handed out."),
    "register": (
        "qrcert.cli.register",
        "register_group",
        "The school's register: list, show, export, audit, backup.",
    ),
    "reprint": ("qrcert.cli.copies", "reprint_command", "Print a certificate again, as it was issued."),
    "recover": ("qrcert.cli.copies", "recover_command", "Bring a paper back into a register that lost it."),
    "verify": (
        "qrcert.cli.verifying",
        "verify_command",
        "Tell genuine papers from others: files, folders, text.",
    ),
    "scan": ("qrcert.cli.scanning", "scan_command", "The same with a camera: hold the paper up to it."),
    "inspect": ("qrcert.cli.verifying", "inspect_command", "Show every layer of a code, unverified."),
    "trust": ("qrcert.cli.lists", "trust_group", "The lists you go by: add, show, export."),
    "webpage": ("qrcert.cli.webpage", "webpage_command", "The offline verifier as one web page."),
    "authority": ("qrcert.cli.authority", "authority_group", "Publish whose keys are good for what."),
    "proof": ("qrcert.cli.proofing", "proof_command", "A sheet to try a printer with, and its judge."),
    "doctor": ("qrcert.cli.doctor", "doctor_command", "What works on this machine."),
}
"""Name -> module, object, one line of help: the help page needs none of the modules."""


class _Commands(screen.Group):
    """The group of all commands; each is imported when it is called, and its errors are told here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command; first of all the language, in which errors are told too."""
        ctx.obj = screen.wished(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> int:
        """Run the command; here, where the language is still known, its errors are told."""
        return reporting.report(lambda: super(_Commands, self).invoke(ctx))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="qrcert COMMAND --help tells more of each. Exit status: 0 genuine, 1 refused, 2 could not check.",
)
@click.version_option(__version__, "-V", "--version", prog_name="qrcert")
@screen.lang_option
def commands(lang: str | None) -> None:
    """School certificates on paper that prove themselves: signed, in a QR code, verified offline."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and exit: 0 done or genuine, 1 refused, 2 could not check or bad use."""
    screen.prepare_streams()
    sys.exit(reporting.report(lambda: commands.main(arguments, prog_name="qrcert", standalone_mode=False)))
