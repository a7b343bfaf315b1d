"""The group ``qrcert register`` and what its commands share."""

from __future__ import annotations

import click

from qrcert.cli import screen


@click.group("register", cls=screen.Group)
def register_group() -> None:
    """Look into the school's register: every certificate that was signed here, and what became of it."""


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
