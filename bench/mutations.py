"""Mutated texts: how many are accepted, and whether anything but a verdict comes out.

    python bench/mutations.py [COUNT]

The ordinary tests run 20 000 of them (tests/test_decode.py).
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import school
from qrcert.decode import SHOWS_NUMBER, verify
from test_decode import mutate


def main(count: int) -> None:
    chance = random.Random(count)
    texts = [school.text(name) for name in school.entries()]
    trust = school.trust()
    answers: Counter[str] = Counter()
    for _ in range(count):
        mutated = mutate(chance.choice(texts), chance)
        try:
            answers[verify(mutated, trust=trust, now=school.NOW).code] += 1
        except Exception as error:
            answers[f"EXCEPTION {type(error).__name__}"] += 1
    accepted = sum(answers[code] for code in SHOWS_NUMBER)
    raised = sum(answers[name] for name in answers if name.startswith("EXCEPTION"))
    print(f"{count} mutated texts: {accepted} accepted, {raised} exceptions")
    for code, number in answers.most_common():
        print(f"  {code:<16} {number}")
    sys.exit(bool(accepted or raised))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
