"""Make the test vectors, or check that they are what this makes.

python spec/make_vectors.py            write spec/vectors
python spec/make_vectors.py --check    change nothing, tell what differs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from making.book import files
from making.keys import VECTORS

MADE = ("*/*.json", "lists/*")


def differences(wanted: Mapping[str, bytes], folder: Path = VECTORS) -> list[str]:
    """Return what is not as it should be in ``folder``, a line each."""
    there = {path.relative_to(folder).as_posix() for pattern in MADE for path in folder.glob(pattern)}
    lines = [f"missing: {path}" for path in sorted(wanted.keys() - there)]
    lines += [f"not made here: {path}" for path in sorted(there - wanted.keys())]
    both = sorted(there & wanted.keys())
    return lines + [f"differs: {path}" for path in both if (folder / path).read_bytes() != wanted[path]]


def write(wanted: Mapping[str, bytes], folder: Path = VECTORS) -> None:
    """Make ``folder`` hold exactly these files beside those that are written by hand."""
    for pattern in MADE:
        for path in folder.glob(pattern):
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()
    for name, data in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    check = parser.parse_args().check
    wanted = files()
    lines = differences(wanted)
    if not check:
        write(wanted)
    for line in lines:
        print(line)
    scenarios = sum(name.endswith(".json") for name in wanted)
    print(f"{scenarios} scenarios, {len(lines)} files {'differ' if check else 'changed'}")
    return 1 if check and lines else 0


if __name__ == "__main__":
    sys.exit(main())
