"""The authority's folder: what the next list will say, all its roots, and every list published so far.

``authority.json``  settings, the officers' names, and the requests that were taken, by hash
``signer-1.key``    the two private keys of a signer, encrypted; with several signers, each takes his file away
``root-1.cbor``     root 1, signed; ``root-2.cbor`` and so on after rotations
``next.cbor``       the payload of the list to come, its dates aside; every change rewrites it whole
``published/``      the lists as they were published, ``0001.qct`` first
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from qrcert import cbor
from qrcert.cose import SIGN_TAG, SignMessage, read_sign
from qrcert.errors import QrcertError, Refused, TrustListError
from qrcert.files import write_file
from qrcert.trust import Contents, Root, TrustList, list_payload
from qrcert.trust.body import read_contents
from qrcert.trust.roots import keys_of_signers, read_root

SETTINGS: Final = "authority.json"
ROOT: Final = "root-{}.cbor"
NEXT: Final = "next.cbor"
PUBLISHED: Final = "published"
FIRST_DRAFT: Final = "root-1.qct-draft"
"""Root 1 while its signers have not signed it yet."""


class _Standing:
    """The SHA-256 of ``next.cbor`` as this program read or wrote it last, one for all copies of an `Authority`."""

    __slots__ = ("digest",)

    def __init__(self, payload: bytes | None = None) -> None:
        self.digest = None if payload is None else sha256(payload).digest()


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority's folder as it stands; changing it gives a new one, and `save` writes it.

    ``roots`` is the chain of roots, ``root_messages`` the same signed; ``contents`` is what the next list will
    say, ``test`` whether keys are admitted as test keys, ``taken`` the hashes of requests that were taken (a
    request is taken once), ``officers`` the names of signers by the kid of their Ed25519 key.
    """

    folder: Path
    roots: tuple[Root, ...]
    root_messages: tuple[SignMessage, ...]
    contents: Contents
    test: bool
    taken: frozenset[bytes]
    officers: Mapping[bytes, str] = field(default_factory=dict)
    _standing: _Standing = field(default_factory=_Standing, repr=False, compare=False)

    @property
    def root(self) -> Root:
        """The newest root: who signs today."""
        return self.roots[-1]

    @property
    def identity(self) -> bytes:
        """The hash of root 1: which authority this is, for ever."""
        return self.roots[0].hash

    def with_contents(self, **changes: Any) -> Authority:
        """Return the same with some of the next list's contents changed."""
        return replace(self, contents=replace(self.contents, **changes))

    def published(self) -> list[Path]:
        """Return the files of all lists published so far, oldest first."""
        files = (self.folder / PUBLISHED).glob("*.qct")
        return sorted((one for one in files if one.stem.isdecimal()), key=lambda one: int(one.stem))

    def last_list(self) -> TrustList | None:
        """Return the list published last, or None before the first; raises `Refused` for a damaged file."""
        files = self.published()
        if not files:
            return None
        try:
            return TrustList.from_bytes(files[-1].read_bytes())
        except (OSError, QrcertError) as error:
            raise Refused(
                f"the list published last, {PUBLISHED}/{files[-1].name}, cannot be used: {error}",
                hint="put the list that was sent out back in its place",
            ) from error

    def require_unchanged(self) -> None:
        """Return if the folder is as it was read or saved last; raise `Refused` if another program changed it."""
        if self._standing.digest is None:
            return
        try:
            found = sha256((self.folder / NEXT).read_bytes()).digest()
        except OSError as error:
            raise Refused(f"cannot read {NEXT!r}: {error.strerror}") from error
        if found != self._standing.digest:
            raise Refused(
                "the authority's folder was changed by another program meanwhile; nothing was written",
                hint="do it once more: the other change is there now",
            )

    def save(self) -> None:
        """Write what the next list will say and which requests were taken; each file is replaced as a whole.

        Raises `Refused` as `require_unchanged` does, and `TrustListError` for what no list may say; then the
        folder is as it was.
        """
        payload = list_payload(self.contents)
        read_next(payload, self.roots)
        self.require_unchanged()
        write_file(self.folder / NEXT, payload)
        self._standing.digest = sha256(payload).digest()
        settings = {
            "test": self.test,
            "officers": {kid.hex(): name for kid, name in sorted(self.officers.items())},
            "taken": sorted(one.hex() for one in self.taken),
        }
        write_file(self.folder / SETTINGS, (json.dumps(settings, indent=1) + "\n").encode())


