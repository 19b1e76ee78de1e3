"""Every fault that a driver can tell has a sentence for the technician, in both languages."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest

from firmware.cli import devices, status
from firmware.cli.meaning import FOLDER, LANGUAGES, meaning
from firmware.contract.health import Finding
from firmware.health.assess import SUPPLIES_LOW, SWITCHES
from firmware.runtime.words import Words

ROOT = Path(__file__).parents[3]
KINDS = "notes|coins|receipt|card|pvc|page|panel|finger|link"
CODE = re.compile(rf"(?:{KINDS})(?:\.[a-z_]+)+\.?")
NO_CODES = {"notes.json", "panel.json", "finger.json", "panel.bench"}  # records, a logger
DEVANAGARI = re.compile("[\u0900-\u097f]")


def codes_of_drivers() -> list[str]:
    """As they stand in the drivers' sources; one that ends in a dot is followed by a number."""
    found = {
        node.value
        for path in (ROOT / "drivers").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in found if CODE.fullmatch(text)} - NO_CODES
    return sorted(f"{code}7" if code.endswith(".") else code for code in codes)


@pytest.mark.parametrize("code", [*codes_of_drivers(), *SWITCHES.values(), *SUPPLIES_LOW])
def test_a_fault_has_words(code: str) -> None:
    english, hindi = (meaning(code, language) for language in LANGUAGES)
    assert english and hindi, f"{code}: expected a sentence in {FOLDER}"
    assert english.isascii() and DEVANAGARI.search(hindi)
    assert english.endswith(".") and hindi.endswith("।")


def test_the_sources_are_read_and_the_codes_of_every_kind_are_found() -> None:
    codes = codes_of_drivers()
    assert {code.split(".")[0] for code in codes} == set(KINDS.split("|"))
    assert {"notes.failure", "pvc.card.doubtful", "coins.tube.7", "panel.board.hot"} <= set(codes)


def test_a_sentence_that_no_code_wants_is_none() -> None:
    told = {*codes_of_drivers(), *SWITCHES.values(), *SUPPLIES_LOW}
    wanted = {key for c in told for key in (c, c.partition(".")[2], c.removesuffix(".7"))}
    for language in LANGUAGES:
        assert Words(FOLDER, language, "faults").keys <= wanted


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


def test_a_new_code_is_not_taken_for_an_old_one() -> None:
    assert [meaning("pvc.hopper.upside_down", language) for language in LANGUAGES] == ["", ""]


async def test_explain_tells_in_both_languages_and_says_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def told(*codes: str) -> tuple[int, str]:
        asked = argparse.Namespace(code=list(codes))
        return await devices.explain(None, asked), capsys.readouterr().out  # type: ignore[arg-type]

    assert await told("notes.stacker.full") == (
        0,
        "notes.stacker.full\n  The cash box is full: the operator must empty it.\n"
        "  कैश बॉक्स भर गया है: ऑपरेटर उसे खाली करे।\n",
    )
    outcome, text = await told("notes.stacker.full", "notes.unheard_of")
    assert outcome == devices.EXIT_NOTHING
    assert text.endswith("notes.unheard_of\n  not known\n  not known\n")


def test_a_finding_without_a_detail_of_its_own_is_told_in_words() -> None:
    at = "2026-01-05T10:00:00+05:30"
    line = status._finding(Finding("notes", "notes.stacker.full", at))
    assert line.endswith("notes.stacker.full: The cash box is full: the operator must empty it.")
    told = status._finding(Finding("notes", "notes.failure", at, "stack motor (50)"))
    assert told.endswith("notes.failure: stack motor (50)")
