"""Importing into stores, for tests: what comes of it, in one word."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from qrcert.errors import TrustListError
from qrcert.store import FILE_NAME, Store
from qrcert.trust import TrustList
from trust_maker import World

TODAY = date(2026, 6, 1)


def fingerprint(data: bytes) -> str:
    return TrustList.from_bytes(data).fingerprint.hex()


def put(store: Store, made: World | bytes, **options: Any) -> str:
    """What importing gives: ``imported``, ``same``, or the code of the refusal."""
    data = made if isinstance(made, bytes) else made.file()
    try:
        return store.import_list(data, on=TODAY, **options)
    except TrustListError as error:
        return error.code


def stored(store: Store, made: World | bytes) -> Store:
    """The store, a list imported that it has not had yet."""
    data = made if isinstance(made, bytes) else made.file()
    assert store.import_list(data, on=TODAY, fingerprint=fingerprint(data)) == "imported"
    return store


def edit(folder: Path, statement: str, *values: Any) -> int:
    """Change the file of a store behind its back; return how many rows were."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as database:
        count = database.execute(statement, values).rowcount
        database.commit()
    return count
