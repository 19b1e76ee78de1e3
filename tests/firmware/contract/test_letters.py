"""What a citizen types, as letters: the keys that may follow, and what the bus may bring."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.letters import (
    is_of,
    letters_of,
    may_follow,
    normalised,
    without_last,
)

WORDS = (
    "टोडारायसिंह", "श्रीमती", "अस्पताल", "क्षत्रिय", "ज्ञान", "पढ़ाई", "गाँव", "दुःख", "ऑफिस",
    "डॉक्टर", "संस्कृत", "राष्ट्रीय", "स्त्री", "ज़मीन", "गए", "नई", "कृपया", "वाङ्मय", "श्रीमान्", "ऋण",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_village_was_refused(word: str) -> None:
    text = normalised(word)
    assert letters_of(text) is not None
    assert all(may_follow(text[:at], text[at]) for at in range(len(text))), "key by key"


@pytest.mark.parametrize(
    ("text", "count"),
    [("कमला देवी", 6), ("क्षेत्र", 2), ("पानी नहीं आया।", 9), ("Kamla", 5), ("गाँव", 2), ("", 0)],
)
def test_letters_are_counted_as_a_reader_counts_them(text: str, count: int) -> None:
    letters = letters_of(text)
    assert letters is not None and len(letters) == count, letters


@pytest.mark.parametrize(
    "text",
    [
        "ा", "किी", "कंः", "अा", "क््", "प़", " ा", "aा", "।़",
        "क\u200d", "\u202eकमला", "क\u2066", "a\tb", "a\nb", "\x00", "пaypal", "கமலா", "<b>",
        "क\u0300", "\ufeffक", "\u0929", "न\u093c",
    ],
)  # fmt: skip
def test_what_no_keyboard_here_types_came_over_the_bus(text: str) -> None:
    assert letters_of(normalised(text)) is None


def test_a_letter_of_a_hundred_consonants_would_have_run_off_the_paper() -> None:
    assert letters_of("क्" * 3 + "क") is not None
    assert letters_of("क्" * 100 + "क") is None


def test_a_vowel_sign_needs_a_letter_to_stand_on() -> None:
    assert not may_follow("", "ा") and not may_follow("कम ", "ा") and not may_follow("का", "ि")
    assert may_follow("कम", "ा") and may_follow("क्ष", "ा") and may_follow("ड", "़")
    assert not may_follow("क़", "़") and not may_follow("म", "़")


def test_no_space_behind_a_space_and_none_at_the_beginning() -> None:
    assert not may_follow("", " ") and not may_follow("कमला ", " ") and may_follow("कमला", " ")


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("कि", ["क", ""]),
        ("क्षा", ["क्ष", "क", ""]),
        ("त्र", ["त", ""]),
        ("क्", ["क", ""]),
        ("पढ़ाई", ["पढ़ा", "पढ़", "पढ", "प", ""]),
        ("गाँ", ["गा", "ग", ""]),
        ("र्ष्म", ["र्ष", "र", ""]),
        ("A b", ["A ", "A", ""]),
    ],
)
def test_one_step_back_is_what_a_finger_expects(text: str, steps: list[str]) -> None:
    found, text = [], unicodedata.normalize("NFC", text)
    while text:
        text = without_last(text)
        found.append(text)
    assert found == [unicodedata.normalize("NFC", step) for step in steps]


@given(st.lists(st.sampled_from([*"कखगडढ़षरािी्ँंअई ।A1", "क्ष", "ज्ञ"]), max_size=12))
def test_whatever_is_typed_key_by_key_core_takes(keys: list[str]) -> None:
    typed = ""
    for key in keys:
        if may_follow(typed, key):
            typed += key
        assert letters_of(normalised(typed)) is not None, typed
    while typed:
        typed = without_last(typed)
        assert letters_of(normalised(typed)) is not None, "also on the way back"


def test_the_same_letter_in_two_ways_is_one() -> None:
    assert normalised("\u0958\u093e") == normalised("क\u093c\u093e")
    assert normalised("  कमला   देवी ") == "कमला देवी"


def test_each_script_alone() -> None:
    assert is_of("कमला 2", "devanagari") and not is_of("कमला D", "devanagari")
    assert is_of("KAMLA D.", "latin") and not is_of("KAMLA दे", "latin")
    assert is_of("KAMLA दे", "any")
