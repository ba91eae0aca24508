"""What people may do: four roles, each of which may do all that the ones before it may."""

from __future__ import annotations

import typing
from typing import Literal

Role = Literal["member", "staff", "editor", "admin"]
ROLES: tuple[Role, ...] = typing.get_args(Role)


def at_least(held: Role, needed: Role) -> bool:
    """Say whether somebody with the role `held` may do what `needed` may."""
    return ROLES.index(held) >= ROLES.index(needed)
