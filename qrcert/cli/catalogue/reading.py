"""The Russian of errors about pictures, documents, cameras and the proof sheet."""

from __future__ import annotations

from typing import Final

READING: Final = (
    # the proof sheet
    ("name a picture of the printed sheet, or -o FILE.pdf for a sheet to print",
     "назовите картинку отпечатанного листа или -o ФАЙЛ.pdf, чтобы получить лист для печати"),
    ("the proof sheet could not be set: {}", "пробный лист не сверстался: {}"),
    ("the proof sheet was not set cleanly: {}", "пробный лист свёрстан с огрехами: {}"),
    ("invalid value for {}: {} is not a valid float{}", "{}: {} — не число"),
    ("does not read the self-test picture", "не читает пробную картинку"),
)  # fmt: skip
"""English and Russian, as `qrcert.cli.russian` explains."""
