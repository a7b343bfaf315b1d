"""Drawing a text as a QR symbol: error correction M exactly, alphanumeric mode, nothing else.

The symbol knows nothing of what the text means::

    symbol = Symbol("QC1:...")
    Path("code.svg").write_text(symbol.svg(module_mm=0.8))
    Path("code.png").write_bytes(symbol.png(8))

It is drawn here and not by segno, which for one length of text in eight writes a zero codeword where the first
pad codeword belongs (heuer/segno issues 123 and 148); some readers refuse such symbols.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise, zip_longest

from qrcert.errors import TooBig, Unreadable
from qrcert.reading import layout

QUIET = 4
"""Light modules around a symbol (ISO/IEC 18004 section 6.3.8); without them readers miss it."""

MAX_TEXT = 3391
"""Characters that version 40 holds at error correction M in alphanumeric mode."""

MAX_PNG_SIDE = 20_000
"""Pixels along a side of a PNG: far beyond any printer, and 50 MB at most while it is made."""

_PADS = (0b11101100, 0b00010001)
_TERMINATOR_BITS = 4

_FIELD = 0x11D
"""The polynomial of GF(256) in QR codes, x^8 + x^4 + x^3 + x^2 + 1 (section 7.5.2)."""

_GAP = 4
"""Light modules between two rows of a symbol held as one integer: as many as penalty N3 looks at."""

_BITS = bytes.maketrans(b"\0\1", b"01")
_MODULES = bytes.maketrans(b"01", b"\0\1")
_ONES = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One text as a QR symbol with error correction M, in the smallest version that holds it.

    ``version`` is 1..40; ``matrix`` holds one bytes object a row, 1 for a dark module and 0 for a light
    one, without the quiet zone. Raises Unreadable for a text outside alphanumeric mode, TooBig for one
    that no version holds. Source: ISO/IEC 18004:2015.
    """

    text: str
    version: int = field(init=False)
    matrix: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        _check(self.text)
        bits = _text_bits(self.text)
        version = _smallest_version(len(bits))
        codewords = _interleaved(_padded(_header(self.text, version) + bits, version), version)
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "matrix", _laid_out(codewords, version))

    @property
    def modules(self) -> int:
        """Modules along a side, without the quiet zone."""
        return len(self.matrix)

    def svg(self, *, module_mm: float) -> str:
        """Return the symbol as an SVG document with its quiet zone, a module ``module_mm`` millimetres wide.

        One unit of the view box is one module. The dark areas are outlined and filled as a whole, so no
        renderer shows seams between them.
        """
        side = self.modules + 2 * QUIET
        mm = f"{side * module_mm:.6g}mm"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{mm}" height="{mm}" viewBox="0 0 {side} {side}">'
            f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
            f'<path d="{self.path()}"/></svg>'
        )

    def path(self) -> str:
        """Return the outline of the dark modules as SVG path data, in modules, quiet zone included."""
        return "".join(_contours(self.matrix))

    def png(self, scale: int) -> bytes:
        """Return the symbol as a black and white PNG with its quiet zone, ``scale`` pixels a module."""
        side = (self.modules + 2 * QUIET) * scale
        if not 0 < side <= MAX_PNG_SIDE:
            raise TooBig(f"a picture of {side} pixels a side, expected 1 to {MAX_PNG_SIDE}")
        light = bytes(QUIET)
        blank = bytes(self.modules + 2 * QUIET)
        rows = [light + row + light for row in self.matrix]
        return _png([blank] * QUIET + rows + [blank] * QUIET, scale)


def _check(text: str) -> None:
    foreign = sorted(set(text) - set(layout.ALPHANUMERIC))
    if foreign:
        raise Unreadable(f"{foreign[0]!r} has no place in a QR code of alphanumeric mode")
    if not text:
        raise Unreadable("an empty text makes no QR code")
    if len(text) > MAX_TEXT:
        raise TooBig(f"a text of {len(text)} characters, a QR code holds at most {MAX_TEXT}")


def _text_bits(text: str) -> str:
    """Return the characters as bits: two in 11, a last one alone in 6 (section 7.4.4)."""
    values = [layout.ALPHANUMERIC.index(character) for character in text]
    bits = "".join(f"{45 * high + low:011b}" for high, low in zip(values[::2], values[1::2], strict=False))
    return bits + (f"{values[-1]:06b}" if len(values) % 2 else "")


