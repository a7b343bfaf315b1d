"""What a file that is cut out of a run says of itself: its description, twice, and its names."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from qrcert.page.objects import Object, content, string, token

_XMP = re.compile(
    rb'(?<=<dc:title><rdf:Alt><rdf:li xml:lang="x-default">)(?P<title>.*?)(?=</rdf:li>)'
    rb"|(?<=<dc:creator><rdf:Seq><rdf:li>)(?P<author>.*?)(?=</rdf:li>)"
    rb"|(?<=>)(?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?=<)"
    rb"|(?<=<xmpTPg:NPages>)(?P<pages>\d+)(?=<)"
    rb"|(?<=ID>)(?P<instance>[A-Za-z0-9+/]{22}==)(?=_source</stEvt:instanceID>|</xmpMM:InstanceID>)"
    rb"|(?<=<xmpMM:DocumentID>)(?P<document>[A-Za-z0-9+/]{22}==)(?=<)",
    re.DOTALL,
)
"""What in the description of a file in XMP (ISO 19005-3, 6.6.2) is its own."""


class Description(NamedTuple):
    """The title of a file, its author, and the day of its creation."""

    title: str
    author: str
    day: date

    @property
    def name(self) -> bytes:
        """The name of the document: the same for all editions that say the same of themselves."""
        said = (self.title, self.author, self.day.isoformat())
        return named(sha256(b"".join(one.encode() + b"\0" for one in said)))

    @property
    def moment(self) -> bytes:
        """The day as PDF writes it (ISO 32000-1, 7.9.4)."""
        return self.day.strftime("D:%Y%m%d000000Z").encode()

    def info(self, run: Object) -> bytes:
        """Return the description that is older than XMP; who made it is told as in the one of the run."""
        maker, moment = token(run.text, b"/Creator"), self.moment
        said = (string(self.title), string(self.author), maker, moment, moment)
        return b"<</Title%s/Author%s/Creator%s/ModDate(%s)/CreationDate(%s)>>" % said

    def packet(self, pieces: Sequence[bytes], *, pages: int, instance: bytes) -> bytes:
        """Return the description in XMP of a file of so many pages, made of that of the run in ``pieces``."""
        own = {
            b"title": escape(self.title).encode(),
            b"author": escape(self.author).encode(),
            b"date": self.day.isoformat().encode() + b"T00:00:00Z",
            b"pages": b"%d" % pages,
            b"instance": instance,
            b"document": self.name,
        }
        packet = b"".join(own[piece] if place % 2 else piece for place, piece in enumerate(pieces))
        return b"<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%s\nendstream" % (len(packet), packet)


def parted_packet(metadata: Object) -> tuple[bytes, ...]:
    """Return a description in XMP as its text, the name of what is a file's own, text, and so on.

    Raises ValueError where something is missing that every file says.
    """
    packet = content(metadata.stream)
    pieces, last = [], 0
    for found in _XMP.finditer(packet):
        pieces += [packet[last : found.start()], (found.lastgroup or "").encode()]
        last = found.end()
    if set(pieces[1::2]) != {name.encode() for name in _XMP.groupindex}:
        raise ValueError("the description of the run lacks something")
    return (*pieces, packet[last:])


def named(digest: Any) -> bytes:
    """Return a name made of what was hashed, of 16 bytes, as typst writes it."""
    return b64encode(digest.digest()[:16])
