"""There and back: readers that are not ours read our codes, we read codes that others drew, and pages on paper."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

import pictures
import school
from offices import NOW, issued, office_in, sample_row, shipped, write_json
from qrcert import scan, wire
from qrcert.decode import verify
from qrcert.symbol import Symbol

FORMS = sorted(school.entries())


def drawn(text: str, scale: int = 5) -> Any:
    """Our own symbol as a picture file gives it."""
    return np.asarray(Image.open(BytesIO(Symbol(text).png(scale))).convert("L"))


def zbar(picture: Any) -> str:
    (code,) = pyzbar.decode(Image.fromarray(picture), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return str(code.data.decode("ascii"))


@pytest.mark.parametrize("name", FORMS)
def test_a_reader_that_is_not_ours_reads_our_codes(name: str) -> None:
    text = school.text(name)
    assert zbar(drawn(text)) == text


def by_zxing(text: str) -> Any:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return np.asarray(barcode.to_image(scale=4))


def by_segno(text: str) -> Any:
    matrix = np.array([list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix])
    return enlarged(np.where(matrix == 1, 0, 255).astype(np.uint8))


def by_opencv(text: str) -> Any:
    wish = cv2.QRCodeEncoder_Params()
    wish.correction_level = cv2.QRCODE_ENCODER_CORRECT_LEVEL_M
    wish.mode = cv2.QRCODE_ENCODER_MODE_ALPHANUMERIC
    return enlarged(cv2.QRCodeEncoder_create(wish).encode(text))


def enlarged(modules: Any) -> Any:
    return np.kron(np.pad(modules, 4, constant_values=255), np.ones((4, 4), np.uint8))


@pytest.mark.parametrize("write", [by_zxing, by_segno, by_opencv])
@pytest.mark.parametrize("name", ["ru.attestat.11", "participation", "ib.diploma"])
def test_codes_that_others_drew_are_read_and_genuine(name: str, write: Callable[[str], Any]) -> None:
    text = school.text(name)
    assert scan.read_codes(write(text)) == [text]
    assert verify(text, trust=school.trust(), now=school.NOW).code == "genuine"


def test_a_code_in_byte_mode_says_the_same() -> None:
    text = school.text()
    matrix = np.array([list(row) for row in segno.make_qr(text, error="m", mode="byte").matrix])
    picture = enlarged(np.where(matrix == 1, 0, 255).astype(np.uint8))
    assert scan.read_codes(picture) == [text]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """The text of an issued attestat, and its page as a scanner at 150 dpi sees it."""
    folder = tmp_path_factory.mktemp("roundtrip")
    office = office_in(folder / "office")
    done = issued(write_json(folder / "class.json", sample_row(school.ATTESTAT)), office)
    document = pypdfium2.PdfDocument(done.files[0].read_bytes())
    try:
        picture = document[0].render(scale=150 / 72, grayscale=True).to_numpy().copy()
    finally:
        document.close()
    return wire.to_text(done.entries[0].signed), picture


SPOILED: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda page: page,
    "copied pale": lambda page: pictures.faded(page, contrast=0.6, level=200),
    "photographed": lambda page: pictures.pressed(
        pictures.noisy(pictures.blurred(pictures.tilted(page, by=0.02, seed=1), sigma=0.8), sigma=6),
        quality=60,
    ),
    "shaken": lambda page: pictures.shaken(page, pixels=3),
    "upside down": lambda page: np.ascontiguousarray(page[::-1, ::-1]),
    "in a mirror": lambda page: np.ascontiguousarray(page[:, ::-1]),
    "on a dark screen": pictures.inverted,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_an_issued_page_is_read_and_verified_as_it_comes(
    page: tuple[str, Any], spoil: Callable[[Any], Any]
) -> None:
    text, picture = page
    assert scan.read_codes(spoil(picture)) == [text]
    assert verify(text, trust=school.trust(), now=NOW).code == "genuine"


def test_an_issued_pdf_carries_its_code_as_a_file_too(tmp_path: Path) -> None:
    office = office_in(tmp_path / "office")
    kind = shipped("participation")
    done = issued(write_json(tmp_path / "class.json", sample_row("participation")), office, kind)
    document = pypdfium2.PdfDocument(done.files[0].read_bytes())
    try:
        (attached,) = [document.get_attachment(place) for place in range(document.count_attachments())]
        carried = bytes(attached.get_data()).decode("ascii")
    finally:
        document.close()
    assert [page.texts for page in scan.read_pages(done.files[0])] == [[carried.strip()]]
