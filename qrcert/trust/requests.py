"""What schools send to an authority: key requests, withdrawal requests, season leaves (COSE_Sign1).

Each has a payload with a `Head`, then its own. A key request is signed with the key that it brings, which proves
possession; the others with a key that the authority has admitted, which ``find`` looks up by kid.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from qrcert import cbor
from qrcert.cose import PUBLIC_BYTES, PublicKey, Sign1, protected_header, read_sign1, sign1_input, write_sign1
from qrcert.errors import Refused, TooBig, Unreadable, Unsupported
from qrcert.trust.body import KINDS
from qrcert.trust.layout import (
    BYTES,
    COUNT,
    DAY,
    HASH,
    LINE,
    NO_HASH,
    Kind,
    Label,
    Labelled,
    Row,
    array,
    ascending,
    decoded,
    fault,
    found,
    octets,
    whole,
)
from qrcert.trust.names import name_of_copy, name_of_number
from qrcert.trust.roots import screened
from qrcert.trust.seasons import split_digests
from qrcert.trust.writing import Sign

KEY_REQUEST_AAD = b"qrcert key request 1"
WITHDRAWAL_REQUEST_AAD = b"qrcert withdrawal request 1"
SEASON_LEAVES_AAD = b"qrcert season leaves 1"

NONCE_BYTES = 16

MAX_REQUEST = 16 << 20
"""Bytes: room for the digests of half a million certificates."""

MAX_ITEMS = 1_000
"""CBOR items of a request; 13 are needed, the rest is room for labels to come."""

MAX_WANTED_ITEMS = 500_000
"""CBOR items of a withdrawal request: 60 000 certificates, a nation's worst year."""

MAX_WRAPPED = 24 << 20
"""Bytes of a request in base64url with a readable copy beside it."""

Find = Callable[[bytes], PublicKey | None]
"""Takes a kid, returns the admitted key or None."""


@dataclass(frozen=True, slots=True)
class Head:
    """What every request begins with: whom it is for, a random nonce, the day it was made.

    ``identity`` is the authority's (32 bytes), or `NO_HASH` in a key request made before any is known.
    """

    identity: bytes
    nonce: bytes
    made_on: int

    def require(self, identity: bytes, *, or_none: bool = False) -> None:
        """Return if the request is for this authority (or, with ``or_none``, for none named).

        Raises `TrustListError` ``not_for_us``.
        """
        if self.identity != identity and not (or_none and self.identity == NO_HASH):
            raise fault("not_for_us", f"the request is for {self.identity.hex()}, this is {identity.hex()}")


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A school asks for its key to be admitted; ``hash`` names the request, so that it is taken once."""

    head: Head
    key: PublicKey
    name: str
    place: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """One certificate by its digest, under the key that signed it."""

    kid: bytes
    digest: bytes

    @property
    def name(self) -> bytes:
        """The name of its withdrawal, 16 bytes."""
        return name_of_copy(self.kid, self.digest)

    def to_bytes(self) -> bytes:
        """Return it as it stands in a request."""
        return cbor.encode((self.kid, self.digest))


@dataclass(frozen=True, slots=True)
class Number:
    """All copies and parts of a form with one number, under the key that signed them."""

    kid: bytes
    form16: bytes
    number: int | str

    @property
    def name(self) -> bytes:
        """The name of its withdrawal, 16 bytes."""
        return name_of_number(self.kid, self.form16, self.number)

    def to_bytes(self) -> bytes:
        """Return it as it stands in a request."""
        return cbor.encode((self.kid, self.form16, self.number))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One withdrawal that is asked for: of what, from which day, of which kind (1..3)."""

    what: Copy | Number
    day: int
    kind: int


@dataclass(frozen=True, slots=True)
class WithdrawalRequest:
    """A school asks for withdrawals; ``kid`` is the key that signed, ``hash`` names the request."""

    head: Head
    kid: bytes
    wanted: tuple[Wanted, ...]
    hash: bytes


