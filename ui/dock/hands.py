"""What a hand can do at the emulated devices, and what they look like afterwards. No Kivy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware.contract.device import Kind, Switch
from firmware.contract.money import Money
from firmware.runtime.config import Config

STAGE = "stage"  # not a device: whoever started the kiosk's processes
NOTES = (10, 20, 50, 100, 200, 500)
COINS = (1, 2, 5, 10, 20)
CARDS = ("rupay", "visa", "declined", "chip")
KILLABLE = ("core", "ui", "broker", "gateway")


@dataclass(frozen=True)
class Hand:
    """One button. `device` is a device's name, or STAGE."""

    text: str
    device: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.device} {self.action} {facts}".strip()


@dataclass(frozen=True)
class Group:
    """The hands at one device."""

    title: str
    device: str
    hands: tuple[Hand, ...]


def groups(config: Config) -> list[Group]:
    """One group for each device that this kiosk has, and one for the stage."""
    makers = {
        Kind.NOTES: _notes,
        Kind.COINS: _coins,
        Kind.RECEIPT: _receipt,
        Kind.PANEL: _panel,
        Kind.CARD: _card,
        Kind.PVC: _pvc,
        Kind.PAGE: _page,
        Kind.FINGER: _finger,
    }
    found = [
        Group(
            f"{name} ({section.family})",
            name,
            # A card printer that speaks IPP is the laser with other sheets.
            tuple((_page if section.family == "ipp" else makers[section.kind])(name)),
        )
        for name, section in config.device.items()
    ]
    return [*found, Group("power, back end, processes", STAGE, tuple(_stage()))]


def _notes(name: str) -> list[Hand]:
    good = [Hand(f"₹{value}", name, "insert", {"paise": value * 100}) for value in NOTES]
    torn = [
        Hand(f"torn ₹{value}", name, "insert", {"paise": value * 100, "quality": "torn"})
        for value in (100, 500)
    ]
    mishaps = [
        Hand("jam", name, "jam"),
        Hand("clear jam", name, "clear_jam"),
        Hand("full", name, "stacker_full"),
        Hand("empty", name, "empty_stacker"),
        Hand("box out", name, "remove_cash_box"),
        Hand("box in", name, "replace_cash_box"),
    ]
    return [*good, *torn, *mishaps, *_wire(name), *_power(name)]


def _coins(name: str) -> list[Hand]:
    coins = [Hand(f"₹{value}", name, "insert", {"paise": value * 100}) for value in COINS]
    jams = [Hand("jam", name, "jam"), Hand("clear jam", name, "clear_jam")]
    empty = [Hand("empty", name, "empty_box")]
    return [*coins, *jams, *empty, *_wire(name), *_power(name)]


def _receipt(name: str) -> list[Hand]:
    paper = [
        Hand("tear", name, "tear"),
        Hand("paper out", name, "pull_paper"),
        Hand("load paper", name, "load_paper"),
        Hand("open", name, "open_cover"),
        Hand("close", name, "close_cover"),
    ]
    return [*paper, *_wire(name), *_power(name)]


def _page(name: str) -> list[Hand]:
    paper = [
        Hand("take pages", name, "take_output"),
        Hand("paper out", name, "pull_paper"),
        Hand("load paper", name, "load_paper"),
        Hand("jam", name, "jam"),
        Hand("clear jam", name, "clear_jam"),
        Hand("open", name, "open_cover"),
        Hand("close", name, "close_cover"),
        Hand("toner low", name, "toner", {"percent": 5}),
        Hand("new toner", name, "toner"),
    ]
    return [*paper, *_wire(name), *_power(name)]


def _panel(name: str) -> list[Hand]:
    door = [Hand("open door", name, "open_door"), Hand("close door", name, "close_door")]
    box = [Hand("box out", name, "pull_cash_box"), Hand("box in", name, "push_cash_box")]
    lid = [
        Hand("open lid", name, "open_lid"),
        Hand("pry lid 5 ms", name, "pry_lid"),
        Hand("close lid", name, "close_lid"),
    ]
    ups = [
        Hand("mains off", name, "mains_off"),
        Hand("mains on", name, "mains_on"),
        Hand("battery low", name, "drain_battery"),
        Hand("battery full", name, "charge_battery"),
    ]
    wire = [
        Hand(f"{verb} door wire", name, f"{verb}_wire", {"switch": Switch.DOOR_IS_OPEN.value})
        for verb in ("cut", "mend")
    ]
    sun = [Hand("sun", name, "warm", {"celsius": 70}), Hand("shade", name, "warm", {"celsius": 40})]
    return [*door, *box, *lid, *ups, *wire, *sun]


