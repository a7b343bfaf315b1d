"""The school's office folder: its key, the request for the authority, the published list, the register.

``school.key``   the private key, encrypted
``request.json`` what goes to the authority: the public key and the school's name, signed
``office.toml``  what the pages and the register need to know; edited by hand
``list.qct``     the list in which the school's key is published, put here by the school
``register.db``  every certificate that was ever signed here
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from qrcert import cose
from qrcert.encode import showable
from qrcert.errors import KeyFileError, QrcertError, Refused, Unreadable
from qrcert.files import read_file, write_file
from qrcert.issue.letterhead import Letterhead, key_name
from qrcert.page import INDIGO, PALETTES, Palette
from qrcert.register import Register
from qrcert.register.book import Journal
from qrcert.signing import Signer, SigningKey, load_keys, save_keys
from qrcert.text import normalise
from qrcert.tokens import TokenAddress, TokenKey
from qrcert.trust import MAX_FILE, NO_HASH, Head, TrustList, hex_groups, wrap, write_key_request

KEY: Final = "school.key"
REQUEST: Final = "request.json"
SETTINGS: Final = "office.toml"
LIST: Final = "list.qct"
REGISTER: Final = "register.db"

MAX_LINE: Final = 1000
"""Bytes of a school's name or place in a trust list."""

_COLOURS: Final = 3

_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "school": ("name", "place", "post", "head"),
    "page": ("heading", "colours", "page"),
    "register": ("place", "journal"),
    "approval": ("officers",),
    "key": ("alg", "public", "token"),
}
"""The sections of the settings, and the lines of each: anything else is a slip that must not go unseen."""

_JOURNALS: Final[Mapping[str, Journal]] = {"wal": "wal", "delete": "delete"}

_Value = TypeVar("_Value")

_TEMPLATE: Final = """\
# What the pages of this school say; change it with any text editor.
[school]
name = {name}
place = {place}
# Who signs on paper: the post and the name, for example "Директор" and "Ю. Э. Цыганков".
post = ""
head = ""

[page]
# The line over the title, for example "РОССИЙСКАЯ ФЕДЕРАЦИЯ"; "" for none.
heading = ""
# Colours of the page: indigo, petrol, garnet, pine, plum; or three of your own, ["#17494d", "#8a3324", "#b08a3e"].
colours = "indigo"
# What is printed: certificate, parts, insert, card, or a folder of your own (qrcert page --help).
page = "certificate"

[register]
# A file of this folder, or the address of a database: postgresql+psycopg://...
place = "register.db"
# Where the folder lies on a network drive: "delete" instead of "wal".
journal = "wal"

[approval]
# Officers who look through a class before it is signed, as "qrcert office officer" tells; [] for none.
officers = []

[key]
# The public half of the school's key; it names the key in every list. Not to be changed.
alg = {alg}
public = "{public}"
"""

_ELSEWHERE: Final = """\
# Where the private half is: on a token, from which it cannot be read.
token = {token}
"""


@dataclass(frozen=True, slots=True)
class Office:
    """An office folder and its settings."""

    folder: Path
    school: str
    place: str
    key: cose.PublicKey
    post: str = ""
    head: str = ""
    heading: str = ""
    palette: Palette = INDIGO
    page: str = "certificate"
    """The page that is printed: its name, or a folder of the school's own."""
    register: str = REGISTER
    journal: Journal = "wal"
    token: TokenAddress | None = None
    officers: tuple[cose.PublicKey, ...] = ()
    """Who may approve a class before it is signed; nobody: it is signed without."""

    @property
    def letterhead(self) -> Letterhead:
        """What the pages of this school say around every certificate."""
        name = key_name(self.key.kid)
        return Letterhead(self.school, self.place, name, self.post, self.head, self.heading, self.palette)

    @property
    def register_place(self) -> Path | str:
        """Where the register is: a file of this folder, or the address of a database elsewhere."""
        return self.register if "://" in self.register else self.folder / self.register

    def open_register(self) -> Register:
        """Return the register; raises `RegisterError` where it is not: a lost one is never begun anew unasked."""
        return Register.open(self.register_place, journal=self.journal)

    def published_list(self) -> TrustList:
        """Return the list in the folder; raises `Refused` if there is none, `TrustListError` if it is bad."""
        path = self.folder / LIST
        if not path.exists():
            raise Refused(
                f"the published list {LIST!r} is not in the office folder {str(self.folder)!r}",
                hint=f"when the authority has published the school's key, save its list there as {LIST}",
            )
        return TrustList.from_bytes(read_file(path, limit=MAX_FILE))

    def load_key(self, passphrase: bytes) -> Signer:
        """Return the school's private key, from its file or on its token, whose PIN is the passphrase then.

        Raises `KeyFileError`, and `Refused` for a key that is not the one of the settings.
        """
        key: SigningKey | TokenKey
        if self.token is not None:
            key = TokenKey.load(self.token, pin=passphrase, alg=self.key.alg)
        else:
            key = load_keys(self.folder / KEY, passphrase=passphrase)[0]
        if key.public_key != self.key:
            where = KEY if self.token is None else self.token.object
            raise Refused(f"{where!r} is not the key that {SETTINGS!r} names")
        return key


