"""A filled sample of any form, to see how large its code becomes."""

from __future__ import annotations

from typing import Any, Final

from qrcert.form.dates import Date
from qrcert.form.kinds import Choice, Kind, Number, Words
from qrcert.form.model import Form
from qrcert.form.shipped import Sample, shipped_samples
from qrcert.form.tables import Table

TEXT_LENGTH: Final = 24
"""Characters of a made-up text: a long surname, an ordinary title of a course."""

MAX_ROWS: Final = 20
"""Rows of a made-up table: the subjects of a leaving certificate."""


def sample_of(form: Form) -> Sample:
    """Return the sample of a shipped form, or one made up: every field filled, up to 20 rows a table."""
    shipped = shipped_samples().get(form.id)
    if shipped is not None:
        return shipped
    number = "1".zfill(form.digits) if form.digits is not None else "2026-0001"
    return Sample(number, {one.name: _filled(one.kind) for one in form.fields})


def _filled(kind: Kind) -> Any:
    if isinstance(kind, Words):
        return (kind.alphabet.some(TEXT_LENGTH))[: kind.longest]
    if isinstance(kind, Number):
        return kind.value(kind.limits[1])
    if isinstance(kind, Choice):
        return kind.value(0)
    if isinstance(kind, Date):
        return kind.value(437) if kind.month else "2026-06-25"
    assert isinstance(kind, Table)
    cells = [column.value(column.states - 1) for column in kind.columns]
    rows: list[Any] = []
    for word, index, _ in kind.printed():
        if len(rows) < MAX_ROWS and index == len(rows):
            rows.append([word, *cells])
    return rows or [{"free": kind.words.alphabet.some(TEXT_LENGTH)[: kind.words.longest], "cells": cells}]
