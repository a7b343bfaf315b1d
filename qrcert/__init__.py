"""School certificates on paper that prove themselves: signed, in a QR code, verified offline.

>>> import qrcert
>>> trust = qrcert.TrustList.from_bytes(data)
>>> qrcert.verify(text, trust=trust, now=datetime.now()).code
'genuine'

Names are loaded when they are first used, so that ``import qrcert`` costs next to nothing; ``qrcert.scan``
needs the extra ``scan``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import qrcert.scan as scan
    from qrcert.decode import Verdict, verify
    from qrcert.encode import Certificate, sign_certificate
    from qrcert.errors import QrcertError, TrustListError
    from qrcert.signing import SigningKey
    from qrcert.trust import TrustList

__version__ = "0.1.0"

__all__ = [
    "Certificate",
    "QrcertError",
    "SigningKey",
    "TrustList",
    "TrustListError",
    "Verdict",
    "scan",
    "sign_certificate",
    "verify",
]

_HOMES = {
    "Certificate": "qrcert.encode",
    "QrcertError": "qrcert.errors",
    "SigningKey": "qrcert.signing",
    "TrustList": "qrcert.trust",
    "TrustListError": "qrcert.errors",
    "Verdict": "qrcert.decode",
    "sign_certificate": "qrcert.encode",
    "verify": "qrcert.decode",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its room the first time it is asked for (PEP 562)."""
    if name == "scan":
        return import_module("qrcert.scan")
    if name not in _HOMES:
        raise AttributeError(f"module 'qrcert' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
