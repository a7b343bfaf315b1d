"""What an authority does in its folder: admit keys, add forms, withdraw, publish the list."""

from qrcert.authority.acts import (
    KEY_DAYS,
    Admission,
    By,
    add_form,
    admit,
    allow_form,
    plan_admission,
    withdraw_requested,
    withdraw_verified,
)
from qrcert.authority.folder import Authority, make_authority, open_authority
from qrcert.authority.publishing import as_data, newest_bytes, publish, write_list

__all__ = [
    "KEY_DAYS",
    "Admission",
    "Authority",
    "By",
    "add_form",
    "admit",
    "allow_form",
    "as_data",
    "make_authority",
    "newest_bytes",
    "open_authority",
    "plan_admission",
    "publish",
    "withdraw_requested",
    "withdraw_verified",
    "write_list",
]
