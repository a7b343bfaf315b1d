"""The offline verifier as a page: one file with the lists inside, or a folder that a browser can install.

The page comes built with the package (its source is ``web/verifier``). Here only its slots are filled, which no
script and no style stands in: the Content-Security-Policy of the page holds whatever a list or a logo says.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Final

from qrcert.errors import Refused, Unreadable
from qrcert.trust import TrustList

LANGUAGES: Final = ("en", "ru")
"""The languages of the page; without one of them it speaks that of the reader's browser."""

MAX_LOGO: Final = 262_144
"""Bytes: a sign at the top of a page, not a poster."""

MAX_LISTS: Final = 64
"""Lists of one page: of a country's regions, not of the world."""

_NAMES: Final = {"en": "Certificate check", "ru": "Проверка документов"}
_SETTINGS: Final = '<script type="application/json" id="settings">{}</script>'
_LISTS: Final = '<script type="text/plain" id="lists"></script>'
_WORKERS: Final = "worker-src blob:;"
_TITLE: Final = "<title>"
_VERSION: Final = "%VERSION%"
_PICTURES: Final = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"))


def make_page(lists: Sequence[bytes], *, language: str | None = None, logo: bytes | None = None) -> bytes:
    """Return the page, one HTML file in UTF-8, with the files of ``lists`` (``*.qct``) inside.

    ``language`` is one of `LANGUAGES`; ``logo`` a picture in PNG, JPEG, WebP or SVG. The same lists give the same
    bytes on one machine. Raises `TrustListError` for a list that the page would refuse, `Refused` for two lists
    of one authority, `Unreadable` for a logo that is no such picture.
    """
    return _filled(_page(), lists, language=language, logo=logo, app=False).encode()


def make_app(
    lists: Sequence[bytes], *, language: str | None = None, logo: bytes | None = None
) -> dict[str, bytes]:
    """Return the files of a folder for a web server, by name, from which the page can be installed.

    After one visit it works without a network; a page with other lists is a newer version, which the old one
    offers. Raises what `make_page` raises.
    """
    page = _page().replace(_WORKERS, "worker-src blob: 'self'; manifest-src 'self';", 1)
    page = page.replace(_TITLE, f'<link rel="manifest" href="manifest.webmanifest">\n{_TITLE}', 1)
    index = _filled(page, lists, language=language, logo=logo, app=True).encode()
    worker = _shipped("sw.js").replace(_VERSION, sha256(index).hexdigest())
    return {
        "index.html": index,
        "sw.js": worker.encode(),
        "manifest.webmanifest": json.dumps(
            _manifest(language or "en"), ensure_ascii=False, indent=1
        ).encode(),
        "icon.svg": _shipped("icon.svg").encode(),
    }


def _manifest(language: str) -> dict[str, object]:
    return {
        "name": _NAMES[language],
        "short_name": _NAMES[language],
        "lang": language,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#f5f4f0",
        "theme_color": "#1f4e5f",
        "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }


def _filled(page: str, lists: Sequence[bytes], *, language: str | None, logo: bytes | None, app: bool) -> str:
    """Return the page with its two slots filled; both are data that no browser runs."""
    settings: dict[str, object] = {}
    if language is not None:
        settings["lang"] = language
    if logo is not None:
        settings["logo"] = _data_url(logo)
    if app:
        settings["app"] = True
    said = json.dumps(settings, ensure_ascii=False).replace("<", "\\u003c")
    packed = "\n".join(b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii") for data in _checked(lists))
    return page.replace(_SETTINGS, _SETTINGS.replace("{}", said), 1).replace(
        _LISTS, _LISTS.replace("><", f">{packed}<"), 1
    )


def _checked(lists: Sequence[bytes]) -> Sequence[bytes]:
    """Return the lists if the page would take them all, one of each authority."""
    if len(lists) > MAX_LISTS:
        raise Refused(f"{len(lists)} lists for one page, at most {MAX_LISTS} go in")
    identities = [TrustList.from_bytes(data).identity for data in lists]
    if len(set(identities)) < len(identities):
        raise Refused("two lists of one authority", hint="name only the newer one")
    return lists


def _data_url(logo: bytes) -> str:
    if len(logo) > MAX_LOGO:
        raise Unreadable(f"a logo of {len(logo)} bytes, at most {MAX_LOGO} go in")
    return f"data:image/{_kind_of(logo)};base64,{b64encode(logo).decode('ascii')}"


def _kind_of(logo: bytes) -> str:
    """Return the kind of a picture by its first bytes; browsers run no script in an SVG that is a picture."""
    for mark, kind in _PICTURES:
        if logo.startswith(mark):
            return kind
    if logo[:4] == b"RIFF" and logo[8:12] == b"WEBP":
        return "webp"
    if b"<svg" in logo[:1024]:
        return "svg+xml"
    raise Unreadable("the logo is no picture in PNG, JPEG, WebP or SVG")


def _page() -> str:
    """Return the page as it was built; a page without its slots belongs to another version."""
    page = _shipped("verify.html")
    for slot in (_SETTINGS, _LISTS, _WORKERS, _TITLE):
        if page.count(slot) != 1:
            raise Unreadable(f"the built page has no {slot!r}, or more than one")
    return page


def _shipped(name: str) -> str:
    return (files("qrcert") / "pages" / "verifier" / name).read_text(encoding="utf-8")
