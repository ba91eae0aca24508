"""Originals: under their true digest, and no longer than their document."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from knowledge.errors import Refused
from knowledge.store.originals import OriginalStore

GUIDE = b"a guide"
DIGEST = hashlib.sha256(GUIDE).hexdigest()


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../evil", "/tmp/evil"])  # noqa: S108
def test_bytes_under_another_name_than_their_digest_are_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(Refused, match="nothing was stored"):
        OriginalStore(tmp_path / "originals").keep(digest, GUIDE)
    assert list(tmp_path.iterdir()) == []


def test_nothing_kept_is_nothing_to_delete(tmp_path: Path) -> None:
    OriginalStore(tmp_path / "originals").keep_only(set)
    assert list(tmp_path.iterdir()) == []


def test_an_original_is_kept_once(tmp_path: Path) -> None:
    store = OriginalStore(tmp_path)
    store.keep(DIGEST, GUIDE)
    store.keep(DIGEST, GUIDE)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {DIGEST: GUIDE}


def test_what_no_document_needs_goes_torn_writes_too(tmp_path: Path) -> None:
    store = OriginalStore(tmp_path)
    store.keep(DIGEST, GUIDE)
    (tmp_path / "abc.partial").write_bytes(b"a gui")
    store.keep_only(lambda: {DIGEST})
    assert [file.name for file in tmp_path.iterdir()] == [DIGEST]
    store.keep_only(set)
    assert list(tmp_path.iterdir()) == []
