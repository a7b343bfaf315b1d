"""What stands in a PDF of ours: the drawing of each page, and the files it carries. For whoever did not make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.objects import Object, content, read_object, read_table
from qrcert.page.trees import attachments_of, read_name


class Contents(NamedTuple):
    """The stream of each page in order, as it is packed, and the attached files by their names."""

    drawings: tuple[bytes, ...]
    attached: Mapping[str, bytes]


def contents_of(data: bytes) -> Contents:
    """Return what stands in a PDF that typst wrote, or that was cut out of one; raises `Refused` for any other."""
    try:
        return _read(data)
    except (ValueError, LookupError, StopIteration) as error:
        raise Refused(
            "what was drawn is no PDF as it is written here",
            hint="this is a fault of the program, please report it",
        ) from error


def _read(data: bytes) -> Contents:
    def read(number: int) -> Object:
        first, end = starts[number]
        return read_object(data[first:end], number)

    starts, trailer = read_table(data)
    catalog = read(trailer.after(b"/Root "))
    pages = read(catalog.after(b"/Pages ")).references
    drawings = tuple([content(read(read(page).after(b"/Contents ")).stream) for page in pages])
    files = {
        read_name(written): content(read(read(spec).references[0]).stream)
        for written, spec in attachments_of(catalog).items()
    }
    return Contents(drawings, files)
