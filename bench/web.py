"""The offline page: its size, how soon it answers, and what it reads beside two other readers of the web.

    python bench/web.py [FRAMES]

Needs Node and Chromium (CHROMIUM names it), and `npm ci` and `npm run build` in web/verifier. The frames are those
of bench/degraded.py, as many of each kind; "a frame" is what the page does with one of a camera's, "a picture" what
it does with a file.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from degraded import KINDS, pictures

VERIFIER = Path(__file__).parents[1] / "web" / "verifier"

OURS = "page, a frame"
OTHERS = ("jsQR", "html5-qrcode")


def draw(folder: Path, count: int) -> None:
    per_kind = max(1, round(count / len(KINDS)))
    drawn = []
    for number, picture in enumerate(pictures(per_kind=per_kind)):
        if number == count:
            break
        name = f"{number:04}.grey"
        (folder / name).write_bytes(picture.grey.tobytes())
        height, width = picture.grey.shape
        drawn.append(
            {"file": name, "kind": picture.kind, "width": width, "height": height, "text": picture.text}
        )
    (folder / "frames.json").write_text(json.dumps(drawn))


def measured(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        draw(Path(name), count)
        environment = os.environ | {"BENCH": name}
        subprocess.run(["npx", "vitest", "run"], cwd=VERIFIER, env=environment, check=True, stdout=sys.stderr)
        said: dict[str, Any] = json.loads((Path(name) / "said.json").read_text())
        return said


def main(count: int) -> None:
    said = measured(count)
    size = said["bytes"]
    print(f"page without a list     {size['empty']:>9,} bytes, {size['gzip']:,} gzipped")
    print(f"page with a small list  {size['with_list']:>9,} bytes, {size['with_list_gzip']:,} gzipped")
    print(f"navigation to verified  {statistics.median(said['start']):9.0f} ms, a photograph")
    print(f"text to verdict         {statistics.median(said['verdict']):9.2f} ms")
    print(f"\n{said['frames']} degraded frames    read  false  ms each")
    for name, score in said["readers"].items():
        print(f"  {name:<20} {score['read']:>4} {score['false']:>6} {score['ms'] / said['frames']:>8.1f}")
    best = max(said["readers"][name]["read"] for name in OTHERS)
    print(f"ours over the better of the others: {said['readers'][OURS]['read'] / best:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
