"""The errors: one root, and the facts that each class carries."""

from __future__ import annotations

import pytest

from qrcert import errors
from qrcert.errors import (
    FormError,
    MissingExtra,
    Problem,
    QrcertError,
    RosterError,
    TooBig,
    TrustListError,
    Unreadable,
)


def test_one_root() -> None:
    classes = [
        found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception)
    ]
    assert len(classes) > 5
    assert all(issubclass(found, QrcertError) for found in classes)
    assert issubclass(TooBig, Unreadable)
    assert not issubclass(errors.Unsupported, Unreadable)


def test_a_hint_is_told_apart_from_the_message() -> None:
    error = QrcertError("found a, expected b", hint="try c")
    assert (str(error), error.hint) == ("found a, expected b", "try c")
    assert QrcertError("x").hint is None


@pytest.mark.parametrize(
    ("row", "column", "en", "ru"),
    [
        (3, "Фамилия", "row 3, column 'Фамилия': is empty", "строка 3, столбец «Фамилия»: пусто"),
        (3, None, "row 3: is empty", "строка 3: пусто"),
        (None, "Фамилия", "column 'Фамилия': is empty", "столбец «Фамилия»: пусто"),
        (None, None, "is empty", "пусто"),
    ],
)
def test_a_problem_says_where(row: int | None, column: str | None, en: str, ru: str) -> None:
    problem = Problem(row, column, "is empty", "пусто")
    assert problem.text("en") == en
    assert problem.text("ru") == ru


def test_what_the_errors_carry() -> None:
    problem = Problem(1, None, "a", "б")
    assert RosterError("two faults", [problem, problem]).problems == (problem, problem)
    assert TrustListError("went_back", "a key is gone").code == "went_back"
    inner = FormError("bad", ru="плохо", field="born", row="Алгебра")
    outer = FormError("1 fault", faults=[inner], hint="mend it")
    assert (inner.ru, inner.field, inner.row, inner.faults) == ("плохо", "born", "Алгебра", ())
    assert (outer.faults, outer.hint) == ((inner,), "mend it")
    missing = MissingExtra("scan", "zxing-cpp")
    assert (missing.extra, missing.hint) == ("scan", 'pip install "qrcert[scan]"')
    assert str(missing) == "this needs zxing-cpp, which is not installed"
