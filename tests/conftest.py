"""Options of the test run."""

from __future__ import annotations

import pytest
from hypothesis import settings

# How fast an example runs says something of the machine, not of the code.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--chaos",
        choices=["sample", "full"],
        default="sample",
        help="sample: each process dies once in each step; full: five times, at other moments",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give chaos tests their seeds."""
    if "chaos_seed" in metafunc.fixturenames:
        rounds = 5 if metafunc.config.getoption("--chaos") == "full" else 1
        metafunc.parametrize("chaos_seed", range(rounds))