def require_no_office(folder: Path) -> None:
    """Raise `Refused` if the folder is an office's already: before anybody chooses a passphrase."""
    if (folder / SETTINGS).exists():
        raise Refused(f"{str(folder)!r} is an office folder already", hint="choose another folder")


def make_office(
    folder: Path,
    *,
    school: str,
    place: str,
    alg: int,
    passphrase: bytes,
    nonce: bytes,
    today: int,
    authority: bytes = NO_HASH,
    token: str | None = None,
) -> tuple[Office, bytes]:
    """Make an office folder with a new key, in a file or on a ``token``; return it with the key request's bytes.

    ``authority`` is the identity of the authority the request is for, `NO_HASH` if none is known yet; ``nonce``
    is 16 random bytes; ``token`` a ``pkcs11:`` URI, to whose token the passphrase is the PIN. Raises `Refused` if
    the folder holds an office already or a name may not be shown, `KeyFileError` for passphrase and token.
    """
    school, place = _line(school, "the school's name"), _line(place, "the school's place")
    require_no_office(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make the office folder {str(folder)!r}: {error.strerror}") from error
    made = [KEY, REQUEST] if (folder / REGISTER).exists() else [KEY, REQUEST, REGISTER]
    key = _new_key(folder, alg=alg, passphrase=passphrase, token=token)
    head = Head(authority, nonce, today)
    readable = {"what": "qrcert key request", "school": school, "place": place, "kid": hex_groups(key.kid)}
    try:
        request = write_key_request(head, key=key.public_key, name=school, place=place, sign=key.sign)
        write_file(folder / REQUEST, wrap(request, readable=readable).encode(), parents=True)
        Register.open(folder / REGISTER, create=True, journal="delete").close()
        settings = _TEMPLATE.format(
            name=_quoted(school), place=_quoted(place), alg=alg, public=key.public.hex()
        ) + ("" if token is None else _ELSEWHERE.format(token=_quoted(token)))
        write_file(folder / SETTINGS, settings.encode(), parents=True)
    except (
        BaseException
    ):  # also Ctrl-C: nobody has seen the key, and left behind it would bar the next attempt
        if isinstance(key, TokenKey):
            key.destroy()
        for name in made:
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)
        raise
    if isinstance(key, TokenKey):
        key.close()
    return open_office(folder), request


def _new_key(folder: Path, *, alg: int, passphrase: bytes, token: str | None) -> SigningKey | TokenKey:
    """Make the school's key where it will stay: in a file of the folder, or on a token."""
    if token is not None:
        return TokenKey.generate(TokenAddress.from_uri(token), pin=passphrase, alg=alg)
    if (folder / KEY).exists():
        raise KeyFileError(
            f"{KEY!r} is there already: a key is never overwritten",
            hint="put its office.toml back beside it; or if it was never used, move it away and try again",
        )
    key = SigningKey.generate(alg)
    save_keys(folder / KEY, [key], passphrase=passphrase)
    return key


