"""Our own certificates for the benches: signed by a made-up school, drawn as they are printed.

    papers = make_papers(18, seed=1)
    papers[0].picture(dpi=150)

Every shipped form in turn, filled like its sample, with rows and optional fields left out by chance so that the
codes are of versions 9 to 15.
"""

from __future__ import annotations

import random
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import school
from qrcert import page
from qrcert.encode import Certificate, sign_certificate
from qrcert.form import read_office, sample_of, shipped_forms
from qrcert.issue.letterhead import Letterhead, key_name
from qrcert.issue.sheets import Paper as Contents
from qrcert.issue.sheets import make_sheet
from qrcert.page.matrix import QUIET, draw_code
from qrcert.symbol import Symbol

Grey = NDArray[np.uint8]
"""A grey picture of shape (rows, columns), 0 black to 255 white."""

VERSIONS = range(9, 16)
"""QR versions of the codes drawn: what the forms give for ordinary people."""

MM = 72 / 25.4
"""Points of a PDF in a millimetre."""

WIDTH, HEIGHT = 210.0, 297.0
"""A4 in millimetres."""

_SCHOOL = "Муниципальное бюджетное общеобразовательное учреждение «Средняя школа № 17»"
_PLACE = "городской округ Щёлково Московской области"
_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class Paper:
    """One printed certificate: the ``text`` of its code, ``modules`` a side, and its page in a PDF.

    ``module`` is the width of a module and ``centre`` the middle of the code (x to the right, y down), all in
    millimetres on the page.
    """

    text: str
    form: str
    modules: int
    module: float
    centre: tuple[float, float]
    pdf: bytes = field(repr=False)
    number: int

    @property
    def side(self) -> float:
        """The side of the code without its quiet zone, in millimetres."""
        return self.modules * self.module

    def picture(self, *, dpi: float) -> Grey:
        """Return the whole page as it is printed, without any fault."""
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            drawn = document[self.number].render(scale=dpi / 72, grayscale=True, may_draw_forms=False)
            return np.array(drawn.to_numpy(), dtype=np.uint8).reshape(drawn.height, drawn.width)
        finally:
            document.close()

    def matrix(self) -> NDArray[np.bool_]:
        """Return the modules of the code without its quiet zone, dark ones true."""
        return np.array([list(row) for row in Symbol(self.text).matrix], dtype=bool)


@cache
def make_papers(count: int, *, seed: int) -> tuple[Paper, ...]:
    """Return ``count`` certificates, form after form; the same seed gives the same ones."""
    chance = random.Random(f"qrcert papers {seed}")
    names = sorted(shipped_forms())
    certificates = [_fill(names[place % len(names)], chance) for place in range(count)]
    papers, sheets = [], []
    for certificate in certificates:
        text = sign_certificate(certificate, key=school.KEY)
        sheets.append(_sheet(certificate, text))
        papers.append((text, certificate.form.id, Symbol(text)))
    pdf = page.draw(sheets, day=school.ISSUED)
    box = page.code_box()
    centre = ((box.left + box.right) / 2 / MM, (box.top + box.bottom) / 2 / MM)
    return tuple(
        Paper(text, form, symbol.modules, _module(symbol, box), centre, pdf, number)
        for number, (text, form, symbol) in enumerate(papers)
    )


def _fill(name: str, chance: random.Random) -> Certificate:
    """Return a certificate of this form whose code has one of `VERSIONS`."""
    sample = school.certificate(name)
    for _ in range(_ATTEMPTS):
        values = _thinned(name, sample.values, chance)
        tried: Certificate = school.certificate(
            name, values=values, number=_number(str(sample.number), chance)
        )
        text = sign_certificate(tried, key=school.KEY)
        if Symbol(text).version in VERSIONS:
            return tried
    raise AssertionError(f"no certificate of the form {name} has a version of {VERSIONS}")


def _thinned(name: str, values: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return the values without some optional fields, and the tables without some rows."""
    share, kept = chance.uniform(0.4, 1), {}
    for key, value in values.items():
        known = school.form(name).field(key)
        assert known is not None
        if not known.required and not known.holder and chance.random() > share:
            continue
        if isinstance(value, list | tuple) and len(value) > 1:
            value = [row for row in value if chance.random() < share] or value[:1]
        kept[key] = value
    return kept


def _number(number: str, chance: random.Random) -> str:
    """Return the number with its last four digits changed."""
    letters = list(number)
    for place in [at for at, letter in enumerate(letters) if letter.isdigit()][-4:]:
        letters[place] = str(chance.randrange(1, 10))
    return "".join(letters)


def _sheet(certificate: Certificate, text: str) -> page.Sheet:
    form = certificate.form
    source = tomllib.loads(shipped_forms()[form.id])
    paper = Contents(
        certificate.number, certificate.issued, form.pack(certificate.values), sample_of(form).office, text
    )
    head = Letterhead(_SCHOOL, _PLACE, key_name(school.KEY.kid), "Директор", "Ю. Э. Цыганков")
    return make_sheet(paper, letterhead=head, form=form, form_office=read_office(source))


def _module(symbol: Symbol, box: page.Box) -> float:
    """Return the width of a module as it is printed, in millimetres."""
    least = page.built_in("certificate").layout.least
    side = draw_code(symbol.matrix, room=box.right - box.left, number="", least=least).side
    return side / (symbol.modules + 2 * QUIET) / MM
