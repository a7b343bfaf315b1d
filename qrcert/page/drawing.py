"""A school's own drawings, emblem and frame: SVG of strangers, screened before anything draws it.

What a printed page does not need is refused: scripts, links, anything fetched from elsewhere, filters, text (it
would need fonts that are not ours). The rest is written anew from what was read, so nothing unseen comes along.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final
from xml.etree import ElementTree

MAX_FILE: Final = 512 * 1024
"""Bytes of a drawing: more takes longer to print than the page it stands on."""

MAX_ELEMENTS: Final = 20_000
"""Elements of a drawing, those that ``use`` repeats counted each time."""

MAX_RASTER: Final = 200 * 1024
"""Bytes of the pictures within a drawing: a file carries them, and a printed line is finer than they are."""

MAX_PIXELS: Final = 4_000_000
"""Pixels of a picture within a drawing."""

THINNEST: Final = 0.1
"""Millimetres of the thinnest line that office printers print without gaps."""

_MAX_DEPTH: Final = 40

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"

_SHAPES: Final = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
_KNOWN: Final = _SHAPES | frozenset(
    (
        *("svg", "g", "defs", "use", "symbol", "clipPath", "image", "style"),
        *("linearGradient", "radialGradient", "stop"),
    )
)
_DROPPED: Final = frozenset(("title", "desc", "metadata"))
_REASONS: Final = {
    "text": "text needs fonts that the page does not have: convert it to paths",
    "script": "scripts have no place on paper",
    "foreignObject": "foreign contents are not printed",
    "filter": "filters are not printed: use plain shapes",
    "a": "links have no place in an ornament",
}

_FOREIGN = re.compile(r"url\s*\(\s*(?!['\"]?#)|@|\\|javascript:|expression\s*\(|&", re.IGNORECASE)
_URL = re.compile(r"url\s*\(\s*['\"]?#([^)'\"]+)")
_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
_TRANSFORM = re.compile(r"(matrix|scale|translate|rotate|skewX|skewY)\s*\(([^)]*)\)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A screened drawing: its SVG, width over height, and the width of its thinnest line in shares of its width."""

    svg: str
    aspect: float
    thinnest: float | None


def screen(data: bytes) -> tuple[Drawing | None, list[str]]:
    """Return the drawing in the bytes of an SVG file, or None, and in plain words everything that is refused."""
    if len(data) > MAX_FILE:
        return None, [f"the drawing has {len(data)} bytes, at most {MAX_FILE} are printed"]
    if re.search(rb"<!(DOCTYPE|ENTITY)", data, re.IGNORECASE):
        return None, ["the drawing has a DOCTYPE or entities: save it as plain SVG"]
    try:
        root = ElementTree.fromstring(data.decode("utf-8-sig"))  # noqa: S314 -- no DTD, hence no entities
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError, RecursionError):
        return None, ["the file is no SVG drawing in UTF-8"]
    if root.tag != f"{_SVG}svg":
        return None, ["the file is no SVG drawing in UTF-8"]
    size = _size(root)
    if size is None:
        return None, ["the drawing has no viewBox: four numbers, none of them negative or zero in size"]
    faults = list(dict.fromkeys((*_cleaned(root, 0), *_counted(root))))
    if faults:
        return None, faults
    ElementTree.register_namespace("", _SVG[1:-1])
    ElementTree.register_namespace("xlink", _XLINK[1:-1])
    thin = min(_lines(root, 1.0, "none", 1.0), default=None)
    svg = ElementTree.tostring(root, encoding="unicode")
    return Drawing(svg, size[0] / size[1], None if thin is None else thin / size[0]), []


def _size(root: ElementTree.Element) -> tuple[float, float] | None:
    """Return the size of the drawing in its own units."""
    numbers = [float(one) for one in _NUMBER.findall(root.get("viewBox", ""))]
    if len(numbers) != 4:
        return None
    return (numbers[2], numbers[3]) if 0 < numbers[2] < 1e6 and 0 < numbers[3] < 1e6 else None


