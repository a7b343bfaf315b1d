"""The Update Framework as an oracle: the file of a trust list as TUF metadata, judged by python-tuf.

Nothing here uses qrcert. A root becomes ``root.json`` with the signers as keys and both thresholds; a list becomes
``timestamp``, ``snapshot`` and ``targets`` in one, all with the list's version, signatures and days. Whatever may
never vanish or go back (keys, forms, seasons, the cutover) is a file of the snapshot, its state the file's version:
the rule of TUF for snapshots (5.5.5) is then the rule for lists.

A signer is one TUF key of a type of our own, which holds if both of its halves hold. The bytes that were signed
travel inside the metadata, so the signatures in the vectors are checked as they are and nothing is signed again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, Key, Signature
from tuf.api.exceptions import EqualVersionNumberError, RepositoryError
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

ED25519, ESP256, ML_DSA_65 = -19, -9, -49
ROOT_AAD, LIST_AAD = "qrcert root 1", "qrcert list 1"
MAX_AGE = 400
KNOWN_ROOT_LABELS = range(7)
SPEC_VERSION, LATER_SPEC_VERSION = "1.0.31", "2.0.0"
EPOCH = date(1970, 1, 1)
PAIR = ("qrcert-signer", "ed25519+ml-dsa-65")
ROLES = ("root", "timestamp", "snapshot", "targets")


class NoNotionError(Exception):
    """The bytes are no file that could be put into the words of TUF."""


# ------------------------------------------------------------------------------------------ signers as TUF keys


class PairKey(Key):
    """A signer's two public keys as one key of TUF."""

    @classmethod
    def from_dict(cls, keyid: str, key_dict: dict[str, Any]) -> PairKey:
        return cls(keyid, *cls._from_dict(key_dict), key_dict)

    def to_dict(self) -> dict[str, Any]:
        return self._to_dict()

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        signed = json.loads(data)["qrcert"]
        payload, aad = bytes.fromhex(signed["payload"]), signed["aad"].encode()
        halves = json.loads(signature.signature)
        for alg, check in (("ed25519", _check_ed25519), ("ml-dsa", _check_ml_dsa)):
            if alg not in halves:
                raise UnverifiedSignatureError(f"the {alg} half is missing")
            header, value = map(bytes.fromhex, halves[alg])
            structure = cbor2.dumps(["Signature", b"", header, aad, payload])
            try:
                check(bytes.fromhex(self.keyval[alg]), value, structure)
            except (InvalidSignature, ValueError) as error:
                raise UnverifiedSignatureError(f"the {alg} half does not hold") from error


KEY_FOR_TYPE_AND_SCHEME[PAIR] = PairKey


def _check_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def _check_ml_dsa(public: bytes, signature: bytes, message: bytes) -> None:
    MLDSA65PublicKey.from_public_bytes(public).verify(signature, message)


@dataclass(frozen=True)
class Pair:
    """A signer as a root names it."""

    ed25519: bytes
    ml_dsa: bytes

    @property
    def keyid(self) -> str:
        return sha256(self.ed25519 + self.ml_dsa).hexdigest()

    @property
    def kids(self) -> dict[tuple[int, bytes], str]:
        return {
            (ED25519, _kid(ED25519, self.ed25519)): "ed25519",
            (ML_DSA_65, _kid(ML_DSA_65, self.ml_dsa)): "ml-dsa",
        }

    @property
    def entry(self) -> dict[str, Any]:
        values = {"ed25519": self.ed25519.hex(), "ml-dsa": self.ml_dsa.hex()}
        return {"keytype": PAIR[0], "scheme": PAIR[1], "keyval": values}


def _kid(alg: int, public: bytes) -> bytes:
    """Return the first 8 bytes of the thumbprint (RFC 9679) of a public key."""
    if alg == ML_DSA_65:
        key: dict[int, Any] = {1: 7, 3: ML_DSA_65, -1: public}
    elif alg == ESP256:
        key = {1: 2, -1: 1, -2: public[:32], -3: public[32:]}
    else:
        key = {1: 1, -1: 6, -2: public}
    return sha256(cbor2.dumps(key)).digest()[:8]


