"""What a channel is: drawn from the two that exist, the web chat and Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from web.chat.schema import Reply
from web.turns.messages import Message, Parcel, Target


@dataclass(frozen=True)
class Delivered:
    """The service has the answer and calls it `service_id`."""

    service_id: str


@dataclass(frozen=True)
class PutOff:
    """Not delivered, or nobody knows: try again, after `seconds` when the service named a time.

    `counts` is false when the service said that it took nothing, as with too many requests.
    """

    reason: str
    seconds: float | None = None
    counts: bool = True


@dataclass(frozen=True)
class Refused:
    """The service will never take this answer as it is; somebody has to look."""

    reason: str


Delivery = Delivered | PutOff | Refused

Raw_contra = TypeVar("Raw_contra", contravariant=True)


class Channel(Protocol[Raw_contra]):
    """One door. Its name stands in the rows of inbox and outbox, so it never changes."""

    name: str

    def receive(self, raw: Raw_contra, /) -> Message | None:
        """Return what somebody said to us, with where the answer goes; None for all that is no message to us."""

    def render(self, replies: Sequence[Reply], target: Target, /) -> Any:
        """Return an answer in the shape the service takes."""

    def deliver(self, parcel: Parcel, /) -> Delivery:
        """Bring an answer to where it belongs, once; called again after a `PutOff` and after a crash."""
