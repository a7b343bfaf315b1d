"""Publishing: the next list signed, checked against the last one, and written with a readable copy beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from qrcert import wire
from qrcert.authority.admission import KEY_DAYS
from qrcert.authority.drafts import Draft, draft_of, require_complete, sign_draft
from qrcert.authority.folder import PUBLISHED, Authority
from qrcert.authority.founding import SIGNER_KEY
from qrcert.authority.signers import load_pair
from qrcert.cose import SignMessage
from qrcert.errors import Refused, TrustListError
from qrcert.files import write_file
from qrcert.trust import (
    NO_HASH,
    Contents,
    Envelope,
    KeyEntry,
    Root,
    School,
    Succession,
    TrustList,
    compare,
    list_payload,
)

NEXT_UPDATE_DAYS: Final = 365
"""A school year and a summer: a list that nobody renews is said to be old after that."""


def publish(
    authority: Authority,
    *,
    passphrase: bytes,
    today: int,
    next_update: int | None = None,
    key: Path | None = None,
) -> TrustList:
    """Sign the next list, keep it under ``published/`` and return it as read back from its bytes.

    For an authority whose lists need one signer; ``key`` is his key file, by default ``signer-1.key`` (or the
    one made by the rotation to him) in the folder. ``today`` becomes the list's day of issue; ``next_update``
    defaults to a year later. Before anything is written the finished file is verified and compared with the list
    published before, as every verifier will. Raises `TrustListError` where that fails, `KeyFileError`, and
    `Refused`: what `draft_list` refuses, and a key that is none of the signers'.
    """
    if authority.root.list_threshold > 1:
        raise Refused(
            f"a list needs {authority.root.list_threshold} signers, one cannot publish alone",
            hint="qrcert authority publish -o LIST.qct makes the draft that they sign",
        )
    draft = draft_list(authority, today=today, next_update=next_update)
    pair = load_pair(key or key_file(authority), passphrase=passphrase)
    return finish_list(authority, sign_draft(draft, pair))


def key_file(authority: Authority) -> Path:
    """Return where the key of an authority's one signer should be."""
    name = authority.officers.get(authority.root.signers[0].ed25519.kid)
    path = authority.folder / f"{name}.key"
    return (
        path
        if name is not None and path.parent == authority.folder
        else authority.folder / SIGNER_KEY.format(1)
    )


def draft_list(authority: Authority, *, today: int, next_update: int | None = None) -> Draft:
    """Return the next list as a draft, unsigned; nothing is written.

    Raises `Refused` for a list issued before the last one, a next update beyond the root's end, rights taken from
    a key, leaves that went, a folder that lacks the last list; `TrustListError` for a list that no verifier would
    take.
    """
    last = _last_list(authority)
    _require_dates(last, authority.root, today=today, next_update=next_update)
    contents = replace(
        authority.contents,
        issued=today,
        next_update=min(today + NEXT_UPDATE_DAYS, authority.root.until)
        if next_update is None
        else next_update,
        version=1 if last is None else last.version + 1,
        previous=NO_HASH if last is None else last.list_hash,
    )
    draft = draft_of(authority.root_messages, SignMessage(list_payload(contents), ()), root=False)
    require_follows(last, draft.as_list())
    return draft


def finish_list(authority: Authority, draft: Draft) -> TrustList:
    """Publish a draft that enough signers have signed: keep it under ``published/`` and return it.

    The file is verified from its bytes as every verifier will. Raises `TrustListError` where that fails, and
    `Refused` for a draft that is not of this authority's next list, or that says what its folder does not know.
    """
    last = _last_list(authority)
    if not isinstance(draft.proposed, Contents):
        raise Refused(
            "this is the draft of a root, not of a list", hint="qrcert authority rotate --finish DRAFT"
        )
    _require_next_list(authority, last, draft)
    require_complete(draft)
    data = Envelope(authority.root_messages, draft.message).to_bytes()
    trust = TrustList.from_bytes(data)
    require_follows(last, trust)
    following = replace(authority.contents, version=trust.version + 1, previous=trust.list_hash)
    _require_known(trust, following)
    authority.require_unchanged()
    write_file(authority.folder / PUBLISHED / f"{trust.version:04}.qct", data)
    replace(authority, contents=replace(following, issued=trust.issued, next_update=trust.next_update)).save()
    return trust


def _require_next_list(authority: Authority, last: TrustList | None, draft: Draft) -> None:
    """Raise `Refused` unless the draft is of the list that is due here."""
    if [root.hash for root in draft.roots] != [root.hash for root in authority.roots]:
        raise Refused("the draft is another authority's, or stands on another root than the newest here")
    if last is not None and draft.hash == last.list_hash:
        raise Refused(f"list No. {last.version} is published already", hint=f"it is kept in {PUBLISHED}")
    if draft.as_list().contents.previous != (NO_HASH if last is None else last.list_hash):
        raise Refused(
            "another list was published since the draft was made",
            hint="make a new draft: qrcert authority publish -o LIST.qct",
        )


def _require_known(trust: TrustList, following: Contents) -> None:
    """Raise `Refused` where a draft says what the folder does not know: no list could follow it then."""
    hypothetical = TrustList(trust.roots, following, list_hash=NO_HASH)
    try:
        compare(trust, hypothetical)
        _require_rights(trust, hypothetical)
    except (TrustListError, Refused) as error:
        raise Refused(
            f"the draft is not what this folder drafted: after it, {error}",
            hint="it was made from another copy of the folder, or altered before it was signed; make a new one",
        ) from error