@dataclass(frozen=True, slots=True)
class SeasonLeaves:
    """A school hands in the digests of a key's certificates of a season; ``kid`` is that key, which signed."""

    head: Head
    kid: bytes
    digests: tuple[bytes, ...]
    hash: bytes


_HEAD = {
    0: Label("identity", HASH),
    1: Label("nonce", octets(NONCE_BYTES)),
    2: Label("made on", DAY),
}
_KEY_REQUEST = Labelled(
    "key request",
    {**_HEAD, 3: Label("public key", BYTES), 4: Label("name", LINE), 5: Label("place", LINE)},
)
_WITHDRAWAL_REQUEST = Labelled("withdrawal request", {**_HEAD, 3: Label("withdrawals", array(1))})
_SEASON_LEAVES = Labelled("season leaves", {**_HEAD, 3: Label("digests", BYTES)})
_WANTED = Row("withdrawal", array(2, 3), DAY, whole(KINDS[0], KINDS[-1]))
_KID = octets(8)
_COPY = Row("copy", _KID, HASH)
_NUMBER = Row(
    "number",
    _KID,
    octets(16),
    Kind("text or an integer from 0", lambda value: type(value) is str or COUNT.holds(value)),
)


def read_key_request(data: bytes) -> KeyRequest:
    """Return the key request in ``data``, its signature checked under the key that it brings.

    Raises `TrustListError`: ``malformed`` also for a kid that is not the key's, ``bad_signature``,
    ``weak_key``, ``unknown_algorithm``, ``unreadable``, ``too_big``, ``needs_newer``.
    """
    sign1 = _sign1(data)
    body = _KEY_REQUEST.read(decoded(sign1.payload, max_items=MAX_ITEMS))
    if len(body[3]) != PUBLIC_BYTES[sign1.alg]:
        raise fault(
            "malformed", f"a public key of {found(body[3])}, expected {PUBLIC_BYTES[sign1.alg]} bytes"
        )
    key = screened(sign1.alg, body[3])
    if key.kid != sign1.kid:
        raise fault("malformed", f"the header names the kid {sign1.kid.hex()}, the key has {key.kid.hex()}")
    _verify(sign1, key, KEY_REQUEST_AAD)
    return KeyRequest(_head(body), key, body[4], body[5], sha256(sign1.payload).digest())


def read_withdrawal_request(data: bytes, *, find: Find) -> WithdrawalRequest:
    """Return the withdrawal request in ``data``, its signature checked before its payload is read.

    Raises `TrustListError`: ``unknown_signer`` where ``find`` has no such key, ``bad_signature``, and what the
    layout says of shapes. Whose papers they are is for the authority to ask.
    """
    sign1 = _sign1(data)
    _verify(sign1, _admitted(sign1, find), WITHDRAWAL_REQUEST_AAD)
    body = _WITHDRAWAL_REQUEST.read(decoded(sign1.payload, max_items=MAX_WANTED_ITEMS))
    wanted = tuple([_wanted(row) for row in body[3]])
    ascending([one.what.to_bytes() for one in wanted], what="withdrawals")
    return WithdrawalRequest(_head(body), sign1.kid, wanted, sha256(sign1.payload).digest())


def read_season_leaves(data: bytes, *, find: Find) -> SeasonLeaves:
    """Return the season leaves in ``data``, their signature checked before the payload is read.

    Raises `TrustListError`: ``unknown_signer``, ``bad_signature``, ``order`` for digests that do not strictly
    ascend, and what the layout says of shapes.
    """
    sign1 = _sign1(data)
    _verify(sign1, _admitted(sign1, find), SEASON_LEAVES_AAD)
    body = _SEASON_LEAVES.read(decoded(sign1.payload, max_items=MAX_ITEMS))
    digests = tuple(split_digests(body[3], what="digests"))
    return SeasonLeaves(_head(body), sign1.kid, digests, sha256(sign1.payload).digest())


