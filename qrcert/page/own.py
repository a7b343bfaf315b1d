"""A school's own page: a folder with ``page.toml`` and drawings, no program.

``page.toml`` says which of our pages it is based on, and what it puts in the place of ours::

    base = "certificate"                  # or parts, insert, card
    heading = ["РОССИЙСКАЯ ФЕДЕРАЦИЯ", "город Щёлково"]
    [colours]
    ink = "#17494d"
    title = "#8a3324"
    gold = "#b08a3e"
    [emblem]
    file = "emblem.svg"
    [frame]
    file = "frame.svg"                    # as large as the page
    [body]                                # millimetres from the top of the page
    top = 30
    bottom = 205
    [code]                                # of its white square, from the top left corner
    left = 124
    top = 212.5
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from qrcert.errors import Refused
from qrcert.page.drawing import MAX_FILE, THINNEST, Drawing, screen
from qrcert.page.faces import known
from qrcert.page.items import COLUMN, MM, SQUARE
from qrcert.page.layout import Box, Layout, column_left
from qrcert.page.sheet import INDIGO, Palette
from qrcert.page.template import BUILT_IN, Template

SETTINGS: Final = "page.toml"

# Printers leave blank what is nearer to the edge.
MARGIN: Final = 5 * MM

# Of the drawings, in millimetres as printed: the emblem as high as on a full page, the frame as wide as the page.
_EMBLEM: Final = 16.0
_LINES_OF_HEADING: Final = 3
_LINE_OF_HEADING: Final = 90
_GAP: Final = 3 * MM
_FOOT: Final = 85 * MM
_BODY: Final = 120 * MM

_SECTIONS: Final = {
    "colours": {"ink", "title", "gold"},
    "emblem": {"file"},
    "frame": {"file"},
    "body": {"top", "bottom"},
    "code": {"left", "top"},
}


def read_template(folder: Path) -> Template:
    """Return the page in a folder; raises `Refused` with the first thing that is wrong with it."""
    template, faults = check_folder(folder)
    if template is None:
        raise Refused(
            f"the page {folder.resolve().name!r} cannot be used: {faults[0]}",
            hint="qrcert page check FOLDER tells every fault of it",
        )
    return template


def check_folder(folder: Path) -> tuple[Template | None, list[str]]:
    """Return the page in a folder, None where it cannot be used, and in plain words every fault of it.

    Lines that are too thin are a fault with which it can be used.
    """
    try:
        files = {SETTINGS: _read(folder / SETTINGS)}
        settings = tomllib.loads(files[SETTINGS].decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        return None, [f"{SETTINGS!r} cannot be read: {getattr(error, 'strerror', None) or error}"]
    faults = list(_unknown(settings))
    template = BUILT_IN.get(str(settings.get("base", "certificate")))
    if template is None:
        faults.append(f"base is one of {', '.join(BUILT_IN)}, found {settings.get('base')!r}")
        template = BUILT_IN["certificate"]
    said: Callable[[str], None] = faults.append
    template = replace(
        template,
        name=folder.resolve().name,
        palette=_palette(settings, said),
        heading=_heading(settings, said),
        layout=_moved(template, settings, said),
    )
    thin: list[str] = []
    for what in ("emblem", "frame"):
        drawing = _drawing(folder, settings, what, files, said)
        if drawing is not None:
            if what == "frame":
                _check_frame(drawing, template.layout, said)
            _check_lines(drawing, what, template.layout, thin.append)
            svg = drawing.svg
            template = replace(template, frame=svg) if what == "frame" else replace(template, emblem=svg)
    kept = tuple(sorted(files.items()))
    template = replace(template, files=kept, digest=_digest(kept))
    return (None if faults else template), faults + thin


def _digest(files: tuple[tuple[str, bytes], ...]) -> str:
    whole = hashlib.sha256()
    for name, data in files:
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


def _read(path: Path) -> bytes:
    """Return the bytes of a file of a template, at most one more than is allowed."""
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def _unknown(settings: Mapping[str, Any]) -> list[str]:
    """Return a fault for each word that means nothing here: mostly one that was mistyped."""
    names = [name for name in settings if name not in _SECTIONS and name not in ("base", "heading")]
    for section, keys in _SECTIONS.items():
        inside = settings.get(section, {})
        if not isinstance(inside, dict):
            names.append(section)
        else:
            names += [f"{section}.{name}" for name in inside if name not in keys]
    return [f"{SETTINGS!r} has no setting {name!r}" for name in names]


def _section(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = settings.get(name, {})
    return section if isinstance(section, dict) else {}


def _palette(settings: Mapping[str, Any], say: Callable[[str], None]) -> Palette | None:
    colours = _section(settings, "colours")
    if not colours:
        return None
    chosen = {"ink": INDIGO.ink, "title": INDIGO.title, "gold": INDIGO.gold} | dict(colours)
    try:
        return Palette(**{name: str(chosen[name]).lower() for name in ("ink", "title", "gold")})
    except Refused as error:
        say(str(error))
        return None


def _heading(settings: Mapping[str, Any], say: Callable[[str], None]) -> tuple[str, ...]:
    lines = settings.get("heading", [])
    if isinstance(lines, str):
        lines = [lines]
    if (
        not isinstance(lines, list)
        or len(lines) > _LINES_OF_HEADING
        or not all(isinstance(line, str) and 0 < len(line.strip()) <= _LINE_OF_HEADING for line in lines)
    ):
        say(f"heading is a list of up to {_LINES_OF_HEADING} lines of up to {_LINE_OF_HEADING} characters")
        return ()
    for line in lines:
        if lacking := sorted(set(line) - known()):
            say(f"the page's fonts lack {lacking[0]!r} (U+{ord(lacking[0]):04X}) of the heading {line!r}")
            return ()
    return tuple(lines)


def _drawing(
    folder: Path,
    settings: Mapping[str, Any],
    what: str,
    files: dict[str, bytes],
    say: Callable[[str], None],
) -> Drawing | None:
    """Return a drawing of the folder that was screened, None without one or with faults."""
    if what not in settings:
        return None
    name = _section(settings, what).get("file")
    if not isinstance(name, str) or Path(name).name != name or not name.lower().endswith(".svg"):
        say(f"{what}: file is the name of an .svg in the folder, found {name!r}")
        return None
    try:
        files[name] = _read(folder / name)
    except OSError as error:
        say(f"{what}: {name!r} cannot be read: {error.strerror}")
        return None
    drawing, faults = screen(files[name])
    for fault in faults:
        say(f"{what}: {fault}")
    return drawing


def _check_frame(drawing: Drawing, plan: Layout, say: Callable[[str], None]) -> None:
    due = plan.wide / plan.high
    if abs(drawing.aspect / due - 1) > 0.01:
        say(
            f"frame: the drawing is {drawing.aspect:.3f} times as wide as high, the page {due:.3f}: it would be "
            "stretched or cut"
        )


def _check_lines(drawing: Drawing, what: str, plan: Layout, say: Callable[[str], None]) -> None:
    wide = plan.wide / MM if what == "frame" else _EMBLEM * drawing.aspect
    if drawing.thinnest is not None and drawing.thinnest * wide < THINNEST:
        say(f"{what}: the thinnest line is {drawing.thinnest * wide:.2f} mm, under {THINNEST} mm it has gaps")


def _moved(template: Template, settings: Mapping[str, Any], say: Callable[[str], None]) -> Layout:
    """Return the layout with body and code where the settings put them, within what is safe."""
    plan = template.layout
    asked = {**_section(settings, "body"), **{f"code {k}": v for k, v in _section(settings, "code").items()}}
    if not asked:
        return plan
    if plan.several > 1:
        say(f"on the page {template.base!r} nothing can be moved")
        return plan
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in asked.values()):
        say("places are numbers of millimetres")
        return plan
    points = {name: float(value) * MM for name, value in asked.items()}
    left = points.get("code left", plan.square.left)
    top = points.get("code top", plan.square.top)
    square = Box(left, top, left + SQUARE, top + SQUARE)
    edge = column_left()
    before = Box(edge, top, left - 2 * _GAP, top + SQUARE)
    after = Box(left + SQUARE + 2 * _GAP, top, edge + COLUMN, top + SQUARE)
    foot = max(before, after, key=lambda box: box.wide)
    body = plan.body._replace(
        top=points.get("top", plan.body.top), bottom=points.get("bottom", plan.body.bottom)
    )
    return _safe(replace(plan, body=body, foot=foot, square=square), say)


def _safe(plan: Layout, say: Callable[[str], None]) -> Layout:
    """Tell where parts of a page stand in each other's way, or too near to the edge."""
    page = Box(MARGIN, MARGIN, plan.wide - MARGIN, plan.high - MARGIN)
    for name, box in (("code", plan.square), ("body", plan.body)):
        if box.left < page.left or box.top < page.top or box.right > page.right or box.bottom > page.bottom:
            say(f"the {name} lies nearer than 5 mm to the edge of the page, where printers print nothing")
    if plan.square.meets(plan.body):
        say("the body reaches into the white square of the code, which must stay empty")
    if plan.foot.wide < _FOOT:
        say(
            f"beside the code there are only {max(0, plan.foot.wide) / MM:.0f} mm for date and signature, not 85"
        )
    if plan.body.high < _BODY:
        say(f"the body is only {plan.body.high / MM:.0f} mm high, not 120")
    for fold in (99 * MM, 148.5 * MM, 198 * MM):
        if plan.square.top < fold < plan.square.bottom:
            say(f"a letter is folded {fold / MM:.1f} mm from the top, through the code")
    return plan
