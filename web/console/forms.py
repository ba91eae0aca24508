"""What a form holds when it is shown again: the values as typed, and what is wrong beside the field it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Form:
    """Values by field name and errors by field name; passwords are never among the values."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, str], *names: str) -> Form:
        """Take these fields of a request."""
        return cls({name: given.get(name, "") for name in names})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        return 422 if self.errors else 200
