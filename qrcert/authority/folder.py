"""The authority's folder: what the next list will say, its signer's keys, and every list published so far.

``authority.json``  settings, and the requests that were taken, by hash
``signer-1.key``    the signer's two private keys, encrypted
``root-1.cbor``     root 1, signed
``next.cbor``       the payload of the list to come, its dates aside; every change rewrites it whole
``published/``      the lists as they were published, ``0001.qct`` first
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from qrcert import cbor, wire
from qrcert.cose import ED25519, ML_DSA_65, SIGN_TAG, SignMessage, read_sign, write_sign
from qrcert.encode import showable
from qrcert.errors import QrcertError, Refused
from qrcert.signing import SigningKey, save_keys
from qrcert.trust import (
    NO_HASH,
    ROOT_AAD,
    Contents,
    Root,
    Signer,
    TrustList,
    list_payload,
    make_signature,
    payload_hash,
    root_payload,
)
from qrcert.trust.body import read_contents
from qrcert.trust.roots import keys_of_signers, read_root

SETTINGS: Final = "authority.json"
SIGNER_KEY: Final = "signer-1.key"
ROOT: Final = "root-1.cbor"
NEXT: Final = "next.cbor"
PUBLISHED: Final = "published"

ROOT_YEARS: Final = 20
"""For how long lists may be published under root 1 before it must be followed by root 2."""


class _Standing:
    """The SHA-256 of ``next.cbor`` as this program read or wrote it last, one for all copies of an `Authority`."""

    __slots__ = ("digest",)

    def __init__(self, payload: bytes | None = None) -> None:
        self.digest = None if payload is None else sha256(payload).digest()


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority's folder as it stands; changing it gives a new one, and `save` writes it.

    ``contents`` is what the next list will say, ``test`` whether keys are admitted as test keys, ``taken`` the
    hashes of requests that were taken (a request is taken once).
    """

    folder: Path
    root: Root
    root_message: SignMessage
    contents: Contents
    test: bool
    taken: frozenset[bytes]
    _standing: _Standing = field(default_factory=_Standing, repr=False, compare=False)

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
        _read_next(payload, self.root)
        self.require_unchanged()
        write_whole(self.folder / NEXT, payload)
        self._standing.digest = sha256(payload).digest()
        settings = {"test": self.test, "taken": sorted(one.hex() for one in self.taken)}
        write_whole(self.folder / SETTINGS, (json.dumps(settings, indent=1) + "\n").encode())


def make_authority(
    folder: Path, *, name: str, where: str, passphrase: bytes, today: int, test: bool = False
) -> Authority:
    """Make a new authority of one signer in ``folder`` and return it.

    ``where`` is the line that tells people where newer lists are found; ``today`` counts days from 1970-01-01.
    Raises `Refused` if the folder holds an authority already or a line may not be shown, `TrustListError` for
    one that is empty or too long, `KeyFileError` for the passphrase.
    """
    if (folder / SETTINGS).exists():
        raise Refused(f"{str(folder)!r} holds an authority already", hint="choose another folder")
    name, where = showable(name, "the authority's name"), showable(where, "the line on newer lists")
    pair = (SigningKey.generate(ED25519), SigningKey.generate(ML_DSA_65))
    signers = (Signer(pair[0].public_key, pair[1].public_key),)
    until = min(wire.LAST_DAY, today + ROOT_YEARS * 366)
    root = Root(1, NO_HASH, until, signers, root_threshold=1, list_threshold=1)
    payload = root_payload(root)
    root = replace(root, hash=payload_hash(payload))
    message = sign_message(payload, pair, aad=ROOT_AAD)
    contents = Contents(
        authority=name, where=where, root_hash=root.hash, version=1, issued=today, next_update=today
    )
    _read_next(list_payload(contents), root)
    _make_folder(folder)
    save_keys(folder / SIGNER_KEY, pair, passphrase=passphrase)
    made = Authority(folder, root, message, contents, test, frozenset())
    try:
        write_whole(folder / ROOT, cbor.encode(write_sign(message)))
        made.save()
    except Refused:
        for name in (
            SIGNER_KEY,
            ROOT,
            NEXT,
        ):  # nobody has seen them, and a key left would bar the next attempt
            (folder / name).unlink(missing_ok=True)
        raise
    return made


def open_authority(folder: Path) -> Authority:
    """Return the authority in ``folder``; raises `Refused` if there is none or its files do not fit."""
    try:
        test, taken = _read_settings((folder / SETTINGS).read_bytes())
        message = read_sign(cbor.decode((folder / ROOT).read_bytes(), tags=frozenset((SIGN_TAG,))))
        root = read_root(message.payload)
        payload = (folder / NEXT).read_bytes()
        contents = _read_next(payload, root)
        return Authority(folder, root, message, contents, test, taken, _Standing(payload))
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


def _read_settings(data: bytes) -> tuple[bool, frozenset[bytes]]:
    """Return whether keys are admitted as test keys, and which requests were taken."""
    settings = json.loads(data)
    if not isinstance(settings["test"], bool):
        raise TypeError(f"'test' in {SETTINGS} is {settings['test']!r}, expected true or false")
    return settings["test"], frozenset(bytes.fromhex(one) for one in settings["taken"])


def _read_next(payload: bytes, root: Root) -> Contents:
    """Return what the payload of the next list says; raises `TrustListError` for what no list may say."""
    return read_contents(payload, newest=root, signer_kids=keys_of_signers((root,)))


def sign_message(payload: bytes, pair: tuple[SigningKey, ...], *, aad: bytes) -> SignMessage:
    """Return a message over ``payload`` with the signatures of one signer's two keys."""
    return SignMessage(
        payload,
        tuple(make_signature(payload, alg=key.alg, kid=key.kid, aad=aad, sign=key.sign) for key in pair),
    )


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file by ``data``: either all of it stands there afterwards, on the disk, or the old contents."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise Refused(f"cannot write {str(path)!r}: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    try:
        (folder / PUBLISHED).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error
