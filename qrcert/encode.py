"""Making the text of a certificate: values -> payload -> signature -> ``QC1:…``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from qrcert import cbor, cose, text, wire
from qrcert.errors import Refused
from qrcert.form import Form
from qrcert.signing import Signer

_QUOTED: Final = 80
"""Characters of a refused text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a school is about to sign.

    ``values`` are the form's fields by name, as `qrcert.form.Form.pack` takes them; ``part`` is 1..4 where the
    form has parts and this code carries only one; ``test`` is for keys admitted as test keys.
    """

    form: Form
    number: str
    issued: date
    values: Mapping[str, object] = field(default_factory=dict)
    part: int | None = None
    test: bool = False


def make_payload(certificate: Certificate) -> bytes:
    """Return the payload: deterministic CBOR of form, day, number, part and fields.

    Raises `FormError` for values that the form does not allow and `Refused` for a day outside 2020..2199 or
    text that may not be shown.
    """
    form = certificate.form
    day = wire.to_day(certificate.issued)
    if not wire.FIRST_DAY <= day <= wire.LAST_DAY:
        raise Refused(f"issued on {certificate.issued}, where a day of the years 2020 to 2199 is due")
    number = _clean(certificate.number, "number")
    values = {name: _clean(value, name) for name, value in certificate.values.items()}
    payload: dict[int, object] = {0: form.hash, -1: day, -2: form.pack_number(number)}
    if certificate.part is not None:
        payload[-3] = certificate.part
    fields = form.pack(values, part=certificate.part)
    form.check(fields, certificate.part)  # as every verifier will
    return cbor.encode(payload | fields)


def showable(value: str, where: str) -> str:
    """Return a text in NFC; raise `Refused`, saying ``where`` it stands, if it may not be shown."""
    value = text.normalise(value)
    if found := text.faults(value):
        shown = text.escaped(value)
        if len(shown) > _QUOTED:
            shown = f"{shown[:_QUOTED]}…"
        raise Refused(f"{where} {shown!r} may not be shown: it {found[0].en}")
    return value


def _clean(value: Any, where: str) -> Any:
    """Return ``value`` with every text in NFC; raise `Refused` where a text may not be shown."""
    if isinstance(value, str):
        return showable(value, where)
    if isinstance(value, Mapping):
        return {key: _clean(item, where) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item, where) for item in value]
    return value


def sign_bytes(certificate: Certificate, *, key: Signer) -> bytes:
    """Return the signed certificate, a COSE_Sign1 of at most 2 048 bytes; raises as `make_payload` does."""
    return sign_payload(make_payload(certificate), key=key, test=certificate.test)


def sign_payload(payload: bytes, *, key: Signer, test: bool) -> bytes:
    """Return the signed certificate of what `make_payload` gave; raises `Refused` beyond 2 048 bytes."""
    protected = cose.protected_header(key.alg, key.kid)
    aad = cose.TEST_CERTIFICATE_AAD if test else cose.CERTIFICATE_AAD
    signature = key.sign(cose.sign1_input(protected, payload, aad=aad))
    signed = cose.write_sign1(protected, payload, signature)
    if len(signed) > wire.MAX_BYTES:
        raise Refused(f"the certificate has {len(signed)} bytes where at most {wire.MAX_BYTES} fit a code")
    return signed


def sign_certificate(certificate: Certificate, *, key: Signer) -> str:
    """Return the text of the code: ``QC1:`` and the signed certificate in base45.

    Raises `FormError` and `Refused` as `make_payload` does.
    """
    return wire.to_text(sign_bytes(certificate, key=key))
