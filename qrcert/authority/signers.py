"""Signers: making a signer's pair of keys, signing with it, and the public card that he sends to the authority.

A card is a COSE_Sign (tag 98) over ``{0: made on, 1: name, 2: Ed25519 key, 3: ML-DSA-65 key}``, external_aad
``qrcert signer card 1``, signed with both keys: that proves possession.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qrcert import cbor
from qrcert.authority.folder import make_room
from qrcert.cose import ED25519, ML_DSA_65, SIGN_TAG, SignMessage, read_sign, write_sign
from qrcert.encode import showable
from qrcert.errors import KeyFileError, Refused, Unreadable
from qrcert.files import write_file
from qrcert.signing import SigningKey, load_keys, save_keys
from qrcert.trust import Signer, make_signature, payload_hash
from qrcert.trust.layout import DAY, LINE, Label, Labelled, decoded, fault, octets
from qrcert.trust.roots import Quorum, check_signatures, screened

CARD_AAD: Final = b"qrcert signer card 1"

CARD_KEY: Final = "signer.key"
CARD_FILE: Final = "signer.card"

MAX_CARD: Final = 64 << 10
"""Bytes; a card has 5 500 and a name."""

Pair = tuple[SigningKey, SigningKey]
"""The Ed25519 and the ML-DSA-65 key of one signer, of which neither counts alone."""

_CARD = Labelled(
    "signer card",
    {
        0: Label("made on", DAY),
        1: Label("name", LINE),
        2: Label("Ed25519 key", octets(32)),
        3: Label("ML-DSA-65 key", octets(1952)),
    },
)


@dataclass(frozen=True, slots=True)
class SignerCard:
    """Who wants to be a signer, and with which keys; ``hash`` is what is compared by telephone."""

    name: str
    made_on: int
    signer: Signer
    hash: bytes


def new_pair() -> Pair:
    """Return the new keys of a signer."""
    return SigningKey.generate(ED25519), SigningKey.generate(ML_DSA_65)


def load_pair(path: Path, *, passphrase: bytes) -> Pair:
    """Return the keys of a signer's key file; raises `KeyFileError`, also for a file of other keys."""
    keys = load_keys(path, passphrase=passphrase)
    if [key.alg for key in keys] != [ED25519, ML_DSA_65]:
        raise KeyFileError(f"{path.name!r} holds no signer's pair of keys: is it a school's key?")
    return keys[0], keys[1]


def signer_of(pair: Pair) -> Signer:
    """Return the public half of a signer's keys."""
    return Signer(pair[0].public_key, pair[1].public_key)


def sign_message(payload: bytes, pair: Pair, *, aad: bytes) -> SignMessage:
    """Return a message over ``payload`` with the signatures of one signer's two keys."""
    return SignMessage(
        payload,
        tuple(make_signature(payload, alg=key.alg, kid=key.kid, aad=aad, sign=key.sign) for key in pair),
    )


def make_signer(folder: Path, *, name: str, passphrase: bytes, today: int) -> SignerCard:
    """Make a signer's keys and card in ``folder`` and return the card.

    Raises `KeyFileError` where a key is there already, `Refused` for a name that may not be shown or a folder
    that cannot be written, `TrustListError` for a name that is empty or too long.
    """
    pair = new_pair()
    data = write_card(pair, name=showable(name, "the signer's name"), today=today)
    card = read_card(data)
    make_room(folder)
    save_keys(folder / CARD_KEY, pair, passphrase=passphrase)
    try:
        write_file(folder / CARD_FILE, data)
    except Refused:
        (folder / CARD_KEY).unlink()  # nobody has seen it, and it would bar the next attempt
        raise
    return card


def write_card(pair: Pair, *, name: str, today: int) -> bytes:
    """Return the bytes of a signer's card."""
    payload = cbor.encode({0: today, 1: name, 2: pair[0].public, 3: pair[1].public})
    return cbor.encode(write_sign(sign_message(payload, pair, aad=CARD_AAD)))


def read_card(data: bytes) -> SignerCard:
    """Return the card in ``data``, both its signatures checked; raises `TrustListError`, `Refused` for its name."""
    if len(data) > MAX_CARD:
        raise fault("too_big", f"a card of {len(data)} bytes, the limit is {MAX_CARD}")
    try:
        message = read_sign(decoded(data, tags=frozenset((SIGN_TAG,))))
    except Unreadable as error:
        raise fault("unreadable", f"no signer's card: {error}") from error
    body = _CARD.read(decoded(message.payload))
    signer = Signer(screened(ED25519, body[2]), screened(ML_DSA_65, body[3]))
    check_signatures(message, aad=CARD_AAD, quorums=[Quorum((signer,), 1)])
    return SignerCard(showable(body[1], "the signer's name"), body[0], signer, payload_hash(message.payload))
