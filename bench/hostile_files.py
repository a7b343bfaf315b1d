"""Files made to do harm: bombs and absurdities of every format by hand, then mutations of good files."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pikepdf
from PIL import Image, PngImagePlugin

import papers
import pictures
import school

File = tuple[str, str, bytes]
"""Its class, a name, its bytes."""

Grey = pictures.Grey


def files(count: int, seed: int) -> Iterator[File]:
    """Yield every file made by hand and then mutations of good ones, ``count`` in all."""
    made = 0
    for maker in (pngs, patterns, tiffs, animations, jpegs, headers, pdfs, long_pdfs, archives, texts):
        for name, data in maker():
            made += 1
            yield maker.__name__.replace("_", " "), name, data
    chance = random.Random(seed)
    good = good_files()
    while made < count:
        name, data = good[made % len(good)]
        made += 1
        how = chance.choice(MUTATIONS)
        yield f"mutated {name.rpartition('.')[2]}", f"{how.__name__}-{name}", how(data, chance)


# ------------------------------------------------------------------------------------------------ pictures


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, rows: bytes, *, depth: int = 1, colour: int = 0, extra: bytes = b""
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + extra + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def blank_rows(width: int, height: int, *, bits: int) -> bytes:
    packer = zlib.compressobj(9)
    row = bytes(1 + (width * bits + 7) // 8)
    return b"".join(packer.compress(row) for _ in range(height)) + packer.flush()


def pngs() -> Iterator[tuple[str, bytes]]:
    for side in (7_000, 7_072, 10_000, 20_000):
        yield f"blank-{side}.png", png(side, side, blank_rows(side, side, bits=1))
    yield "rgba16-7000.png", png(7_000, 7_000, blank_rows(7_000, 7_000, bits=64), depth=16, colour=6)
    yield "grey16-7000.png", png(7_000, 7_000, blank_rows(7_000, 7_000, bits=16), depth=16, colour=0)
    yield "ribbon.png", png(49_000_000, 1, blank_rows(49_000_000, 1, bits=1))
    yield "column.png", png(1, 49_000_000, blank_rows(1, 2_000_000, bits=1))
    yield "announced.png", png(2**31 - 1, 2**31 - 1, b"")
    yield "short.png", png(7_000, 7_000, zlib.compress(bytes(99)))
    text = PngImagePlugin.PngInfo()
    text.add(b"zTXt", b"comment\0\0" + zlib.compress(bytes(300_000_000), 9))
    yield "text-bomb.png", saved(Image.new("L", (300, 300), 200), "PNG", pnginfo=text)
    profile = png_chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(300_000_000), 9))
    yield "profile-bomb.png", png(300, 300, blank_rows(300, 300, bits=1), extra=profile)
    yield (
        "many-chunks.png",
        png(300, 300, blank_rows(300, 300, bits=1), extra=png_chunk(b"tEXt", b"a\0b") * 300_000),
    )


def tile(module: int) -> Grey:
    finder = np.full((9, 9), 255, np.uint8)
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    return np.kron(finder, np.ones((module, module), np.uint8))


def patterns() -> Iterator[tuple[str, bytes]]:
    """Yield what costs those most who look for codes: finder patterns, noise, stripes, crowds of codes."""
    rng = np.random.default_rng(7)
    for side, module in (
        (7_000, 1),
        (7_000, 2),
        (7_000, 3),
        (7_000, 8),
        (4_000, 2),
        (4_000, 4),
        (2_000, 1),
        (1_000, 1),
        (1_000, 3),
    ):
        one = tile(module)
        yield f"finders-{side}-{module}.png", encoded(np.tile(one, (side // one.shape[0],) * 2))
        strewn = np.full((side, side), 255, np.uint8)
        for _ in range(min(4_000, (side // one.shape[0]) ** 2 // 3)):
            y, x = rng.integers(0, side - one.shape[0], 2)
            strewn[y : y + one.shape[0], x : x + one.shape[0]] = one
        yield f"strewn-{side}-{module}.png", encoded(strewn)
    for side in (1_000, 4_000, 7_000):
        noise = rng.integers(0, 256, (side, side), dtype=np.uint8)
        yield f"noise-{side}.png", encoded(noise)
        yield f"noise-{side}.jpg", encoded(noise, ".jpg")
        for module in (2, 4, 9):
            bits = rng.integers(0, 2, (side // module, side // module), dtype=np.uint8) * 255
            yield f"modules-{side}-{module}.png", encoded(np.kron(bits, np.ones((module, module), np.uint8)))
        for width in (1, 2, 5):
            stripe = np.repeat(np.array([0, 255], np.uint8), width)
            yield f"stripes-{side}-{width}.png", encoded(np.tile(stripe, (side, side // stripe.size)))
        yield f"chess-{side}.png", encoded(np.indices((side, side)).sum(0).astype(np.uint8) % 2 * 255)
    code = pictures.flat(pictures.sample_text(1, length=300), module_px=3)
    for count in (5, 12, 25):
        crowd = np.tile(code, (count, count))
        yield f"crowd-{count}.png", encoded(crowd)
        yield f"blurred-crowd-{count}.png", encoded(pictures.blurred(crowd, sigma=2.4))
        spoiled = crowd.copy()
        spoiled[::3] = 128
        yield f"spoiled-crowd-{count}.png", encoded(spoiled)
    many = [pictures.flat(pictures.sample_text(seed, length=60), module_px=2) for seed in range(400)]
    size = max(one.shape[0] for one in many)
    cells = [np.pad(one, (0, size - one.shape[0]), constant_values=235) for one in many]
    rows = [np.hstack(cells[at : at + 20]) for at in range(0, 400, 20)]
    yield "four-hundred-codes.png", encoded(np.vstack(rows))


def encoded(grey: Grey, kind: str = ".png") -> bytes:
    fast = [cv2.IMWRITE_PNG_COMPRESSION, 1] if kind == ".png" else []
    done, data = cv2.imencode(kind, grey, fast)
    assert done
    return data.tobytes()


def tiffs() -> Iterator[tuple[str, bytes]]:
    page = Image.new("L", (40, 40), 200)
    yield "2001-pages.tiff", saved(page, "TIFF", save_all=True, append_images=[page] * 2_000)
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (1_200, 900), dtype=np.uint8))
    yield "60-noisy-pages.tiff", saved(noise, "TIFF", save_all=True, append_images=[noise] * 59)
    white = Image.new("1", (7_000, 7_000), 1)
    yield (
        "30-large-pages.tiff",
        saved(white, "TIFF", compression="group4", save_all=True, append_images=[white] * 29),
    )
    for mode in ("CMYK", "F", "I", "I;16", "RGBA", "LAB"):
        large = Image.new(mode, (6_900, 6_900))
        yield f"large-{mode.replace(';', '')}.tiff", saved(large, "TIFF", compression="tiff_lzw")
    loop = bytearray(saved(page, "TIFF"))
    start = struct.unpack_from("<I", loop, 4)[0]
    entries = struct.unpack_from("<H", loop, start)[0]
    struct.pack_into("<I", loop, start + 2 + 12 * entries, start)
    yield "loop.tiff", bytes(loop)
    for tag, value in (
        (256, 2**31 - 1),
        (257, 2**31 - 1),
        (258, 60_000),
        (277, 60_000),
        (278, 1),
        (259, 34_712),
    ):
        changed = bytearray(saved(page, "TIFF"))
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            if struct.unpack_from("<H", changed, at)[0] == tag:
                struct.pack_into("<HII", changed, at + 2, 4, 1, value)
        yield f"tag-{tag}.tiff", bytes(changed)


def animations() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(5)
    small = [Image.fromarray(rng.integers(0, 256, (300, 300), dtype=np.uint8)) for _ in range(40)]
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        yield f"forty-frames.{kind.lower()}", saved(small[0], kind, save_all=True, append_images=small[1:])
    large = [Image.new("L", (5_000, 5_000), shade) for shade in range(0, 240, 20)]
    for kind in ("GIF", "PNG", "WEBP"):
        yield f"large-frames.{kind.lower()}", saved(large[0], kind, save_all=True, append_images=large[1:])
    yield "large.webp", saved(Image.new("RGBA", (7_000, 7_000), (9, 9, 9, 0)), "WEBP", method=0)
    yield "large.avif", saved(Image.new("RGB", (6_000, 6_000), (9, 9, 9)), "AVIF", speed=10)
    huge = bytearray(saved(Image.new("L", (10, 10)), "GIF"))
    struct.pack_into("<HH", huge, 6, 65_535, 65_535)
    yield "screen-65535.gif", bytes(huge)


def jpegs() -> Iterator[tuple[str, bytes]]:
    """Progressive pictures whose last scan is repeated: each repetition is as much work as the picture."""
    for side in (1_000, 4_000, 7_000):
        data = saved(Image.new("L", (side, side), 90), "JPEG", progressive=True)
        start = data.rindex(b"\xff\xda")
        scan, end = data[start:-2], data[-2:]
        for times in (10, 1_000, 20_000):
            yield f"scans-{side}-{times}.jpg", data[:start] + scan * min(times, 20_000_000 // len(scan)) + end
    plain = saved(Image.new("RGB", (60, 60)), "JPEG")
    for width, height in ((65_535, 65_535), (65_535, 700), (0, 0), (7_000, 7_000)):
        at = plain.index(b"\xff\xc0")
        yield (
            f"announced-{width}x{height}.jpg",
            (plain[: at + 5] + struct.pack(">HH", height, width) + plain[at + 9 :]),
        )
    yield "comments.jpg", plain[:2] + b"\xff\xfe\xff\xff" * 1 + bytes(65_533) + plain[2:] * 1
    yield "many-segments.jpg", plain[:2] + b"\xff\xe1\x00\x08Exif\0\0" * 200_000 + plain[2:]


def headers() -> Iterator[tuple[str, bytes]]:
    """Yield a true beginning with nothing, zeros or noise after it, for every kind of file and for none."""
    chance = random.Random(11)
    starts = {
        "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "tiff": b"II*\0\x08\0\0\0",
        "tif": b"MM\0*\0\0\0\x08", "bmp": b"BM", "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
        "avif": b"\0\0\0\x20ftypavif",
        "heic": b"\0\0\0\x20ftypheic", "pdf": b"%PDF-1.7\n", "zip": b"PK\x03\x04", "zip2": b"PK\x05\x06",
        "txt": b"QC1:", "bom": b"\xff\xfe", "none": b"",
    }  # fmt: skip
    for name, start in starts.items():
        for length in (0, 8, 60, 5_000, 400_000):
            yield f"zeros-{length}.{name}", start + bytes(length)
            yield f"noise-{length}.{name}", start + chance.randbytes(length)


# ------------------------------------------------------------------------------------------------ PDFs


def plain_pdf(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + tail % (size, table, size, len(out))


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def one_page(content: bytes, *others: bytes, box: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    catalogue, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R%b>>" % (box, more)
    return plain_pdf([catalogue, pages, page, content, *others])


def swollen(block: bytes, times: int) -> bytes:
    """Return what inflates to ``times`` x ``block``, made without compressing all of it."""
    packer = zlib.compressobj(9)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (times - 1) + b"\3\0" + bytes(4)


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


# ------------------------------------------------------------------------------------------------ archives, texts


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
    yield "overlapping.zip", overlapping(3_000)
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


# ------------------------------------------------------------------------------------------------ mutations


def good_files() -> list[tuple[str, bytes]]:
    """Return small good files of every format with a code of ours."""
    code = school.text("participation")
    grey = Image.fromarray(pictures.flat(code, module_px=3))
    found = [
        ("code.png", saved(grey, "PNG")), ("code.jpg", saved(grey, "JPEG")), ("code.gif", saved(grey, "GIF")),
        ("code.bmp", saved(grey, "BMP")), ("code.webp", saved(grey, "WEBP")), ("code.avif", saved(grey, "AVIF")),
        ("raw.tiff", saved(grey, "TIFF")), ("lzw.tiff", saved(grey, "TIFF", compression="tiff_lzw")),
        ("pages.tiff", saved(grey, "TIFF", save_all=True, append_images=[grey, grey])),
        ("photo.jpg", saved(Image.fromarray(pictures.page([code])), "JPEG", progressive=True)),
        ("interlaced.png", saved(grey.convert("RGBA"), "PNG")),
        ("paper.pdf", papers.paper("participation")), ("attestat.pdf", papers.paper()),
        ("scan.pdf", saved(Image.fromarray(pictures.page([code])), "PDF")),
        ("papers.zip", zipped({"a.txt": code.encode(), "b.png": saved(grey, "PNG")})), ("code.txt", code.encode()),
    ]  # fmt: skip
    try:
        import pillow_heif
    except ImportError:
        return found
    pillow_heif.register_heif_opener()
    return [*found, ("code.heic", saved(grey, "HEIF"))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 4, 20))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def head_flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 2, 5))):
        out[chance.randrange(min(len(out), 120))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )
    return bytes(out)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice((1, 3, 50)) + data[end:]


def dropped(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 9, 500)) :]


def numbers(data: bytes, chance: random.Random) -> bytes:
    """Put an extreme number somewhere, in either order of bytes."""
    value = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 50_000_000))
    packed = struct.pack(chance.choice("<>") + "I", value)
    start = chance.randrange(max(len(data) - 4, 1))
    return data[:start] + packed + data[start + 4 :]


def mixed(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + chance.randbytes(chance.choice((10, 1_000))) + data[start:]


MUTATIONS = (flipped, head_flipped, cut, doubled, dropped, numbers, mixed)
