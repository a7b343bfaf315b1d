"""The command line: ``qrcert COMMAND``. Each command's module is loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from qrcert import __version__
from qrcert.cli import screen
from qrcert.errors import QrcertError, RosterError

_COMMANDS: Final = {
    "demo": ("qrcert.cli.demo", "demo_command", "The whole story in one folder, in seconds."),
    "office": ("qrcert.cli.office", "office_group", "A school's own folder: its key, its register."),
    "form": ("qrcert.cli.forms", "form_group", "Kinds of certificates: list, show, check, template."),
    "issue": ("qrcert.cli.issuing", "issue_command", "Class list in, signed and printed certificates out."),
    "verify": (
        "qrcert.cli.verifying",
        "verify_command",
        "Tell genuine papers from others: files, folders, text.",
    ),
    "inspect": ("qrcert.cli.verifying", "inspect_command", "Show every layer of a code, unverified."),
    "trust": ("qrcert.cli.lists", "trust_group", "The lists you go by: add, show, export."),
    "authority": ("qrcert.cli.authorities", "authority_group", "Publish whose keys are good for what."),
    "doctor": ("qrcert.cli.doctor", "doctor_command", "What works on this machine."),
}
"""Name -> module, object, one line of help: the help page needs none of the modules."""


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

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


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="qrcert COMMAND --help tells more of each. Exit status: 0 genuine, 1 refused, 2 could not check.",
)
@click.version_option(__version__, "-V", "--version", prog_name="qrcert")
@click.option("--lang", type=click.Choice(["ru", "en"]), help="Language of answers; default: the system's.")
@click.pass_context
def commands(ctx: click.Context, lang: str | None) -> None:
    """School certificates on paper that prove themselves: signed, in a QR code, verified offline."""
    ctx.obj = lang


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and exit: 0 done or genuine, 1 refused, 2 could not check or bad use."""
    screen.prepare_streams()
    try:
        status = commands.main(arguments, prog_name="qrcert", standalone_mode=False)
    except click.Abort:
        screen.tell("stopped", error=True)
        status = 2
    except click.ClickException as error:
        screen.tell_usage(error)
        status = 2
    except RosterError as error:
        screen.tell_problems(error)
        status = 2
    except QrcertError as error:
        screen.tell_error(error)
        status = 2
    except BrokenPipeError:
        screen.drop_stdout()
        status = 2
    except KeyboardInterrupt:
        screen.tell("stopped", error=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
