"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Is told which step is being done, how many are through, and how many there are.

The steps: ``check`` against list and register, ``fit`` on their pages, ``sign``, ``record``, ``draw``.
"""


def quiet(step: str, done: int, total: int) -> None:
    """Show nothing."""
