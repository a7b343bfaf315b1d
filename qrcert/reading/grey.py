"""Grey pixels: the one kind of picture that the engines see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qrcert.errors import TooBig, Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIXELS = 50_000_000
"""Pixels of a picture: the largest phone cameras give 50 million; a small file can announce far more."""


@dataclass(frozen=True, slots=True, eq=False)
class Grey:
    """A picture of ``height`` rows of ``width`` bytes, 0 black to 255 white, without gaps."""

    width: int
    height: int
    data: bytes | memoryview

    def array(self) -> NDArray[np.uint8]:
        """Return the pixels as a read-only array of shape (height, width)."""
        import numpy as np

        pixels: NDArray[np.uint8] = np.frombuffer(self.data, np.uint8).reshape(self.height, self.width)
        return pixels

    @property
    def blank(self) -> bool:
        """Whether all pixels are alike."""
        data = bytes(self.data)
        return not data.lstrip(data[:1])


def check_size(width: int, height: int) -> None:
    """Raise TooBig for more pixels than ``MAX_PIXELS``, Unreadable for none."""
    if width * height > MAX_PIXELS:
        raise TooBig(f"a picture of {width} x {height} pixels, at most {MAX_PIXELS:,} are read")
    if width < 1 or height < 1:
        raise Unreadable(f"a picture of {width} x {height} pixels, expected at least one")


def from_array(array: NDArray[Any]) -> Grey:
    """Return an array of shape (rows, columns) or (rows, columns, 1, 3 or 4) as grey pixels.

    Values: uint8, uint16 (0..65535), bool, or floats from 0 to 1. The order of the colours does not matter;
    a fourth channel is opacity, shown on white. Raises Unreadable for other arrays, TooBig beyond the cap.
    """
    channels = 1 if array.ndim == 2 else array.shape[-1]
    if array.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise Unreadable(
            f"an array of shape {array.shape}, expected (rows, columns) or (rows, columns, 1, 3, 4)"
        )
    height, width = array.shape[:2]
    check_size(width, height)
    return from_bytes_array(_one_channel(_eight_bits(array)))


def from_bytes_array(array: NDArray[np.uint8]) -> Grey:
    """Return an array of shape (rows, columns) and type uint8 as grey pixels, without a copy where it can be."""
    import numpy as np

    height, width = array.shape
    return Grey(width, height, np.ascontiguousarray(array).data.cast("B"))


def _eight_bits(array: NDArray[Any]) -> NDArray[np.uint8]:
    import numpy as np

    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        return (array >> 8).astype(np.uint8)
    if np.issubdtype(array.dtype, np.floating):
        levels: NDArray[np.uint8] = (np.clip(np.nan_to_num(array), 0, 1) * 255).astype(np.uint8)
        return levels
    raise Unreadable(f"an array of {array.dtype}, expected uint8, uint16, bool or floats from 0 to 1")


def _one_channel(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    if array.ndim == 2:
        return array
    if array.shape[2] == 1:
        return array[:, :, 0]
    import cv2

    colours = np.ascontiguousarray(array[:, :, :3])
    grey: NDArray[np.uint8] = np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), np.uint8)
    if array.shape[2] == 3:
        return grey
    opacity = array[:, :, 3].astype(np.uint16)
    shown: NDArray[np.uint8] = ((grey * opacity + 255 * (255 - opacity)) // 255).astype(np.uint8)
    return shown
