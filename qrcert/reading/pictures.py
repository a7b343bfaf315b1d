"""Picture files of strangers -> grey frames: by content, never by name, with every cap before decoding."""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from PIL import Image, ImageStat

from qrcert.errors import TooBig, Unreadable
from qrcert.reading.grey import MAX_PIXELS, Grey, check_size

MAX_FRAMES = 10
"""Frames of an animation that are looked at: a code that is shown is shown in the first ones."""

MAX_PAGES = 2_000
"""Pages of a TIFF, as of a PDF."""

_BAND = 256
"""Rows that are stretched to 0..255 at a time."""

_ORIENTATION = 0x0112
_JPEG_END = b"\xff\xd9"
_OPAQUE = 255
_SEEN = [0] + [255] * 255
"""Opacity -> 255 for whatever shows at all."""

_LIGHT = 192
"""Mean level above which what is visible of a see-through picture must have been drawn for a dark ground."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> the turn that sets the picture upright (Exif 2.32, tag 274)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture file: Pillow's name and plugin for it, how many frames are read, whether they are pages."""

    name: str
    plugin: str
    frames: int = 1
    pages: bool = False


_KINDS = (
    (b"\x89PNG\r\n\x1a\n", Kind("PNG", "PngImagePlugin", MAX_FRAMES)),
    (b"\xff\xd8\xff", Kind("JPEG", "JpegImagePlugin")),
    (b"GIF87a", Kind("GIF", "GifImagePlugin", MAX_FRAMES)),
    (b"GIF89a", Kind("GIF", "GifImagePlugin", MAX_FRAMES)),
    (b"II*\0", Kind("TIFF", "TiffImagePlugin", MAX_PAGES, pages=True)),
    (b"MM\0*", Kind("TIFF", "TiffImagePlugin", MAX_PAGES, pages=True)),
    (b"BM", Kind("BMP", "BmpImagePlugin")),
)
_WEBP = Kind("WEBP", "WebPImagePlugin", MAX_FRAMES)
_AVIF = Kind("AVIF", "AvifImagePlugin", MAX_FRAMES)
_HEIC = Kind("HEIF", "")
_HEIC_BRANDS = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame or page; ``page`` counts from 1 in a file of pages, else is None; ``whole``: nothing is cut off."""

    grey: Grey
    page: int | None
    whole: bool


def kind_of(data: bytes) -> Kind | None:
    """Return what kind of picture begins with ``data`` (64 bytes are enough), or None."""
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    if data[4:8] == b"ftyp":
        if b"avif" in data[8:64] or b"avis" in data[8:64]:
            return _AVIF
        if data[8:12] in _HEIC_BRANDS:
            return _HEIC
    return None


class Frames:
    """An open picture file; its frames count from 1."""

    def __init__(self, data: bytes, kind: Kind) -> None:
        """Open the file; raises TooBig beyond the cap of pixels, Unreadable for one that cannot be decoded."""
        self._data, self._kind = data, kind
        self._image = _opened(data, kind)

    def frame(self, place: int) -> Frame | None:
        """Return frame ``place``, or None where there is none, or none that is read of this kind of file.

        Raises TooBig beyond the caps of pixels and pages, Unreadable for a frame that cannot be decoded.
        """
        if place > self._kind.frames and not (self._kind.pages and _seek(self._image, place - 1)):
            return None
        if place > self._kind.frames:
            raise TooBig(
                f"a picture of more than {self._kind.frames} pages", hint="split it into smaller files"
            )
        if not _seek(self._image, place - 1):
            return None
        grey, whole = _decoded(self._image, self._data, self._kind)
        return Frame(grey, place if self._kind.pages else None, whole)

    def close(self) -> None:
        """Close the file."""
        self._image.close()


def frames(data: bytes, kind: Kind) -> Iterator[Frame]:
    """Yield the frames of a picture file: pages of a TIFF, the first frames of an animation, else the one.

    Raises as `Frames` does.
    """
    opened = Frames(data, kind)
    try:
        for place in count(1):
            frame = opened.frame(place)
            if frame is None:
                return
            yield frame
    finally:
        opened.close()


def from_image(image: Image.Image) -> Grey:
    """Return a Pillow image as grey pixels, set upright as its EXIF data say; the image is not changed."""
    check_size(*image.size)
    with _decoding():
        return _upright(image, _flat(image))


def _opened(data: bytes, kind: Kind) -> Image.Image:
    with _decoding():
        _load_plugin(kind)
        image = Image.open(io.BytesIO(data), formats=[kind.name])
        if kind.name == "JPEG":
            image.draft("L", image.size)  # spares decoding the colours
    check_size(*image.size)
    return image


def _load_plugin(kind: Kind) -> None:
    if kind is _HEIC:
        _load_heic()
        return
    try:
        importlib.import_module(f"PIL.{kind.plugin}")
    except ModuleNotFoundError as error:
        raise Unreadable(
            f"a picture of the kind {kind.name}, which the installed Pillow does not read",
            hint="pip install --upgrade pillow",
        ) from error


def _load_heic() -> None:
    try:
        import pillow_heif
    except ModuleNotFoundError as error:
        raise Unreadable(
            "a HEIC picture, and pillow-heif, which reads those, is not installed",
            hint='pip install "qrcert[heic]"; or save it as JPEG (iPhone: Settings, Camera, Formats, '
            "Most Compatible) or take a screenshot",
        ) from error
    pillow_heif.register_heif_opener(thumbnails=False)


def _seek(image: Image.Image, place: int) -> bool:
    """Go to a frame and return whether there is one; a damaged one ends the animation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image.seek(place)
        except Exception:  # EOFError at the end; a damaged file raises whatever its decoder trips over
            return False
    check_size(*image.size)
    return True


