"""Shows the table when the chaos tests were asked for by name."""

from __future__ import annotations

import pytest

from tests.chaos.report import PATH


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if PATH.exists():
        terminalreporter.section(str(PATH.name))
        terminalreporter.write(PATH.read_text())
