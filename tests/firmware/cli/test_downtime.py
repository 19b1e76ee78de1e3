"""The month on paper, in a table and for a spreadsheet: the same seconds in all three."""

from __future__ import annotations

import argparse
import csv
import io
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from firmware.cli.downtime import report, verify
from firmware.contract.downtime import Cause
from firmware.health.ledger import Seen, looked
from firmware.health.ledger_file import LedgerFile
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.services.catalogue import load_catalogue
from tests.firmware.health.kiosk import EXPECTED
from tests.firmware.small_kiosk import config_in

SERVICES = list(load_catalogue().services)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A kiosk that had a bad day this month."""
    config = config_in(tmp_path, EXPECTED)
    month = SystemClock().now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    now = month - timedelta(days=2)
    file = LedgerFile(config.state_folder / "health", "k1", now)
    ledger = file.ledger
    history = [
        (dict.fromkeys(SERVICES, Cause.NONE), ""),
        ({"electricity": Cause.BACK_END, "water": Cause.BACK_END}, ""),
        (dict.fromkeys(SERVICES, Cause.PAPER), ""),
        (dict.fromkeys(SERVICES, Cause.PLANNED), "R. Meena"),
        (dict.fromkeys(SERVICES, Cause.NONE), ""),
    ]
    for number, (causes, operator) in enumerate(history):
        ledger, rows = looked(ledger, Seen(causes, (), operator), now)
        file.append(now, *rows)
        if number == 0:
            file.sign(f"{now:%Y-%m-%d}", now)
        now += timedelta(hours=6)
    file.close()
    return config


def options(**chosen: object) -> argparse.Namespace:
    return argparse.Namespace(**{"month": None, "pdf": None, "csv": None, "json": False, **chosen})


async def test_the_month_before_is_on_one_page_in_both_languages(
    config: Config, tmp_path: Path
) -> None:
    before = (SystemClock().now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    path, table = tmp_path / "month.pdf", tmp_path / "month.csv"
    assert await report(config, options(month=before, pdf=path, csv=table)) == 0
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    assert "No operator came" in text
    assert "R. Meena" in text
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    seconds = {row["cause"]: int(row["seconds"]) for row in rows if row["name"] == "electricity"}
    assert seconds == {
        "unwatched": int(seconds["unwatched"]), "none": 30 * 3600, "back_end": 6 * 3600,
        "paper": 2 * 3600, "staff_absent": 4 * 3600, "planned": 6 * 3600,
    }  # fmt: skip


async def test_the_table_says_why(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    before = (SystemClock().now().date().replace(day=1) - timedelta(days=1)).replace(day=1)
    assert await report(config, options(month=before)) == 0
    assert "back_end 6:00" in capsys.readouterr().out


async def test_the_proof_is_computed_again(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verify(config, options()) == 0
    assert "every signature holds" in capsys.readouterr().out
    path = config.state_folder / "health" / "downtime.db"
    path.write_bytes(path.read_bytes().replace(b"staff", b"mains").replace(b"paper", b"mains"))
    assert await verify(config, options()) == 1


async def test_no_ledger_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await report(config_in(tmp_path, EXPECTED), options()) == 2
    assert "downtime.db" in capsys.readouterr().err
