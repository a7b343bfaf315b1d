"""The Russian of errors about the offline page."""

from __future__ import annotations

from typing import Final

WEBPAGE: Final = (
    ("name where the page goes: -o FILE or --app DIR, one of both",
     "назовите, куда писать страницу: -o ФАЙЛ или --app ПАПКА, одно из двух"),
    ("{} lists for one page, at most {} go in", "списков для одной страницы {}, а можно не больше {}"),
    ("two lists of one authority", "два списка одного органа"),
    ("name only the newer one", "назовите только новый"),
    ("a logo of {} bytes, at most {} go in", "знак в {} байт, а можно не больше {}"),
    ("the logo is no picture in PNG, JPEG, WebP or SVG", "знак — не картинка PNG, JPEG, WebP или SVG"),
    ("the built page has no {}, or more than one", "в собранной странице нет {} или их несколько"),
)  # fmt: skip
"""Pairs of English and Russian; ``{}`` stands for what varies."""
