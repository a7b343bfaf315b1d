"""What all commands share with the person at the screen: streams, language, the clock, questions, errors."""

from __future__ import annotations

import codecs
import getpass
import json
import locale
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from qrcert import text
from qrcert.errors import KeyFileError, Refused, Unreadable
from qrcert.files import read_file, write_file

LANGUAGES: Final = ("ru", "en")

MAX_PASSPHRASE_FILE: Final = 4096

_PLAIN: Final = {
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...",
    "№": "N", "⟨": "<", "⟩": ">", "×": "x", "·": "-", "≥": ">=", "≤": "<=", "→": "->", "\u00a0": " ",
}  # fmt: skip
"""What stands in for typographic signs on screens that have none, such as code page 866."""

_ERRORS: Final = "qrcert.plain"
"""The name of what becomes of characters that an encoding lacks (`codecs.register_error`)."""

_LONG: Final = 0.5
"""Seconds after which people want to know how far it is."""

_STEPS: Final = {
    "check": ("checking", "проверка"),
    "fit": ("trying pages", "проба страниц"),
    "sign": ("signing", "подписание"),
    "record": ("recording", "внесение в книгу"),
    "draw": ("drawing", "печать"),
}
"""What the steps of `qrcert.issue.Progress` are called."""

_YES: Final = frozenset(("y", "yes", "д", "да"))

_Command = TypeVar("_Command", bound=Callable[..., Any])


def prepare_streams() -> None:
    """Make standard output and error UTF-8, on Windows and redirected too, unless the user set another.

    With ``PYTHONIOENCODING`` set, characters that the encoding lacks come as plain signs or escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = stream.encoding if os.environ.get("PYTHONIOENCODING") else "utf-8"
            reconfigure(encoding=encoding, errors=_ERRORS)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one, f"\\u{ord(one):04x}") for one in lacking), error.end


codecs.register_error(_ERRORS, _plainly)


def wished(arguments: Sequence[str]) -> str | None:
    """Return the language that a command line asks for, whatever else is right or wrong in it; the last counts."""
    spelled = [one.removeprefix("--lang=") for one in arguments if one.startswith("--lang=")]
    spelled += [one for word, one in pairwise(arguments) if word == "--lang"]
    return next((one for one in reversed(spelled) if one in LANGUAGES), None)


def language(chosen: str | None = None, *, context: click.Context | None = None) -> str:
    """Return ``ru`` or ``en``: as chosen after the command, anywhere on its line, or as the system speaks.

    ``context`` is that of an error, where no command runs any more.
    """
    context = context or click.get_current_context(silent=True)
    for wish in (chosen, context.find_root().obj if context else None):
        if wish in LANGUAGES:
            return str(wish)
    system = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None)
    system = system or locale.getlocale()[0] or ""
    return "ru" if system.lower().startswith("ru") else "en"


def now() -> datetime:
    """Return the time by this device's clock, in its own zone."""
    return datetime.now().astimezone()


def pick(lang: str, en: str, ru: str) -> str:
    """Return the text in the language of the screen."""
    return ru if lang == "ru" else en


