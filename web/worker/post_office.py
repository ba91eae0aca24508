"""Delivering answers: one attempt, and what follows from its outcome."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import structlog

from web.channels.base import Channel, Delivered, Delivery, PutOff, Refused
from web.turns.leases import Leases
from web.turns.messages import Parcel
from web.turns.outbox import Outbox

log = structlog.get_logger("web.delivery")

MOST_ATTEMPTS = 10
LONGEST_PAUSE = 60.0
FIRST_PAUSE = 1.0
"""Seconds: pauses double from the first to the longest, so that ten attempts take about five minutes."""


class PostOffice:
    """Delivers answers through their channels."""

    def __init__(self, outbox: Outbox, leases: Leases, channels: Mapping[str, Channel[Any]]) -> None:
        self._outbox, self._leases, self._channels = outbox, leases, channels

    def deliver(self, parcel: Parcel) -> None:
        """Make one attempt and note how it went."""
        with self._leases.holding("outbox", parcel.id):
            outcome = self._attempt(parcel)
            self._note(parcel, outcome)
        log.info("delivery", answer=parcel.id, channel=parcel.channel, outcome=type(outcome).__name__)

    def _attempt(self, parcel: Parcel) -> Delivery:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            return Refused("no_such_channel")
        try:
            return channel.deliver(parcel)
        except Exception as fault:
            # A channel's own fault must not hold up its other answers; it counts as an attempt like any other.
            log.exception(
                "channel_failed", channel=parcel.channel, error=type(fault).__name__, exc_info=False
            )
            return PutOff(type(fault).__name__)

    def _note(self, parcel: Parcel, outcome: Delivery) -> None:
        if isinstance(outcome, Delivered):
            self._outbox.delivered(parcel, outcome.service_id)
        elif isinstance(outcome, Refused):
            log.error("delivery_refused", answer=parcel.id, channel=parcel.channel, reason=outcome.reason)
            self._outbox.bury(parcel, outcome.reason)
        elif outcome.counts and parcel.attempts >= MOST_ATTEMPTS:
            log.error("delivery_given_up", answer=parcel.id, channel=parcel.channel, reason=outcome.reason)
            self._outbox.bury(parcel, outcome.reason)
        else:
            seconds = pause(parcel.attempts) if outcome.seconds is None else outcome.seconds
            self._outbox.put_off(parcel, seconds, outcome.reason, counts=outcome.counts)


def pause(attempts: int) -> float:
    """Return seconds until the next attempt: doubled each time, a quarter more or less by chance."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
