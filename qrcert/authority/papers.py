"""What no longer counts: withdrawing papers that were shown or that a school's request names, and lifting it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from qrcert import cose, wire
from qrcert.authority.folder import Authority
from qrcert.authority.seasons import owners_of
from qrcert.decode import Verdict
from qrcert.errors import Refused, TrustListError
from qrcert.trust import (
    Copy,
    KeyEntry,
    Wanted,
    WithdrawalRequest,
    name_of_copy,
    name_of_number,
    read_withdrawal_request,
)

By = Literal["copy", "number"]


def withdraw_verified(
    authority: Authority, verdict: Verdict, signed: bytes, *, kind: int, by: By, today: int
) -> Authority:
    """Return the authority with the certificate of ``verdict`` withdrawn from ``today``.

    ``signed`` are the certificate's bytes; ``kind`` is 1 replaced and was right, 2 replaced and was wrong, 3
    withdrawn; ``by`` ``copy`` hits these bytes alone, ``number`` every copy and part with the number.
    """
    copy, number = names_of(verdict, signed)
    return _withdraw(authority, [(copy if by == "copy" else number, today, kind)])


def withdraw_requested(
    authority: Authority, data: bytes, *, today: int, second_channel: bool = False
) -> tuple[Authority, tuple[Wanted, ...]]:
    """Return the authority with the withdrawals of a school's signed request, and what they were.

    Raises `TrustListError` for a request that does not hold, is for another authority, was taken before, or
    names another school's key or a paper of another school's season (``other_school``), and `Refused` where the
    key that signed is void, compromised or past its window: then the school must be asked on a second channel,
    and ``second_channel`` says that it was.
    """
    request, signer = _read(authority, data)
    if request.hash in authority.taken:
        raise TrustListError("repeated", "this request was taken before")
    if not second_channel:
        _require_in_use(signer, today)
    keys = {entry.kid: entry for entry in authority.contents.keys}
    for one in request.wanted:
        owner = keys.get(one.what.kid)
        if owner is None or owner.school.id != signer.school.id:
            raise TrustListError("other_school", "the request names a paper that is not the school's own")
        if isinstance(one.what, Copy):
            schools = [keys[kid].school for kid in owners_of(authority, one.what.digest)]
            if schools and signer.school.id not in [school.id for school in schools]:
                raise TrustListError("other_school", f"the request names a paper of {schools[0].name_now!r}")
    changed = _withdraw(authority, [(one.what.name, one.day, one.kind) for one in request.wanted])
    return replace(changed, taken=authority.taken | {request.hash}), request.wanted


def names_of(verdict: Verdict, signed: bytes) -> tuple[bytes, bytes]:
    """Return the two names of a verified certificate: of this copy, and of all with its number.

    Raises `Refused` for what no school of the list has signed.
    """
    if verdict.entry is None or verdict.claims is None:
        raise Refused(
            f"only a certificate of a school in the list can be withdrawn, this one is {verdict.code}"
        )
    kid, claims = verdict.entry.kid, verdict.claims
    return name_of_copy(kid, cose.digest_of(signed)), name_of_number(kid, claims.form, claims.number)


def names_requested(authority: Authority, data: bytes) -> tuple[bytes, ...]:
    """Return the names that a school's signed withdrawal request stands for, taken before or not."""
    return tuple(one.what.name for one in _read(authority, data)[0].wanted)


def lift(authority: Authority, names: Iterable[bytes]) -> tuple[Authority, tuple[bytes, ...]]:
    """Return the authority without the withdrawals under ``names``, and those of them that stood there.

    From the next list on the papers are as they were before. Raises `Refused` if none stands there.
    """
    withdrawals = dict(authority.contents.withdrawals)
    lifted = tuple(name for name in dict.fromkeys(names) if withdrawals.pop(name, None) is not None)
    if not lifted:
        raise Refused("this is not withdrawn, so there is nothing to lift")
    return authority.with_contents(withdrawals=withdrawals), lifted


def _read(authority: Authority, data: bytes) -> tuple[WithdrawalRequest, KeyEntry]:
    """Return a request for this authority and the key that signed it."""
    keys = {entry.kid: entry for entry in authority.contents.keys}
    request = read_withdrawal_request(data, find=lambda kid: keys[kid].key if kid in keys else None)
    request.head.require(authority.identity)
    return request, keys[request.kid]


def _require_in_use(signer: KeyEntry, today: int) -> None:
    if signer.status is not None or not signer.start <= today <= signer.end:
        raise Refused(
            "the request is signed with a key that is not in use: a thief could have made it",
            hint="ask the school on another channel; if it says the same: --second-channel",
        )


def _withdraw(authority: Authority, rows: Iterable[tuple[bytes, int, int]]) -> Authority:
    withdrawals = dict(authority.contents.withdrawals)
    for name, day, kind in rows:
        before = withdrawals.get(name)
        if before is not None and before[1] >= kind:
            raise Refused(f"{name.hex()} is withdrawn already, on {wire.to_date(before[0])}")
        withdrawals[name] = (day, kind)
    return authority.with_contents(withdrawals=withdrawals)
