"""`kioskctl paper`: files that a technician prints or keeps, from a journal with a past."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pypdfium2
import pytest

from firmware.cli import papers
from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.cli.snapshot import NoBus, Snapshot
from firmware.core.daemon import journal_path
from firmware.runtime.config import Config, PathsSection
from tests.firmware.cli.test_status import whole_kiosk
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import CONFIG


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Two bills, a closed day, a collection that lacks ten rupees, one bill more."""
    folder = tmp_path_factory.mktemp("lived")
    config = Config(CONFIG.kiosk, CONFIG.gateway, CONFIG.device, PathsSection(state=str(folder)))
    journal_path(config).parent.mkdir(parents=True)
    world = DeskWorld(journal_path(config).parent)
    world.run(7)
    world.pay()
    world.pay()
    world.enter()
    world.task("report")
    world.task("close_day")
    world.run(2)
    world.press_back_to_menu()
    world.collect(900, 30)
    world.leave_desk()
    world.pay()
    world.journal.close()
    return config


def run(config: Config, *words: str | Path) -> int:
    options: argparse.Namespace = parser().parse_args(["paper", *map(str, words)])
    code: int = asyncio.run(options.run(config, options))
    return code


def said(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_the_open_day_and_the_closed_one(
    lived: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "gurjar")
    x, z = tmp_path / "x.pdf", tmp_path / "z.pdf"
    assert run(lived, "report", "--out", x) == 0
    assert run(lived, "report", "--z", "1", "--out", z) == 0
    assert "Day report (X)" in said(x) and "gurjar" in said(x) and "DUPLICATE" not in said(x)
    assert "TDR 0417 0003" in said(x) and "₹450.00" in said(x)
    assert "Z 1" in said(z) and "R. Meena" in said(z) and "DUPLICATE 1" in said(z)
    assert "TDR 0417 0002" in said(z) and "₹900.00" in said(z)


def test_a_collection_says_again_what_differed(lived: Config, tmp_path: Path) -> None:
    out = tmp_path / "slip.pdf"
    assert run(lived, "collection", "1", "--out", out) == 0
    text = said(out)
    assert "₹940.00" in text and "The counts differ" in text and "DUPLICATE 1" in text


def test_what_never_was_is_no_paper(
    lived: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "none.pdf"
    assert run(lived, "report", "--z", "2", "--out", out) == Exit.NOT_WELL
    assert "no day 2 in" in capsys.readouterr().err
    assert run(lived, "collection", "9", "--out", out) == Exit.NOT_WELL
    assert "no collection 9" in capsys.readouterr().err
    assert not out.exists()


def test_a_poster_needs_no_bus_and_says_how_many_pages(
    lived: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "poster.pdf"
    assert run(lived, "poster", "--out", out) == 0
    assert capsys.readouterr().out.startswith(f"{out}: 1 page A4, ")
    assert "Electricity bill" in said(out)


def test_a_folder_that_is_not_there_is_said(
    lived: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lived, "poster", "--out", tmp_path / "no" / "x.pdf") == Exit.NO_FILE
    assert "No such file" in capsys.readouterr().err


def test_readiness_is_what_the_bus_says_now(
    lived: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def heard(config: Config) -> Snapshot:
        return whole_kiosk()

    async def nobody(config: Config) -> Snapshot:
        raise NoBus("no bus")

    out = tmp_path / "ready.pdf"
    monkeypatch.setattr(papers, "take", heard)
    assert run(lived, "readiness", "--out", out) == 0
    assert "In service" in said(out) and "ITL NV200 0417" in said(out)
    monkeypatch.setattr(papers, "take", nobody)
    with pytest.raises(NoBus):
        run(lived, "readiness", "--out", out)
