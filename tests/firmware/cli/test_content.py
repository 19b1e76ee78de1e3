"""`kioskctl content` and `meeting`: what a technician and the district type."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace

from firmware.cli import content, meetings
from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.cli.narrator import Narrator
from firmware.cli.status import _occasion
from firmware.content.shelf import shelf_of
from firmware.contract.device import Status
from firmware.contract.health import CoreState
from firmware.contract.meeting import Schedule
from firmware.contract.money import ZERO
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config, PathsSection
from firmware.runtime.outer_sections import ContentSection
from tests.firmware.content import district
from tests.firmware.core.occasion_world import meeting
from tests.firmware.core.world import CONFIG

TODAY = SystemClock().now().date()
YEAR = {
    "first": (TODAY - timedelta(days=30)).isoformat(),
    "last": (TODAY + timedelta(days=30)).isoformat(),
}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    paths = PathsSection(state=str(tmp_path / "state"))
    return replace(CONFIG, paths=paths, content=ContentSection(district.KEY.hex()))


def run(config: Config, *words: str) -> int:
    options: argparse.Namespace = parser().parse_args(list(words))
    code: int = asyncio.run(options.run(config, options))
    return code


def pack(folder: Path, version: int) -> str:
    path = folder / f"{version}.content"
    path.write_bytes(district.pack(folder, version, **YEAR))
    return str(path)


def version(config: Config) -> int:
    manifest = shelf_of(config).look(TODAY).manifest
    return 0 if manifest is None else manifest.version


def test_a_pack_from_the_district_to_the_kiosk(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed by the command itself, checked, installed, listed, taken back."""
    seed = tmp_path / "seed"
    seed.write_text(district.SEED.hex())
    folder = district.folder(tmp_path / "made", 1, **YEAR)
    signed = str(tmp_path / "one.content")
    options = parser().parse_args(["content", "sign", str(folder), str(seed), signed])
    assert content.sign(options) == 0
    assert run(config, "content", "list") == 0
    assert "ever installed" in capsys.readouterr().out
    assert run(config, "content", "check", signed) == 0
    assert version(config) == 0, "check changes nothing"
    assert run(config, "content", "install", signed) == 0
    assert run(config, "content", "install", pack(tmp_path, 2)) == 0
    assert version(config) == 2
    capsys.readouterr()
    assert run(config, "content", "list") == 0
    said = capsys.readouterr().out
    assert "content 2 (Winter), banner, logo" in said and "in force" in said
    assert "content 1 (Winter)" in said and "before it" in said
    assert run(config, "content", "rollback") == 0
    assert version(config) == 1


def test_a_bad_pack_says_why_and_the_old_one_stays(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "content", "install", pack(tmp_path, 2)) == 0
    bad = tmp_path / "bad"
    bad.write_bytes(b"\x7fELF")
    for said in (str(bad), pack(tmp_path, 1), str(tmp_path / "nowhere")):
        assert run(config, "content", "install", said) == Exit.NOT_WELL
    error = capsys.readouterr().err
    assert error.count("the content in force stays") == 3
    assert "format ustar" in error and "expected a newer one, got version 1" in error
    assert version(config) == 2


def test_the_reader_gets_the_pack_on_its_standard_input(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO(Path(pack(tmp_path, 3)).read_bytes())
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=raw))
    assert run(config, "content", "install", "-") == 0
    assert version(config) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_a_stick_is_read_by_the_readers_user_and_not_by_root(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / content.ON_STICK).write_bytes(b"12345")
    monkeypatch.setattr(content, "mounted", lambda: nullcontext(tmp_path))
    monkeypatch.setattr(content, "USER", "nobody")
    monkeypatch.setattr("firmware.cli.hand_on.PROGRAM", "/usr/bin/id")
    run(config, "content", "install", "stick")
    assert "root" not in capfd.readouterr().out
    monkeypatch.setattr("firmware.cli.hand_on.PROGRAM", "/bin/echo")
    assert run(config, "content", "install", "stick", "--json") == 0
    assert capfd.readouterr().out.endswith(" content install --json -\n")


def core(**more: object) -> CoreState:
    return CoreState(
        status=Status.READY, screen="attract", session=None, inserted=ZERO, in_cash_box=ZERO,
        unposted=0, claims=0, journal_rows=1, journal_head="0" * 16, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_status_says_what_is_shown_and_why_not() -> None:
    assert _occasion(core()) == []
    said = _occasion(core(content=3, conduct="2026-11-22 10:00 A. Sharma: order 14"))
    assert said == ["content 3; CODE OF CONDUCT since 2026-11-22 10:00 A. Sharma: order 14"]
    assert _occasion(core(meeting="review")) == ["meeting review"]


def test_watch_tells_each_move_of_the_switch_once() -> None:
    narrator = Narrator()
    states = [core(), core(content=3), core(conduct="since"), core(meeting="review"), core()]
    told = [narrator.hear("core/state", encode(state)) for state in states]
    assert [[what for _, what in lines] for lines in told[1:]] == [
        ["shows content 3"],
        ["code of conduct since", "shows no content"],
        ["code of conduct is over", "holds meeting review"],
        ["meeting review is over"],
    ]
    planned = narrator.hear("meeting/schedule", encode(Schedule(4, [meeting()])))
    assert [what for _, what in planned] == ["schedule 4: 1 meetings"]


def encode(message: object) -> bytes:
    return msgspec.json.encode(message)


@pytest.mark.parametrize(
    "more",
    [("--starts", "tomorrow", "--ends", "2026-12-01T12:00"),
     ("--starts", "2026-12-01T12:00", "--ends", "2026-12-01T11:00"),
     ("--starts", "2026-12-01T12:00", "--ends", "2026-12-02T12:00")],
)  # fmt: skip
def test_a_meeting_that_cannot_be_is_refused_before_core_hears_of_it(
    config: Config, more: tuple[str, ...]
) -> None:
    words = ("meeting", "add", "x", "--url", "https://m.example.org/", "--hi", "क", "--en", "a")
    assert run(config, *words, *more) == Exit.USAGE


def test_a_time_without_a_zone_is_indias() -> None:
    assert meetings._moment("2026-12-01T11:00") == "2026-12-01T11:00:00+05:30"
    assert meetings._moment("2026-12-01T05:30:00+00:00") == "2026-12-01T05:30:00+00:00"
