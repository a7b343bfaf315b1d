"""The signed list: schools, keys, rights, forms, withdrawals, seasons, and who vouches for them.

>>> trust = TrustList.from_bytes(data)
>>> trust.entry(kid).school.name_now
>>> trust.withdrawal(name_of_number(kid, form16, number))

From the bottom: `layout` (tables and order), `merkle`, `seasons`, `entries` (values), `roots` (who signs),
`messages` (the file), `body` (what a list says), `forms`, `verified` (what is asked of a list), `lists`
(`TrustList`), `succession` (what may follow what), `writing`, `delta`, `names`, `groups`, `requests`. Every
refusal is a `TrustListError` with its code.
"""

from __future__ import annotations

from qrcert.trust.delta import Delta, is_delta
from qrcert.trust.diffing import make_delta
from qrcert.trust.entries import (
    Contents,
    Counts,
    FormEntry,
    Header,
    KeyEntry,
    KeyPin,
    School,
    Season,
    form_hash,
)
from qrcert.trust.forms import compile_form, open_form
from qrcert.trust.groups import hex_groups, telephone_groups
from qrcert.trust.layout import NO_HASH
from qrcert.trust.lists import TrustList
from qrcert.trust.messages import MAX_FILE, Envelope, signed
from qrcert.trust.names import name_of_copy, name_of_number
from qrcert.trust.requests import (
    Copy,
    Head,
    KeyRequest,
    Number,
    SeasonLeaves,
    Wanted,
    WithdrawalRequest,
    read_key_request,
    read_season_leaves,
    read_withdrawal_request,
    unwrap,
    wrap,
    write_key_request,
    write_season_leaves,
    write_withdrawal_request,
)
from qrcert.trust.roots import LIST_AAD, ROOT_AAD, Root, Signer
from qrcert.trust.seasons import Leaves, Proof, SeasonTree
from qrcert.trust.succession import Succession, compare, require_one_chain
from qrcert.trust.verified import VerifiedList
from qrcert.trust.writing import list_payload, make_signature, payload_hash, root_payload

__all__ = [
    "LIST_AAD",
    "MAX_FILE",
    "NO_HASH",
    "ROOT_AAD",
    "Contents",
    "Copy",
    "Counts",
    "Delta",
    "Envelope",
    "FormEntry",
    "Head",
    "Header",
    "KeyEntry",
    "KeyPin",
    "KeyRequest",
    "Leaves",
    "Number",
    "Proof",
    "Root",
    "School",
    "Season",
    "SeasonLeaves",
    "SeasonTree",
    "Signer",
    "Succession",
    "TrustList",
    "VerifiedList",
    "Wanted",
    "WithdrawalRequest",
    "compare",
    "compile_form",
    "form_hash",
    "hex_groups",
    "is_delta",
    "list_payload",
    "make_delta",
    "make_signature",
    "name_of_copy",
    "name_of_number",
    "open_form",
    "payload_hash",
    "read_key_request",
    "read_season_leaves",
    "read_withdrawal_request",
    "require_one_chain",
    "root_payload",
    "signed",
    "telephone_groups",
    "unwrap",
    "wrap",
    "write_key_request",
    "write_season_leaves",
    "write_withdrawal_request",
]
