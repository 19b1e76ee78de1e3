"""A rate table comes to core's shelf from hands that core may not look into."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware.cli import rates
from firmware.cli.exits import Exit
from firmware.services.rates.shelf import LONGEST, SIGNED_BY, rates_folder
from tests.firmware.services.test_rates import run, signed, text


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def installed(folder: Path) -> list[str]:
    return sorted(path.name for path in rates_folder(folder).glob("*.toml"))


def test_a_table_comes_on_standard_input_behind_its_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cat rates.toml.sig rates.toml |`: two files that core's user cannot open."""
    stdin(monkeypatch, signed(text(7)).encode() + b"\n" + text(7))
    assert run(tmp_path, "install", "-") == 0
    assert installed(tmp_path) == ["rates-7.toml"]


@pytest.mark.parametrize(
    "brought",
    [text(7), signed(text(7)).encode() + text(7), b"\xff\n" + text(7), b"", b"0" * LONGEST * 2],
    ids=["no signature", "no line", "noise", "nothing", "a book"],
)
def test_what_comes_without_its_signature_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    brought: bytes,
) -> None:  # fmt: skip
    stdin(monkeypatch, brought)
    assert run(tmp_path, "install", "-") == Exit.NOT_WELL
    assert capsys.readouterr().err.startswith("kioskctl: -: ")
    assert installed(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_a_stick_is_handed_on_to_cores_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rates.toml").write_bytes(text(7))
    (tmp_path / f"rates.toml{SIGNED_BY}").write_text(signed(text(7)) + "\r\n")
    monkeypatch.setattr(rates, "mounted", lambda: nullcontext(tmp_path))
    monkeypatch.setattr(rates, "USER", "nobody")
    with tempfile.TemporaryDirectory() as open_to_all:
        program = Path(open_to_all) / "kioskctl"
        program.write_text("#!/bin/sh\nid -un; echo $3 $4 $5; exec cat\n")
        for path in (program, program.parent):
            path.chmod(0o755)
        monkeypatch.setattr("firmware.cli.hand_on.PROGRAM", str(program))
        assert run(tmp_path, "install", "stick") == 0
    said = capfd.readouterr().out
    assert said == f"nobody\nrates install -\n{signed(text(7))}\n{text(7).decode()}"


def test_a_stick_without_a_signature_says_which_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rates.toml").write_bytes(text(7))
    monkeypatch.setattr(rates, "mounted", lambda: nullcontext(tmp_path))
    assert run(tmp_path, "install", "stick") == Exit.NOT_WELL
    assert "rates.toml.sig" in capsys.readouterr().err
