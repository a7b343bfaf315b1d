"""The forms that come with the package, and a filled sample of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """A filled certificate of a shipped form: what is signed, and what only the office knows."""

    number: str
    values: Mapping[str, Any]
    office: Mapping[str, str] = field(default_factory=dict)


@cache
def shipped_forms() -> Mapping[str, str]:
    """Return the TOML text of every shipped form by its id, in alphabetical order."""
    folder = files("qrcert") / "forms"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): (folder / name).read_text(encoding="utf-8") for name in names}


@cache
def shipped_samples() -> Mapping[str, Sample]:
    """Return a filled sample of every shipped form by its id, long but real."""
    data = json.loads((files("qrcert") / "forms" / "samples.json").read_text(encoding="utf-8"))
    return {name: Sample(**entry) for name, entry in data.items()}
