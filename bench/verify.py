"""Text -> verdict against the bare signature check, in one process, turn and turn about.

    python bench/verify.py [RUNS]

Prints each in microseconds and their ratio, for a filled sample of every shipped form: the medians, and the lower
quartiles, which a busy neighbour on the same machine disturbs less.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median, quantiles

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import school
from qrcert import cose, wire
from qrcert.decode import verify
from qrcert.trust import name_of_copy

TARGET = 1.3


def main(runs: int) -> None:
    withdrawn = {
        name_of_copy(bytes(8), bytes([n % 256, n // 256]) * 16): (school.TODAY, 3) for n in range(15_000)
    }
    trust = school.publish(school.contents(withdrawals=withdrawn))
    print(f"text -> verdict over bare Ed25519 verification, medians of {runs} interleaved runs")
    print(f"{'':<26}  medians                    lower quartiles      target <= {TARGET}")
    columns = f"{'bare us':>9} {'verdict us':>10} {'ratio':>6}"
    print(f"{'form':<20} {'bytes':>5}{columns}{columns}")
    for name in school.entries():
        text = school.text(name)
        bare, whole = interleaved(text, trust, runs)
        figures = [(median(bare), median(whole)), (quantiles(bare)[0], quantiles(whole)[0])]
        row = "".join(f"{one * 1e6:>9.1f} {two * 1e6:>10.1f} {two / one:>6.2f}" for one, two in figures)
        print(f"{name:<20} {len(wire.to_bytes(text)):>5}{row}")


def interleaved(text: str, trust: school.TrustList, runs: int) -> tuple[list[float], list[float]]:
    """Return the seconds of the signature check alone and of the whole verdict, turn and turn about."""
    message = cose.read_sign1(wire.to_bytes(text), max_bytes=wire.MAX_BYTES)
    signed = cose.sign1_input(message.protected, message.payload, aad=cose.CERTIFICATE_AAD)
    check = Ed25519PublicKey.from_public_bytes(school.KEY.public).verify
    clock = time.perf_counter
    bare, whole = [], []
    for _ in range(runs):
        start = clock()
        check(message.signature, signed)
        middle = clock()
        verdict = verify(text, trust=trust, now=school.NOW)
        end = clock()
        assert verdict.code == "genuine"
        bare.append(middle - start)
        whole.append(end - middle)
    return bare, whole


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
