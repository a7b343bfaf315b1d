"""How large the code of each shipped form is, beside the same contents as a health-certificate style token.

    python bench/size.py

Ours: payload by the form, Ed25519, base45. The token is built as the European health certificates are: CWT claims
and text keys in CBOR, ES256 (COSE_Sign1), zlib, base45, "HC1:". Both at error correction M.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path
from typing import Any

import cbor2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import school
from qrcert import cose, wire
from qrcert.encode import Certificate, sign_bytes
from qrcert.form import Form
from qrcert.symbol import Symbol

LONG_TATAR = {
    "family": "Мөхәммәтҗанова-Габделхәмитова",
    "given": "Гөлчәчәк",
    "patronymic": "Җәмәлетдин кызы",
}


def main() -> None:
    print(
        "contents                       ours: bytes chars version   token: bytes chars version   chars, ratio"
    )
    for name in school.entries():
        certificate = school.certificate(name)
        row(name, certificate)
        if name == school.ATTESTAT:
            values = dict(certificate.values) | LONG_TATAR
            row("  with a long Tatar name", school.certificate(name, values=values))


def row(label: str, certificate: Certificate) -> None:
    signed = sign_bytes(certificate, key=school.KEY)
    ours, token = wire.to_text(signed), health_style(certificate.form, certificate)
    versions = [Symbol(text).version for text in (ours, token)]
    print(
        f"{label:<31}{len(signed):>10} {len(ours):>5} {versions[0]:>7}{len(token) * 2 // 3:>15} {len(token):>5} "
        f"{versions[1]:>7}{len(token) / len(ours):>15.2f}"
    )


def health_style(form: Form, certificate: Certificate) -> str:
    """Return the token: the same values under text keys, subjects and marks as words."""
    claims: dict[Any, Any] = {
        1: "RU",
        4: 1_782_345_600 + 10 * 365 * 86_400,
        6: 1_782_345_600,
        -260: {1: {"ver": "1.0.0", "form": form.id, "id": certificate.number, **certificate.values}},
    }
    key = school.key_of("token", cose.ESP256)
    protected = cbor2.dumps({1: -7, 4: key.kid})
    payload = cbor2.dumps(claims)
    signature = key.sign(cose.sign1_input(protected, payload, aad=b""))
    message = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
    return wire.to_text(zlib.compress(message, 9), prefix="HC1:")


if __name__ == "__main__":
    main()