def require_follows(last: TrustList | None, new: TrustList) -> Succession:
    """Return what taking ``new`` after ``last`` would be, if the rules of publishing allow it.

    They are those of verifiers, and: days do not go back, no key loses a right or a paper known to be issued, none
    may sign for longer ahead than is allowed. Raises `TrustListError` and `Refused`.
    """
    done = compare(last, new)
    _require_windows(last, new)
    if last is None or done.kind == "repair":
        return done
    if new.issued < last.issued:
        raise Refused(
            f"the list is of {wire.to_date(new.issued)}, the last list is of {wire.to_date(last.issued)}"
        )
    _require_rights(last, new)
    return done


def _last_list(authority: Authority) -> TrustList | None:
    """Return the list published last; raises `Refused` if it is not in the folder any more."""
    last, due = authority.last_list(), authority.contents.version
    found = 0 if last is None else last.version
    if found < due - 1:
        raise Refused(
            f"list No. {due - 1} was published, the newest in the folder is No. {found}",
            hint=f"put the lists that were sent out back into {PUBLISHED}: a number is never used twice",
        )
    return last


def _require_dates(last: TrustList | None, root: Root, *, today: int, next_update: int | None) -> None:
    """Raise `Refused` unless the last list, today, the next update and the root's end follow each other."""
    if last is not None and today < last.issued:
        raise Refused(f"today is {wire.to_date(today)}, the last list is of {wire.to_date(last.issued)}")
    if not today <= (today if next_update is None else next_update) <= root.until:
        asked = "" if next_update is None else f"next update {wire.to_date(next_update)}: "
        raise Refused(
            f"{asked}a list of today, {wire.to_date(today)}, can promise the next one from today "
            f"until {wire.to_date(root.until)}, when the root ends",
            hint="the next root comes by rotation: qrcert authority rotate" if today > root.until else None,
        )


def _require_windows(last: TrustList | None, new: TrustList) -> None:
    """Raise `Refused` where a key that is new, or whose last day was moved, may sign beyond 15 months."""
    for entry in new.keys:
        before = None if last is None else last.entry(entry.kid)
        if entry.end > new.issued + KEY_DAYS and (before is None or before.end != entry.end):
            raise Refused(
                f"a key of {entry.school.name_now!r} may sign until {wire.to_date(entry.end)}, "
                f"more than 15 months after the list's day, {wire.to_date(new.issued)}",
                hint="sign nothing, and ask who made this draft",
            )


def _require_rights(last: TrustList, new: TrustList) -> None:
    """Raise `Refused` where a key loses a form or a known paper: its honest papers would be refused."""
    for before in last.keys:
        entry = new.entry(before.kid)
        assert entry is not None  # or compare would have refused
        if not before.leaves <= entry.leaves:
            raise Refused(
                f"papers that a key of {before.school.name_now!r} is known to have signed would be forgotten"
            )
        lost = last.contents.rights[before.rights] - new.contents.rights[entry.rights]
        if lost:
            form = new.form(min(lost))
            raise Refused(
                f"a key of {before.school.name_now!r} would lose the right to "
                f"{form.id if form else min(lost).hex()!r}: papers it has signed would be refused"
            )


def newest_bytes(authority: Authority) -> bytes:
    """Return the file of the list published last; raises `Refused` before the first."""
    files = authority.published()
    if not files:
        raise Refused("nothing is published yet", hint="qrcert authority publish -o LIST.qct")
    return files[-1].read_bytes()


def write_list(path: Path, data: bytes) -> Path:
    """Write a list's bytes to ``path`` and the readable copy beside it, whose path is returned."""
    readable = path.with_suffix(".json")
    if path.suffix.casefold() == ".json":  # on some systems the same file whatever its case
        readable = path.with_name(f"{path.name}.json")
    write_file(path, data)
    text = json.dumps(as_data(TrustList.from_bytes(data)), ensure_ascii=False, indent=1) + "\n"
    write_file(readable, text.encode())
    return readable


def as_data(trust: TrustList) -> dict[str, Any]:
    """Return what a list says as JSON-ready data, for people and search engines; no machine goes by it."""
    contents = trust.contents
    forms = {one.hash: form.id if (form := trust.form(one.hash)) else None for one in contents.forms}
    names = {
        number: sorted(str(forms[digest] or digest.hex()) for digest in allowed)
        for number, allowed in contents.rights.items()
    }
    keys: dict[int, list[dict[str, Any]]] = {}
    for entry in trust.keys:
        keys.setdefault(entry.school.id, []).append(_key(entry, names[entry.rights]))
    return {
        "authority": trust.authority,
        "identity": trust.identity.hex(),
        "fingerprint": trust.fingerprint.hex(),
        "where": trust.where,
        "version": trust.version,
        "issued": _day(trust.issued),
        "next_update": _day(trust.next_update),
        "forms": {digest.hex(): name for digest, name in forms.items()},
        "schools": [_school(one, keys.get(one.id, [])) for one in trust.schools],
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


def _school(school: School, keys: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": school.id,
        "names": [{"from": _day(day), "name": name} for day, name in school.names],
        "place": school.place,
        "closed": _day(school.closed),
        "successor": school.successor,
        "archive": school.archive,
        "keys": keys,
    }


def _key(entry: KeyEntry, forms: list[str]) -> dict[str, Any]:
    status, since = entry.status or ("active", None)
    return {
        "kid": entry.kid.hex(),
        "alg": entry.alg,
        "public": entry.key.public.hex(),
        "from": _day(entry.start),
        "until": _day(entry.end),
        "forms": forms,
        "status": status,
        "since": _day(since),
        "test": entry.test,
    }


def _day(day: int | None) -> str | None:
    return None if day is None else wire.to_date(day).isoformat()
