"""A demo on somebody's laptop showed a battery that ends, and the laptop went off."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from firmware.health.__main__ import MAY_HALT, halt

PATIENCE = 10.0  # seconds


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that writes down what it was asked, in front of the real one."""
    asked = tmp_path / "asked"
    program = tmp_path / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" > {asked}.new\nmv {asked}.new {asked}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return asked


def test_only_the_unit_of_a_kiosk_may_halt_the_machine(
    systemctl: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(MAY_HALT, raising=False)
    halt()
    assert "would be halted" in caplog.text
    monkeypatch.setenv(MAY_HALT, "1")
    assert not systemctl.exists()
    halt()
    until = time.monotonic() + PATIENCE
    while not systemctl.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert systemctl.read_text() == "--no-block poweroff\n"
