"""The class list: reading it with every fault told at once, and the empty one to fill in.

Needs the extra ``issue`` for .xlsx; .csv and .json are read without it.
"""

from __future__ import annotations

from qrcert.roster.pupils import Roster, read_class
from qrcert.roster.rows import Row
from qrcert.roster.template import write_template

__all__ = ["Roster", "Row", "read_class", "write_template"]
