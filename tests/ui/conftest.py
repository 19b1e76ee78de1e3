from __future__ import annotations

import pytest

from tests.ui.panel import Panel


@pytest.fixture(scope="session")
def panel() -> Panel:
    """One window for all tests: Kivy can be set up once a process."""
    return Panel()
