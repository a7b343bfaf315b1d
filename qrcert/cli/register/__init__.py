"""``qrcert register``: the school's register as people look into it, print it, check it and keep it safe."""

from qrcert.cli.register import looking  # noqa: I001  the order of the help page
from qrcert.cli.register import keeping
from qrcert.cli.register.group import register_group

__all__ = ["keeping", "looking", "register_group"]
