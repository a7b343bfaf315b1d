"""``qrcert doctor``: what works on this machine, part by part, and the line that installs what is missing.

Every reader is given the same self-test picture, a code drawn on the spot; its answer and its time are told.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from qrcert import __version__, cose, scan, text, wire
from qrcert.checking import words
from qrcert.cli import reporting, screen
from qrcert.errors import MissingExtra, QrcertError
from qrcert.reading import cameras, engines
from qrcert.signing import SigningKey
from qrcert.store import Store, StoredList

_OPTIONAL: Final = {"pyzbar": "zbar", engines.OWN: "scan"}
"""Engines that reading can do without, and the extra that brings each; the others come with ``scan``."""

_ISSUE: Final = {
    "typst": "typst",
    "python-calamine": "python_calamine",
    "openpyxl": "openpyxl",
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
}
"""What issuing needs, by the names of package and module."""

# The pair of signatures of one message that format.md gives: one that must hold, one that must not.
_KEY: Final = "3a261049f9384b3a7a10feacf0445f1a38b50866d3e96f1d2e4ed3ef3452dbf4"
_MESSAGE: Final = b"Sig_structure of a certificate"
_GOOD: Final = (
    "5e17c316f610b0a02b3e776ef603782e2ea64f8e13c6865c8de3f1e8eaeddd2a"
    "49da11ff5ddc8ce99a8afff64473e00c730672eaad6edddce2262520d05d8b03"
)
_BAD: Final = (
    "8fe83ce909ef4f5fd4c1889109fc87d1d159b071ec3979a3721c0e17151222d5"
    "dddf9c493c74c679a0fb0f3b51ebc4d77c214925ee5c05fcaaaf63ea54199403"
)

WORKS, LACKS, BROKEN = "[+]", "[-]", "[X]"
"""Works; is missing and not needed for checking; is needed for checking and does not work."""

_STATES: Final = {WORKS: "works", LACKS: "lacks", BROKEN: "broken"}
"""The marks as ``--json`` spells them."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One line of the answer: mark, name, what is found, and the next step if there is one.

    ``part`` and ``facts`` are the same for machines, whatever the language of the screen.
    """

    mark: str
    name: str
    found: str
    hint: str | None = None
    part: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@click.command("doctor", epilog=screen.examples("qrcert doctor", "qrcert doctor --json -o doctor.json"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for machines.")
@screen.home_option
@screen.output_option
@screen.lang_option
def doctor_command(home: Path | None, as_json: bool, output: Path | None, lang: str | None) -> int:
    """Tell what works on this machine: signatures, readers, cameras, the page, your lists.

    Every reader is given the same picture, and its time is told.

    [+] works, [-] is missing and not needed for checking, [X] must be mended. Exit status: 0 everything that
    qrcert verify needs works, 2 something does not.
    """
    language = screen.language(lang)
    parts = [
        _signatures(language),
        *_readers(language),
        *_cameras(language),
        *_issuing(language),
        _fonts(language),
        _clock(language),
        *_lists(screen.home_folder(home), language),
    ]
    if as_json:
        screen.write_json(_as_data(parts), output)
    else:
        screen.write_result(_as_lines(parts), output)
    return 2 if any(part.mark == BROKEN for part in parts) else 0


def _as_data(parts: list[_Part]) -> dict[str, Any]:
    return {
        "qrcert": __version__,
        "python": platform.python_version(),
        "system": _system(),
        "works": all(part.mark != BROKEN for part in parts),
        "self_test": engines.TEXT,
        "parts": [
            {
                "part": part.part,
                "name": part.name,
                "state": _STATES[part.mark],
                "found": part.found,
                "hint": part.hint,
                **part.facts,
            }
            for part in parts
        ],
    }


def _system() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _as_lines(parts: list[_Part]) -> Iterator[str]:
    yield f"qrcert {__version__}, Python {platform.python_version()}, {_system()}"
    width = max(len(part.name) for part in parts)
    for part in parts:
        yield f"{part.mark} {part.name:<{width}}  {text.escaped(part.found)}".rstrip()
        if part.hint is not None:
            yield f"    {'':<{width}}  {text.escaped(part.hint)}"


def _signatures(language: str) -> _Part:
    """Check a signature that must hold, one that must not, and one of an authority made just now."""
    name = screen.pick(language, "signatures", "подписи")
    key = cose.PublicKey(cose.ED25519, bytes.fromhex(_KEY))
    signer = SigningKey.from_seed(cose.ML_DSA_65, bytes(32))
    try:
        key.verify(bytes.fromhex(_GOOD), _MESSAGE)
        signer.public_key.verify(signer.sign(_MESSAGE), _MESSAGE)
    except QrcertError as error:
        return _Part(BROKEN, name, reporting.said(error, language), None, "signatures")
    try:
        key.verify(bytes.fromhex(_BAD), _MESSAGE)
    except QrcertError:
        found = f"cryptography {_version('cryptography')}, cbor2 {_version('cbor2')}"
        return _Part(WORKS, name, found, None, "signatures")
    passes = screen.pick(language, "a false one passes", "ложная проходит")
    return _Part(BROKEN, name, passes, None, "signatures")


def _readers(language: str) -> Iterator[_Part]:
    """Let every engine read the self-test picture."""
    for engine in scan.engines():
        extra = _OPTIONAL.get(engine.name)
        name = screen.pick(language, *_OWN) if engine.name == engines.OWN else engine.name
        facts = {
            "version": engine.version,
            "answer": engine.answer,
            "milliseconds": None if engine.milliseconds is None else round(engine.milliseconds, 2),
        }
        if engine.trouble is None:
            yield _Part(WORKS, name, _read(engine, language), None, engine.name, facts)
            continue
        missing = screen.pick(language, "not installed", "не установлена")
        trouble = f"{engine.version}: {engine.trouble}" if engine.version else missing
        mark = LACKS if extra else BROKEN
        yield _Part(mark, name, trouble, _pip(extra or "scan"), engine.name, facts)


_OWN: Final = ("own reader", "свой читатель")


def _read(engine: engines.Engine, language: str) -> str:
    """Return the version of an engine, and how long it took over the picture."""
    if engine.milliseconds is None:
        return engine.version or ""
    took = f"{engine.milliseconds:.1f}" if engine.milliseconds < _WHOLE else f"{engine.milliseconds:.0f}"
    return screen.pick(
        language,
        f"{engine.version}, reads the self-test picture in {took} ms",
        f"{engine.version}, пробную картинку читает за {took.replace('.', ',')} мс",
    )


_WHOLE: Final = 10.0
"""Milliseconds from which on fractions are noise."""


def _cameras(language: str) -> Iterator[_Part]:
    """List the cameras; where the system lists them itself, none is switched on."""
    name = screen.pick(language, "cameras", "камеры")
    try:
        found = cameras.devices()
    except MissingExtra as error:
        yield _Part(LACKS, name, reporting.said(error, language), _pip("scan"), "camera")
        return
    for device in found:
        facts = {"number": device.number, "camera": device.name}
        yield _Part(WORKS, name, f"{device.number}: {device.name}", None, "camera", facts)
    if not found:
        none = screen.pick(language, "none found", "не найдены")
        film = screen.pick(
            language, "qrcert scan needs one, or a video file", "нужна для qrcert scan; или видеофайл"
        )
        yield _Part(LACKS, name, none, film, "camera")


def _issuing(language: str) -> Iterator[_Part]:
    """Look for what a school needs, each library by its package; none of them is loaded."""
    missing = [package for package, module in _ISSUE.items() if find_spec(module) is None]
    found = [f"{package} {_version(package)}" for package in _ISSUE if package not in missing]
    name = screen.pick(language, "issuing", "выдача")
    if not missing:
        yield _Part(WORKS, name, ", ".join(found), None, "issuing")
        return
    lacks = screen.pick(language, "not installed", "не установлено")
    yield _Part(LACKS, name, f"{lacks}: {', '.join(missing)}", _pip("issue"), "issuing")


def _fonts(language: str) -> _Part:
    from qrcert.page import faces

    name = screen.pick(language, "page fonts", "шрифты бланка")
    try:
        count = len(faces.known())
    except (OSError, ValueError, KeyError, StopIteration) as error:
        again = screen.pick(language, "install qrcert again", "установите qrcert заново")
        return _Part(LACKS, name, f"{type(error).__name__}: {error}", again, "fonts")
    said = screen.pick(language, f"{_FONTS}; {count} characters", f"{_FONTS}; знаков: {count}")
    return _Part(WORKS, name, said, None, "fonts", {"characters": count})


_FONTS: Final = "PT Serif, PT Sans, Noto Serif, Noto Sans"


def _clock(language: str) -> _Part:
    now = screen.now()
    name = screen.pick(language, "this device's date", "дата устройства")
    said = f"{words.day_text(now.date(), language)}, {now:%H:%M %Z}"
    return _Part(WORKS, name, said, None, "clock", {"now": now.isoformat(timespec="seconds")})


def _lists(folder: Path, language: str) -> Iterator[_Part]:
    name = screen.pick(language, "your lists", "ваши списки")
    try:
        lists = Store(folder).lists()
    except QrcertError as error:
        yield _Part(BROKEN, name, reporting.said(error, language), reporting.advice(error, language), "list")
        return
    if not lists:
        none = screen.pick(language, f"none yet in {folder}", f"пока нет в {folder}")
        add = screen.pick(
            language,
            "get your authority's list, then: qrcert trust add LIST",
            "возьмите список своего органа, затем: qrcert trust add СПИСОК",
        )
        yield _Part(LACKS, name, none, add, "list")
    today = wire.to_day(screen.now())
    yield from (_list(trust, today, name, language) for trust in lists)


def _list(trust: StoredList, today: int, name: str, language: str) -> _Part:
    """Tell of one list whose it is, which, and whether it is old."""
    age, is_old = today - trust.issued, today > trust.effective_end
    day = words.day_text(trust.issued, language)
    said = screen.pick(
        language,
        f"{trust.authority}, No. {trust.version} of {day}, {age} days old",
        f"{trust.authority}, № {trust.version} от {day}, дней: {age}",
    )
    old = screen.pick(language, "it is old: get the newer one from", "он стар: возьмите новый:")
    facts = {
        "authority": trust.authority,
        "version": trust.version,
        "issued": wire.to_date(trust.issued).isoformat(),
        "next_update": wire.to_date(trust.next_update).isoformat(),
        "age_days": age,
        "old": is_old,
    }
    hint = f"{old} {trust.where}" if is_old else None
    return _Part(LACKS if is_old else WORKS, name, said, hint, "list", facts)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _pip(extra: str) -> str:
    return f'pip install "qrcert[{extra}]"'
