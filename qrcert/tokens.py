"""Private keys that never leave a token: a smart card, a USB key, a hardware module, over PKCS#11.

A key is named by a URI (RFC 7512): ``pkcs11:token=School;object=qrcert?module-path=/usr/lib/libsofthsm2.so``.
It is made on the token, can be used there and cannot be read out; the PIN takes the place of a passphrase.
Needs the extra ``hsm``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from qrcert import cose
from qrcert.errors import KeyFileError, MissingExtra, Unsupported

_SCHEME: Final = "pkcs11:"
_ESCAPE: Final = re.compile("%([0-7][0-9A-Fa-f])")
"""Of the characters of ASCII, which is enough for the names of tokens and keys (RFC 3986 section 2.1)."""

_PATH: Final = frozenset(("token", "object", "serial"))
_QUERY: Final = frozenset(("module-path",))

_CURVES: Final = {
    cose.ED25519: bytes.fromhex("06032b6570"),
    cose.ESP256: bytes.fromhex("06082a8648ce3d030107"),
}
"""CKA_EC_PARAMS: the DER of the OIDs 1.3.101.112 (RFC 8410) and 1.2.840.10045.3.1.7 (RFC 5480)."""

_TELLING: Final = {
    "PinIncorrect": ("the PIN of the token is wrong", "after a few wrong ones a token locks itself"),
    "PinLocked": ("the token is locked: its PIN was wrong too often", "its issuer can unlock it"),
    "PinLenRange": ("the PIN is too short or too long for the token", None),
    "PinInvalid": ("the PIN has characters that the token does not take", None),
    "PinExpired": ("the PIN of the token has expired", "set a new one with the token's own program"),
    "UserPinNotInitialized": ("the token has no PIN yet", "set one with the token's own program"),
    "NoSuchToken": (
        "no such token is plugged in",
        "is it plugged in, and its name spelled as its program shows it?",
    ),
    "TokenNotPresent": ("the token is not plugged in", "plug it in, then try again"),
    "DeviceRemoved": ("the token was pulled out", "plug it in, then try again"),
    "MultipleTokensReturned": ("several tokens have this name", "add its serial number: serial=..."),
    "NoSuchKey": ("the token has no such key", "is it the token that the key was made on?"),
    "MultipleObjectsReturned": ("the token has several keys of this name", "give each its own: object=..."),
    "MechanismInvalid": (
        "the token cannot do this kind of key",
        "try the other one: --alg esp256 or ed25519",
    ),
    "TokenWriteProtected": ("the token takes no new key: it is write-protected", None),
}
"""What goes wrong with tokens, by the name of python-pkcs11's exception, and what to do."""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Where a key is: the library that speaks to the token, the token's name or serial number, the key's name."""

    module: str
    token: str
    serial: str
    object: str

    @classmethod
    def from_uri(cls, uri: str) -> TokenAddress:
        """Return what a ``pkcs11:`` URI names (RFC 7512); raises `KeyFileError`, also for a PIN written into it."""
        path, _, query = uri.removeprefix(_SCHEME).partition("?")
        parts = dict(_parts(path, ";") + _parts(query, "&"))
        if not uri.startswith(_SCHEME) or parts.keys() - _PATH - _QUERY:
            strange = ", ".join(sorted(parts.keys() - _PATH - _QUERY))
            raise KeyFileError(
                "this is no address of a key on a token" + (f": {strange}" if strange else ""),
                hint="pkcs11:token=NAME;object=KEY?module-path=LIBRARY; a PIN never stands in it",
            )
        missing = [name for name in ("object", "module-path") if not parts.get(name)]
        if missing or not (parts.get("token") or parts.get("serial")):
            raise KeyFileError(
                f"the address of the key lacks {', '.join(missing) or 'token'}",
                hint="pkcs11:token=NAME;object=KEY?module-path=LIBRARY",
            )
        return cls(parts["module-path"], parts.get("token", ""), parts.get("serial", ""), parts["object"])


def _parts(text: str, mark: str) -> list[tuple[str, str]]:
    pairs = [one.partition("=") for one in text.split(mark) if one]
    return [(name, _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)) for name, _, value in pairs]


