"""A real PKCS#11 token in software, SoftHSM 2, with its files in a folder of the tests' own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PIN = "12345678"
LABEL = "School"

_PLACES = ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm")


def module() -> str:
    """The library; Debian's package softhsm2 has it."""
    found = [path for place in _PLACES if (path := Path(place, "libsofthsm2.so")).exists()]
    assert found, "SoftHSM is not installed: apt-get install softhsm2"
    return str(found[0])


def start(folder: Path) -> None:
    """Make a token; the library reads where it is once in the life of a process."""
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    for label in (LABEL, "Other"):
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN]
        subprocess.run(command, check=True, capture_output=True)


def uri(name: str = "qrcert", token: str = LABEL) -> str:
    return f"pkcs11:token={token};object={name}?module-path={module()}"
