"""How a command ends: its exit status, and every error as a line with the next step, never as a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from qrcert import text
from qrcert.cli import russian, screen
from qrcert.errors import FormError, QrcertError, RosterError, TrustListError

COULD_NOT: Final = 2
"""Exit status of everything that was not done: a check that did not run must never look like a refusal (1)."""

TRACEBACK: Final = "QRCERT_TRACEBACK"
"""An environment variable: where it is set, a fault of the program is shown as Python shows it."""


def report(act: Callable[[], object]) -> int:
    """Run ``act`` and return the exit status; what goes wrong is told on standard error.

    Requests to leave at once (``--help``) pass through.
    """
    try:
        status = act()
    except click.exceptions.Exit:
        raise
    except (click.Abort, KeyboardInterrupt, EOFError):
        _say("error", screen.pick(screen.language(), "stopped", "остановлено"))
        return COULD_NOT
    except click.ClickException as error:
        tell_usage(error)
        return COULD_NOT
    except QrcertError as error:
        tell_error(error)
        return COULD_NOT
    except OSError as error:
        return _without_output(error)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        _tell_fault(error)
        return COULD_NOT
    return status if isinstance(status, int) else 0


def tell_error(error: QrcertError) -> None:
    """Print an error and its next step, in the language of the screen; of a class list every fault."""
    language = screen.language()
    if isinstance(error, RosterError) and error.problems:
        _tell_problems(error, language)
    else:
        _say("error", said(error, language))
    if hint := advice(error, language):
        _say("hint", hint)


def said(error: QrcertError, language: str) -> str:
    """Return the message of an error in ``language``; an error of a trust list ends with its code."""
    code = error.code if isinstance(error, TrustListError) else None
    if language != "ru":
        return f"{error} ({code})" if code else str(error)
    if isinstance(error, FormError) and error.ru:
        return f"{error.field}: {error.ru}" if error.field else error.ru
    message = russian.line(str(error), code=code)
    return f"{message} ({code})" if code else message


def advice(error: QrcertError, language: str) -> str | None:
    """Return the next step that an error tells, in ``language``, or None."""
    hint = error.hint
    if hint is None and isinstance(error, TrustListError):
        hint = _LISTS.get(error.code)
    return russian.line(hint) if hint and language == "ru" else hint


_KEEP: Final = "keep the list you have, and ask the authority"
_LISTS: Final = {
    "older": "nothing to do: the list you have is newer",
    "other_contents": _KEEP,
    "not_next": _KEEP,
    "went_back": _KEEP,
}
"""The next step after a list was refused, where the error itself tells none."""


def _tell_problems(error: RosterError, language: str) -> None:
    lines = [problem.text(language) for problem in error.problems]
    if len(lines) == 1:
        _say("error", lines[0])
        return
    count = len(lines)
    _say(
        "error",
        screen.pick(language, f"{count} faults in the class list", f"ошибок в списке класса: {count}"),
    )
    for line in lines:
        screen.tell(f"  {text.escaped(line)}", error=True)


def tell_usage(error: click.ClickException) -> None:
    """Print what is wrong with a command line and where its help is."""
    context = getattr(error, "ctx", None) or click.get_current_context(silent=True)
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    _say("error", russian.line(message) if screen.language(context=context) == "ru" else message)
    if context is not None:
        _say("hint", f"{context.command_path} --help")


def _tell_fault(error: Exception) -> None:
    """Tell of an error that nobody foresaw: what it is and where, in one line for a report."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f", {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    what = f"{type(error).__name__}: {error}{where}"
    language = screen.language()
    _say("error", screen.pick(language, f"a fault of the program, {what}", f"ошибка в программе, {what}"))
    _say(
        "hint",
        screen.pick(
            language,
            f"please report it with what you typed; {TRACEBACK}=1 shows more",
            f"сообщите о ней и о том, что набрали; подробнее: {TRACEBACK}=1",
        ),
    )


def _without_output(error: OSError) -> int:
    """End where standard output went away or its disk is full; quietly if nobody reads any more."""
    with suppress(OSError):  # or Python's exit would try again, and say so
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno != errno.EPIPE:
        tell_error(QrcertError(f"cannot go on: {error.strerror or error}"))
    return COULD_NOT


def _say(kind: str, message: str) -> None:
    for line in message.splitlines() or [""]:
        screen.tell(f"qrcert: {kind}: {text.escaped(line)}", error=True)
