"""The tables of ``bench/scan.py``: what was read, how fast, and what each stage of our cascade adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

import degraded
from readers import APART, ENGINES, OURS, ZXING, Outcome, Result, stage_names

OVER_ZXING, OVER_UNION = 1.45, 1.15
"""Readings of ours over those of zxing-cpp, and over those of all engines together: what is aimed at."""

TIME_OVER_ZXING = 1.2
"""Time of ours over zxing-cpp's on the pictures that zxing-cpp reads, at most."""

LATER_MS, LONGEST_MS = 400, 1500
"""Milliseconds, at most: in the median where only later stages read, and on any picture."""

FIRST_STAGES = ("plain", "sharpened", "smoothed")
"""The stages of our cascade that are one look of zxing-cpp each."""

PARTS = 5
"""Parts into which the levels of a kind are divided, from easy to hard."""

_LEFT = ("level", "target")
"""Columns that stand left although they are not the first."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a heading; as text it is Markdown that can be read as it is."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = (self.columns, *self.rows)
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        left = [not at or name in _LEFT for at, name in enumerate(self.columns)]
        rule = [
            f"{'-' * (width + 1)}{'-' if side else ':'}" for width, side in zip(widths, left, strict=True)
        ]
        head, *body = [
            " | ".join(
                cell.ljust(width) if side else cell.rjust(width)
                for cell, width, side in zip(line, widths, left, strict=True)
            )
            for line in lines
        ]
        return "\n".join(
            [
                f"**{self.heading}**",
                "",
                f"| {head} |",
                f"|{'|'.join(rule)}|",
                *(f"| {line} |" for line in body),
            ]
        )


def title(results: Sequence[Result], *, seed: int, seconds: float, clock: str) -> str:
    """Return one sentence that says what was run."""
    kinds = len({result.kind for result in results})
    return (
        f"{len(results):,} pictures of {kinds} kinds, seed {seed}; ours was given {seconds:g} s a picture; "
        f"{'wall-clock' if clock == 'wall' else 'processor'} time."
    )


def progress(results: Sequence[Result]) -> str:
    """Return a line about one kind that is done."""
    return (
        f"{results[0].kind:<12}{len(results):>4}   zxing-cpp {_zxing(results):>3}   any engine "
        f"{_union(results):>3}   ours {_ours(results):>3}   false {_false(results)}"
    )


def tables(results: Sequence[Result]) -> list[Table]:
    """Return the totals, then the readings by kind and by level, the times, and the stages."""
    return [_totals(results), _by_kind(results), _by_level(results), _times(results), _stages(results)]


def unread(results: Sequence[Result]) -> list[str]:
    """Return a line for each picture that ours does not read."""
    return [
        f"unread: {result.kind} {result.place} at {result.level:.4g}"
        + (", an engine reads it" if result.any_engine else "")
        for result in results
        if not result.ours.read
    ]


def _zxing(results: Iterable[Result]) -> int:
    return sum(result.engines[ZXING].read for result in results)


def _union(results: Iterable[Result]) -> int:
    return sum(result.any_engine for result in results)


def _ours(results: Iterable[Result]) -> int:
    return sum(result.ours.read for result in results)


def _false(results: Iterable[Result]) -> int:
    return sum(result.ours.false for result in results)


# ----------------------------------------------------------------------------------------------------------- totals


def _totals(results: Sequence[Result]) -> Table:
    later = [result.ours.ms for result in results if result.ours.read and _late(result)]
    longest = max(result.ours.ms for result in results)
    missed = sum(result.any_engine and not result.ours.read for result in results)
    rows = (
        ("zxing-cpp reads", _share(_zxing(results), len(results)), "", ""),
        ("all engines together read", _share(_union(results), len(results)), "", ""),
        ("ours reads", _share(_ours(results), len(results)), "", ""),
        ("an engine reads and ours does not", str(missed), "", ""),
        _at_most("false reads of ours", _false(results), 0, "{:.0f}"),
        _at_least("ours over zxing-cpp", _ours(results), _zxing(results), OVER_ZXING),
        _at_least("ours over all engines together", _ours(results), _union(results), OVER_UNION),
        _at_most(
            "time of ours over zxing-cpp, where it reads", _time_ratio(results), TIME_OVER_ZXING, "{:.3f}"
        ),
        ("of those, pictures that take more than twice as long", str(_looked_further(results)), "", ""),
        ("only our later stages read", str(len(later)), "", ""),
        _at_most("there, ms in the median", median(later) if later else None, LATER_MS, "{:.0f}"),
        _at_most("there, ms at most", max(later, default=None), LONGEST_MS, "{:.0f}"),
        _at_most("longest on any picture, ms", longest, LONGEST_MS, "{:.0f}"),
    )
    return Table("Totals", ("what", "figure", "target", "kept"), rows)


def _at_least(what: str, one: int, other: int, target: float) -> tuple[str, ...]:
    if not other:
        return what, "-", f">= {target:g}", ""
    return what, f"{one / other:.3f}", f">= {target:g}", "yes" if one / other >= target else "NO"


def _at_most(what: str, value: float | None, target: float, form: str) -> tuple[str, ...]:
    if value is None:
        return what, "-", f"<= {target:g}", ""
    return what, form.format(value), f"<= {target:g}", "yes" if value <= target else "NO"


def _time_ratio(results: Sequence[Result]) -> float | None:
    pairs = [result.pair for result in results if result.pair]
    return sum(ours for _, ours in pairs) / sum(zxing for zxing, _ in pairs) if pairs else None


def _looked_further(results: Sequence[Result]) -> int:
    return sum(result.pair[1] > 2 * result.pair[0] for result in results if result.pair)


def _late(result: Result) -> bool:
    """Return whether the first stages leave the picture unread."""
    return result.first is None or stage_names()[result.first] not in FIRST_STAGES


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)"


# ----------------------------------------------------------------------------------------------- by kind, by level


def _by_kind(results: Sequence[Result]) -> Table:
    columns = ("kind", "pictures", *ENGINES, "any engine", OURS, "ms median", "ms max")
    rows = [(name, *_counts(group)) for name, group in _kinds(results)]
    return Table("Read by kind (ms: ours)", columns, (*rows, ("all", *_counts(results))))


def _kinds(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    return [(name, list(group)) for name, group in groupby(results, key=lambda result: result.kind)]


def _counts(results: Sequence[Result]) -> tuple[str, ...]:
    engines = [sum(result.engines[name].read for result in results) for name in ENGINES]
    times = [result.ours.ms for result in results]
    numbers = (len(results), *engines, _union(results), _ours(results))
    return (*map(str, numbers), _ms(median(times)), _ms(max(times)))


def _by_level(results: Sequence[Result]) -> Table:
    rows = []
    for name, group in _kinds(results):
        kind = degraded.KINDS[name]
        cuts = [round(part * len(group) / PARTS) for part in range(PARTS + 1)]
        parts = [group[cuts[part] : cuts[part + 1]] for part in range(PARTS)]
        levels = f"{kind.level}, {kind.easy:g} to {kind.hard:g}"
        rows.append((name, levels, _shares(parts, _zxing), _shares(parts, _ours)))
    return Table(
        "Share read in each fifth of the levels, from easy to hard, in %",
        ("kind", "level", ZXING, OURS),
        tuple(rows),
    )


def _shares(parts: Sequence[Sequence[Result]], count: Callable[[Sequence[Result]], int]) -> str:
    return " ".join(f"{100 * count(part) / len(part):>3.0f}" if part else "  -" for part in parts)


# ------------------------------------------------------------------------------------------------- times, stages


def _times(results: Sequence[Result]) -> Table:
    columns = ("reader", "read", "false", "ms where it reads", "where not", "max")
    rows = [(name, *_timed([result.engines[name] for result in results])) for name in (ZXING, *APART)]
    rows.append((OURS, *_timed([result.ours for result in results])))
    return Table("Each reader over all pictures (ms: medians)", columns, tuple(rows))


def _timed(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    reads = [outcome.ms for outcome in outcomes if outcome.read]
    misses = [outcome.ms for outcome in outcomes if not outcome.read]
    false = sum(outcome.false for outcome in outcomes)
    return str(len(reads)), str(false), _median(reads), _median(misses), _longest([*reads, *misses])


def _stages(results: Sequence[Result]) -> Table:
    columns = (
        "stage", "reach it", "it reads first", "its ms where it reads", "where not", "its max",
        "ms of all where it reads first", "max",
    )  # fmt: skip
    rows = []
    for place, name in enumerate(stage_names()):
        reaching = [result for result in results if result.first is None or result.first >= place]
        first = [result for result in reaching if result.first == place]
        own = [outcome for result in reaching if (outcome := result.stages[place])]
        whole = [result.ours.ms for result in first]
        _, _, reads, misses, longest = _timed(own)
        counts = str(len(reaching)), str(len(first))
        rows.append((name, *counts, reads, misses, longest, _median(whole), _longest(whole)))
    return Table("What each stage of ours adds and costs (ms: medians)", columns, tuple(rows))


def _median(values: Sequence[float]) -> str:
    return _ms(median(values)) if values else "-"


def _longest(values: Sequence[float]) -> str:
    return _ms(max(values)) if values else "-"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


# ---------------------------------------------------------------------------------------------- into a document


def insert(path: Path, block: str, *, name: str) -> None:
    """Put text between the comments of a document that begin and end the block ``name``.

    Raises ValueError for a document without them.
    """
    begin, end = f"<!-- figures: {name} -->", f"<!-- end of figures: {name} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    changed, count = pattern.subn(lambda _: f"\n{block}\n\n", path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{path} has {count} blocks {begin!r}, expected one")
    path.write_text(changed, encoding="utf-8")
