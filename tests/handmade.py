"""PDFs by hand, byte by byte, for what no library would write: absurd pages, broken streams, bombs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def plain_pdf(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects; object 1 is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + tail % (size, table, size, len(out))


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream with these bytes, and what else its dictionary says."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def one_page(content: bytes, *others: bytes, box: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    """A PDF of one page: its content is object 4, ``others`` follow; ``more`` is what else the page says."""
    catalogue, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R%b>>" % (box, more)
    return plain_pdf([catalogue, pages, page, content, *others])


def swollen(block: bytes, times: int) -> bytes:
    """What inflates to ``times`` x ``block``, made without compressing all of it (the checksum is wrong)."""
    packer = zlib.compressobj(9)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (times - 1) + b"\3\0" + bytes(4)
