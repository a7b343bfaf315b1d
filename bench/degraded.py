"""Pictures of our own certificates, degraded the way paper, light, cameras and scanners do it.

    for picture in pictures(seed=1, per_kind=50):        # 1 550 of them, always the same ones
        picture.kind, picture.level, picture.text, picture.grey

`KINDS` names every kind with its levels, from easy to hard, chosen at the edge: zxing-cpp reads between a quarter
and nine tenths of each kind. A picture depends on the seed, its kind, its place and how many there are of the kind,
not on what else is drawn; pictures are made one by one and never stored. `page_frames` are the frames of a camera
that sees the whole page.

As a program it draws a strip of examples of each kind:

    python bench/degraded.py FOLDER [KIND ...]
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import kinds_near
import kinds_page
import numpy as np
from certificates import Grey, make_papers
from shots import KINDS, PAPERS, Kind

__all__ = ["KINDS", "PER_KIND", "SEED", "Kind", "Picture", "page_frames", "picture", "pictures"]

FAMILIES = (kinds_near, kinds_page)
"""The modules whose kinds are in `KINDS`."""

SEED = 1
"""The seed of the figures in docs/reading.md."""

PER_KIND = 50


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One degraded picture: grey uint8 (rows, columns), and the ``text`` that its code holds."""

    kind: str
    place: int
    level: float
    text: str
    modules: int
    grey: Grey


def pictures(
    kinds: Iterable[str] | None = None, *, per_kind: int = PER_KIND, seed: int = SEED
) -> Iterator[Picture]:
    """Yield ``per_kind`` pictures of each kind (of all, unless named), kind after kind."""
    for name in KINDS if kinds is None else kinds:
        for place in range(per_kind):
            yield picture(name, place, per_kind=per_kind, seed=seed)


def picture(name: str, place: int, *, per_kind: int = PER_KIND, seed: int = SEED) -> Picture:
    """Return one picture; ``place`` counts from 0, and the higher, the harder."""
    kind = KINDS[name]
    chance = np.random.default_rng([seed, zlib.crc32(name.encode()), place])
    papers = make_papers(PAPERS, seed=seed)
    paper = papers[int(chance.integers(len(papers)))]
    level = kind.at(place, per_kind)
    return Picture(name, place, level, paper.text, paper.modules, kind.draw(paper, chance, level))


def page_frames(*, per_kind: int = PER_KIND, seed: int = SEED) -> Iterator[Picture]:
    """Yield the frames of a camera before which the whole page is held."""
    return pictures([name for name in KINDS if name.startswith("page")], per_kind=per_kind, seed=seed)


def contact_sheet(kind: str, *, seed: int = SEED, across: int = 5, side: int = 380) -> Grey:
    """Return examples of a kind from easy to hard, side by side, each made to fit a square."""
    cells = []
    for place in range(across):
        grey = picture(kind, place, per_kind=across, seed=seed).grey
        factor = min(1.0, side / max(grey.shape))
        small = np.asarray(
            cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
        cell = np.full((side, side), 128, np.uint8)
        cell[: small.shape[0], : small.shape[1]] = small
        cells.append(cell)
    return np.hstack(cells)


def main(folder: str, *kinds: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    for kind in kinds or KINDS:
        cv2.imwrite(str(Path(folder, f"{kind}.png")), contact_sheet(kind))


if __name__ == "__main__":
    main(*sys.argv[1:])
