"""Writing what `qrcert.trust` reads: the payloads of roots and lists, one signature of a message.

Nothing here has a private key: ``sign`` arguments are callables that take the bytes to be signed.
`qrcert.trust.Envelope` puts the messages into a file; whoever publishes reads that with `TrustList.from_bytes`,
which checks every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

from qrcert import cbor
from qrcert.cose import Signature, protected_header, sign_input
from qrcert.trust.entries import STATUSES, Contents, FormEntry, Header, KeyEntry, School
from qrcert.trust.roots import Root
from qrcert.trust.seasons import write_path

Sign = Callable[[bytes], bytes]
"""Takes the bytes to be signed, returns the signature as it stands in COSE."""


def payload_hash(payload: bytes) -> bytes:
    """Return the one hash of a message: SHA-256 of its payload, signatures apart."""
    return sha256(payload).digest()


def root_payload(root: Root) -> bytes:
    """Return the payload of a root; its ``hash`` is not looked at."""
    pairs = sorted((signer.ed25519.public, signer.ml_dsa.public) for signer in root.signers)
    body: dict[int, Any] = {
        0: root.version,
        1: root.previous,
        2: root.until,
        3: pairs,
        4: root.root_threshold,
        5: root.list_threshold,
    }
    if root.repair:
        body[6] = 1
    return cbor.encode(body)


def list_payload(contents: Contents) -> bytes:
    """Return the payload of a list, every array in its order."""
    keys: dict[int, list[KeyEntry]] = {}
    for entry in contents.keys:
        keys.setdefault(entry.school.id, []).append(entry)
    body = header_item(contents) | {
        7: [form_item(form) for form in sorted(contents.forms, key=lambda form: form.data)],
        8: [(number, sorted(forms)) for number, forms in sorted(contents.rights.items())],
        9: [
            school_item(school, keys.get(school.id, []))
            for school in sorted(contents.schools, key=lambda school: school.id)
        ],
        10: [(name, day, kind) for name, (day, kind) in sorted(contents.withdrawals.items())],
    }
    return cbor.encode(body)


def header_item(header: Header) -> dict[int, Any]:
    """Return the body of a list as it stands in CBOR, with forms, rights, schools and withdrawals left empty."""
    body: dict[int, Any] = {
        0: header.authority,
        1: header.where,
        2: header.root_hash,
        3: header.version,
        4: header.previous,
        5: header.issued,
        6: header.next_update,
        7: (),
        8: (),
        9: (),
        10: (),
        11: [(one.day, one.keys, one.certificates, one.root) for one in sorted(header.seasons)],
    }
    if header.cutover is not None:
        body[-1] = header.cutover
    return body


def form_item(form: FormEntry) -> tuple[bytes, Mapping[str, tuple[str, ...]]]:
    """Return a form as it stands in a list."""
    return form.data, form.translations


def school_item(school: School, keys: Iterable[KeyEntry] = ()) -> dict[int, Any]:
    """Return a school as it stands in a list, with these keys of its."""
    ordered = sorted(keys, key=lambda entry: entry.key.public)
    optional = {4: school.closed, 5: school.successor, 6: school.archive}
    return {
        0: school.id,
        1: sorted(school.names),
        2: school.place,
        3: [key_item(entry) for entry in ordered],
        **{label: value for label, value in optional.items() if value is not None},
    }


def key_item(entry: KeyEntry) -> dict[int, Any]:
    """Return a key as it stands in its school."""
    body: dict[int, Any] = {
        0: entry.key.public,
        1: entry.alg,
        2: entry.start,
        3: entry.end,
        4: entry.rights,
    }
    if entry.status is not None:
        body[5] = (STATUSES.index(entry.status[0]) + 1, entry.status[1])
    if entry.papers:
        body[6] = sorted((part.digests, write_path(part.path)) for part in entry.papers)
    if entry.test:
        body[7] = 1
    return body


def make_signature(payload: bytes, *, alg: int, kid: bytes, aad: bytes, sign: Sign) -> Signature:
    """Return one signature of a message over ``payload``; ``aad`` is `ROOT_AAD` or `LIST_AAD`."""
    header = protected_header(alg, kid)
    return Signature(header, alg, kid, sign(sign_input(header, payload, aad=aad)))
