"""The files that documents were read from, kept under the hash of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Lock

from knowledge.errors import Refused


class OriginalStore:
    """A folder of originals; it is made when the first one comes in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()

    def check(self, digest: str, original: bytes) -> None:
        """Raise `Refused` unless `digest` is the SHA-256 of the bytes: it becomes the name of a file."""
        if hashlib.sha256(original).hexdigest() != digest:
            raise Refused("The original does not have the digest it was sent with; nothing was stored.")

    def keep(self, digest: str, original: bytes) -> None:
        """Keep the bytes under their digest; a torn write never stands under a digest."""
        self.check(digest, original)
        target = self._folder / digest
        with self._lock:
            if target.exists():
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            partial.write_bytes(original)
            partial.replace(target)

    def read(self, digest: str) -> bytes | None:
        """The bytes kept under a digest, or None when there are none."""
        try:
            return (self._folder / digest).read_bytes()
        except FileNotFoundError:
            return None

    def keep_only(self, used: Callable[[], Collection[str]]) -> None:
        """Delete the originals that no document comes from; `used` tells the digests of all documents."""
        if not self._folder.is_dir():
            return
        with self._lock:
            # Listed first: a file standing here had its document stored before, so one still wanted is used.
            present = sorted(self._folder.iterdir())
            kept = used()
            for file in present:
                if file.name not in kept:
                    file.unlink()
