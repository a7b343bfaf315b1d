"""Mutated trust lists: how many are accepted, what else comes out, how long and how large it gets.

    python bench/lists_mutated.py [COUNT] [PROCESSES]

Good files of several authorities are spoiled in their bytes, their CBOR, their messages and signatures; one in
ten is spoiled behind its signatures, as a careless or hostile authority could sign it, where only a foreign
exception is a fault. The ordinary tests run 3 000 (tests/test_trust_mutations.py).
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from qrcert import cbor
from qrcert.errors import TrustListError
from qrcert.trust import Envelope, TrustList
from qrcert.trust.body import read_contents
from qrcert.trust.roots import keys_of_signers, read_root
from test_trust_mutations import mutated
from trust_maker import Person, RootPlan, World, good_body, one_root, own_list, people, world

SECONDS = 2.0
MEGABYTES = 200
"""What no file may take. Memory is that of the whole process, Python and all libraries included."""

BEHIND = 10
"""One in so many is spoiled behind its signatures."""

HUGE = 5_000
"""One in so many is of a hostile size."""

VALUES = (0, 1, -1, 23, 24, 2**16, 2**53 - 1, b"", bytes(8), bytes(16), bytes(32), "", "x", (), {}, (0, b""))
"""What takes the place of an item, whatever was there."""


@dataclass
class Tally:
    """What came of a number of files."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    megabytes: float = 0.0

    def add(self, other: Tally) -> None:
        """Take in what another process found."""
        self.answers += other.answers
        self.faults += other.faults
        self.slowest = max(self.slowest, other.slowest)
        self.megabytes = max(self.megabytes, other.megabytes)


def signed_by_others() -> bytes:
    """Return a good file of an authority that shares nothing with the others."""
    strangers: list[Person] = people("UVW")
    return World([RootPlan(strangers, strangers[:2])], good_body(), strangers[:2]).file()


def good_files() -> list[bytes]:
    """Return files that stand; all pieces of them are good somewhere."""
    return [world().file(), one_root(signers="KLM").file(), own_list().file(), signed_by_others()]


def spoiled_bytes(files: list[bytes], chance: random.Random) -> bytes:
    """One to three faults in the bytes of a file."""
    data = chance.choice(files)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = mutated(data, chance) or b"\x00"
    return data


def spoiled_items(files: list[bytes], chance: random.Random) -> bytes:
    """Well-formed CBOR with an item taken out, doubled, moved, replaced, or taken from another file."""
    tags = frozenset((98,))
    value, other = (_loose(cbor.decode(data, tags=tags)) for data in chance.sample(files, 2))
    place, key = _place(value, chance)
    elsewhere, far = _place(other, chance)
    kind = chance.randrange(5)
    if kind == 0:
        del place[key]
    elif kind == 1:
        place.insert(key, place[chance.randrange(len(place))])
    elif kind == 2:
        chance.shuffle(place)
    elif kind == 3:
        place[key] = chance.choice(VALUES)
    else:
        place[key] = elsewhere[far]
    return cbor.encode(value)


def spoiled_messages(files: list[bytes], chance: random.Random) -> bytes:
    """Files of the right shape whose roots, payloads and signatures were exchanged, left out or altered."""
    tags = frozenset((98,))
    (roots, body), (other_roots, other_body) = (
        _loose(cbor.decode(data, tags=tags)) for data in chance.sample(files, 2)
    )
    messages = [*roots, body]
    message = chance.choice(messages).value
    strange = chance.choice([*other_roots, other_body, *messages]).value
    signatures = message[3]
    kind = chance.randrange(7)
    if kind == 0:
        del signatures[chance.randrange(len(signatures))]
    elif kind == 1:
        signatures.append(chance.choice(strange[3]))
        signatures.sort()
    elif kind == 2:
        chance.choice(signatures)[2] = chance.choice(strange[3])[2]
    elif kind == 3:
        message[2] = mutated(message[2], chance)
    elif kind == 4:
        message[2] = strange[2]
    elif kind == 5:
        one = chance.choice(signatures)
        one[chance.choice((0, 2))] = mutated(one[2], chance)
    else:
        roots.insert(chance.randrange(len(roots) + 1), chance.choice([*roots, *other_roots]))
    return cbor.encode([roots, body])