def _pvc(name: str) -> list[Hand]:
    cards = [
        Hand("take card", name, "take_card"),
        Hand("no cards", name, "load_cards", {"count": 0}),
        Hand("load cards", name, "load_cards"),
        Hand("open", name, "open_cover"),
        Hand("close", name, "close_cover"),
        Hand("new ribbon", name, "change_ribbon"),
        Hand("ribbon breaks", name, "ribbon_break"),
        Hand("jam", name, "jam"),
        Hand("clear jam", name, "clear_jam"),
        Hand("empty rejects", name, "empty_rejects"),
    ]
    return [*cards, *_wire(name), *_power(name)]


def _wire(name: str) -> list[Hand]:
    return [Hand("unplug", name, "unplug"), Hand("plug", name, "plug")]


def _power(name: str) -> list[Hand]:
    return [
        Hand("power off", name, "power_cut"),
        Hand("power on", name, "power_on"),
        Hand("off, on", name, "power_cycle"),
    ]


def _card(name: str) -> list[Hand]:
    """Cards that every emulated reader knows: drivers/base/plastic.py."""
    cards = [Hand(f"swipe {card}", name, "swipe", {"card": card}) for card in CARDS]
    bad = Hand("swipe badly", name, "swipe", {"card": CARDS[0], "damage": "scratch"})
    return [*cards, bad, *_wire(name)]


def _finger(name: str) -> list[Hand]:
    fingers = [
        Hand("put finger", name, "put_finger"),
        Hand("dirty finger", name, "put_finger", {"is_dirty": True}),
        Hand("lift", name, "lift"),
        Hand("another program", name, "use"),
        Hand("it ends", name, "leave"),
        Hand("reader out", name, "unplug_reader"),
        Hand("reader in", name, "plug_reader"),
    ]
    return [*fingers, *_wire(name), *_power(name)]


def _stage() -> list[Hand]:
    whole = [
        Hand("power cut", STAGE, "power_cut"),
        Hand("power back", STAGE, "power_on"),
        Hand("back end down", STAGE, "back_end_down"),
        Hand("back end up", STAGE, "back_end_up"),
        Hand("pay the UPI QR", STAGE, "pay_upi"),
    ]
    return [*whole, *(Hand(f"kill {name}", STAGE, "kill", {"process": name}) for name in KILLABLE)]


def summary(physics: Mapping[str, Any]) -> str:
    """What a device physically holds, in one line: money first, then paper, then faults."""
    parts = [
        f"{title} {_money(physics[key])}"
        for key, title in (("in_box", "box"), ("returned", "returned"))
        if key in physics
    ]
    if "paper_mm" in physics:
        parts.append(f"paper {physics['paper_mm']} mm, printed {physics.get('printed', 0)}")
    if "door_is_open" in physics:
        parts.append("door open" if physics["door_is_open"] else "door closed")
    if physics.get("tamper"):
        parts.append("lid open")
    if "mains_is_off" in physics:
        mains = "off" if physics["mains_is_off"] else "on"
        parts.append(f"mains {mains}, battery {physics['battery_percent']} %")
    lamps = [name for name in ("green", "amber", "red") if physics.get(f"tower_{name}")]
    if "tower_green" in physics:
        parts.append(f"lamp {' '.join(lamps) or 'dark'}")
    if physics.get("has_power") is False:
        parts.append("no power")
    parts += [str(fault) for fault in physics.get("faults", [])]
    return "; ".join(parts)


def _money(pieces: Mapping[str, int]) -> str:
    """`{"10000": 2, "500": 1}` as `₹205 (3)`."""
    total = sum(int(paise) * count for paise, count in pieces.items())
    return f"₹{Money(total).short()} ({sum(pieces.values())})"


def last_ticket(config: Config) -> Path | None:
    """The newest piece of paper that the printer let out, as a picture."""
    folders = [Path(options["out_folder"]) for options in config.bench.values()
               if "out_folder" in options]  # fmt: skip
    tickets = [path for folder in folders for path in folder.glob("*.png")]
    return max(tickets, key=lambda path: path.stat().st_mtime, default=None)
