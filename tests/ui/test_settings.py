"""The operator's choice reaches lamp and loudspeaker, once each, and a broken lamp ends nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from firmware.contract.desk import Settings
from firmware.contract.topics import Topics
from firmware.runtime.bus import Address, Bus, Envelope
from ui.backlight import set_brightness
from ui.link import Link
from ui.loudness import Loudness
from ui.scene import Director

TOPICS = Topics("tdr-0417")


def lamp(folder: Path, name: str, most: str = "255") -> Path:
    one = folder / name
    one.mkdir(parents=True)
    (one / "max_brightness").write_text(f"{most}\n")
    (one / "brightness").write_text(f"{most}\n")
    return one / "brightness"


def test_a_panel_is_made_darker_and_never_dark(tmp_path: Path) -> None:
    panel = lamp(tmp_path, "10-0045")
    assert set_brightness(40, tmp_path) == 1
    assert panel.read_text() == "102\n"
    lamp(tmp_path, "tiny", "3")
    set_brightness(20, tmp_path)
    assert (tmp_path / "tiny" / "brightness").read_text() == "1\n", "at 0 some lamps go out"


def test_a_screen_without_a_lamp_and_a_lamp_that_is_broken(tmp_path: Path) -> None:
    assert set_brightness(40, tmp_path / "none") == 0
    lamp(tmp_path, "broken", "bright")
    good = lamp(tmp_path, "good")
    assert set_brightness(50, tmp_path) == 2
    assert good.read_text() == "127\n"


def test_only_what_changed_is_told_to_the_machine() -> None:
    shone: list[int] = []
    spoke: list[int] = []
    bus = Bus(Address(Path("/nowhere"), "ui", ""), None)
    link = Link(bus, TOPICS, Director("181"), lambda scene: None, shone.append, spoke.append)
    for settings in (Settings(70, 100), Settings(70, 60), Settings(30, 60), Settings(30, 60)):
        payload = msgspec.json.encode(settings)
        link.receive_settings(Envelope(TOPICS.core_settings, payload))
    link.receive_settings(Envelope(TOPICS.core_settings, b'{"volume": 900}'))
    assert (shone, spoke) == ([100, 60], [70, 30])


def test_who_turned_the_voice_up_keeps_it_until_the_end_of_the_visit() -> None:
    loudness = Loudness(70)
    loudness.begin_at(50)
    assert loudness.percent == 50, "nobody has touched it"
    loudness.louder()
    turned = loudness.percent
    loudness.begin_at(30)
    assert loudness.percent == turned
    loudness.reset()
    assert loudness.percent == 30