def _header(text: str, version: int) -> str:
    return f"{layout.ALPHANUMERIC_MODE:04b}{len(text):0{layout.count_bits(version)}b}"


def _smallest_version(bits: int) -> int:
    """Return the smallest version for so many bits of text; ``MAX_TEXT`` sees to it that there is one."""
    return next(
        version
        for version in layout.VERSIONS
        if 4 + layout.count_bits(version) + bits <= 8 * layout.blocks(version).capacity
    )


def _padded(bits: str, version: int) -> bytes:
    """Return the data codewords: ``bits``, terminator, and pads in turn (sections 7.4.9 and 7.4.10)."""
    capacity = layout.blocks(version).capacity
    bits += "0" * min(_TERMINATOR_BITS, 8 * capacity - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data + bytes(_PADS[place % 2] for place in range(capacity - len(data)))


def _interleaved(data: bytes, version: int) -> bytes:
    """Return the final message: the blocks' data codewords in turn, then their checks (section 7.6)."""
    build = layout.blocks(version)
    parts, start = [], 0
    for size in build.data:
        parts.append(data[start : start + size])
        start += size
    checks = [_checks(part, build.checks) for part in parts]
    turns = (*zip_longest(*parts), *zip(*checks, strict=True))
    return bytes(codeword for codeword in chain.from_iterable(turns) if codeword is not None)


def _checks(data: bytes, count: int) -> bytes:
    """Return the Reed-Solomon check codewords of one block (section 7.5.2): a division, one codeword a step."""
    multiples = _multiples(count)
    top = 8 * (count - 1)
    rest = 0
    for codeword in data:
        lead = rest >> top ^ codeword
        rest = (rest << 8 & (1 << 8 * count) - 1) ^ multiples[lead]
    return rest.to_bytes(count, "big")


@lru_cache
def _multiples(count: int) -> tuple[int, ...]:
    """Return the generator polynomial of degree ``count``, without its first term, times each of GF(256)."""
    generator = [1]
    root = 1
    for _ in range(count):
        shifted = [*generator, 0]
        scaled = [0, *(_product(term, root) for term in generator)]
        generator = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
        root = _product(root, 2)
    return tuple(
        int.from_bytes(bytes(_product(term, factor) for term in generator[1:]), "big")
        for factor in range(256)
    )


def _product(a: int, b: int) -> int:
    """Return a times b in GF(256)."""
    result = 0
    while b:
        if b & 1:
            result ^= a
        a = a << 1 ^ (_FIELD if a & 0x80 else 0)
        b >>= 1
    return result


def _laid_out(codewords: bytes, version: int) -> tuple[bytes, ...]:
    """Return the matrix under the mask of the lowest penalty, of equals the first (section 7.8.3)."""
    build = _build(version)
    bits = bytearray(build.fixed)
    text = f"{int.from_bytes(codewords, 'big'):0{8 * len(codewords)}b}".encode()
    for place, bit in zip(build.places, text, strict=False):
        bits[place] = bit
    drawn = int(bits, 2)
    best = min((drawn ^ mask for mask in build.masks), key=lambda dark: _penalty(dark, build.side))
    return _unpacked(best, build.side)


@dataclass(frozen=True, slots=True)
class _Build:
    """One version in the form in which symbols are put together: characters 0 and 1, rows ``_GAP`` apart.

    ``masks`` turn over the data modules of each mask and set its format information.
    """

    side: int
    fixed: bytes
    places: tuple[int, ...]
    masks: tuple[int, ...]


@lru_cache(maxsize=len(layout.VERSIONS))
def _build(version: int) -> _Build:
    plan = layout.plan(version)
    stride = plan.side + _GAP

    def drawn(dark: set[layout.Module]) -> bytes:
        bits = bytearray(b"0" * (stride * plan.side - _GAP))
        for x, y in dark:
            bits[y * stride + x] = ord("1")
        return bytes(bits)

    masks = []
    for mask, turns in enumerate(layout.MASKS):
        form = layout.format_modules(version, mask)
        dark = {place for place in plan.data if turns(*place)} | {place for place in form if form[place]}
        masks.append(int(drawn(dark), 2))
    fixed = drawn({place for place, dark in plan.fixed.items() if dark})
    return _Build(plan.side, fixed, tuple(y * stride + x for x, y in plan.data), tuple(masks))


def _unpacked(dark: int, modules: int) -> tuple[bytes, ...]:
    stride = modules + _GAP
    bits = format(dark, f"0{modules * stride - _GAP}b").encode().translate(_MODULES)
    return tuple(bits[start : start + modules] for start in range(0, len(bits), stride))


def _penalty(dark: int, modules: int) -> int:
    """Return the penalty of a symbol held as one integer (see ``_packed``): N1 + N2 + N3 + N4.

    Each feature is counted for all rows, then for all columns, by shifts of the whole symbol; the format
    information counts with the rest. Source: ISO/IEC 18004:2015 section 7.8.3.1, table 11.
    """
    stride = modules + _GAP
    row = (1 << modules) - 1
    light = sum(row << (stride * place) for place in range(modules)) & ~dark
    points = 0
    for colour in (dark, light):
        points += _runs(colour, 1) + _runs(colour, stride)
        pairs = colour & colour >> 1
        points += 3 * (pairs & pairs >> stride).bit_count()
    points += 40 * (_finder_like(dark, 1) + _finder_like(dark, stride))
    return points + 10 * (abs(20 * dark.bit_count() - 10 * modules**2) // modules**2)


def _runs(colour: int, step: int) -> int:
    """Return N1 along one direction: a run of 5 modules of one colour costs 3, each further module 1."""
    five = colour & colour >> step
    five &= five >> 2 * step
    five &= colour >> 4 * step
    return five.bit_count() + 2 * (five & ~(five << step)).bit_count()


def _finder_like(dark: int, step: int) -> int:
    """Return how often 1:1:3:1:1 with 4 light modules before or after it stands along one direction (N3)."""
    at = [dark >> step * place for place in range(11)]
    found = at[0] & ~at[1] & at[2] & at[3] & at[4] & ~at[5] & at[6]
    after = at[7] | at[8] | at[9] | at[10]
    before = dark << step | dark << 2 * step | dark << 3 * step | dark << 4 * step
    return (found & ~(before & after)).bit_count()


def _contours(matrix: Sequence[bytes]) -> Iterator[str]:
    """Yield each closed outline of dark modules as path data, the dark to the right of the way it goes."""
    across = _edges(matrix, forward=True)
    down = _edges([bytes(column) for column in zip(*matrix, strict=True)], forward=False)
    while across:
        x, y = next(iter(across))
        steps = [f"M{x + QUIET} {y + QUIET}"]
        while (x, y) in across:
            to_x = _follow(across, (x, y))
            to_y = _follow(down, (y, to_x))
            steps.append(f"h{to_x - x}v{to_y - y}")
            x, y = to_x, to_y
        yield "".join(steps) + "z"


def _edges(lines: Sequence[bytes], *, forward: bool) -> dict[tuple[int, int], list[int]]:
    """Return the straight edges along the lines: (start, place of the edge among the lines) -> ends.

    With ``forward`` an edge goes up the line where dark begins after it and down the line where dark ends,
    else the other way. Two edges start at one point where dark modules touch at a corner.
    """
    edges: dict[tuple[int, int], list[int]] = {}
    rows = [0, *(int(line.translate(_BITS), 2) for line in lines), 0]
    for place, (before, after) in enumerate(pairwise(rows)):
        for changed, up in ((after & ~before, forward), (before & ~after, not forward)):
            for run in _ONES.finditer(format(changed, f"0{len(lines)}b")):
                start, end = run.span() if up else run.span()[::-1]
                edges.setdefault((start, place), []).append(end)
    return edges


def _follow(edges: dict[tuple[int, int], list[int]], point: tuple[int, int]) -> int:
    ends = edges[point]
    end = ends.pop()
    if not ends:
        del edges[point]
    return end


def _png(lines: Sequence[bytes], scale: int) -> bytes:
    """Return a grey picture of one bit a pixel: 0 in ``lines`` is white, 1 black, ``scale`` pixels wide."""
    side = len(lines) * scale
    wider = {0: "1" * scale, 1: "0" * scale}
    rows = []
    for line in lines:
        wide = line.decode("latin-1").translate(wider).ljust(-(-side // 8) * 8, "0")
        rows.append((b"\0" + int(wide, 2).to_bytes(len(wide) // 8, "big")) * scale)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
