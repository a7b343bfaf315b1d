"""How large the code of a certificate becomes, before anybody prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qrcert import cose, wire
from qrcert.encode import Certificate, sign_bytes
from qrcert.form import Form, Sample
from qrcert.signing import SigningKey
from qrcert.symbol import QUIET, Symbol

MODULE_MM = 0.7


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of the certificate, characters of its text, the QR version at M, the printed side with its frame."""

    bytes: int
    characters: int
    version: int
    millimetres: float


def measure(form: Form, sample: Sample) -> Size:
    """Return the size of the code of a filled sample, signed with a key that is thrown away."""
    certificate = Certificate(form, sample.number, date(2026, 6, 25), sample.values)
    signed = sign_bytes(certificate, key=SigningKey.generate(cose.ED25519))
    text = wire.to_text(signed)
    symbol = Symbol(text)
    return Size(len(signed), len(text), symbol.version, (symbol.modules + 2 * QUIET) * MODULE_MM)