def plural(count: int, noun: str) -> str:
    """Return an English count: ``1 key``, ``2 keys``; Russian lines put the number after the noun instead."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def tell(line: str = "", *, error: bool = False) -> None:
    """Print one line, to standard error if it is no result."""
    click.echo(line, err=error)


def write_result(lines: Iterable[str], output: Path | None) -> None:
    """Print a result, or write it to the file that ``-o`` named, UTF-8."""
    if output is None:
        for line in lines:
            tell(line)
        return
    write_file(output, "".join(f"{line}\n" for line in lines).encode("utf-8", _ERRORS))


def tell_written(path: Path, lang: str) -> None:
    """Tell where a result was written."""
    tell(f"{pick(lang, 'written', 'записано')}: {text.escaped(str(path))}")


def write_json(data: object, output: Path | None) -> None:
    """Print data as JSON, or write it to the file that ``-o`` named; only ASCII where the screen is not UTF-8."""
    plain = output is None and codecs.lookup(sys.stdout.encoding).name != "utf-8"
    write_result([json.dumps(data, ensure_ascii=plain, indent=1)], output)


def confirm(question: str, *, yes: bool, hint: str = "look, then add --yes") -> None:
    """Go on if ``yes`` or the person says so; raise `Refused` if not, or if nobody is there to be asked.

    ``hint`` tells what to do where nobody is at the terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("this needs an answer and nobody is at the terminal", hint=hint)
    click.echo(f"{question} {pick(language(), '[y/N]', '[д/Н]')}: ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer:
        raise click.Abort
    if answer.strip().casefold() not in _YES:
        raise Refused("not confirmed, nothing was changed")


def passphrase(file: Path | None, *, what: tuple[str, str], new: bool = False) -> bytes:
    """Return the passphrase of ``what``: from the first line of ``file``, else asked for on the terminal.

    ``what`` is its owner in English and Russian, after "passphrase of". A new one is asked for twice.
    """
    if file is not None:
        try:
            lines = read_file(file, limit=MAX_PASSPHRASE_FILE).decode("utf-8-sig").splitlines()
        except Unreadable as error:
            raise KeyFileError(str(error)) from error
        except UnicodeDecodeError as error:
            raise KeyFileError(f"the passphrase file {str(file)!r} is not UTF-8 text") from error
        return (lines[0] if lines else "").encode()
    if not sys.stdin.isatty():
        raise KeyFileError(
            f"the passphrase of {what[0]} is needed and nobody is at the terminal",
            hint="name a file that only you can read: --passphrase-file FILE",
        )
    lang = language()
    said = _ask_hidden(pick(lang, f"passphrase of {what[0]}", f"пароль {what[1]}"))
    if new and _ask_hidden(pick(lang, "the same again", "ещё раз он же")) != said:
        raise KeyFileError("the two passphrases are not the same", hint="nothing was made; try again")
    return said.encode()


def _ask_hidden(prompt: str) -> str:
    """Ask on the terminal for what must not be seen there."""
    return getpass.getpass(f"{prompt}: ", stream=sys.stderr)


class Progress:
    """Bars for long work, shown only on a terminal; ``update`` fits `qrcert.issue.Progress`.

    Each step has one, which appears where the step has more than one thing to do and takes longer than `_LONG`.
    """

    def __init__(self, language: str) -> None:
        self._done = 0
        self._language = language
        self._step = ""
        self._began = time.monotonic()
        self._bar: Any = None  # click's class has no public name

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def update(self, step: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are through."""
        if step != self._step:
            self.__exit__()
            self._step, self._began, self._done = step, time.monotonic(), 0
        if self._bar is None and self._is_long(done, total):
            self._bar = click.progressbar(
                length=total,
                label=pick(self._language, *_STEPS[step]),
                file=sys.stderr,
                item_show_func=self._rate,
            )
            self._bar.__enter__()
            self._done = 0
        if self._bar is not None:
            self._bar.update(done - self._done, done)
        self._done = done

    def done(self, step: str) -> int:
        """Return how many are through in a step; it has not come, or is over, where that is 0."""
        return self._done if step == self._step else 0

    def _is_long(self, done: int, total: int) -> bool:
        return done < total > 1 and time.monotonic() - self._began > _LONG and sys.stderr.isatty()

    def _rate(self, done: int | None) -> str | None:
        """Return how many a second are through, beside the time left that the bar tells by itself."""
        seconds = time.monotonic() - self._began
        return f"{done / seconds:.1f}/s" if done and seconds > 1 else None


def examples(*lines: str) -> str:
    """Return the end of a help page: command lines to start from, each on its own line."""
    return "\n".join(("\b", "For example:", *(f"  {line}" for line in lines)))


class Group(click.Group):
    """A group of commands in the order of use; without a command it shows its help, as a mistake."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command."""
        if not args:
            click.echo(self.get_help(ctx), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)


if TYPE_CHECKING:
    _DayType = click.ParamType[date]
else:
    _DayType = click.ParamType  # not subscriptable before click 8.4


class Day(_DayType):
    """A calendar day on the command line: ``2026-06-25`` or ``25.06.2026``."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day that ``value`` spells."""
        if isinstance(value, date):
            return value
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            with suppress(ValueError):
                return datetime.strptime(value, pattern).date()
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-06-25 or 25.06.2026", ctx, param)


def lang_option(command: _Command) -> _Command:
    """Add ``--lang`` to a command."""
    choose = click.option(
        "--lang",
        type=click.Choice(list(LANGUAGES)),
        help="Language of the answer; default: the system's.",
    )
    return choose(command)


def output_option(command: _Command) -> _Command:
    """Add ``-o FILE`` to a command."""
    choose = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the result to FILE.",
    )
    return choose(command)


def passphrase_option(command: _Command) -> _Command:
    """Add ``--passphrase-file FILE`` to a command."""
    choose = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Take the passphrase from the first line of FILE instead of asking.",
    )
    return choose(command)


def home_option(command: _Command) -> _Command:
    """Add ``--home DIR``, the folder of the verifier's own lists, to a command."""
    choose = click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Folder of your lists; default: the user's data folder.",
    )
    return choose(command)


def home_folder(home: Path | None) -> Path:
    """Return the folder of the verifier's lists, by default the user's data folder of this system."""
    if home is not None:
        return home
    from platformdirs import user_data_path

    return user_data_path("qrcert", appauthor=False)