def _decoded(image: Image.Image, data: bytes, kind: Kind) -> tuple[Grey, bool]:
    """Return the present frame in grey, and whether nothing of it is cut off.

    A JPEG that breaks off is ended by hand and tried again: the code may stand in the part that is there.
    """
    try:
        return from_image(image), True
    except Unreadable:
        if kind.name != "JPEG" or data.endswith(_JPEG_END):
            raise
    with _opened(data + _JPEG_END, kind) as ended:
        return from_image(ended), False


@contextlib.contextmanager
def _decoding() -> Iterator[None]:
    """Turn whatever Pillow raises on a bad file into Unreadable, and keep its warnings from the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (ImportError, MemoryError, Unreadable):
            raise
        except Image.DecompressionBombError as error:
            raise TooBig(f"a picture of more than {MAX_PIXELS:,} pixels") from error
        except Exception as error:  # on damaged data decoders raise OSError, struct.error, KeyError and more
            raise Unreadable("a damaged picture: it is cut off, or not what it says it is") from error


def _upright(image: Image.Image, grey: Image.Image) -> Grey:
    """Return ``grey`` turned as the EXIF data of ``image`` say; asked after decoding, as TIFFs then are turned."""
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF data: codes are read in any direction
        turn = None
    if turn is not None:
        grey = grey.transpose(turn)
    return Grey(grey.width, grey.height, grey.tobytes())


def _flat(image: Image.Image) -> Image.Image:
    """Return the image in mode L: see-through parts on paper, wide numbers scaled to 0..255."""
    if image.mode == "L" and "transparency" not in image.info:
        image.load()
        return image
    if image.mode.startswith(("I", "F")):
        return _scaled(image)
    if image.has_transparency_data:
        return _on_ground(image.convert("RGBA"))
    if image.mode in ("CMYK", "LAB"):
        image = image.convert("RGB")
    return image.convert("L")


def _on_ground(image: Image.Image) -> Image.Image:
    """Return an RGBA image in grey on white, or on black when what is visible is nearly white."""
    grey, opacity = image.convert("L"), image.getchannel("A")
    lowest, highest = opacity.getextrema()
    if lowest == _OPAQUE:
        return grey
    ground = 255
    if highest and ImageStat.Stat(grey, opacity.point(_SEEN)).mean[0] > _LIGHT:
        ground = 0
    return Image.composite(grey, Image.new("L", grey.size, ground), opacity)


def _scaled(image: Image.Image) -> Image.Image:
    """Return an image of 16 or 32 bit numbers or floats with its own range stretched to 0..255.

    Band by band: the numbers of 50 million pixels fit into the memory that a picture may have once, not twice.
    """
    import numpy as np

    values = np.asarray(image)
    bands = range(0, len(values), _BAND)

    def band(start: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.nan_to_num(values[start : start + _BAND].astype(np.float32), posinf=0, neginf=0)

    lowest = min(float(band(start).min()) for start in bands)
    highest = max(float(band(start).max()) for start in bands)
    scale = 255 / (highest - lowest) if highest > lowest else 0.0
    levels = np.empty(values.shape, np.uint8)
    for start in bands:
        levels[start : start + _BAND] = ((band(start) - lowest) * scale).astype(np.uint8)
    return Image.fromarray(levels)
