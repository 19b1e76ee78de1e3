"""The computer itself: numbers from the kernel's files, findings from numbers, the end of power."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from firmware.contract.device import DeviceState, EventId, HeldNote, Kind, Status
from firmware.contract.machine import Machine
from firmware.contract.money import rupees
from firmware.health.machine import MachineFiles, celsius, findings, signal, throttling, worn
from firmware.health.power import PowerEnd, PowerWatch, Seen
from tests.firmware.health.kiosk import NOW, device, till

PI = {
    "sys/class/thermal/thermal_zone0/temp": "81312\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
    "sys/block/mmcblk0/device/life_time": "0x01 0x0a\n",
    "proc/meminfo": "MemTotal:  949M kB\nMemAvailable:   40960 kB\n",
    "proc/loadavg": "0.52 0.58 0.59 1/467 12345\n",
    "proc/uptime": "350735.47 234388.90\n",
    "proc/net/wireless": "Inter-| sta-|\n face |\nwlan0: 0000   54.  -56.  -256  0 0 0 0 0 0\n",
}


def machine(root: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return MachineFiles(root, root).look()


def test_a_pi_says_what_ails_it(tmp_path: Path) -> None:
    found = machine(tmp_path, PI)
    assert found.numbers["cpu_celsius"] == 81.3
    assert found.numbers["wifi_dbm"] == -56
    assert found.numbers["storage_worn_percent"] == 100
    assert found.numbers["clock_is_set"] == 0
    codes = {each.code for each in findings(found, NOW)}
    assert codes == {
        "machine.undervoltage", "machine.throttled", "machine.memory_low",
        "machine.storage_worn",
    }  # fmt: skip


def test_a_board_without_these_files_is_no_fault(tmp_path: Path) -> None:
    found = machine(tmp_path, {})
    assert {"clock_is_set", "disk_free_mib"} == found.numbers.keys()
    assert [each.code for each in findings(Machine(), NOW)] == []


@pytest.mark.parametrize(
    ("bits", "now", "was"),
    [("0", 0, 0), ("50000", 0, 1), ("1", 1, 0), ("0x50005", 1, 1)],
)
def test_a_cable_that_was_too_thin_this_morning_is_remembered(
    bits: str, now: float, was: float
) -> None:
    found = throttling(bits)
    assert (found["undervoltage"], found["undervoltage_since_start"]) == (now, was)


def test_files_with_other_things_in_them_are_no_numbers() -> None:
    assert throttling("error=1") == {}
    assert (celsius(""), celsius("n/a"), celsius("-5000")) == (None, None, -5.0)
    assert (worn(""), worn("0x00 0x00"), worn("0x02 0x01")) == (None, None, 20)
    assert signal("a\nb\n") is None


# --- the end of the power ------------------------------------------------------------------


def kiosk(**panel: bool) -> dict[str, DeviceState]:
    inputs = {"mains_is_off": True, "battery_is_low": True, **panel}
    return {
        "notes": device("notes", accepting=[rupees(100)],
                        held=HeldNote(EventId("N", 1, 1), rupees(100))),
        "receipt": device("receipt", Status.BUSY),
        "panel": device("panel", inputs=inputs),
    }  # fmt: skip


def changed(devices: dict[str, DeviceState], name: str, **facts: Any) -> dict[str, DeviceState]:
    return {**devices, name: replace(devices[name], **facts)}


def test_each_step_of_a_power_failure_has_its_milliseconds() -> None:
    watch, core = PowerWatch(), till()
    devices = kiosk(battery_is_low=False)
    assert watch.look(Seen(devices, core), 10.0, NOW) is None
    devices = kiosk()
    assert watch.look(Seen(devices, core), 20.0, NOW) is None
    devices = changed(devices, "notes", accepting=[])
    assert watch.look(Seen(devices, core), 20.25, NOW) is None
    devices = changed(devices, "notes", held=None)
    assert watch.look(Seen(devices, core), 21.5, NOW) is None
    devices = changed(devices, "receipt", status=Status.READY)
    assert watch.look(Seen(devices, core), 24.0, NOW) is None
    core = replace(core, may_halt=True)
    assert watch.look(Seen(devices, core), 27.1, NOW) == PowerEnd(
        NOW, {"slots_shut": 250, "escrow_empty": 1500, "printers_parked": 4000,
              "journal_quiet": 7100, "halt": 7100},
    )  # fmt: skip


def test_a_note_that_came_after_all_is_waited_for() -> None:
    watch, core = PowerWatch(), replace(till(), may_halt=True)
    devices = changed(kiosk(), "receipt", status=Status.READY)
    watch.look(Seen(devices, core), 0.0, NOW)
    assert watch.end == PowerEnd(NOW, {"printers_parked": 0, "journal_quiet": 0})
    devices = changed(devices, "notes", accepting=[], held=None)
    assert watch.look(Seen(devices, core), 3.0, NOW) is not None


def test_mains_that_are_back_stop_the_halt() -> None:
    watch, core = PowerWatch(), replace(till(), may_halt=True)
    watch.look(Seen(kiosk(), core), 0.0, NOW)
    assert watch.look(Seen(kiosk(mains_is_off=False), core), 1.0, NOW) is None
    assert watch.end is None


def test_a_driver_that_is_gone_holds_nobody_up() -> None:
    gone = DeviceState(name="page", kind=Kind.PAGE, family="ipp", status=Status.GONE)
    seen = Seen({"page": gone}, replace(till(), may_halt=True))
    assert set(seen.done()) == {"slots_shut", "escrow_empty", "printers_parked", "journal_quiet"}