def _loose(value: Any) -> Any:
    """Return the item with lists in place of arrays."""
    if isinstance(value, cbor.Tagged):
        return cbor.Tagged(value.number, _loose(value.value))
    return [_loose(item) for item in value] if isinstance(value, tuple) else value


def _place(value: Any, chance: random.Random) -> tuple[list[Any], int]:
    """Return some array of a file and a place in it."""
    found = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        item = item.value if isinstance(item, cbor.Tagged) else item
        if isinstance(item, list):
            waiting += item
            found += [(item, key) for key in range(len(item))]
    return chance.choice(found)


def huge(chance: random.Random) -> bytes:
    """Bytes that promise, repeat or nest more than any file holds."""
    filling = chance.choice(
        (b"\x00", b"\x81", b"\xa1", b"\xd8\x62", b"\x40", b"\x58\x20", b"\x9f", b"\xff", b"\x80")
    )
    if chance.randrange(2):
        return filling * ((64 << 20) // len(filling) + chance.randrange(2))
    head = chance.choice(
        (b"\x82", b"\x82\x81", b"\x82\x9a\x00\x01\x00\x00", b"\x82\x81\xd8\x62\x84\x40\xa0\x5a")
    )
    return head + filling * chance.choice((1 << 16, 1 << 20, 4 << 20))


def behind(files: list[bytes], chance: random.Random) -> Callable[[], object]:
    """Return the reading of a spoiled body or root, as if its signatures held."""
    envelope = Envelope.from_bytes(chance.choice(files))
    roots = [read_root(one.payload) for one in envelope.roots]
    if chance.randrange(3) == 0:
        payload = mutated(envelope.roots[-1].payload, chance)
        return lambda: read_root(payload)
    payload = mutated(envelope.body.payload, chance)
    return lambda: read_contents(payload, newest=roots[-1], signer_kids=keys_of_signers(roots))


def part(seed: int, count: int) -> Tally:
    """Try ``count`` files."""
    chance, files, tally = random.Random(seed), good_files(), Tally()
    while (tried := tally.answers.total()) < count:
        if tried % BEHIND == 0:
            _try(behind(files, chance), tally, may_stand=True)
            continue
        make = chance.choice((spoiled_bytes, spoiled_items, spoiled_messages, spoiled_messages))
        data = huge(chance) if tried % HUGE == 1 else make(files, chance)
        if data not in files:
            _try(lambda data=data: TrustList.from_bytes(data), tally, may_stand=False)
    tally.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tally


def _try(read: Callable[[], object], tally: Tally, *, may_stand: bool) -> None:
    start = time.perf_counter()
    try:
        read()
        answer = "stands, as a list may that was signed so" if may_stand else "ACCEPTED"
    except TrustListError as error:
        answer = error.code
    except Exception as error:
        answer = f"EXCEPTION {type(error).__name__}: {error}"
    tally.slowest = max(tally.slowest, time.perf_counter() - start)
    tally.answers[answer] += 1
    if answer.split(" ")[0] in ("ACCEPTED", "EXCEPTION"):
        tally.faults.append(answer)


def main(count: int, processes: int) -> int:
    total, parts = Tally(), 10 * processes
    with ProcessPoolExecutor(processes) as pool:
        for tally in pool.map(part, range(parts), [count // parts] * parts):
            total.add(tally)
    tried = total.answers.total()
    accepted = sum(fault == "ACCEPTED" for fault in total.faults)
    print(f"{tried} spoiled lists: {accepted} accepted, {len(total.faults) - accepted} foreign exceptions")
    print(f"slowest {total.slowest * 1000:.0f} ms (target {SECONDS * 1000:.0f} ms), ", end="")
    print(f"memory of a process {total.megabytes:.0f} MB (target {MEGABYTES} MB)")
    for code, number in total.answers.most_common():
        print(f"  {code:<40} {number}")
    return int(bool(total.faults) or total.slowest > SECONDS or total.megabytes > MEGABYTES)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(given + [30_000, 2][len(given) :])))
