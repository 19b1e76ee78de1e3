"""The emulated UPS, and the switches of one that can only be wired the other way round."""

from __future__ import annotations

from drivers.base.protocol import NEVER
from drivers.panel.emulator import PanelEmulator
from drivers.panel.ups import CHARGES_IN, LOW_PERCENT, Ups
from firmware.contract.device import Status, SwitchMoved
from tests.drivers.listener import running
from tests.drivers.panel.rig import Rig, panel_at

UPS_WIRES = {"mains_is_off": 20, "battery_is_low": 21}


def test_a_battery_drains_by_time_is_low_and_then_empty() -> None:
    ups = Ups(lasts=100.0)
    assert ups.next_deadline() == NEVER
    ups.set_mains(False, 10.0)
    ups.tick(89.9)
    assert (ups.percent, ups.is_low) == (21, False)
    ups.tick(90.0)
    assert (ups.percent, ups.is_low, ups.carries) == (LOW_PERCENT, True, True)
    ups.tick(500.0)
    assert (ups.percent, ups.carries, ups.next_deadline()) == (0, False, NEVER)
    ups.set_mains(True, 500.0)
    assert ups.carries
    ups.tick(500.0 + 21 * CHARGES_IN)
    assert (ups.percent, ups.is_low) == (21, False)


def test_the_contacts_follow_the_mains_and_the_charge() -> None:
    panel = PanelEmulator(battery_s=100.0)
    panel.hand("mains_off", 1.0)
    assert panel.physics()["inputs"]["20"] == 1
    panel.tick(81.0)
    assert panel.physics()["inputs"]["21"] == 1
    panel.hand("mains_on", 82.0)
    assert panel.physics()["inputs"]["20"] == 0
    assert panel.physics()["battery_is_low"] is True  # it only begins to charge
    panel.hand("charge_battery", 83.0)
    assert panel.physics()["inputs"]["21"] == 0


def test_a_ups_that_pulls_low_when_the_mains_fail_reads_a_cut_wire_as_mains() -> None:
    """What the option costs, and why no other switch may have it."""
    panel = PanelEmulator(active_low=["mains_is_off"])
    assert panel.physics()["inputs"]["20"] == 1
    panel.hand("mains_off", 1.0)
    assert panel.physics()["inputs"]["20"] == 0
    panel.hand("cut_wire", 2.0, switch="mains_is_off")
    assert panel.physics()["inputs"]["20"] == 1


async def test_mains_and_battery_are_told_without_an_id_and_either_polarity_is_the_same_fact(
    rig: Rig,
) -> None:
    rig.emulator = PanelEmulator(active_low=["mains_is_off"])
    await rig.stop()
    await rig.start()
    panel, host = panel_at(rig.path, inputs=UPS_WIRES, active_low=["mains_is_off"])
    async with running(host):
        await host.until_status(Status.READY)
        assert panel.state().inputs == {"mains_is_off": False, "battery_is_low": False}
        rig.hand("mains_off")
        await host.until(lambda: panel.state().inputs["mains_is_off"])
        assert host.told == [SwitchMoved("mains_is_off", True)]
