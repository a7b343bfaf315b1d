"""``qrcert authority``: making, filling and publishing a list of schools."""

from qrcert.cli.authority import keys, papers, publishing
from qrcert.cli.authority.group import authority_group
from qrcert.cli.authority.publishing import make_with_forms

__all__ = ["authority_group", "keys", "make_with_forms", "papers", "publishing"]
