"""The engine zxing-cpp: the fastest and best of those measured, asked first and after every improvement."""

from __future__ import annotations

from typing import Any

import zxingcpp

from qrcert.reading.codes import Code, Corners, Found
from qrcert.reading.grey import Grey

FORMAT: Any = zxingcpp.BarcodeFormat.QRCodeModel2
"""QR codes proper. The wider ``QRCode`` includes Micro QR, whose two check bytes gave a false read in noise."""


def read(picture: Grey) -> Found:
    """Return the QR codes of a picture, turned, mirrored or inverted too, and the places of those not read."""
    pixels: Any = picture.data
    view = zxingcpp.ImageView(pixels, picture.width, picture.height, zxingcpp.ImageFormat.Lum)
    barcodes = zxingcpp.read_barcodes(
        view, formats=FORMAT, text_mode=zxingcpp.TextMode.Plain, try_invert=True, return_errors=True
    )
    read, unread = [], []
    for barcode in barcodes:
        corners = _corners(barcode.position)
        if barcode.valid:
            read.append(Code(barcode.text, corners))
        elif len(set(corners)) > 2:  # what is in no place ("invalid symbol size") was no code that was seen
            unread.append(corners)
    return Found(tuple(read), tuple(unread))


def _corners(position: zxingcpp.Position) -> Corners:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((float(point.x), float(point.y)) for point in points)
