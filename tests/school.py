"""A small honest world for tests: one school, its list with every shipped form, and signed papers."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from qrcert import cose, wire
from qrcert.cose import SignMessage
from qrcert.encode import Certificate, sign_certificate
from qrcert.form import Form, sample_of, shipped_forms
from qrcert.signing import SigningKey
from qrcert.trust import (
    LIST_AAD,
    NO_HASH,
    ROOT_AAD,
    Contents,
    Envelope,
    FormEntry,
    KeyEntry,
    Root,
    School,
    Signer,
    TrustList,
    compile_form,
    list_payload,
    make_signature,
    open_form,
    payload_hash,
    root_payload,
)

NOW = date(2026, 11, 23)
TODAY = wire.to_day(NOW)
ISSUED = date(2026, 6, 25)
ATTESTAT = "ru.attestat.11"


def key_of(name: str, alg: int = cose.ED25519) -> SigningKey:
    """The key that a name determines; no key of anybody."""
    return SigningKey.from_seed(alg, sha256(b"qrcert tests: " + name.encode()).digest())


@functools.cache
def entries() -> dict[str, FormEntry]:
    """The shipped forms as they stand in a list, by id."""
    return {name: compile_form(source) for name, source in shipped_forms().items()}


@functools.cache
def form(name: str = ATTESTAT) -> Form:
    opened = open_form(entries()[name])
    assert opened is not None
    return opened


SCHOOL = School(7, ((TODAY - 3000, "School No. 7"),), "Moscow")
KEY = key_of("school 7")


def contents(**changes: Any) -> Contents:
    """What the list says, changed as asked."""
    plain = Contents(
        authority="Test authority",
        where="https://lists.example",
        root_hash=NO_HASH,
        version=3,
        issued=TODAY - 30,
        next_update=TODAY + 300,
        forms=tuple(entries().values()),
        rights={1: frozenset(one.hash for one in entries().values())},
        schools=(SCHOOL,),
        keys=(KeyEntry(KEY.public_key, SCHOOL, TODAY - 1000, TODAY + 400, 1),),
    )
    return replace(plain, **changes)


def publish(said: Contents) -> TrustList:
    """The list that says this, signed by one signer and read back from its bytes."""
    return TrustList.from_bytes(publish_bytes(said))


def publish_bytes(said: Contents, *, signer: str = "signer") -> bytes:
    pair = (key_of(signer), key_of(signer, cose.ML_DSA_65))
    root = Root(1, NO_HASH, TODAY + 5000, (Signer(pair[0].public_key, pair[1].public_key),), 1, 1)
    payload = root_payload(root)
    body = list_payload(replace(said, root_hash=payload_hash(payload)))
    return Envelope((_signed(payload, pair, ROOT_AAD),), _signed(body, pair, LIST_AAD)).to_bytes()


def publish_raw(body: bytes) -> bytes:
    """The file of a list whose body may be any bytes, honestly signed."""
    pair = (key_of("signer"), key_of("signer", cose.ML_DSA_65))
    good = Envelope.from_bytes(publish_bytes(contents()))
    return replace(good, body=_signed(body, pair, LIST_AAD)).to_bytes()


def _signed(payload: bytes, pair: tuple[SigningKey, ...], aad: bytes) -> SignMessage:
    signatures = (make_signature(payload, alg=key.alg, kid=key.kid, aad=aad, sign=key.sign) for key in pair)
    return SignMessage(payload, tuple(signatures))


@functools.cache
def trust() -> TrustList:
    """The ordinary list."""
    return publish(contents())


def certificate(name: str = ATTESTAT, **changes: Any) -> Certificate:
    """A filled sample of a shipped form, changed as asked."""
    sample = sample_of(form(name))
    return replace(Certificate(form(name), sample.number, ISSUED, dict(sample.values)), **changes)


@functools.cache
def text(name: str = ATTESTAT) -> str:
    """The code of the sample, signed by the school."""
    return sign_certificate(certificate(name), key=KEY)
