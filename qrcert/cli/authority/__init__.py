"""``qrcert authority``: making, filling and publishing a list of schools."""

from qrcert.cli.authority import ceremony, forms, keys, papers, publishing, schools, seasons
from qrcert.cli.authority.group import authority_group
from qrcert.cli.authority.publishing import make_with_forms

__all__ = [
    "authority_group",
    "ceremony",
    "forms",
    "keys",
    "make_with_forms",
    "papers",
    "publishing",
    "schools",
    "seasons",
]
