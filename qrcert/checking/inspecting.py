"""Every layer of a code taken apart, nothing verified: each line says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from qrcert import cbor, cose, text, wire
from qrcert.errors import QrcertError

LABEL: Final = "UNVERIFIED"


def layers(code: str) -> Iterator[str]:
    """Yield a line for each thing that the text of a code holds, as far as it can be read."""
    code = code.strip("\t\n\r ")
    yield _line("text", f"{len(code)} characters, {text.escaped(code[:60])}{'...' if len(code) > 60 else ''}")
    scheme = wire.scheme(code)
    yield _line("version", scheme if scheme is not None else "none: not a code of this kind")
    if scheme != "1":
        return
    try:
        signed = wire.to_bytes(code)
        yield _line("certificate", f"{len(signed)} bytes, {signed.hex()}")
        yield _line("digest", cose.digest_of(signed).hex())
        message = cose.read_sign1(signed, max_bytes=wire.MAX_BYTES)
        yield _line("algorithm", _ALGORITHMS[message.alg])
        yield _line("kid", message.kid.hex())
        yield _line("signature", message.signature.hex())
        yield _line("payload", f"{len(message.payload)} bytes, {message.payload.hex()}")
        yield from _payload(cbor.decode(message.payload))
    except QrcertError as error:
        yield _line("stops here", str(error))


_ALGORITHMS: Final = {cose.ED25519: "-19, Ed25519", cose.ESP256: "-9, ESP256"}
_LABELS: Final = {0: "form", -1: "issued", -2: "number", -3: "part"}


def _payload(payload: Any) -> Iterator[str]:
    if not isinstance(payload, dict):
        yield _line("stops here", "the payload is not a map")
        return
    for label, value in payload.items():
        name = _LABELS.get(label, f"field {label}") if type(label) is int else f"label {label!r}"
        if label == -1 and type(value) is int and wire.FIRST_DAY <= value <= wire.LAST_DAY:
            yield _line(name, f"{value}, {wire.to_date(value)}")
        else:
            yield _line(name, _diagnostic(value))


def _diagnostic(value: Any) -> str:
    """Return a value in CBOR diagnostic notation (RFC 8949 section 8), text escaped for the screen."""
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, str):
        return f'"{text.escaped(value)}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_diagnostic, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_diagnostic(key)}: {_diagnostic(one)}" for key, one in value.items()) + "}"
    return str(value)


def _line(name: str, value: str) -> str:
    return f"{LABEL}  {name + ':':<13} {value}"
