"""Files and pictures to texts: every class of bad file gives a clear error or the right text, in bounded time."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms, PngImagePlugin

import pictures
from handmade import one_page, plain_pdf, stream, swollen
from qrcert import scan
from qrcert.errors import TooBig, UnknownFile, Unreadable
from qrcert.reading import pictures as picture_files
from qrcert.reading import sheets
from qrcert.symbol import Symbol

ONE, TWO, THREE = (pictures.sample_text(seed, length=150) for seed in (1, 2, 3))


def image(text: str = ONE) -> Image.Image:
    return Image.fromarray(pictures.flat(text, module_px=5))


def blank() -> Image.Image:
    return Image.new("L", (300, 300), 200)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


# ------------------------------------------------------------------------------------------------ what is taken


def test_a_path_bytes_an_image_and_an_array_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "scan.png"
    file.write_bytes(saved(image(), "PNG"))
    for source in (file, str(file), file.read_bytes(), image(), np.asarray(image())):
        assert scan.read_codes(source) == [ONE]


@pytest.mark.parametrize("thing", [None, 7, 3.5, ["a.png"], object()])
def test_other_things_are_refused(thing: object) -> None:
    with pytest.raises(Unreadable, match="is no picture"):
        scan.read_codes(thing)  # type: ignore[arg-type]


def test_codes_come_once_and_in_reading_order() -> None:
    page = np.vstack([pictures.page([THREE, ONE]), pictures.page([TWO, THREE])])
    assert scan.read_codes(page) == [THREE, ONE, TWO]


def test_find_codes_gives_corners() -> None:
    one, two = scan.find_codes(pictures.page([ONE, TWO]))
    assert (one.text, two.text) == (ONE, TWO)
    assert len(one.corners) == 4
    assert max(x for x, _ in one.corners) < 640 < min(x for x, _ in two.corners)


def test_no_code_is_an_empty_list() -> None:
    assert scan.read_codes(blank()) == []
    assert scan.read_codes(saved(blank(), "PNG")) == []


def test_a_foreign_code_is_returned_too() -> None:
    foreign = "HTTPS://EXAMPLE.ORG"
    page = pictures.page([foreign, ONE])
    assert scan.read_codes(page, plausible=lambda text: text.startswith("QC1:")) == [foreign, ONE]


def told_without(library: str, source: str, folder: Path, data: bytes | None = None) -> str:
    """What read_codes says in a new process in which importing ``library`` runs ``source``."""
    (folder / f"{library}.py").write_text(source)
    script = f"""
import sys
sys.path.insert(0, {str(folder)!r})
import qrcert.errors, qrcert.scan
try:
    print(qrcert.scan.read_codes(sys.stdin.buffer.read()))
except qrcert.errors.QrcertError as error:
    print(type(error).__name__, error, error.hint)
