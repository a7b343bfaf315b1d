"""How a title is set: «Аттестат о среднем общем образовании» as one great word and a line below it."""

from __future__ import annotations

from typing import NamedTuple

# First words that name a document by themselves, in the languages of the shipped forms and their neighbours.
_DOCUMENTS = frozenset(
    (
        *("аттестат", "грамота", "диплом", "приложение", "свидетельство", "сертификат", "справка"),
        *("award", "certificate", "diploma", "record", "statement", "supplement", "transcript"),
        *("bescheinigung", "urkunde", "zertifikat", "zeugnis"),
        *("attestation", "brevet", "certificat", "diplôme", "relevé"),
        *("certificado", "título"),
    )
)


class Headline(NamedTuple):
    """A title in two parts: ``main`` large, in capitals or as written, and ``sub`` in italics below or None."""

    main: str
    sub: str | None
    capitals: bool


def headline(title: str) -> Headline:
    """Return ``title`` in the two parts in which it is set.

    The name of a document in front stands alone in capitals; else what follows a colon goes below; else the
    title stays whole.
    """
    first, _, rest = title.partition(" ")
    if first.rstrip(":").lower() in _DOCUMENTS:
        return Headline(first.rstrip(":").upper(), rest or None, capitals=True)
    before, colon, after = title.partition(": ")
    if colon:
        return Headline(before, after, capitals=False)
    return Headline(title, None, capitals=False)
