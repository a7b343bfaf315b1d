"""Publishing: the next list signed, checked against the last one, and written with a readable copy beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from qrcert import wire
from qrcert.authority.folder import PUBLISHED, SIGNER_KEY, Authority, sign_message, write_whole
from qrcert.errors import Refused
from qrcert.signing import load_keys
from qrcert.trust import LIST_AAD, Envelope, TrustList, compare, list_payload

NEXT_UPDATE_DAYS: Final = 365
"""A school year and a summer: a list that nobody renews is said to be old after that."""


def publish(
    authority: Authority, *, passphrase: bytes, today: int, next_update: int | None = None
) -> TrustList:
    """Sign the next list, keep it under ``published/`` and return it as read back from its bytes.

    ``today`` becomes its day of issue; ``next_update`` defaults to a year later. Before anything is written the
    finished file is verified and compared with the list published before, as every verifier will. Raises
    `TrustListError` where that fails, `Refused` for a list issued before the last one, `KeyFileError`.
    """
    last = authority.last_list()
    if last is not None and today < last.issued:
        raise Refused(f"today is {wire.to_date(today)}, the last list is of {wire.to_date(last.issued)}")
    end = min(today + NEXT_UPDATE_DAYS, authority.root.until) if next_update is None else next_update
    changes: dict[str, Any] = {"issued": today, "next_update": end}
    if last is not None:
        changes |= {"version": last.version + 1, "previous": last.list_hash}
    contents = replace(authority.contents, **changes)
    pair = load_keys(authority.folder / SIGNER_KEY, passphrase=passphrase)
    body = sign_message(list_payload(contents), pair, aad=LIST_AAD)
    data = Envelope((authority.root_message,), body).to_bytes()
    trust = TrustList.from_bytes(data)
    if last is not None:
        compare(last, trust)
    write_whole(authority.folder / PUBLISHED / f"{trust.version:04}.qct", data)
    replace(authority, contents=contents).save()
    return trust


def newest_bytes(authority: Authority) -> bytes:
    """Return the file of the list published last; raises `Refused` before the first."""
    files = authority.published()
    if not files:
        raise Refused("nothing is published yet", hint="qrcert authority publish -o LIST.qct")
    return files[-1].read_bytes()


def write_list(path: Path, data: bytes) -> Path:
    """Write a list's bytes to ``path`` and the readable copy beside it, whose path is returned."""
    readable = path.with_suffix(".json")
    write_whole(path, data)
    text = json.dumps(as_data(TrustList.from_bytes(data)), ensure_ascii=False, indent=1) + "\n"
    write_whole(readable, text.encode())
    return readable


def as_data(trust: TrustList) -> dict[str, Any]:
    """Return what a list says as JSON-ready data, for people and search engines; no machine goes by it."""
    contents = trust.contents
    forms = {entry.hash: form.id if (form := trust.form(entry.hash)) else None for entry in contents.forms}
    return {
        "authority": trust.authority,
        "identity": trust.identity.hex(),
        "fingerprint": trust.fingerprint.hex(),
        "where": trust.where,
        "version": trust.version,
        "issued": _day(trust.issued),
        "next_update": _day(trust.next_update),
        "forms": {digest.hex(): name for digest, name in forms.items()},
        "schools": [
            {
                "id": school.id,
                "names": [{"from": _day(day), "name": name} for day, name in school.names],
                "place": school.place,
                "closed": _day(school.closed),
                "successor": school.successor,
                "archive": school.archive,
                "keys": [
                    {
                        "kid": entry.kid.hex(),
                        "alg": entry.alg,
                        "public": entry.key.public.hex(),
                        "from": _day(entry.start),
                        "until": _day(entry.end),
                        "forms": sorted(
                            str(forms[digest] or digest.hex()) for digest in contents.rights[entry.rights]
                        ),
                        "status": entry.status[0] if entry.status else "active",
                        "since": _day(entry.status[1]) if entry.status else None,
                        "test": entry.test,
                    }
                    for entry in contents.keys
                    if entry.school.id == school.id
                ],
            }
            for school in trust.schools
        ],
        "withdrawals": [
            {"name": name.hex(), "day": _day(day), "kind": kind}
            for name, (day, kind) in sorted(contents.withdrawals.items())
        ],
        "seasons": [
            {
                "closed": _day(one.day),
                "keys": one.keys,
                "certificates": one.certificates,
                "root": one.root.hex(),
            }
            for one in contents.seasons
        ],
        "cutover": _day(trust.cutover),
    }


def _day(day: int | None) -> str | None:
    return None if day is None else wire.to_date(day).isoformat()