def write_key_request(head: Head, *, key: PublicKey, name: str, place: str, sign: Sign) -> bytes:
    """Return a key request; ``sign`` signs with the private half of ``key``."""
    body = {3: key.public, 4: name, 5: place}
    return _write(head, body, key=key, aad=KEY_REQUEST_AAD, sign=sign)


def write_withdrawal_request(head: Head, wanted: Iterable[Wanted], *, key: PublicKey, sign: Sign) -> bytes:
    """Return a withdrawal request, its entries put in order."""
    ordered = sorted(wanted, key=lambda one: one.what.to_bytes())
    rows = [(_what(one.what), one.day, one.kind) for one in ordered]
    return _write(head, {3: rows}, key=key, aad=WITHDRAWAL_REQUEST_AAD, sign=sign)


def write_season_leaves(head: Head, digests: Iterable[bytes], *, key: PublicKey, sign: Sign) -> bytes:
    """Return the leaves of a key and season, the digests sorted and each once."""
    joined = b"".join(sorted(set(digests)))
    return _write(head, {3: joined}, key=key, aad=SEASON_LEAVES_AAD, sign=sign)


def wrap(request: bytes, *, readable: Mapping[str, str]) -> str:
    """Return the text of ``request.json``: a readable copy that no machine reads, and the request itself."""
    coded = urlsafe_b64encode(request).rstrip(b"=").decode("ascii")
    return json.dumps({"readable": dict(readable), "request": coded}, ensure_ascii=False, indent=2) + "\n"


def unwrap(data: bytes) -> bytes:
    """Return the request in the bytes of a ``request.json``, or the bytes themselves where they are a request.

    Raises `TrustListError` ``unreadable`` or ``too_big``.
    """
    if len(data) > MAX_WRAPPED:
        raise fault("too_big", f"a request of {len(data)} bytes, the limit is {MAX_WRAPPED}")
    if data[:1] == b"\xd2":  # tag 18: no JSON text begins so
        return data
    try:
        shape = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise fault("unreadable", "neither a request nor the JSON around one") from error
    coded = shape.get("request") if isinstance(shape, dict) else None
    if not isinstance(coded, str):
        raise fault("unreadable", "the JSON has no text 'request'")
    try:
        return b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise fault("unreadable", "the text 'request' is not base64url") from error


def _sign1(data: bytes) -> Sign1:
    try:
        return read_sign1(data, max_bytes=MAX_REQUEST)
    except TooBig as error:
        raise fault("too_big", str(error)) from error
    except Unsupported as error:
        raise fault("unknown_algorithm", str(error)) from error
    except Unreadable as error:
        raise fault("unreadable", str(error)) from error


def _admitted(sign1: Sign1, find: Find) -> PublicKey:
    key = find(sign1.kid)
    if key is None:
        raise fault("unknown_signer", f"{sign1.kid.hex()} is the kid of no key known here")
    return key


def _verify(sign1: Sign1, key: PublicKey, aad: bytes) -> None:
    try:
        sign1.verify(key, aad=aad)
    except Refused as error:
        raise fault("bad_signature", str(error)) from error


def _head(body: Mapping[int, Any]) -> Head:
    return Head(body[0], body[1], body[2])


def _wanted(value: Any) -> Wanted:
    what, day, kind = _WANTED.read(value)
    if len(what) == 2:
        return Wanted(Copy(*_COPY.read(what)), day, kind)
    return Wanted(Number(*_NUMBER.read(what)), day, kind)


def _what(what: Copy | Number) -> tuple[Any, ...]:
    if isinstance(what, Copy):
        return what.kid, what.digest
    return what.kid, what.form16, what.number


def _write(head: Head, body: Mapping[int, Any], *, key: PublicKey, aad: bytes, sign: Sign) -> bytes:
    payload = cbor.encode({0: head.identity, 1: head.nonce, 2: head.made_on, **body})
    header = protected_header(key.alg, key.kid)
    return write_sign1(header, payload, sign(sign1_input(header, payload, aad=aad)))