class TokenKey:
    """A key on an open token: a `qrcert.signing.Signer`. Close it, or use it as a context manager."""

    __slots__ = ("_private", "_session", "alg", "kid", "public")

    def __init__(self, session: Any, private: Any, alg: int, public: bytes) -> None:
        self._session = session
        self._private = private
        self.alg, self.public = alg, public
        self.kid = cose.kid_of(alg, public)

    def __repr__(self) -> str:
        return f"TokenKey({self.alg}, kid {self.kid.hex()})"

    def __enter__(self) -> TokenKey:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def public_key(self) -> cose.PublicKey:
        """The public half, screened."""
        return cose.PublicKey(self.alg, self.public)

    @classmethod
    def generate(cls, address: TokenAddress, *, pin: bytes, alg: int = cose.ED25519) -> TokenKey:
        """Make a new key on the token, which keeps its private half for ever, and return it open.

        Raises `KeyFileError` where the token has a key of this name (none is overwritten), refuses the PIN or
        cannot make such a key; `Unsupported` for another algorithm; `MissingExtra`.
        """
        if alg not in _CURVES:
            raise Unsupported(f"no keys are made on tokens for algorithm {alg}")
        with _telling():
            pkcs11, session = _open(address, pin, writable=True)
            try:
                return cls._made(pkcs11, session, address, alg)
            except BaseException:
                session.close()
                raise

    @classmethod
    def _made(cls, pkcs11: Any, session: Any, address: TokenAddress, alg: int) -> TokenKey:
        if _find(pkcs11, session, address, private=True):
            raise KeyFileError(
                f"the token has a key {address.object!r} already: a key is never overwritten",
                hint="name the new one otherwise: object=...",
            )
        edwards = alg == cose.ED25519
        kind = pkcs11.KeyType.EC_EDWARDS if edwards else pkcs11.KeyType.EC
        curve = session.create_domain_parameters(kind, {pkcs11.Attribute.EC_PARAMS: _CURVES[alg]}, local=True)
        how = {"mechanism": pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN} if edwards else {}
        secret = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
        public, private = curve.generate_keypair(
            store=True, label=address.object, private_template=secret, **how
        )
        return cls(session, private, alg, _point(alg, bytes(public[pkcs11.Attribute.EC_POINT])))

    @classmethod
    def load(cls, address: TokenAddress, *, pin: bytes, alg: int) -> TokenKey:
        """Return a key of the token, open; raises `KeyFileError` where it is not there or the PIN is wrong."""
        with _telling():
            pkcs11, session = _open(address, pin, writable=False)
            try:
                (private,) = _one(pkcs11, _find(pkcs11, session, address, private=True))
                (public,) = _one(pkcs11, _find(pkcs11, session, address, private=False))
                point = _point(alg, bytes(public[pkcs11.Attribute.EC_POINT]))
                return cls(session, private, alg, point)
            except BaseException:
                session.close()
                raise

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, made on the token: 64 bytes, for ESP256 with low s."""
        import pkcs11

        with _telling():
            if self.alg == cose.ED25519:
                return bytes(self._private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
            digest = sha256(message).digest()
            made = bytes(self._private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
            return made[:32] + cose.low_s(int.from_bytes(made[32:], "big")).to_bytes(32, "big")

    def destroy(self) -> None:
        """Take a key that was just made, and that nobody has seen, off the token again, and close it."""
        import pkcs11

        with _telling():
            address = TokenAddress("", "", "", str(self._private.label))
            for half in _find(pkcs11, self._session, address, private=False):
                half.destroy()
            self._private.destroy()
            self._session.close()

    def close(self) -> None:
        """End the session with the token."""
        with _telling():
            self._session.close()


def _open(address: TokenAddress, pin: bytes, *, writable: bool) -> tuple[Any, Any]:
    try:
        import pkcs11
    except ImportError as error:
        raise MissingExtra("hsm", "python-pkcs11") from error
    wanted: dict[str, Any] = {}
    if address.token:
        wanted["token_label"] = address.token
    if address.serial:
        wanted["token_serial"] = address.serial.encode()
    token = pkcs11.lib(address.module).get_token(**wanted)
    try:
        return pkcs11, token.open(rw=writable, user_pin=pin.decode("utf-8", "surrogateescape"))
    except (
        pkcs11.exceptions.UserAlreadyLoggedIn
    ):  # this very process has given the PIN, and holds another key
        return pkcs11, token.open(rw=writable)


def _find(pkcs11: Any, session: Any, address: TokenAddress, *, private: bool) -> list[Any]:
    kind = pkcs11.ObjectClass.PRIVATE_KEY if private else pkcs11.ObjectClass.PUBLIC_KEY
    wanted = {pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: address.object}
    return list(session.get_objects(wanted))


def _one(pkcs11: Any, found: list[Any]) -> list[Any]:
    if not found:
        raise pkcs11.exceptions.NoSuchKey
    if len(found) > 1:
        raise pkcs11.exceptions.MultipleObjectsReturned
    return found


def _point(alg: int, data: bytes) -> bytes:
    """Return the raw public key of CKA_EC_POINT, which is the point or a DER OCTET STRING of it."""
    size, head = (32, b"") if alg == cose.ED25519 else (65, b"\x04")
    if len(data) == size + 2 and data[:2] == bytes((4, size)):
        data = data[2:]
    if len(data) != size or not data.startswith(head):
        raise KeyFileError(f"the key on the token is of another kind: its public half has {len(data)} bytes")
    return data.removeprefix(head) if head else data


@contextmanager
def _telling() -> Iterator[None]:
    """Turn what the token's library says into a `KeyFileError` that says what to do."""
    try:
        yield
    except RuntimeError as error:
        name = type(error).__name__
        if not type(error).__module__.startswith("pkcs11"):
            raise
        meaning, hint = _TELLING.get(name, (f"the token fails: {str(error) or name}", None))
        raise KeyFileError(meaning, hint=hint) from error
