"""What stands in a PDF of ours: the drawing of each page, and the files it carries. For whoever did not make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from qrcert.errors import Refused
from qrcert.page.objects import Object, content, read_object, read_table
from qrcert.page.trees import attachments_of, read_name

_FAULT: Final = "this is a fault of the program, please report it"


class Contents(NamedTuple):
    """The stream of each page in order, as it is packed, and the attached files by their names."""

    drawings: tuple[bytes, ...]
    attached: Mapping[str, bytes]


def contents_of(data: bytes, *, most: int) -> Contents:
    """Return what stands in a PDF that typst wrote, or that was cut out of one.

    Raises `Refused` for any other, and for one of more than ``most`` pages or attached files.
    """
    try:
        return _read(data, most)
    except (ValueError, LookupError) as error:
        raise Refused(
            "what was drawn is no PDF as it is written here",
            hint=_FAULT,
        ) from error


def _read(data: bytes, most: int) -> Contents:
    def read(number: int) -> Object:
        first, end = starts[number]
        return read_object(data[first:end], number)

    starts, trailer = read_table(data)
    catalog = read(trailer.after(b"/Root "))
    pages = read(catalog.after(b"/Pages ")).references
    attached = attachments_of(catalog)
    if len(pages) > most or len(attached) > most:  # many may be one and the same, and each would be held
        raise Refused(
            f"what was drawn has {len(pages)} pages and {len(attached)} attached files, expected {most} at most",
            hint=_FAULT,
        )
    drawings = tuple([content(read(read(page).after(b"/Contents ")).stream) for page in pages])
    files = {
        read_name(written): content(read(read(spec).references[0]).stream)
        for written, spec in attached.items()
    }
    return Contents(drawings, files)
