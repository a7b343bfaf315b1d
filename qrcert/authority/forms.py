"""Forms of the list, and which keys admitted before may sign a new one."""

from __future__ import annotations

from dataclasses import replace

from qrcert.authority.folder import Authority
from qrcert.errors import Refused
from qrcert.trust import FormEntry, KeyEntry


def add_form(authority: Authority, form: FormEntry) -> Authority:
    """Return the authority with ``form`` in its next list; a form that is there gets the new translations.

    No key may sign a new form before `allow_form` or an admission says so.
    """
    kept = [one for one in authority.contents.forms if one.hash != form.hash]
    return authority.with_contents(forms=(*kept, form))


def allow_form(
    authority: Authority, form16: bytes, *, today: int, school_id: int | None = None
) -> tuple[Authority, tuple[KeyEntry, ...]]:
    """Return the authority with the form among the rights of keys admitted before, and the keys that lacked it.

    Of every school, or of the one with ``school_id``; only keys in use get the right: neither void nor
    compromised, and not past their window on ``today``. Raises `Refused` for a form that is not in the list and
    for an unknown school.
    """
    contents = authority.contents
    if form16 not in {form.hash for form in contents.forms}:
        raise Refused(f"the form {form16.hex()} is not in the list", hint="qrcert authority form add FILE")
    if school_id is not None and school_id not in {one.id for one in contents.schools}:
        raise Refused(f"no school {school_id} in the list")
    chosen = tuple(
        entry
        for entry in contents.keys
        if school_id in (None, entry.school.id)
        and entry.status is None
        and today <= entry.end
        and form16 not in contents.rights[entry.rights]
    )
    rights = dict(contents.rights)
    numbers = {
        number: number_for(rights, rights[number] | {form16})
        for number in sorted({entry.rights for entry in chosen})
    }
    granted = {entry.kid: replace(entry, rights=numbers[entry.rights]) for entry in chosen}
    keys = tuple(granted.get(entry.kid, entry) for entry in contents.keys)
    used = {entry.rights for entry in keys}
    kept = {number: forms for number, forms in rights.items() if number in used}
    return authority.with_contents(rights=kept, keys=keys), chosen


def number_for(rights: dict[int, frozenset[bytes]], forms: frozenset[bytes]) -> int:
    """Return the number under which these forms are the rights of keys; a new one is added to ``rights``."""
    for number, allowed in rights.items():
        if allowed == forms:
            return number
    number = max(rights, default=0) + 1
    rights[number] = forms
    return number
