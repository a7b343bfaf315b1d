"""Trust lists at the size of a country: file, import, look-up, deltas, crashes, hostile files, growth.

    python bench/trust.py [--quick]

Imports run in processes of their own, so that their peak memory is theirs. ``--quick`` makes everything ten times
smaller and leaves out the growth. A figure that misses its target is marked, and then the exit status is 1.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from nation import KEY, nation
from qrcert import cbor
from qrcert.errors import TrustListError
from qrcert.store import FILE_NAME, Store
from qrcert.trust import Delta, TrustList, body, make_delta
from qrcert.trust.roots import keys_of_signers, read_root
from trust_maker import LIST, NEVER, RootPlan, World, message, people, world

SCHOOLS = 40_000
MB = 1e6
MAX_FILE = 64 << 20
TODAY = date(2030, 1, 1)
LOOKUPS = 400
KILLS = 60

missed: list[str] = []


def say(what: str, value: float, unit: str, target: float | None = None) -> None:
    """Print a figure, and whether it keeps to its target."""
    line = f"  {what:<56}{value:>9.2f} {unit:<3}"
    if target is not None:
        line += f"  target <= {target:g}{'' if value <= target else '   MISSED'}"
        missed.extend([what] * (value > target))
    print(line.rstrip(), flush=True)


def packed(data: bytes) -> float:
    """Return how many MB a file has when it is gzipped."""
    return len(gzip.compress(data, 9)) / MB


# -------------------------------------------------------------------- what runs in processes of its own


def timed_import(folder: str, *files: str) -> dict[str, Any]:
    """Import files one after the other; return the seconds of each."""
    seconds = []
    for file in files:
        start = time.perf_counter()
        Store(Path(folder)).import_list(Path(file).read_bytes(), on=TODAY, confirm=lambda trust, lost: True)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}


def timed_read(file: str) -> dict[str, Any]:
    """Read a list; return the seconds and the code of its refusal."""
    data, code = Path(file).read_bytes(), "ok"
    start = time.perf_counter()
    try:
        TrustList.from_bytes(data)
    except TrustListError as error:
        code = error.code
    return {"seconds": time.perf_counter() - start, "code": code}


def timed_look(folder: str) -> dict[str, Any]:
    """Open a store for the first time, and look one key up."""
    start = time.perf_counter()
    assert Store(Path(folder)).lists()[0].entry(KEY.kid) is not None
    return {"seconds": time.perf_counter() - start}


ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "import": timed_import,
    "read": timed_read,
    "look": timed_look,
}


def apart(act: str, *arguments: object) -> dict[str, Any]:
    """Do one of `ACTS` in a new process; add its peak memory in MB (of Linux)."""
    command = [sys.executable, __file__, act, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def act(name: str, *arguments: str) -> None:
    answer = ACTS[name](*arguments)
    status = Path("/proc/self/status").read_text()  # getrusage would tell of the parent's memory too
    print(json.dumps(answer | {"memory": int(status.split("VmHWM:")[1].split()[0]) / 1000}))


# ------------------------------------------------------------------------------------------ one list


def look_up(folder: Path, kids: Iterable[bytes]) -> list[float]:
    """Open the store and look a key up, each time anew; return the milliseconds, sorted."""
    times = []
    for kid in kids:
        start = time.perf_counter()
        (found,) = Store(folder).lists()
        entry = found.entry(kid)
        times.append((time.perf_counter() - start) * 1000)
        assert entry is not None
        assert entry.kid == kid
    return sorted(times)


def one_list(folder: Path, schools: int) -> None:
    """Print what the list of the targets weighs, and what it takes to import and to ask it."""
    country = nation(schools)
    base, following = folder / "base.qct", folder / "next.qct"
    base.write_bytes(country.file())
    country.one_percent()
    following.write_bytes(country.file())
    trust = TrustList.from_bytes(base.read_bytes())
    told = [entry for entry in trust.keys if entry.status is not None]
    print(
        f"{trust.counts.schools} schools with their full official names, {trust.counts.keys} keys, "
        f"{trust.counts.withdrawals} withdrawals, {len(trust.header.seasons)} seasons,\n"
        f"{trust.counts.forms} forms x 2 translations, {len(trust.roots)} roots of 5 signers, {len(told)} stolen "
        f"keys with {sum(len(entry.papers) for entry in told)} x 80 leaves"
    )
    target = 4.5 if schools == SCHOOLS else None
    say("file", base.stat().st_size / MB, "MB")
    say("gzipped", packed(base.read_bytes()), "MB", target)
    say("gzipped, ids given region by region", packed(nation(schools, by_region=True).file()), "MB")
    say("gzipped, every tenth school renamed once", packed(nation(schools, renamed=0.1).file()), "MB")
    store = folder / "store"
    done = apart("import", store, base, following)
    say("first import: signatures, rules, writing", done["seconds"][0], "s", 5)
    say("import of the next list over it", done["seconds"][1], "s", 5)
    say("memory of both at most", done["memory"], "MB", 400)
    say("the store's file", (store / FILE_NAME).stat().st_size / MB, "MB")
    kids = random.Random(1).choices([entry.kid for entry in trust.keys], k=LOOKUPS)
    times = look_up(store, kids)
    say(f"open and look one key up, median of {LOOKUPS}", median(times), "ms", 1)
    say("the same, 95 of 100 are faster", times[LOOKUPS * 95 // 100], "ms")
    cold = median(apart("look", store)["seconds"] for _ in range(5))
    say("the same, the first time in a fresh process", cold * 1000, "ms")
    deltas(base.read_bytes(), following.read_bytes())
    start = time.perf_counter()
    Store(store).lists()[0].check()
    say("check the kept file and every row from the start", time.perf_counter() - start, "s")


def deltas(base: bytes, new: bytes) -> None:
    start = time.perf_counter()
    data = make_delta(base, new)
    made = time.perf_counter()
    delta = Delta.from_bytes(data)
    assert delta.apply(base) == new
    end = time.perf_counter()
    say(f"delta of a change of 1 %, {len(delta.steps)} steps", len(data) / 1000, "kB", 60)
    say("gzipped", len(gzip.compress(data, 9)) / 1000, "kB")
    say("making it", made - start, "s")
    say("applying it", end - made, "s")


# ------------------------------------------------------------------------------------------- crashes


def kills(folder: Path) -> None:
    """Kill an importing process at random moments, and look at what it left each time."""
    country, files = nation(400), {}
    first = country.body[3]
    for _ in range(12):
        files[country.body[3]] = country.file()
        country.one_percent()
    store, chance = Store(folder / "killed"), random.Random(3)
    died = begun = finished = 0
    usual = 0.0
    while begun < KILLS:
        if not begun or store.lists()[0].version + 1 not in files:  # all are in: from the beginning
            (folder / "killed" / FILE_NAME).unlink(missing_ok=True)
            store.import_list(files[first], on=TODAY, confirm=lambda trust, lost: True)
            start = time.perf_counter()
            store.import_list(files[first + 1], on=TODAY)
            usual = time.perf_counter() - start
        had = store.lists()[0].version
        died += killed_import(store, files[had + 1], seconds=chance.uniform(0, 3 * usual))
        begun += 1
        (trust,) = store.lists()
        trust.check()
        assert trust.version in (had, had + 1), "a list was lost"
        finished += trust.version > had
    print(
        f"kill -9 in {begun} imports of 400 schools: {died} died at it, {finished} lists were in; "
        "the old one or the new one was there every time, every row of it"
    )


def killed_import(store: Store, data: bytes, *, seconds: float) -> bool:
    """Import in a fork that is killed after so many seconds; tell whether it was still at work."""
    process = os.fork()
    if process == 0:
        store.import_list(data, on=TODAY)
        os._exit(0)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) != 0


# ------------------------------------------------------------------------------------- hostile files


def signed(payload: bytes, signers: str = "A") -> bytes:
    """Return a file whose list says anything, under a root that anybody can make for himself."""
    plan = RootPlan(people(signers), people(signers), (len(signers), len(signers)))
    made = World([plan], world().body, people(signers))
    return cbor.encode([made.outer()[0], message(payload, LIST, people(signers))])


def with_unknown_label(value: bytes) -> bytes:
    """Return a good body with label 20 besides, which is to be ignored whatever it is."""
    good = cbor.encode(world().body | {2: NEVER})
    return bytes((good[0] + 1,)) + good[1:] + b"\x14" + value


def array(item: bytes, size: int) -> bytes:
    """Return an array of so many bytes, all items alike."""
    count = (size - 5) // len(item)
    return cbor.encode([0] * count)[:-count] + item * count


def arrays(item: bytes) -> bytes:
    """Return as much as a file can hold, in arrays of which none has too many items by itself."""
    return array(array(item, 1 << 20), ROOM)


def small_schools(count: int) -> bytes:
    """Return a body of schools as small as they may be, the last of them out of order."""
    schools = [{0: number + 1, 1: [[0, "a"]], 2: "a", 3: []} for number in range(count)]
    schools[-1][0] = 1
    return cbor.encode(world().body | {2: NEVER, 9: schools})


def false_signature(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


ROOM = MAX_FILE - (1 << 20)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "zeros": lambda: bytes(MAX_FILE),
    "random bytes": lambda: random.Random(1).randbytes(MAX_FILE),
    "arrays in arrays": lambda: b"\x81" * MAX_FILE,
    "an array of too many": lambda: array(b"\x80", MAX_FILE),
    "an array that promises 2^40": lambda: b"\x9b\0\0\x01\0\0\0\0\0" + bytes(MAX_FILE - 9),
    "one byte too many": lambda: bytes(MAX_FILE + 1),
    "a body of random bytes, signed": lambda: signed(random.Random(2).randbytes(ROOM)),
    "an unknown label of empty arrays, signed": lambda: signed(with_unknown_label(arrays(b"\x80"))),
    "... of arrays in arrays": lambda: signed(with_unknown_label(arrays(b"\x81" * 6 + b"\0"))),
    "... of maps in maps": lambda: signed(with_unknown_label(arrays(b"\xa1\0" * 6 + b"\0"))),
    "350 000 schools, the last out of order, signed": lambda: signed(small_schools(350_000)),
    "16 signers, the last signature false": lambda: false_signature(signed(bytes(ROOM), "ABCDEFGHIJKLMNOP")),
}


def hostile(folder: Path) -> None:
    print("hostile files of 64 MiB            refused as          after s   memory MB, of which the file 64")
    for name, make in HOSTILE.items():
        path = folder / "hostile.qct"
        path.write_bytes(make())
        done = apart("read", path)
        print(f"  {name:<46} {done['code']:<16} {done['seconds']:>6.2f} {done['memory']:>8.0f}", flush=True)
    path.unlink()


# -------------------------------------------------------------------------------------------- growth


def grown(folder: Path, name: str, schools: int, **changes: Any) -> None:
    """Print a line for a country of some size and age."""
    country = nation(schools, **changes)
    file, store = folder / "grown.qct", folder / name
    file.write_bytes(country.file())
    keys, size = [key[0] for school in country.body[9] for key in school[3]], file.stat().st_size
    counts = f"{len(keys):>8} {len(country.body[10]):>8} {len(country.world.roots):>5}"
    line = f"  {name:>7} {counts} {size / MB:>8.2f} {packed(file.read_bytes()):>7.2f}"
    del country
    if size > MAX_FILE:
        print(f"{line} {whole_body(file.read_bytes())}", flush=True)
        return
    done = apart("import", store, file)
    (found,) = Store(store).lists()
    kids = random.Random(1).sample([pin.kid for pin in found.pins()], 100)
    times = look_up(store, kids)
    print(f"{line} {done['seconds'][0]:>9.2f} {done['memory']:>9.0f} {median(times):>10.2f}", flush=True)


def whole_body(data: bytes) -> str:
    """Read a list that is beyond the caps, as if there were none; return what is to be said of it."""
    messages = cbor.decode(data, tags=frozenset((98,)))
    roots = [read_root(one.value[2]) for one in messages[0]]
    cap, body.MAX_BODY_ITEMS = body.MAX_BODY_ITEMS, sys.maxsize
    start = time.perf_counter()
    body.read_contents(messages[1].value[2], newest=roots[-1], signer_kids=keys_of_signers(roots))
    body.MAX_BODY_ITEMS = cap
    seconds = time.perf_counter() - start
    return f"too_big for one list of 64 MiB; its rules alone, without the cap: {seconds:.0f} s"


HEAD = "    keys withdrawn roots  file MB   gz MB  import s memory MB look-up ms"


def growth(folder: Path) -> None:
    print(f"schools  {HEAD}   (ten years)")
    for schools in (400, 4_000, 40_000, 400_000):
        grown(folder, str(schools), schools)
    print(
        f"years    {HEAD}   (40 000 schools; a root every third year, one school in a hundred renamed a year)"
    )
    for years in (1, 25, 50):
        grown(folder, str(years), SCHOOLS, years=years, roots=1 + years // 3, renamed=years / 100)


def main(*, quick: bool) -> None:
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_list(folder, SCHOOLS // 10 if quick else SCHOOLS)
        kills(folder)
        if not quick:
            hostile(folder)
            growth(folder)
    print(f"{time.perf_counter() - start:.0f} s in all")
    sys.exit(bool(missed))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ACTS:
        act(*sys.argv[1:])
    else:
        main(quick="--quick" in sys.argv)