# ---------------------------------------------------------------------------------------------- reading a file


@dataclass(frozen=True)
class Message:
    """A message of a file: its payload, what that says, its signatures (header, algorithm, kid, value)."""

    payload: bytes
    said: Mapping[Any, Any]
    signatures: Sequence[tuple[bytes, int, bytes, bytes]]


@dataclass(frozen=True)
class File:
    """A file as it stands, nothing checked."""

    roots: Sequence[Message]
    body: Message

    @property
    def identity(self) -> bytes:
        return sha256(self.roots[0].payload).digest()


def read(data: bytes) -> File:
    """Return the messages of a file; raises `NoNotionError` for bytes of another shape."""
    try:
        roots, body = _whole(data)
        return File([_message(one) for one in roots], _message(body))
    except (
        cbor2.CBORDecodeError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        raise NoNotionError from error


def _whole(data: bytes) -> Any:
    stream = io.BytesIO(data)
    value = cbor2.load(stream)
    if stream.tell() != len(data) or len(value) != 2 or not value[0]:
        raise ValueError("not one file")
    return value


def _message(tagged: Any) -> Message:
    if tagged.tag != 98:
        raise ValueError("no COSE_Sign")
    protected, unprotected, payload, signatures = tagged.value
    said = _whole_map(payload)
    if protected or unprotected or not signatures:
        raise ValueError("no message of ours")
    return Message(payload, said, [_signature(*one) for one in signatures])


def _whole_map(payload: bytes) -> Mapping[Any, Any]:
    stream = io.BytesIO(payload)
    said = cbor2.load(stream)
    if stream.tell() != len(payload) or not isinstance(said, Mapping):
        raise ValueError("no body")
    return said


def _signature(header: bytes, unprotected: Any, value: bytes) -> tuple[bytes, int, bytes, bytes]:
    said = cbor2.loads(header)
    if unprotected or set(said) != {1, 4}:
        raise ValueError("no signature of ours")
    return header, said[1], said[4], value


# --------------------------------------------------------------------------------------------- writing metadata


def _days(day: int) -> str:
    """Return the moment after the last second of a day."""
    return f"{EPOCH + timedelta(days=day + 1)}T00:00:00Z"


def _signers(root: Message) -> list[Pair]:
    return [Pair(*pair) for pair in root.said[3]]


def _envelope(signed: dict[str, Any], message: Message, aad: str, signers: Iterable[Pair]) -> bytes:
    """Return metadata with a message's signatures: those of a signer as one, of others under their kids."""
    signed["qrcert"] = {"payload": message.payload.hex(), "aad": aad}
    signatures: list[dict[str, str]] = []
    claimed = set()
    for signer in {one.keyid: one for one in signers}.values():
        found: list[dict[str, list[str]]] = []
        for header, alg, kid, value in message.signatures:
            if (half := signer.kids.get((alg, kid))) is not None:
                claimed.add((alg, kid))
                place = next((one for one in found if half not in one), None)
                if place is None:
                    found.append(place := {})
                place[half] = [header.hex(), value.hex()]
        signatures += [{"keyid": signer.keyid, "sig": json.dumps(halves)} for halves in found]
    strangers = [one for one in message.signatures if (one[1], one[2]) not in claimed]
    signatures += [{"keyid": kid.hex(), "sig": value.hex()} for _, _, kid, value in strangers]
    return json.dumps({"signatures": signatures, "signed": signed}).encode()


def root_json(root: Message, before: Message | None) -> bytes:
    """Return a root as TUF has it; signatures may be those of its signers and of the root before."""
    said, own = root.said, _signers(root)
    later = any(type(label) is int and label < 0 for label in said)
    thresholds = {role: said[4 if role == "root" else 5] for role in ROLES}
    signed = {
        "_type": "root",
        "spec_version": LATER_SPEC_VERSION if later else SPEC_VERSION,
        "consistent_snapshot": False,
        "version": said[0],
        "expires": _days(said[2]),
        "keys": {signer.keyid: signer.entry for signer in own},
        "roles": {
            role: {"keyids": [one.keyid for one in own], "threshold": thresholds[role]} for role in ROLES
        },
    }
    return _envelope(signed, root, ROOT_AAD, [*own, *(_signers(before) if before else ())])


@dataclass(frozen=True)
class Listed:
    """A list as TUF has it."""

    timestamp: bytes
    snapshot: bytes
    targets: bytes


def list_json(body: Message, signers: Iterable[Pair]) -> Listed:
    """Return a list as three roles with one version, one last day and the same signatures."""
    said, known = body.said, list(signers)
    version = said[3]

    def metadata(kind: str, **facts: Any) -> bytes:
        signed = {
            "_type": kind,
            "spec_version": SPEC_VERSION,
            "version": version,
            "expires": _days(min(said[6], said[5] + MAX_AGE)),
            **facts,
        }
        return _envelope(signed, body, LIST_AAD, known)

    contents = {"length": len(body.payload), "hashes": {"sha256": sha256(body.payload).hexdigest()}}
    snapshot = metadata("snapshot", meta={"targets.json": {"version": version}, **_lasting(said)})
    hashes = {"sha256": sha256(snapshot).hexdigest()}
    timestamp = metadata("timestamp", meta={"snapshot.json": {"version": version, "hashes": hashes}})
    return Listed(timestamp, snapshot, metadata("targets", targets={"list": contents}))


def _lasting(said: Mapping[Any, Any]) -> dict[str, dict[str, int]]:
    """Return what must be in every later list too, as files of a snapshot: name and version."""
    found: dict[str, int] = {}
    for school in said[9]:
        for key in school[3]:
            if key[1] in (ED25519, ESP256):
                state = key[5][0] if 5 in key else 0
                name = f"key {_kid(key[1], key[0]).hex()} of {school[0]} from {key[2]} test {7 in key}"
                found[name] = 1 + state
    found |= {f"form {sha256(form[0]).hexdigest()}": 1 for form in said[7]}
    found |= {f"season {[*season[:3], season[3].hex()]}": 1 for season in said[11]}
    if -1 in said:
        found["cutover"] = 1
    return {f"{name}.json": {"version": version} for name, version in found.items()}


# ----------------------------------------------------------------------------------------------------- the client


def judge(stored: Iterable[bytes], new: bytes, *, at: date | None = None) -> str:
    """Return what a client of TUF does with a file: ``imported``, ``same``, or the name of its refusal.

    It goes by what it has of the same authority, else by the first root in the file, as if somebody had brought
    that. Its clock stands at noon of ``at``, or of the day on which the new list was issued.
    """
    file = read(new)
    mine = next((one for one in map(read, stored) if one.identity == file.identity), None)
    try:
        return _client(mine, file, at)
    except RepositoryError as error:
        return type(error).__name__
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise NoNotionError from error


def _client(mine: File | None, file: File, at: date | None) -> str:
    """Do what `tuf.ngclient.Updater` does, with files in place of downloads."""
    chain = mine.roots if mine else file.roots[:1]
    before = chain[-2] if len(chain) > 1 else None
    trusted = TrustedMetadataSet(root_json(chain[-1], before), EnvelopeType.METADATA)
    day = at or EPOCH + timedelta(days=file.body.said[5])
    trusted.reference_time = datetime.combine(day, time(12), UTC)
    for place in range(len(chain), len(file.roots)):
        trusted.update_root(root_json(file.roots[place], file.roots[place - 1]))

    known = [
        signer for one in (file, *([mine] if mine else [])) for root in one.roots for signer in _signers(root)
    ]
    new = list_json(file.body, known)
    old = list_json(mine.body, known) if mine else None
    if old is not None:
        _attempt(trusted.update_timestamp, old.timestamp)
    try:
        trusted.update_timestamp(new.timestamp)
    except EqualVersionNumberError:
        return "same"
    if old is not None:
        _attempt(lambda data: trusted.update_snapshot(data, trusted=True), old.snapshot)
    trusted.update_snapshot(new.snapshot)
    trusted.update_targets(new.targets)
    return "imported"


def _attempt(load: Callable[[bytes], object], data: bytes) -> None:
    """Load what the client has; what is not valid any more is forgotten (fast-forward recovery, 5.3.11)."""
    try:
        load(data)
    except RepositoryError:
        return
