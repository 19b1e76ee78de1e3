"""The sensor before the kiosk, where one is fitted."""

from __future__ import annotations

import pytest

from drivers.panel.emulator import PanelEmulator
from firmware.contract.device import Switch
from firmware.runtime.bench import BenchRefused

SENSOR = {"nobody_is_near": 5}


@pytest.mark.parametrize("active_low", [[], ["nobody_is_near"]])
def test_who_comes_and_goes_is_seen_by_either_polarity(active_low: list[str]) -> None:
    panel = PanelEmulator(inputs=SENSOR, active_low=active_low)
    panel.hand("walk_away", 1.0)
    assert panel.physics()[Switch.NOBODY_IS_NEAR] is True
    panel.hand("come_near", 2.0)
    assert panel.physics()[Switch.NOBODY_IS_NEAR] is False


def test_a_kiosk_without_a_sensor_has_none() -> None:
    with pytest.raises(BenchRefused):
        PanelEmulator().hand("walk_away", 1.0)
