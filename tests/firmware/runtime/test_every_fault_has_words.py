"""Whatever stands still says why, what it means for the money and who comes: in both languages."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from drivers.base.emulator import Emulator
from firmware.cli import faults as said
from firmware.cli import status
from firmware.cli.exits import Exit
from firmware.contract import faults
from firmware.contract.device import Kind, Status
from firmware.contract.faults import Severity, known
from firmware.contract.health import Finding
from firmware.health.assess import SUPPLIES_LOW, SWITCHES
from firmware.runtime import fault_words
from firmware.runtime.fault_words import FOLDER, LANGUAGES, meaning
from firmware.runtime.words import Words

ROOT = Path(__file__).parents[3]
KINDS = "notes|coins|receipt|card|pvc|page|panel|finger|link"
CODE = re.compile(rf"(?:{KINDS})(?:\.[a-z_]+)+\.?")
# Of health and core: findings, alarms, and the ends of jobs.
OF_THE_KIOSK = re.compile(r"(?:device|daemon|back_end|till|machine|expiry|uplink)\.[a-z_]+")
ENDS_OF_JOBS = ("receipt.silent", "page.silent", "page.unusable", "document.not_fetched")
NO_CODES = {"notes.json", "panel.json", "finger.json", "panel.bench"}  # records, a logger
DEVANAGARI = re.compile("[\u0900-\u097f]")


def constants(folder: str) -> set[str]:
    return {
        node.value
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def codes_of_drivers() -> list[str]:
    """As they stand in the drivers' sources; one that ends in a dot is followed by a number."""
    codes = {text for text in constants("drivers") if CODE.fullmatch(text)} - NO_CODES
    return sorted(f"{code}7" if code.endswith(".") else code for code in codes)


def codes_of_the_kiosk() -> list[str]:
    """What health finds, what core raises as an alarm, and `till.<status>`."""
    folders = ("firmware/health", "firmware/core", "firmware/uplink", "firmware/runtime")
    found = {text for folder in folders for text in constants(folder)}
    codes = {text for text in found if OF_THE_KIOSK.fullmatch(text)}
    states = {f"till.{each}" for each in (Status.STARTING, Status.OUT_OF_SERVICE, Status.GONE)}
    return sorted(codes | states | set(SWITCHES.values()) | set(SUPPLIES_LOW) | set(ENDS_OF_JOBS))


EVERY_CODE = sorted({*codes_of_drivers(), *codes_of_the_kiosk()})


@pytest.mark.parametrize("code", EVERY_CODE)
def test_a_fault_has_a_row_and_all_its_words(code: str) -> None:
    fault = known(code)
    assert fault is not None, f"{code}: expected a row in firmware/contract/faults.toml"
    for language in LANGUAGES:
        step, plain = meaning(code, language), fault_words.plain(fault, language)
        money = fault_words.money(fault, language)
        mender = fault_words.mender(fault, language, "181")
        for sentence in (step, plain, money):
            assert sentence.endswith("." if language == "en" else "।"), sentence
        said = " ".join((step, plain, money, mender, fault_words.short(fault, language)))
        assert said.isascii() if language == "en" else DEVANAGARI.search(said)


@pytest.mark.parametrize("code", EVERY_CODE)
def test_a_fault_has_a_picture_that_is_there(code: str) -> None:
    fault = known(code)
    assert fault is not None
    assert (ROOT / "ui" / "icons" / f"{fault.icon}.png").exists(), fault
    assert fault.device in {*Kind, faults.ANY_KIND}


@pytest.mark.parametrize("code", faults.codes())
def test_what_stands_still_says_so_on_a_tile(code: str) -> None:
    fault = known(code)
    assert fault is not None
    if fault.severity in (Severity.DEVICE, Severity.KIOSK):
        assert all(fault_words.short(fault, language) for language in LANGUAGES)


def test_the_sources_are_read_and_the_codes_of_every_kind_are_found() -> None:
    assert {code.split(".")[0] for code in codes_of_drivers()} == set(KINDS.split("|"))
    assert {"notes.failure", "pvc.card.doubtful", "coins.tube.7", "till.box_pulled",
            "daemon.gone", "panel.board.hot"} <= set(EVERY_CODE)  # fmt: skip


def test_a_row_that_nothing_says_is_none() -> None:
    assert {faults.row_of(code) for code in EVERY_CODE} == set(faults.codes())


def test_no_story_and_no_sentence_is_left_over() -> None:
    rows = faults.table()
    assert {row.story for row in rows.fault.values()} == set(rows.story)
    wanted = {
        *rows.fault,
        *(f"{part}.{story}" for story in rows.story for part in ("plain", "short")),
        *(f"money.{story.money}" for story in rows.story.values()),
        *(f"mender.{each}" for each in faults.Mender),
        *(f"device.{kind}" for kind in (*Kind, faults.ANY_KIND)),
    }
    catalogues = [Words(FOLDER, language, "faults").keys for language in LANGUAGES]
    assert catalogues[0] == catalogues[1]
    assert catalogues[0] <= wanted, catalogues[0] - wanted


def test_what_becomes_a_ticket_escalates_to_somebody_later_than_it_begins() -> None:
    for code, row in faults.table().fault.items():
        assert row.ticket_after is not None or row.escalates_after is None, code
        assert (
            row.severity is not Severity.KIOSK
            or row.ticket_after is not None
            or code == ("till.closed")
        ), f"{code}: a kiosk that stands and nobody is told"


# --- what hands and faults of the emulators lead to -------------------------------------------

