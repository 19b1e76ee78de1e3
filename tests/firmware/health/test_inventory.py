"""What is fitted: swapped devices are noticed, and a power cut loses no memory of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import Identity
from firmware.health.assess import Swap
from firmware.health.inventory import Inventory
from firmware.health.supplies import SupplyCount

MONDAY, TUESDAY, FRIDAY = "2026-01-12", "2026-01-13", "2026-01-16"


def acceptor(serial: str, firmware: str = "4.02") -> Identity:
    return Identity("ITL", "NV200", serial, firmware)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "health" / "inventory.json"


def test_acceptor_swapped_while_health_was_dead(path: Path) -> None:
    Inventory(path).meet("notes", acceptor("1"), MONDAY)
    after_restart = Inventory(path)
    after_restart.meet("notes", acceptor("2"), TUESDAY)
    assert Inventory(path).swaps() == {"notes": Swap(TUESDAY, "1", "2")}
    assert Inventory(path).devices["notes"].first_seen == MONDAY


def test_new_firmware_in_the_same_acceptor_is_no_swap(path: Path) -> None:
    inventory = Inventory(path)
    inventory.meet("notes", acceptor("1"), MONDAY)
    inventory.meet("notes", acceptor("1", firmware="4.10"), FRIDAY)
    assert inventory.swaps() == {}
    fitted = Inventory(path).devices["notes"]
    assert (fitted.identity.firmware, fitted.fitted) == ("4.10", MONDAY)


def test_device_without_a_number_is_never_swapped(path: Path) -> None:
    inventory = Inventory(path)
    inventory.meet("coins", acceptor("1"), MONDAY)
    inventory.meet("coins", Identity(), TUESDAY)  # the last will knows no identity
    inventory.meet("coins", acceptor("1"), TUESDAY)
    assert inventory.swaps() == {}


def test_known_device_costs_no_write(path: Path) -> None:
    inventory = Inventory(path)
    inventory.meet("notes", acceptor("1"), MONDAY)
    before = path.stat().st_ino  # every write makes a new file
    inventory.meet("notes", acceptor("1"), TUESDAY)
    assert path.stat().st_ino == before


def test_counts_and_times_survive_a_restart(path: Path) -> None:
    inventory = Inventory(path)
    roll = SupplyCount("receipt", "paper", "mm", level=100, done=7, last_jobs=["R-7"])
    inventory.save_supplies({("receipt", "paper"): roll})
    inventory.save_since({("notes", "notes.jam.stacker"): MONDAY})
    inventory.save_since({("back_end", "back_end.offline"): TUESDAY})
    again = Inventory(path)
    assert again.supplies() == {("receipt", "paper"): roll}
    assert again.since() == {("back_end", "back_end.offline"): TUESDAY}


def test_both_copies_torn_begins_anew_and_says_so(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Inventory(path).meet("notes", acceptor("1"), MONDAY)
    for each in path.parent.iterdir():
        each.write_bytes(each.read_bytes()[:20])
    inventory = Inventory(path)
    assert inventory.devices == {}
    assert "inventory lost" in caplog.text
    inventory.meet("notes", acceptor("1"), FRIDAY)
    assert Inventory(path).devices["notes"].first_seen == FRIDAY
