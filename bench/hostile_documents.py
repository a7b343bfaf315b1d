"""PDFs, archives and texts made to do harm."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pikepdf
from hostile_pictures import encoded, saved, tile
from PIL import Image

import papers
import pictures
import school
from handmade import one_page, plain_pdf, stream, swollen


def pdfs() -> Iterator[tuple[str, bytes]]:
    flate = b"/Filter/FlateDecode"
    for megabytes in (50, 500, 4_000):
        bomb = swollen(b" " * 1_000_000, megabytes)
        yield f"stream-{megabytes}MB.pdf", one_page(stream(bomb, flate))
        yield (
            f"twice-{megabytes}MB.pdf",
            one_page(stream(swollen(bomb, 1), b"/Filter[/FlateDecode/FlateDecode]")),
        )
    for operators in (b"0 0 500 500 re f ", b"0 0 m 9 9 500 9 9 500 c S ", b"q Q ", b"BT ET "):
        for times in (10_000, 1_000_000, 8_000_000):
            name = operators.split()[-1].decode() + f"-{times}.pdf"
            yield name, one_page(stream(swollen(operators * 1_000, times // 1_000), flate))
    for box in (
        b"0 0 1000000 1000000",
        b"0 0 1000000 1",
        b"0 0 1 1000000",
        b"0 0 0 0",
        b"0 0 1e30 1e30",
        b"-9 -9 -1 -1",
    ):
        yield f"box-{box.decode().replace(' ', '_')}.pdf", one_page(stream(b"0 0 9 9 re f"), box=box)
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>"
    nested = b"/Resources<</XObject<</F 5 0 R>>>>"
    yield "form-in-itself.pdf", one_page(stream(b"/F Do"), stream(b"/F Do " * 9, form[2:]), more=nested)
    levels = [
        stream(
            b"/F Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F %d 0 R>>>>" % (at + 6),
        )
        for at in range(9)
    ]
    last = stream(b"0 0 500 800 re f " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]")
    yield "billion-laughs.pdf", one_page(stream(b"/F Do " * 10), *levels, last, more=nested)
    for side in (8_000, 20_000, 60_000):
        picture = swollen(bytes(1_000_000), side * side // 8 // 1_000_000 + 1)
        entries = (
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray"
            % (side, side)
        )
        resources = b"/Resources<</XObject<</I 5 0 R>>>>"
        yield (
            f"picture-{side}.pdf",
            one_page(stream(b"595 0 0 842 0 0 cm /I Do"), stream(picture, entries + flate), more=resources),
        )
    shading = (
        b"<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 .1 .1]/XStep .1/YStep .1/Resources<<>>/Length 14>>"
        b"\nstream\n0 0 .1 .1 re f\nendstream"
    )
    yield (
        "pattern.pdf",
        one_page(
            stream(b"/Pattern cs /P scn 0 0 595 842 re f"),
            shading,
            more=b"/Resources<</Pattern<</P 5 0 R>>>>",
        ),
    )
    pages = b"<</Type/Pages/Kids[%b]/Count 10000>>" % (b"3 0 R " * 10_000)
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    yield "10000-pages.pdf", plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, leaf])
    yield (
        "count-2e9.pdf",
        plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", leaf]),
    )
    yield (
        "kids-loop.pdf",
        plain_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000>>"]),
    )
    objects = b" ".join(b"%d %d" % (at + 10, at * 3) for at in range(100_000))
    body = objects + b"\n" + b"<<>>" * 100_000
    entries = b"/Type/ObjStm/N 100000/First %d/Filter/FlateDecode" % len(objects)
    yield "object-stream.pdf", one_page(stream(b"q Q"), stream(zlib.compress(body), entries))
    bomb = stream(swollen(b"1 0 " * 250_000, 1_000), b"/Type/ObjStm/N 1000000/First 10/Filter/FlateDecode")
    yield "object-stream-bomb.pdf", one_page(stream(b"q Q"), bomb)
    deep = b"[" * 200_000 + b"]" * 200_000
    yield "deep-array.pdf", one_page(stream(b"q Q"), deep)
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        document.attachments["bomb.qc1.txt"] = bytes(300_000_000)
        yield "attachment-bomb.pdf", papers.saved(document, compress_streams=True)
    with pikepdf.open(io.BytesIO(papers.paper())) as document:
        for at in range(3_000):
            document.attachments[f"{at}.qc1.txt"] = b"QC1:%d" % at
        yield "3000-attachments.pdf", papers.saved(document)
    yield "locked.pdf", papers.locked(papers.paper(), user="secret")
    yield "owner-locked.pdf", papers.locked(papers.paper())


def long_pdfs() -> Iterator[tuple[str, bytes]]:
    """Documents of many pages without anything for us: pictures, noise, drawings, blank paper."""
    rng = np.random.default_rng(9)
    scans = [encoded(rng.integers(90, 255, (1_754, 1_240), dtype=np.uint8), ".jpg") for _ in range(2)]
    codes = encoded(np.tile(tile(3), (60, 40)), ".jpg")
    for count in (40, 300, 1_999):
        yield f"{count}-blank.pdf", pages_of(count, lambda at: (b"", None))
        yield (
            f"{count}-drawn.pdf",
            pages_of(count, lambda at: (b"9 9 m %d 800 l S " % (at % 500) * 300, None)),
        )
        yield f"{count}-scans.pdf", pages_of(count, lambda at: (b"595 0 0 842 0 0 cm /I Do", scans[at % 2]))
        yield f"{count}-finders.pdf", pages_of(count, lambda at: (b"595 0 0 842 0 0 cm /I Do", codes))


def pages_of(count: int, draw: Callable[[int], tuple[bytes, bytes | None]]) -> bytes:
    document = pikepdf.new()
    images: dict[int, pikepdf.Object] = {}
    for at in range(count):
        content, jpeg = draw(at)
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Contents = document.make_stream(content)
        if jpeg is None:
            continue
        if id(jpeg) not in images:
            size = Image.open(io.BytesIO(jpeg)).size
            image = document.make_stream(jpeg)
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height = size
            image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceGray, 8
            image.Filter = pikepdf.Name.DCTDecode
            images[id(jpeg)] = image
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=images[id(jpeg)]))
    return papers.saved(document)


def zipped(members: dict[str, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def archives() -> Iterator[tuple[str, bytes]]:
    photo = encoded(pictures.page([school.text("participation")]), ".jpg")
    zeros = zipped({"zeros.bin": bytes(300_000_000)})
    yield "ratio.zip", zeros
    yield "nested.zip", zipped({f"{at}.zip": zeros for at in range(20)})
    yield "sixteen-deep.zip", nested(16)
    yield "many-zeros.zip", zipped({f"{at}.png": bytes(3_900_000) for at in range(300)})
    yield (
        "many-white.zip",
        zipped({f"{at}.bmp": saved(Image.new("1", (4_000, 4_000)), "BMP") for at in range(150)}),
    )
    yield "2001-files.zip", zipped({f"{at}.txt": b"no" for at in range(2_001)})
    yield "60000-files.zip", zipped({f"{at}": b"" for at in range(60_000)})
    yield "100-photos.zip", zipped({f"{at}.jpg": photo for at in range(100)})
    noise = np.random.default_rng(1).integers(0, 256, (1_000, 1_000), dtype=np.uint8)
    yield "40-noises.zip", zipped({f"{at}.jpg": encoded(noise, ".jpg") for at in range(40)})
    yield (
        "names.zip",
        zipped({"../../etc/passwd": b"QC1:X", "/abs\x1b[2J.txt": b"QC1:Y", "a\n[+] GENUINE": b"QC1:Z"}),
    )
    whole = zipped({"a.txt": school.text().encode()})
    yield "overlapping-3000.zip", overlapping(3_000)
    yield "overlapping-1900.zip", overlapping(1_900)
    yield "damaged-1900.zip", damaged(1_900, 3_900_000)
    for place in (10, 30, len(whole) // 2, len(whole) - 10):
        yield f"cut-{place}.zip", whole[:place]
    lying = bytearray(whole)
    at = lying.index(b"PK\x01\x02")
    struct.pack_into("<I", lying, at + 24, 2**32 - 2)
    yield "lying-size.zip", bytes(lying)
    locked = bytearray(whole)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    yield "locked.zip", bytes(locked)
    packed = bytearray(whole)
    struct.pack_into("<H", packed, at + 10, 99)
    yield "method-99.zip", bytes(packed)
    for method, name in ((zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("zeros.png", bytes(200_000_000))
        yield f"{name}.zip", out.getvalue()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("zeros")
        info.size = 50_000_000
        archive.addfile(info, io.BytesIO(bytes(50_000_000)))
    yield "zeros.tar.gz", out.getvalue()


def nested(depth: int) -> bytes:
    data = b"QC1:"
    for at in range(depth):
        data = zipped({f"{at}.zip": data})
    return data


def overlapping(count: int) -> bytes:
    """Many entries of the table of contents that share one packed body, as in the better ZIP bombs."""
    whole = zipped({"0.png": bytes(60_000_000)})
    start = whole.index(b"PK\x01\x02")
    end = whole.rindex(b"PK\x05\x06")
    table = whole[start:end] * count
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count % 65_536, count % 65_536, len(table), start, 0)
    return whole[:start] + table + tail


def damaged(count: int, size: int) -> bytes:
    """Members that are inflated to their end before their sums are found to be wrong."""
    whole = zipped({"0.png": bytes(size)})
    start = whole.index(b"PK\x01\x02")
    wrong = whole[:start].replace(struct.pack("<L", zlib.crc32(bytes(size))), b"abcd")
    entry = whole[start : whole.rindex(b"PK\x05\x06")].replace(whole[start + 16 : start + 20], b"abcd")
    table = b"".join(entry[:42] + struct.pack("<L", at * start) + entry[46:] for at in range(count))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(table), start * count, 0)
    return wrong * count + table + tail


def texts() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(2)
    code = school.text()
    yield "megabyte.txt", b"QC1:" + b"A" * 1_000_000
    yield "codes.txt", b"\n".join(b"QC1:%d" % at for at in range(1_999))
    yield "signed-codes.txt", "\n".join(f"{code}{' ' * at}" for at in range(1_900)).encode()
    yield "altered-codes.txt", "\n".join(code[:-9] + f"{at:09d}" for at in range(1_900)).encode()
    yield "too-many.txt", b"\n".join(b"QC1:%d" % at for at in range(200_000))
    yield "proofs.txt", f"{code}\n".encode() + b"\n".join(b"QP1:" + b"A" * 60_000 for _ in range(60))
    yield "line-ends.txt", b"\r\n" * 2_000_000
    yield "combining.txt", ("QC1:a" + "\u0301" * 1_000_000).encode()
    for at in range(30):
        yield (
            f"base45-{at}.txt",
            (
                "QC1:" + "".join(chance.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", k=3_000))
            ).encode(),
        )