# A hand that breaks something, and the codes of which one then stands. Of every family alike.
BREAKS = {
    "jam": ("notes.jam.transport", "coins.jam", "page.jam", "pvc.jam"),
    "stacker_full": ("notes.stacker.full",),
    "remove_cash_box": ("notes.cashbox.removed",),
    "cheat": ("notes.fraud", "coins.fraud", "coins.line.unexpected"),
    "link_drop": ("notes.link.lost", "receipt.link.lost", "pvc.link.lost"),
    "power_cut": ("notes.link.silent", "page.link.silent", "finger.link.silent"),
    "noise": ("receipt.link.corrupt", "pvc.link.corrupt"),
    "short": ("coins.link.echo",),
    "break": ("coins.selfcheck.7",),
    "jam_tube": ("coins.payout.jam",),
    "cut_wire": ("coins.line.stuck", "panel.tamper"),
    "pull_paper": ("receipt.paper.end", "page.paper.end"),
    "near_end": ("receipt.paper.near_end",),
    "open_cover": ("receipt.cover.open", "page.cover.open", "pvc.cover.open"),
    "jam_cutter": ("receipt.cutter",),
    "overheat": ("receipt.head.hot",),
    "break_down": ("receipt.unrecoverable",),
    "fill_rejects": ("pvc.reject.full",),
    "ribbon_break": ("pvc.ribbon.broken",),
    "wear": ("pvc.cleaning.due",),
    "toner": ("page.toner.low", "page.toner.end"),
    "go_offline": ("page.offline",),
    "cancel": ("page.cancelled",),
    "forget_jobs": ("page.interrupted",),
    "lose_keys": ("card.keys.gone",),
    "use_up_keys": ("card.keys.gone",),
    "open_door": ("panel.door.open",),
    "pull_cash_box": ("panel.cash_box.out",),
    "open_lid": ("panel.tamper",),
    "pry_lid": ("panel.tamper",),
    "mains_off": ("panel.mains.off",),
    "drain_battery": ("panel.battery.low",),
    "warm": ("panel.board.hot",),
    "use": ("finger.used",),
    "unplug_reader": ("finger.reader.gone",),
    "damage": ("finger.capture_failed",),
}
HARMLESS = {
    *("insert", "insert_slug", "swipe", "put_finger", "lift", "tear", "take_card", "take_output"),
    *("clear_jam", "empty_stacker", "replace_cash_box", "empty_box", "load_paper", "close_cover"),
    *("clear_cutter", "cool", "load_cards", "empty_rejects", "change_ribbon", "clean", "leave"),
    *("go_online", "slow", "mend_wire", "close_door", "push_cash_box", "close_lid", "mains_on"),
    *("charge_battery", "plug_reader", "power_on", "power_cycle", "fill_tube", "dispense"),
    *("drive", "release", "update", "come_near", "walk_away"),
}


def hands() -> Iterable[str]:
    for row in entry_points(group="kiosk.emulators"):
        emulator: type[Emulator] = row.load()
        yield from (name[5:] for name in dir(emulator) if name.startswith("hand_"))


def test_each_fault_of_an_emulator_leads_to_a_row() -> None:
    found = set(hands())
    assert found == set(BREAKS) | HARMLESS, "a new hand: say what it breaks, or that it does not"
    assert set(BREAKS).isdisjoint(HARMLESS)
    for hand, codes in BREAKS.items():
        assert all(known(code) for code in codes), hand


# --- how it is found --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "same_as"),
    [
        ("receipt.link.lost", "link.lost"),
        ("coins.tube.500", "coins.tube"),
        ("coins.selfcheck.21", "coins.selfcheck"),
    ],
)
def test_a_link_and_a_number_are_explained_for_all(code: str, same_as: str) -> None:
    assert meaning(code, "en") == meaning(same_as, "en") != ""


def test_the_device_behind_a_broken_wire_is_named() -> None:
    fault = known("receipt.link.lost")
    assert fault is not None
    assert fault_words.plain(fault, "en") == "The receipt printer does not answer."
    assert fault_words.short(fault, "en") == "Receipt printer is off"


def test_a_new_code_is_not_taken_for_an_old_one() -> None:
    assert [meaning("pvc.hopper.upside_down", language) for language in LANGUAGES] == ["", ""]
    assert known("") is None


def test_explain_tells_in_both_languages_and_says_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def told(*codes: str) -> tuple[int, str]:
        asked = argparse.Namespace(code=list(codes), json=False)
        return said.explain(asked), capsys.readouterr().out

    assert told("notes.stacker.full") == (
        0,
        "notes.stacker.full\n  device, mended by operator; ticket after 2 h, escalates 4 h later\n"
        "  The box of the note machine is full. Notes are taken again when the operator has"
        " emptied it.\n  The cash box is full: the operator must empty it.\n"
        "  नोट मशीन का बक्सा भर गया है। संचालक के खाली करने पर नोट फिर लिए जाएँगे।\n"
        "  कैश बॉक्स भर गया है: ऑपरेटर उसे खाली करे।\n",
    )
    outcome, text = told("notes.stacker.full", "notes.unheard_of")
    assert outcome == Exit.NOT_WELL
    assert text.endswith("notes.unheard_of\n  not known\n")


def test_a_finding_without_a_detail_of_its_own_is_told_in_words() -> None:
    at = "2026-01-05T10:00:00+05:30"
    line = status._finding(Finding("notes", "notes.stacker.full", at))
    assert line.endswith("notes.stacker.full: The cash box is full: the operator must empty it.")
    told = status._finding(Finding("notes", "notes.failure", at, "stack motor (50)"))
    assert told.endswith("notes.failure: stack motor (50)")
