"""The class of the demo: five graduates who are nobody, and one entered by mistake."""

from __future__ import annotations

from typing import Any, Final

SHOWS: Final = (
    ("honours and the longest name", "с отличием, самое длинное имя"),
    ("an ordinary one", "обычный"),
    ("Tatar letters", "татарские буквы"),
    ("no patronymic", "без отчества"),
    ("a subject of the school's own", "предмет самой школы"),
)
"""What is worth seeing on each of the five, in English and Russian."""

_SUBJECTS: Final = (
    "Русский язык",
    "Литература",
    "Иностранный язык (английский)",
    "Математика",
    "Вероятность и статистика",
    "Информатика",
    "История",
    "Обществознание",
    "География",
    "Физика",
    "Химия",
    "Биология",
    "Физическая культура",
    "Основы безопасности и защиты Родины",
    "Индивидуальный проект",
)


def the_class(year: int) -> list[dict[str, Any]]:
    """Return the class that finished in ``year``, as rows of a class list."""
    rows = [
        _pupil(1, ("Константинопольская", "Александра", "Владимировна"), "05-17", "5" * 15, year),
        _pupil(2, ("Ёлкина", "Анастасия", "Григорьевна"), "02-14", "545445554455554", year),
        _pupil(3, ("Мөхәммәтҗанова", "Гөлнур", "Җәүдәт кызы"), "08-30", "554455454555455", year),
        _pupil(4, ("Нгуен", "Тхи Хыонг", None), "11-02", "445554455445555", year),
        _pupil(5, ("Салтыков-Щедрин", "Михаил", "Евграфович"), "01-27", "553454543343545", year),
    ]
    rows[0]["honours"] = "с отличием"
    rows[2]["marks"].insert(2, ["Родной язык (татарский)", "5"])
    rows[4]["marks"].append({"free": "Основы инженерного дела", "cells": ["4"]})
    rows[4]["courses"] = [{"free": "Робототехника"}, {"free": "История родного края"}]
    return rows


def the_mistake(year: int) -> list[dict[str, Any]]:
    """Return the class list of one who should not have been in it."""
    return [_pupil(6, ("Ошибкина", "Мария", "Ивановна"), "03-08", "433343334333433", year)]


def _pupil(place: int, name: tuple[str, str, str | None], born: str, marks: str, year: int) -> dict[str, Any]:
    """Return a row; ``born`` is month and day, ``marks`` a digit a subject."""
    family, given, patronymic = name
    row: dict[str, Any] = {
        "number": f"05024{year % 100:02}{place:07}",
        "family": family,
        "given": given,
        "born": f"{year - 18}-{born}",
        "finished": year,
        "marks": [[subject, mark] for subject, mark in zip(_SUBJECTS, marks, strict=True)],
    }
    return row | ({"patronymic": patronymic} if patronymic else {})