def _cleaned(element: ElementTree.Element, depth: int) -> Iterator[str]:
    """Take away what only drawing programs need, and yield what is refused."""
    if depth > _MAX_DEPTH:
        yield f"the drawing is nested deeper than {_MAX_DEPTH} groups"
        return
    yield from _attributes(element)
    if element.text and element.text.strip():
        if element.tag == f"{_SVG}style":
            if _FOREIGN.search(element.text):
                yield "the drawing fetches something from elsewhere, or hides it in its style"
        else:
            element.text = None
    for child in list(element):
        name = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        child.tail = None
        if name in _DROPPED or (name.startswith("{") and name not in _KNOWN):
            element.remove(child)
        elif name in _KNOWN:
            yield from _cleaned(child, depth + 1)
        else:
            yield f"<{name}> in the drawing: {_REASONS.get(name, 'this is not printed')}"


def _attributes(element: ElementTree.Element) -> Iterator[str]:
    """Take away attributes of drawing programs, and yield what is refused."""
    for name, value in list(element.attrib.items()):
        if name.lower().startswith("on"):
            yield "scripts in the drawing have no place on paper"
        elif name in ("href", f"{_XLINK}href"):
            yield from _reference(element.tag.removeprefix(_SVG), value)
        elif name.startswith("{"):
            del element.attrib[name]
        elif _FOREIGN.search(value):
            yield "the drawing fetches something from elsewhere, or hides it in its style"
        elif name == "filter" or "filter:" in value:
            yield f"<filter> in the drawing: {_REASONS['filter']}"


def _reference(name: str, value: str) -> Iterator[str]:
    """Yield what is wrong with where an element points."""
    if name != "image":
        if not value.startswith("#"):
            yield "the drawing fetches something from elsewhere, or hides it in its style"
        return
    found = _PNG.fullmatch(value.strip())
    try:
        picture = base64.b64decode(found[1], validate=False) if found else b""
    except binascii.Error:
        picture = b""
    if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
        yield "a picture in the drawing is no embedded PNG"
        return
    pixels = int.from_bytes(picture[16:20]) * int.from_bytes(picture[20:24])
    if len(picture) > MAX_RASTER or pixels > MAX_PIXELS:
        yield f"a picture in the drawing is larger than {MAX_RASTER} bytes or {MAX_PIXELS} pixels"


def _counted(root: ElementTree.Element) -> Iterator[str]:
    """Yield a fault where there is too much to draw, or a repeated part that repeats itself."""
    named = {one.get("id"): one for one in root.iter() if one.get("id")}
    known: dict[int, int] = {}

    def count(element: ElementTree.Element, within: frozenset[int]) -> int:
        if id(element) in within:
            raise RecursionError
        if id(element) not in known:
            inside = within | {id(element)}
            total = 1 + sum(count(child, inside) for child in element)
            total += sum(count(named[target], inside) for target in _targets(element) if target in named)
            known[id(element)] = min(total, 10 * MAX_ELEMENTS)
        return known[id(element)]

    try:
        total = count(root, frozenset())
    except RecursionError:
        yield "a part of the drawing repeats itself without end"
        return
    if total > MAX_ELEMENTS:
        yield f"the drawing has more than {MAX_ELEMENTS} elements"


def _targets(element: ElementTree.Element) -> list[str]:
    """Return the ids of what an element draws by reference."""
    href = element.get("href") or element.get(f"{_XLINK}href") or ""
    return [href[1:], *(found for value in element.attrib.values() for found in _URL.findall(value))]


def _lines(element: ElementTree.Element, scale: float, colour: str, width: float) -> Iterator[float]:
    """Yield the widths of all lines that are drawn, in units of the drawing."""
    parts = (one.partition(":") for one in element.get("style", "").split(";"))
    style = {name.strip(): value.strip() for name, _, value in parts}
    looks: Mapping[str, str] = element.attrib | style
    scale *= _scale(element.get("transform", ""))
    colour = looks.get("stroke", colour)
    if found := _NUMBER.match(looks.get("stroke-width", "")):
        width = float(found[0])
    if element.tag.removeprefix(_SVG) in _SHAPES and colour != "none":
        yield width * scale
    for child in element:
        yield from _lines(child, scale, colour, width)


def _scale(transform: str) -> float:
    """Return by how much a transformation enlarges, both ways on average."""
    scale = 1.0
    for kind, inside in _TRANSFORM.findall(transform):
        numbers = [float(one) for one in _NUMBER.findall(inside)]
        if kind == "scale" and numbers:
            scale *= sqrt(abs(numbers[0] * numbers[-1]))
        elif kind == "matrix" and len(numbers) == 6:
            a, b, c, d, *_ = numbers
            scale *= sqrt(abs(a * d - b * c)) or hypot(a, b)
    return scale