def open_office(folder: Path) -> Office:
    """Return the office in ``folder``; raises `Refused` if there is none, `Unreadable` for bad settings."""
    try:
        settings = (folder / SETTINGS).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(
            f"{str(folder)!r} is no office folder: {SETTINGS!r} is missing",
            hint="name it with --office DIR, or make one: qrcert office init DIR --school NAME --place PLACE",
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{SETTINGS!r} is not UTF-8 text") from error
    try:
        return _office(folder, tomllib.loads(settings))
    except (KeyError, ValueError, TypeError, RecursionError, QrcertError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else error
        raise Unreadable(
            f"the settings {SETTINGS!r} cannot be used: {said}", hint="mend the line, or take it back"
        ) from error


def _office(folder: Path, settings: dict[str, Any]) -> Office:
    _require_known(settings)
    school, page, register = (_section(settings, name) for name in ("school", "page", "register"))
    key = _section(settings, "key")
    token = _text(key, "token", "")
    public = cose.PublicKey(key["alg"], bytes.fromhex(_text(key, "public")))
    return Office(
        folder,
        _text(school, "name"),
        _text(school, "place"),
        public,
        post=_text(school, "post", ""),
        head=_text(school, "head", ""),
        heading=_text(page, "heading", ""),
        palette=_palette(page.get("colours", "indigo")),
        page=_text(page, "page", "certificate"),
        register=_text(register, "place", REGISTER),
        journal=_one_of(_JOURNALS, _text(register, "journal", "wal"), "journal"),
        token=TokenAddress.from_uri(token) if token else None,
        officers=_officers(_section(settings, "approval"), public),
    )


def _officers(section: dict[str, Any], own: cose.PublicKey) -> tuple[cose.PublicKey, ...]:
    """Return who may approve."""
    officers = tuple([_officer(line) for line in _lines(section, "officers")])
    if own in officers:
        raise Refused("an officer who approves has a key of his own, not the school's")
    return officers


def _require_known(settings: dict[str, Any]) -> None:
    """Raise `ValueError` for a section or a line that nobody reads: whoever wrote it meant another one."""
    for name in settings:
        if name not in _KNOWN:
            raise ValueError(f"there is no section or line {name!r}; the sections are {', '.join(_KNOWN)}")
        for line in _section(settings, name):
            if line not in _KNOWN[name]:
                raise ValueError(f"[{name}] has no line {line!r}; it takes {', '.join(_KNOWN[name])}")


def _section(settings: dict[str, Any], name: str) -> dict[str, Any]:
    section = settings.get(name, {})
    if not isinstance(section, dict):
        raise TypeError(f"[{name}] is a section of its own")
    return section


def _text(section: dict[str, Any], name: str, default: str | None = None) -> str:
    value = section[name] if default is None else section.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"{name} is text in quotes, found {value!r}")
    return normalise(value)


def _lines(section: dict[str, Any], name: str) -> list[str]:
    value = section.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{name} is a list of texts in quotes, found {value!r}")
    return value


def officer_line(key: cose.PublicKey) -> str:
    """Return how an officer's key stands in the settings: its COSE algorithm, a colon, the public key in hex."""
    return f"{key.alg}:{key.public.hex()}"


def _officer(line: str) -> cose.PublicKey:
    alg, _, public = line.partition(":")
    return cose.PublicKey(int(alg), bytes.fromhex(public))


def _palette(colours: object) -> Palette:
    """Return the palette of a name, or of three colours: lines and text, title, fine gold."""
    if isinstance(colours, list):
        if len(colours) != _COLOURS or not all(isinstance(colour, str) for colour in colours):
            raise TypeError(f"colours are a name or three colours, found {colours!r}")
        return Palette(*[colour.lower() for colour in colours])
    return _one_of(PALETTES, _text({"colours": colours}, "colours"), "colours")


def _one_of(known: Mapping[str, _Value], value: str, name: str) -> _Value:
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, found {value!r}")
    return known[value]


def _line(line: str, what: str) -> str:
    """Return a line as lists and pages may have it; raise `Refused` for one that they may not."""
    line = showable(line, what)
    if not 1 <= len(line.encode()) <= MAX_LINE:
        raise Refused(f"{what} has {len(line.encode())} bytes, 1 to {MAX_LINE} are due")
    return line


def _quoted(text: str) -> str:
    """Return ``text`` as a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
