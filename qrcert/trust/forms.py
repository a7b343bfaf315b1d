"""Forms between TOML, the list's bytes, and the `Form` that a verifier shows and checks with."""

from __future__ import annotations

from qrcert import cbor
from qrcert.errors import FormError, Unreadable
from qrcert.form import Form, read_form, reduce_form
from qrcert.trust.entries import FormEntry, form_hash

MAX_FORM_DEPTH = 7
"""Arrays and maps inside one another in a form's bytes."""


def compile_form(text: str) -> FormEntry:
    """Return the entry of the form that a TOML text spells: its bytes, their hash, its translations.

    Raises `FormError` for what is not TOML and for a form that no verifier could read.
    """
    import tomllib  # here, because verifying needs no TOML and should start fast

    try:
        toml = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also for an integer of thousands of digits
        raise FormError(f"the form is not TOML: {error}") from error
    data, translations = reduce_form(toml)
    try:
        raw = cbor.encode(data)
    except ValueError as error:
        raise FormError(f"the form holds what cannot be encoded: {error}") from error
    form = FormEntry(form_hash(raw), raw, translations)
    _read(form)
    return form


def open_form(entry: FormEntry) -> Form | None:
    """Return the form of an entry, or None for one that is not understood here: it counts as unknown."""
    try:
        return _read(entry)
    except (FormError, Unreadable):
        return None


def _read(entry: FormEntry) -> Form:
    data = cbor.decode(entry.data, max_depth=MAX_FORM_DEPTH, booleans=True)
    if not isinstance(data, dict):
        raise FormError("a form is a map")
    return read_form(data, raw=entry.data, translations=entry.translations)