def open_authority(folder: Path) -> Authority:
    """Return the authority in ``folder``; raises `Refused` if there is none or its files do not fit."""
    _require_founded(folder)
    try:
        test, taken, officers = _read_settings((folder / SETTINGS).read_bytes())
        messages = _read_roots(folder)
        payload = (folder / NEXT).read_bytes()
        roots, contents = _in_force(payload, tuple([read_root(one.payload) for one in messages]))
        standing = _Standing(payload)
        return Authority(
            folder, roots, messages[: len(roots)], contents, test, taken, officers, _standing=standing
        )
    except FileNotFoundError as error:
        raise Refused(
            f"{str(folder)!r} is no authority's folder: {Path(error.filename).name!r} is missing",
            hint="name it with --authority DIR, or make one: qrcert authority init DIR --name NAME",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError, QrcertError) as error:
        raise Refused(
            f"the authority's folder {str(folder)!r} cannot be used: {error}",
            hint="bring the folder back from a copy; the lists sent out are in published",
        ) from error


def _require_founded(folder: Path) -> None:
    """Raise `Refused` for a folder whose root 1 is not signed yet."""
    if (folder / FIRST_DRAFT).exists() and not (folder / ROOT.format(1)).exists():
        raise Refused(
            f"the first root of the authority in {str(folder)!r} is not signed yet",
            hint=f"each signer: qrcert authority sign {FIRST_DRAFT}; then: qrcert authority init DIR --finish",
        )


def _read_settings(data: bytes) -> tuple[bool, frozenset[bytes], dict[bytes, str]]:
    """Return whether keys are admitted as test keys, which requests were taken, and the officers' names."""
    settings = json.loads(data)
    if not isinstance(settings["test"], bool):
        raise TypeError(f"'test' in {SETTINGS} is {settings['test']!r}, expected true or false")
    names = settings.get("officers", {})
    if not isinstance(names, dict):
        raise TypeError(f"'officers' in {SETTINGS} is {names!r}, expected names by key")
    officers = {bytes.fromhex(kid): str(name) for kid, name in names.items()}
    return settings["test"], frozenset(bytes.fromhex(one) for one in settings["taken"]), officers


def _read_roots(folder: Path) -> tuple[SignMessage, ...]:
    """Return the signed roots in the folder: root 1, which must be there, and as many as follow it."""
    messages = [_read_root_file(folder / ROOT.format(1))]
    while (path := folder / ROOT.format(len(messages) + 1)).exists():
        messages.append(_read_root_file(path))
    return tuple(messages)


def _read_root_file(path: Path) -> SignMessage:
    return read_sign(cbor.decode(path.read_bytes(), tags=frozenset((SIGN_TAG,))))


def _in_force(payload: bytes, roots: tuple[Root, ...]) -> tuple[tuple[Root, ...], Contents]:
    """Return the roots up to the one that the next list names, and what it says.

    A root file beyond that one was written by a rotation that was killed before it ended: it is in no list yet.
    """
    try:
        return roots, read_next(payload, roots)
    except TrustListError as error:
        if error.code != "wrong_root" or len(roots) == 1:
            raise
    return _in_force(payload, roots[:-1])


def read_next(payload: bytes, roots: Sequence[Root]) -> Contents:
    """Return what the payload of a next list says; raises `TrustListError` for what no list may say."""
    return read_contents(payload, newest=roots[-1], signer_kids=keys_of_signers(roots))


def make_room(folder: Path) -> None:
    """Make a folder and those above it, if they are not there; raises `Refused`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error
