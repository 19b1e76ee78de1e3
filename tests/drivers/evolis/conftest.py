"""The card printer that most stories begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers.evolis.bench import Counter, started


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A printer that has started up and has nothing to do; monochrome, for it is quicker."""
    return started(Counter(tmp_path, ribbon="k"))
