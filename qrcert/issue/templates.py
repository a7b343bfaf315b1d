"""Which page a certificate is printed as: by name, from a school's folder, or as it was printed before.

A template of a school's own is kept in the office folder, under ``pages/``, as it was when it was printed with: the
folder that it came from may change, and a reprint looks like the first print all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qrcert import page
from qrcert.errors import Refused
from qrcert.files import write_file
from qrcert.issue.folder import Office
from qrcert.issue.letterhead import Letterhead
from qrcert.register import Entry

PAGES: Final = "pages"
"""Where the office folder keeps the templates that were printed with."""


def find_template(office: Office, wanted: str | None) -> page.Template:
    """Return the page that is wanted, by name or as a folder, or else the one of the office's settings.

    A folder in the settings is one of the office folder, unless it is given whole. Raises `Refused`.
    """
    if wanted is not None:
        return _find(wanted, Path())
    return _find(office.page, office.folder)


def _find(name: str, folder: Path) -> page.Template:
    if name in page.BUILT_IN:
        return page.BUILT_IN[name]
    if (folder / name).is_dir():
        return page.read_template(folder / name)
    return page.built_in(name)


def keep_template(office: Office, template: page.Template) -> None:
    """Keep a school's own template in the office folder, where a reprint finds it."""
    for name, data in template.files:
        write_file(_kept(office, template.digest) / name, data, parents=True)


def printed_template(office: Office, entries: Sequence[Entry]) -> page.Template:
    """Return the page as which certificates were printed; raises `Refused` where it is not there any more."""
    head = Letterhead.from_data(entries[0].printed, office.letterhead)
    if not head.template:
        name = "parts" if entries[0].part and head.page == "certificate" else head.page
        return page.built_in(name)
    folder = _kept(office, head.template)
    if not folder.is_dir():
        raise Refused(
            f"the page {head.page!r} that No. {entries[0].number!r} was printed as is not in {str(folder)!r}",
            hint="bring the folder back from a backup, or print another page: --page certificate",
        )
    template = page.read_template(folder)
    if template.digest != head.template:
        raise Refused(
            f"the page in {str(folder)!r} was changed since No. {entries[0].number!r} was printed",
            hint="bring the folder back from a backup, or print another page: --page certificate",
        )
    return template


def _kept(office: Office, digest: str) -> Path:
    return office.folder / PAGES / digest[:16]
