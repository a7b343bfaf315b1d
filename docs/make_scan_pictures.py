"""Draw the pictures of `qrcert scan` in the README and the notes, from a demo that really ran.

    python docs/make_scan_pictures.py

The same code composes them that composes the window. Run it when the window or the words of a verdict change.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from qrcert import checking, scan
from qrcert.cli.scanning import painting, scene, shapes
from qrcert.cli.scanning.painting import Outline, Picture
from qrcert.cli.scanning.session import plausible
from qrcert.reading import places
from qrcert.reading.grey import from_array
from qrcert.trust import TrustList

PICTURES = Path(__file__).with_name("pictures")
FRAME = (1080, 1920)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "demo")
        subprocess.run(
            [sys.executable, "-m", "qrcert", "demo", str(folder)], capture_output=True, check=False
        )
        trust = TrustList.from_bytes((folder / "list.qct").read_bytes())
        request = checking.Request((trust,), datetime.now().astimezone(), named_lists=True)
        photo = cv2.imread(str(next((folder / "photos").glob("3-*.jpg"))))
        assert photo is not None
        frame = held_up(np.asarray(photo, np.uint8))
    (code,) = scan.find_codes(frame, plausible=plausible)
    answer = checking.Finding("camera 0", None, request.verify(code.text), text=code.text)
    shown = replace(scene.answered(answer, request, "en"), camera="camera 0, 1920 × 1080")
    save("scan.png", painting.compose(frame, shown, [Outline(code.corners, shown.sign)]))
    blurred = np.asarray(cv2.GaussianBlur(frame, (0, 0), 4), np.uint8)
    place = places.find(from_array(blurred).array())
    assert place is not None
    waiting = replace(
        scene.searching(request, "en"), advice=scene.ADVICE["focus"][0], camera="camera 0, 1920 × 1080"
    )
    save("scan-advice.png", painting.compose(blurred, waiting, [Outline(place.corners, shapes.LOOKING)]))


def held_up(photo: Picture) -> Picture:
    """Return the lower part of a photo, where the code is, as a frame of a webcam."""
    rows = photo.shape[1] * FRAME[0] // FRAME[1]
    return np.asarray(cv2.resize(photo[-rows:], FRAME[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def save(name: str, picture: Picture) -> None:
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    image.convert("P", palette=Image.Palette.ADAPTIVE).save(PICTURES / name, optimize=True)


if __name__ == "__main__":
    main()
