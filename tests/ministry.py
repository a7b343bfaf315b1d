"""An authority's folder for tests: made once, with a key file that opens at once, and written out for each test."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest

import school
from qrcert import authority, cose, wire
from qrcert.authority import Authority
from qrcert.decode import verify
from qrcert.encode import sign_bytes
from qrcert.signing import SigningKey
from qrcert.trust import (
    NO_HASH,
    Copy,
    Head,
    KeyRequest,
    TrustList,
    Wanted,
    read_key_request,
    write_key_request,
    write_withdrawal_request,
)

TODAY = school.TODAY
PASSPHRASE = b"correct horse battery"
KEYS = {place: school.key_of(f"school of authority {place}") for place in range(1, 5)}


@functools.cache
def _files() -> dict[str, bytes]:
    """The files of an authority with all shipped forms."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr("qrcert.signing.SCRYPT_N", 16)
        folder = Path(name) / "made"
        made = authority.make_authority(
            folder, name="Test authority", where="https://lists.example", passphrase=PASSPHRASE, today=TODAY
        )
        for entry in school.entries().values():
            made = authority.add_form(made, entry)
        made.save()
        return files_of(folder)


def authority_in(folder: Path) -> Authority:
    (folder / "published").mkdir(parents=True)
    for name, data in _files().items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(data)
    return authority.open_authority(folder)


def request(
    place: int = 1,
    *,
    identity: bytes = NO_HASH,
    name: str | None = None,
    key: SigningKey | None = None,
    nonce: int = 0,
) -> KeyRequest:
    key = key or KEYS[place]
    head = Head(identity, bytes([place]) * 15 + bytes([nonce]), TODAY)
    data = write_key_request(
        head, key=key.public_key, name=name or f"School {place}", place="Perm", sign=key.sign
    )
    return read_key_request(data)


def admitted(made: Authority, place: int = 1, *, forms: str = "ru.*", **more: Any) -> Authority:
    plan = authority.plan_admission(made, request(place), forms=forms, today=TODAY, **more)
    return authority.admit(made, plan)


def publish(made: Authority, today: int = TODAY, **more: Any) -> TrustList:
    return authority.publish(made, passphrase=PASSPHRASE, today=today, **more)


def rights_of(made: Authority, place: int) -> set[bytes]:
    entry = next(one for one in made.contents.keys if one.kid == KEYS[place].kid)
    return set(made.contents.rights[entry.rights])


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def signed_by(place: int, number: str = "07724000123456") -> bytes:
    return sign_bytes(school.certificate(issued=school.NOW, number=number), key=KEYS[place])


def code_of(signed: bytes, trust: TrustList) -> str:
    return verify(wire.to_text(signed), trust=trust, now=school.NOW).code


def withdrawal(
    made: Authority, *wanted: Wanted, place: int = 1, nonce: int = 0, identity: bytes | None = None
) -> bytes:
    head = Head(made.root.hash if identity is None else identity, bytes([nonce]) * 16, TODAY)
    return write_withdrawal_request(head, wanted, key=KEYS[place].public_key, sign=KEYS[place].sign)


def copy_of(signed: bytes, place: int = 1, kind: int = 3) -> Wanted:
    return Wanted(Copy(KEYS[place].kid, cose.digest_of(signed)), TODAY, kind)