"""
    data = data or saved(Image.fromarray(pictures.page([])), "PNG")
    done = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("module", "library"),
    [
        ("zxingcpp", "zxing-cpp"),
        ("PIL", "pillow"),
        ("cv2", "opencv-python"),
        ("numpy", "numpy"),
        ("pypdfium2", "pypdfium2"),
    ],
)
def test_a_missing_library_names_the_extra(module: str, library: str, tmp_path: Path) -> None:
    data = pdf_of([ONE]) if module == "pypdfium2" else None
    told = told_without(module, f"raise ModuleNotFoundError('gone', name={module!r})", tmp_path, data)
    assert told == f'MissingExtra this needs {library}, which is not installed pip install "qrcert[scan]"'


def test_a_library_that_does_not_load_is_told(tmp_path: Path) -> None:
    told = told_without("zxingcpp", "raise ImportError('libnothing.so.1: cannot open')", tmp_path)
    assert (
        told
        == "QrcertError a library for reading pictures cannot be loaded: libnothing.so.1: cannot open None"
    )


def test_a_fault_of_ours_is_not_taken_for_a_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), scan._extra():
        raise ModuleNotFoundError("no such module", name="qrcert.nothing")


def test_importing_it_is_cheap_and_needs_no_extra() -> None:
    script = (
        "import sys\n"
        "heavy = {'numpy', 'cv2', 'PIL', 'zxingcpp', 'pypdfium2', 'pyzbar', 'segno'}\n"
        "sys.modules.update(dict.fromkeys(heavy))\n"
        "import qrcert.scan\n"
        "print([name for name in heavy if sys.modules[name] is not None])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_picture_that_is_read_at_once_needs_no_opencv() -> None:
    script = (
        "import sys, qrcert.scan\n"
        "print(len(qrcert.scan.read_codes(sys.stdin.buffer.read())), 'cv2' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=saved(image(), "PNG"), capture_output=True, check=True
    )
    assert done.stdout.split() == [b"1", b"False", b"False"]


# ------------------------------------------------------------------------------------------------ files as such


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"QC1:6BF", "Аттестат".encode(), b"PK\3\4" + bytes(99), bytes(5000)]
)
def test_a_file_of_another_kind_is_told_apart(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(data)
    with pytest.raises(UnknownFile, match="neither a picture nor a PDF"):
        scan.read_codes(file)


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    for name, data in (
        ("scan.pdf", saved(image(), "PNG")),
        ("photo.jpg", pdf_of([ONE])),
        ("note.txt", pdf_of([ONE])),
    ):
        (tmp_path / name).write_bytes(data)
        assert scan.read_codes(tmp_path / name) == [ONE]


def test_a_link_to_a_picture_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(saved(image(), "PNG"))
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    assert scan.read_codes(tmp_path / "link.png") == [ONE]


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    told = {
        tmp_path: "is a folder, expected a file",
        tmp_path / "pipe": "is a device or pipe, expected a file",
        tmp_path / "zero.png": "is a device or pipe, expected a file",
        tmp_path / "loop": "cannot be opened: ",
        tmp_path / "absent.png": "cannot be opened: No such file or directory",
        Path("a\0b"): "cannot be opened: embedded null byte",
    }
    begun = time.monotonic()
    for path, message in told.items():
        with pytest.raises(Unreadable, match=message) as caught:
            scan.read_codes(path)
        assert repr(os.fspath(path)) in str(caught.value)
        assert not isinstance(caught.value, UnknownFile)
    assert time.monotonic() - begun < 2


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user without rights where the tests run as root, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(saved(image(), "PNG"))
    file.chmod(0)
    with as_nobody(), pytest.raises(Unreadable, match="cannot be opened: Permission denied"):
        scan.read_codes(file)


def test_a_file_beyond_the_cap_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    with file.open("wb") as out:
        out.truncate(scan.MAX_FILE + 1)
    with pytest.raises(TooBig, match="a file of more than 200,000,000 bytes"):
        scan.read_codes(file)


def test_reading_errors_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "on a stick that was pulled out.png"
    file.write_bytes(b"\x89PNG")

    def pulled(*args: object, **options: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdopen", pulled)
    with pytest.raises(Unreadable, match="cannot be read: Input/output error"):
        scan.read_codes(file)


# ------------------------------------------------------------------------------------------------ pictures


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *[("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
        *[
            ("TIFF", mode)
            for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F")
        ],
        *[("JPEG", mode) for mode in ("L", "RGB", "CMYK", "YCbCr")],
        *[("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")],
        *[("GIF", mode) for mode in ("1", "L", "P", "RGB")],
        *[("WEBP", mode) for mode in ("RGB", "RGBA")],
        *[("AVIF", mode) for mode in ("RGB", "RGBA")],
    ],
)
def test_every_kind_and_mode_of_picture(kind: str, mode: str) -> None:
    picture = image()
    if mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        turn = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
        picture = ImageCms.applyTransform(picture.convert("RGB"), turn)
    elif mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 16)  # 12 bits of 16
    else:
        picture = picture.convert(mode)
    assert scan.read_codes(saved(picture, kind)) == [ONE]
    assert scan.read_codes(picture) == [ONE]


def test_floats_with_holes() -> None:
    values = np.asarray(image()).astype(np.float32) / 1000
    values[0, :3] = np.nan, np.inf, -np.inf
    assert scan.read_codes(saved(Image.fromarray(values), "TIFF")) == [ONE]
    assert scan.read_codes(Image.new("F", (50, 50), 7.0)) == []


@pytest.mark.parametrize(("ink", "ground"), [(0, "white paper"), (255, "a dark screen")])
def test_see_through_pictures(ink: int, ground: str) -> None:
    dark = np.asarray(image()) < 128
    rgba = np.zeros((*dark.shape, 4), np.uint8)
    rgba[dark] = (ink, ink, ink, 255)
    picture = Image.fromarray(rgba)
    assert scan.read_codes(saved(picture, "PNG")) == [ONE], ground
    assert scan.read_codes(saved(picture, "WEBP", lossless=True)) == [ONE]
    assert scan.read_codes(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")) == []


def test_a_see_through_colour_of_a_palette() -> None:
    dark = np.asarray(image()) < 128
    picture = Image.new("P", dark.shape[::-1])
    picture.putdata(dark.ravel().astype(int).tolist())
    picture.putpalette([0, 0, 0, 0, 0, 0])
    assert scan.read_codes(saved(picture, "PNG", transparency=0)) == [ONE]
    assert scan.read_codes(saved(picture, "GIF", transparency=0)) == [ONE]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_obeyed(orientation: int, kind: str) -> None:
    page = Image.fromarray(pictures.page([ONE, TWO]))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    if orientation in undo:
        page = page.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert scan.read_codes(saved(page, kind, exif=exif)) == [ONE, TWO]


def test_damaged_exif_data_do_no_harm() -> None:
    for exif in (
        b"Exif\0\0",
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\1" * 40,
    ):
        assert scan.read_codes(saved(image(), "JPEG", exif=exif)) == [ONE]


def test_broken_colour_profiles_do_no_harm() -> None:
    assert scan.read_codes(saved(image(), "JPEG", icc_profile=b"no profile" * 9)) == [ONE]
    assert scan.read_codes(saved(image(), "TIFF", icc_profile=b"no profile" * 9)) == [ONE]
    extra = PngImagePlugin.PngInfo()
    extra.add(b"iCCP", b"name\0\0" + b"not compressed at all")
    assert scan.read_codes(saved(image(), "PNG", pnginfo=extra)) == [ONE]


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of one bit a pixel by hand."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_100, 10_000, 20_000])
def test_a_png_bomb_is_refused_from_its_header(side: int) -> None:
    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    data = png_of(side, side, rows)
    assert len(data) < 100_000
    begun = time.monotonic()
    with pytest.raises(TooBig, match=r"50,?000,?000 (pixels|are read)"):
        scan.read_codes(data)
    assert time.monotonic() - begun < 0.5


def test_a_png_that_announces_more_than_it_holds() -> None:
    with pytest.raises(Unreadable):
        scan.read_codes(png_of(2**31 - 1, 2**31 - 1, b""))
    with pytest.raises(Unreadable, match="damaged picture"):
        scan.read_codes(png_of(1000, 1000, zlib.compress(bytes(99))))


def test_a_compressed_text_bomb_in_a_png_is_skipped_or_refused() -> None:
    extra = PngImagePlugin.PngInfo()
    extra.add(b"zTXt", b"comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    with contextlib.suppress(Unreadable):
        assert scan.read_codes(saved(image(), "PNG", pnginfo=extra)) == [ONE]


def test_a_truncated_jpeg_is_read_as_far_as_it_goes() -> None:
    code = pictures.flat(ONE, module_px=5)
    tall = np.vstack([code, np.full((600, code.shape[1]), 200, np.uint8)])
    data = saved(Image.fromarray(pictures.noisy(tall, sigma=12)).convert("RGB"), "JPEG", quality=90)
    assert scan.read_codes(data[: len(data) * 2 // 3]) == [ONE]
    with pytest.raises(Unreadable, match="cut short, and there is no code"):
        scan.read_codes(data[: len(data) // 8])
    with pytest.raises(Unreadable, match="damaged picture"):
        scan.read_codes(data[:150])


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_other_truncated_pictures_are_refused(kind: str) -> None:
    data = saved(Image.fromarray(pictures.noisy(pictures.page([ONE]), sigma=20)), kind)
    for part in (12, 100, len(data) // 3):
        with contextlib.suppress(Unreadable):
            assert scan.read_codes(data[:part]) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_damaged_bytes_give_an_error_of_ours_or_a_picture(kind: str) -> None:
    data = saved(image().resize((120, 120)), kind)
    chance = np.random.default_rng(5)
    for _ in range(60):
        spoiled = bytearray(data)
        for place in chance.integers(0, len(data), 4):
            spoiled[place] = chance.integers(0, 256)
        with contextlib.suppress(Unreadable):
            assert set(scan.read_codes(bytes(spoiled), seconds=0)) <= {ONE}


def test_a_picture_that_mentions_pdf_is_a_picture() -> None:
    assert scan.read_codes(saved(image(), "JPEG", comment=b"made from %PDF-1.4")) == [ONE]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_searched_from_its_beginning(kind: str) -> None:
    start = [
        blank().resize(image().size).point(lambda level, shade=shade: shade) for shade in range(40, 220, 20)
    ]
    lossless = {"lossless": True} if kind == "WEBP" else {}

    def film(before: int) -> bytes:
        frames = [*start[:before], image(), image(TWO)]
        return saved(frames[0], kind, save_all=True, append_images=frames[1:], **lossless)

    assert scan.read_codes(film(2)) == [ONE]
    assert [page[:2] for page in scan.read_pages(film(2))] == [(None, [ONE])]
    assert scan.read_codes(film(picture_files.MAX_FRAMES - 1)) == [ONE]


def test_frames_beyond_the_cap_are_not_looked_at() -> None:
    start = [Image.new("L", image().size, shade) for shade in range(20, 20 + picture_files.MAX_FRAMES)]
    film = saved(start[0], "GIF", save_all=True, append_images=[*start[1:], image()])
    assert scan.read_codes(film) == []


def test_the_pages_of_a_tiff() -> None:
    pages = [image(ONE), blank(), image(TWO), Image.fromarray(pictures.page([THREE, ONE]))]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [page[:2] for page in scan.read_pages(data)] == [
        (1, [ONE]),
        (2, []),
        (3, [TWO]),
        (4, [THREE, ONE]),
    ]
    assert scan.read_codes(data) == [ONE, TWO, THREE]


def test_a_tiff_of_too_many_pages() -> None:
    data = saved(image(), "TIFF", save_all=True, append_images=[image(TWO), image(THREE)])
    few = sheets.Album(data, picture_files.Kind("TIFF", "TiffImagePlugin", 2, pages=True))
    for page, text in ((1, ONE), (2, TWO)):
        look = few.quick(page, lambda text: True)
        assert look is not None
        assert [code.text for code in look[0].codes] == [text]
    with pytest.raises(TooBig, match="more than 2 pages"):
        few.quick(3, lambda text: True)
    few.close()


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"msf1", b"heix"])
def test_heic_is_told_with_a_way_out(brand: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1heic" + bytes(500)
    with pytest.raises(Unreadable, match="a damaged picture"):
        scan.read_codes(data)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    kind = picture_files.kind_of(data)
    assert kind is not None
    with pytest.raises(Unreadable, match="a HEIC picture, and pillow-heif") as caught:
        next(picture_files.frames(data, kind))
    assert not isinstance(caught.value, UnknownFile)
    assert caught.value.hint is not None
    assert 'pip install "qrcert[heic]"' in caught.value.hint
    assert "JPEG" in caught.value.hint


def test_a_heic_picture_is_read_where_its_reader_is_installed() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    assert scan.read_codes(saved(image().convert("RGB"), "HEIF", quality=90)) == [ONE]


def test_a_kind_that_the_installed_pillow_does_not_know() -> None:
    new = picture_files.Kind("NEW", "NewImagePlugin")
    with pytest.raises(Unreadable, match="of the kind NEW, which the installed Pillow does not read"):
        next(picture_files.frames(b"new", new))


def test_an_image_that_the_caller_opened_is_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(saved(image().convert("RGB"), "JPEG"))
    with Image.open(file) as opened:
        assert scan.read_codes(opened) == [ONE]
        assert (opened.mode, opened.size) == ("RGB", image().size)


def test_an_image_that_cannot_be_decoded_is_refused() -> None:
    data = saved(image(), "PNG")
    with Image.open(io.BytesIO(data[:200])) as opened, pytest.raises(Unreadable, match="damaged picture"):
        scan.read_codes(opened)


# ------------------------------------------------------------------------------------------------ PDFs


def content_of(text: str, *, module: float, left: float = 60, bottom: float = 300) -> bytes:
    """Drawing operators of a code, its lower left corner at (left, bottom), a module ``module`` points wide."""
    rows = Symbol(text).matrix[::-1]
    boxes = [
        f"{left + x * module:.2f} {bottom + y * module:.2f} {module:.2f} {module:.2f} re"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]
    return " ".join(boxes).encode() + b" f\n"


def pdf_of(
    texts: Sequence[str | None],
    *,
    module: float = 2.0,
    encryption: pikepdf.Encryption | bool = False,
    turn: int = 0,
) -> bytes:
    """A PDF with a code on each A4 page, or a line of nothing where the text is None."""
    document = pikepdf.Pdf.new()
    for text in texts:
        page = document.add_blank_page(page_size=(595, 842))
        content = content_of(text, module=module) if text else b"10 10 500 1 re f"
        page.obj.Contents = document.make_stream(content)
        page.obj.Rotate = turn
    file = io.BytesIO()
    document.save(file, encryption=encryption)
    return file.getvalue()


def test_the_pages_of_a_pdf() -> None:
    data = pdf_of([ONE, None, TWO, ONE])
    assert [page[:2] for page in scan.read_pages(data)] == [(1, [ONE]), (2, []), (3, [TWO]), (4, [ONE])]
    assert scan.read_codes(data) == [ONE, TWO]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page(turn: int) -> None:
    assert scan.read_codes(pdf_of([ONE], turn=turn)) == [ONE]


def test_a_small_code_is_read_at_the_full_resolution() -> None:
    small = pdf_of([ONE], module=0.6)
    assert scan.read_codes(small) == [ONE]


def test_a_small_code_beside_a_large_one_is_not_missed() -> None:
    small = content_of(TWO, module=0.75, left=400)
    data = one_page(stream(content_of(ONE, module=2) + small))
    assert scan.read_codes(data) == [ONE, TWO]


def test_pages_come_as_they_are_read() -> None:
    pages = scan.read_pages(pdf_of([ONE, TWO]))
    others = scan.read_pages(pdf_of([THREE]))
    assert next(pages)[:2] == (1, [ONE])
    assert next(others)[:2] == (1, [THREE])
    assert next(pages)[:2] == (2, [TWO])
    pages.close()
    others.close()


def test_a_pdf_with_something_before_it_or_cut_off() -> None:
    data = pdf_of([ONE])
    assert scan.read_codes(b"\xef\xbb\xbf\r\n" + data) == [ONE]
    for part in (9, 60, len(data) // 2):
        with contextlib.suppress(Unreadable):
            assert scan.read_codes(data[:part]) == []


def test_a_locked_pdf_is_told_with_a_way_out() -> None:
    locked = pdf_of([ONE], encryption=pikepdf.Encryption(user="secret", owner="boss"))
    with pytest.raises(Unreadable, match="locked with a password") as caught:
        scan.read_codes(locked)
    assert caught.value.hint is not None
    assert scan.read_codes(pdf_of([ONE], encryption=pikepdf.Encryption(owner="boss"))) == [ONE]


def test_a_pdf_of_10_000_pages_is_refused_at_once() -> None:
    kids = b"3 0 R " * 10_000
    pages = b"<</Type/Pages/Kids[%b]/Count 10000>>" % kids
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    begun = time.monotonic()
    with pytest.raises(TooBig, match="a PDF of 10000 pages, at most 2000 are read") as caught:
        scan.read_codes(plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, page]))
    assert caught.value.hint == "split it into files of fewer pages"
    assert time.monotonic() - begun < 5


def test_a_pdf_without_pages() -> None:
    with pytest.raises(Unreadable, match="a damaged PDF, or one without pages"):
        scan.read_codes(plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]))


@pytest.mark.parametrize(
    "box", [b"0 0 1000000 1000000", b"0 0 1000000 1", b"0 0 1 1000000", b"0 0 0 0", b"5 5 1 1"]
)
def test_pages_of_absurd_sizes(box: bytes) -> None:
    begun = time.monotonic()
    with contextlib.suppress(Unreadable):
        assert scan.read_codes(one_page(stream(content_of(ONE, module=2)), box=box)) in ([], [ONE])
    assert time.monotonic() - begun < 15


def test_a_poster_is_read_though_it_is_rendered_coarser() -> None:
    data = one_page(stream(content_of(ONE, module=16)), box=b"0 0 4768 6740")  # 2 x A0
    assert scan.read_codes(data) == [ONE]


def test_a_pdf_that_would_take_gigabytes_is_stopped() -> None:
    bomb = swollen(swollen(b" " * 1_000_000, 4_000), 1)
    begun = time.monotonic()
    with pytest.raises(TooBig, match=r"page 1 of the PDF (needs too much memory|takes longer)"):
        scan.read_codes(one_page(stream(bomb, b"/Filter[/FlateDecode/FlateDecode]")))
    assert len(bomb) < 40_000
    assert time.monotonic() - begun < 25
    assert scan.read_codes(pdf_of([ONE])) == [ONE]


def test_a_pdf_that_would_draw_for_minutes_is_stopped() -> None:
    slow = swollen(b"0 0 m 500 800 l S " * 60_000, 12)
    begun = time.monotonic()
    with pytest.raises(TooBig, match="page 1 of the PDF takes longer than 1 s"):
        scan.read_codes(one_page(stream(slow, b"/Filter/FlateDecode")), seconds=1)
    assert time.monotonic() - begun < 5


def test_an_object_stream_bomb_is_stopped() -> None:
    objects = swollen(b"<</A 1>> " * 100_000, 600)
    held = stream(objects, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    out, places = b"%PDF-1.7\n", {}
    bodies = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 4: held}
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = [(0, 0), (1, places[1]), (1, places[2]), (2, 4), (1, places[4]), (1, len(out))]
    table = b"".join(struct.pack(">BIH", kind, place, 0) for kind, place in rows)
    index = b"5 0 obj\n%b\nendobj\n" % stream(table, b"/Type/XRef/Size 6/W[1 4 2]/Root 1 0 R")
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        scan.read_codes(out + index + b"startxref\n%d\n%%%%EOF" % len(out))
    assert time.monotonic() - begun < 25


def test_a_damaged_page_does_not_hide_the_others() -> None:
    catalogue, pages = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 9 0 R 5 0 R 9 0 R]/Count 4>>",
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>"
    contents = [stream(content_of(text, module=2)) for text in (ONE, TWO)]
    data = plain_pdf([catalogue, pages, page % 4, contents[0], page % 6, contents[1]])
    read = scan.read_pages(data)
    assert [next(read)[:2], next(read)[:2]] == [(1, [ONE]), (3, [TWO])]
    with pytest.raises(Unreadable, match="page 2 of the PDF is damaged, and 1 more"):
        next(read)


def test_a_file_that_takes_too_long_is_told_after_what_was_read() -> None:
    pages = scan.read_pages(pdf_of([ONE, None, THREE]), seconds=0)
    assert next(pages)[:2] == (1, [ONE])
    with pytest.raises(TooBig, match="page 2 and later were not read"):
        list(pages)


# ------------------------------------------------------------------------------------------------ a part of a page


def test_the_part_of_a_page_that_holds_a_code() -> None:
    content = content_of(ONE, module=2, left=60, bottom=300) + content_of(TWO, module=2, left=350, bottom=300)
    data = one_page(stream(content))
    side = 2 * len(Symbol(ONE).matrix)
    top = 842 - 300 - side
    box = (60 - 8, top - 8, 60 + side + 8, top + side + 8)
    assert scan.read_pdf_area(data, 1, box=box, dpi=150) == [ONE]
    assert scan.read_pdf_area(data, 1, box=(0, 0, 595, 842), dpi=150) == [ONE, TWO]
    assert scan.read_pdf_area(data, 1, box=(0, 0, 50, 50), dpi=150) == []


@pytest.mark.parametrize("box", [(-1, 0, 9, 9), (0, 0, 596, 9), (5, 5, 5, 9), (9, 9, 5, 5)])
def test_a_box_outside_the_page_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(Unreadable, match=r"outside a page|a page or box of"):
        scan.read_pdf_area(pdf_of([ONE]), 1, box=box, dpi=150)


def test_parts_of_pdfs_that_cannot_be_opened() -> None:
    box = (0.0, 0.0, 99.0, 99.0)
    damaged = plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"])
    for data, message in (
        (pdf_of([ONE], encryption=pikepdf.Encryption(user="secret", owner="boss")), "locked with a password"),
        (b"%PDF-1.7", "a damaged PDF, or one without pages"),
        (damaged, "page 1 of the PDF is damaged"),
    ):
        with pytest.raises(Unreadable, match=message):
            scan.read_pdf_area(data, 1, box=box, dpi=150)


@pytest.mark.parametrize("page", [0, -1, 2])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(Unreadable, match="of a PDF of 1 pages"):
        scan.read_pdf_area(pdf_of([ONE]), page, box=(0, 0, 99, 99), dpi=150)
