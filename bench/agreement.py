"""Do the library and the page ever disagree? Signed payloads, forms and lists, changed at random, judged by both.

    python bench/agreement.py [COUNT] [SEED]

Unlike mutated texts, which no signature survives, everything here is honestly signed after it was changed: the
rules behind the signatures decide. COUNT payloads, as many forms, an eighth as many lists. Needs Node and `npm ci`
in web/verifier. Exit status 1 where an answer, a refusal or a shown text differs; then the cases are kept.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cbor2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import school
from qrcert import cbor, cose, wire
from qrcert.decode import verify
from qrcert.errors import FormError, TrustListError
from qrcert.form import Form
from qrcert.trust import Envelope, FormEntry, TrustList, open_form
from qrcert.trust.entries import form_hash
from test_decode import resigned
from test_vectors import facts

VERIFIER = Path(__file__).parents[1] / "web" / "verifier"
LANGUAGES = ("ru", "en", "de", "fr")

EDGES: tuple[Any, ...] = (
    *(0, 1, 23, 24, 255, 256, -1, -3, -24, -25, 2**53 - 1, 1 - 2**53, 18262, 84005, 84006, -62091, -62092),
    *(
        "",
        "x",
        "я",
        "5",
        "2026",
        "a" * 33,
        "я" * 300,
        "ё\u0301",
        b"",
        b"\0",
        b"\x80",
        b"\xff" * 4,
        b"a" * 301,
    ),
    *([], [2000], [1799], [2199, 12], [2199, 13], [b""], [b"", b"x"], [b"", "я"], {}, {1: 2}, True, [True]),
)
KEYS = (
    "until",
    "max",
    "part",
    "free",
    "with",
    "code",
    "unit",
    "digits",
    "range",
    "list",
    "rows",
    "en",
    "ru",
    "x",
)
"""Values and keys at the edges of the rules."""

Case = dict[str, Any]


class Changes:
    """Random changes to values and bytes; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def octets(self, data: bytes) -> bytes:
        """Return the bytes with a few of them changed."""
        changed = bytearray(data or b"\0")
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            at = self.chance.randrange(len(changed))
            match self.chance.randrange(5):
                case 0:
                    changed[at] ^= 1 << self.chance.randrange(8)
                case 1:
                    changed[at] = self.chance.randrange(256)
                case 2:
                    changed.insert(at, self.chance.randrange(256))
                case 3 if len(changed) > 1:
                    del changed[at]
                case _:
                    changed[at : at + 4] = changed[: self.chance.randrange(1, 9)]
        return bytes(changed)

    def value(self, given: Any) -> Any:
        """Return the value with something in it changed."""
        if self.chance.random() < 0.25:
            return self.chance.choice(EDGES)
        match given:
            case bool():
                return not given
            case int():
                return given + self.chance.choice((-1, 1, -7, 7, 100, -100, 2**31, -(2**31)))
            case bytes():
                return self.octets(given)
            case str():
                at = self.chance.randrange(len(given) + 1)
                return given[:at] + self.chance.choice(("я", "{", " ", "\1", "")) + given[at:]
            case list() | tuple():
                return self._array(list(given))
            case dict():
                return self._map(dict(given))
            case _:
                return 0

    def _array(self, items: list[Any]) -> list[Any]:
        at = self.chance.randrange(len(items) + 1)
        if at == len(items):
            return [*items, self.chance.choice(EDGES)]
        match self.chance.randrange(4):
            case 0:
                del items[at]
            case 1:
                items.insert(at, items[at])
            case _:
                items[at] = self.value(items[at])
        return items

    def _map(self, said: dict[Any, Any]) -> dict[Any, Any]:
        key = self.chance.choice(list(said) or [1])
        match self.chance.randrange(6):
            case 0:
                said.pop(key, None)
            case 1:
                said[self.chance.choice((self.chance.randrange(-26, 26), *KEYS))] = self.chance.choice(EDGES)
            case _:
                said[key] = self.value(said.get(key, 0))
        return said

    def encoded(self, data: bytes, **limits: Any) -> bytes:
        """Return the bytes changed as bytes, or the value in them changed and encoded again."""
        if self.chance.random() < 0.35:
            return self.octets(data)
        return cbor2.dumps(self.value(cbor.decode(data, **limits)), canonical=True)


def text_of(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def payload_of(name: str) -> bytes:
    return cose.read_sign1(wire.to_bytes(school.text(name)), max_bytes=wire.MAX_BYTES).payload


def payloads(changes: Changes, count: int, trust: TrustList) -> Iterator[Case]:
    for _ in range(count):
        text = resigned(changes.encoded(payload_of(changes.chance.choice(list(school.entries())))))
        verdict = verify(text, trust=trust, now=school.NOW)
        yield {"kind": "text", "input": text, "now": school.NOW.isoformat(), "expected": facts(verdict)}


def forms(changes: Changes, count: int) -> Iterator[Case]:
    for _ in range(count):
        name = changes.chance.choice(list(school.entries()))
        entry = school.entries()[name]
        data = changes.encoded(entry.data, booleans=True)
        fields = {label: value for label, value in cbor.decode(payload_of(name)).items() if label > 0}
        form = open_form(FormEntry(form_hash(data), data, entry.translations))
        yield {
            "kind": "form",
            "data": text_of(data),
            "translations": {language: list(texts) for language, texts in entry.translations.items()},
            "fields": text_of(cbor.encode(fields)),
            "expected": None if form is None else shown(form, fields),
        }


def shown(form: Form, fields: dict[int, Any]) -> Any:
    """Return what a form shows of fields in every language, or that it refuses them."""
    try:
        form.check(fields, None)
    except FormError:
        return "refused"
    said = {}
    for language in LANGUAGES:
        contents = form.show(fields, part=None, language=language)
        said[language] = {
            "title": contents.title,
            "language": contents.language,
            "fields": [[one.name, one.label, one.value, one.text] for one in contents.fields],
            "marks": [
                [one.table, one.label, one.subject, list(one.cells), list(one.texts)]
                for one in contents.marks
            ],
        }
    return said


def lists(changes: Changes, count: int, data: bytes) -> Iterator[Case]:
    body = Envelope.from_bytes(data).body.payload
    for _ in range(count):
        changed = school.publish_raw(changes.encoded(body))
        try:
            TrustList.from_bytes(changed)
            code = None
        except TrustListError as error:
            code = error.code
        yield {"kind": "list", "data": text_of(changed), "expected": code}


def main(count: int, seed: int) -> None:
    changes = Changes(seed)
    data = school.publish_bytes(school.contents())
    trust = TrustList.from_bytes(data)
    path = Path(mkdtemp(prefix="qrcert-agreement-")) / "cases.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for case in (
            {"kind": "trust", "data": text_of(data)},
            *payloads(changes, count, trust),
            *forms(changes, count),
            *lists(changes, count // 8, data),
        ):
            file.write(json.dumps(case) + "\n")
    environment = os.environ | {"AGREEMENT": str(path)}
    done = subprocess.run(["npx", "vitest", "run"], cwd=VERIFIER, env=environment, check=False)
    print(f"{2 * count + count // 8} cases: {'no difference' if done.returncode == 0 else f'see {path}'}")
    if done.returncode == 0:
        path.unlink()
        path.parent.rmdir()
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
