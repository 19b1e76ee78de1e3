"""A village is found by its name, however it is spelt, in either script."""

from __future__ import annotations

import pytest

from firmware.services.folding import consonants, folded
from firmware.services.place_index import PlaceIndex
from firmware.services.places import District, Places, Tehsil, Village, load_places

NAMES = (
    ("टोडारायसिंह", "Todaraisingh", "Toda Rai Singh", "todaraysingh"),
    ("टोंक", "Tonk", "TONK"),
    ("पंवालिया", "Panwaliya", "Panvalia", "panwalia"),
    ("लाम्बा", "लांबा", "Lamba", "laamba"),
    ("जयपुर", "Jaipur", "jaypur"),
    ("बूंदी", "बूँदी", "Bundi", "Boondi"),
    ("शाहपुरा", "Shahpura", "Sahpura"),
    ("खेतड़ी", "Khetdi", "khetadee"),
    ("फतेहगढ़", "Fatehgadh", "Phatehgad"),
    ("ज्ञानपुरा", "Gyanpura"),
    ("भवानी", "Bhawani", "Bhavani", "bhwaani"),
)
OTHERS = (("टोंक", "Todri"), ("कहानी", "Khani"), ("मालपुरा", "Mohanpura"), ("अलवर", "Lavar"))


@pytest.mark.parametrize("names", NAMES, ids=[names[1] for names in NAMES])
def test_one_name_in_two_spellings_was_two(names: tuple[str, ...]) -> None:
    assert len({folded(name).replace(" ", "") for name in names}) == 1, [*map(folded, names)]


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_names_were_one(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [("देवली", "Deoli"), ("खरेड़ा", "Kharera"), ("बहरोड़", "Behror"), ("भिंडर", "Bhinder")],
)
def test_a_poor_speller_still_finds_it(name: str, spelt: str) -> None:
    assert folded(name) != folded(spelt)
    assert consonants(folded(name)) == consonants(folded(spelt))


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    return PlaceIndex(load_places())


def found(index: PlaceIndex, typed: str, *path: str, levels: int = 3) -> list[str]:
    return [option.id for option in index.find(typed, path, levels, 6)]


@pytest.mark.parametrize("typed", ["todarai", "टोडा", "toda rai", "TODA", "tora"])
def test_a_tehsil_by_its_first_letters(index: PlaceIndex, typed: str) -> None:
    assert found(index, typed)[0] == "tonk/todaraisingh"


def test_a_village_below_the_question_says_where_it_lies(index: PlaceIndex) -> None:
    (first, *_) = index.find("bhasu", (), 3, 6)
    assert (first.id, first.words["hi"]) == ("tonk/todaraisingh/bhasu", "भासू")
    assert first.by == {"hi": "टोडारायसिंह, टोंक", "en": "Todaraisingh, Tonk"}


def test_no_deeper_than_is_asked_and_only_within(index: PlaceIndex) -> None:
    assert found(index, "bhasu", levels=2) == []
    assert found(index, "bhasu", "tonk", "todaraisingh", levels=1)[0] == "bhasu"
    assert found(index, "bhasu", "tonk", "malpura", levels=1) == []
    assert found(index, "bhasu", "jaipur", levels=2) == []


def test_the_second_word_of_a_name_is_found_too_but_later() -> None:
    tehsil = Tehsil("t", "त", "T", [Village("a", "नया लाम्बा", "Naya Lamba"),
                                   Village("b", "लाम्बा", "Lamba")])  # fmt: skip
    index = PlaceIndex(Places("2026-11-01", [District("d", "द", "D", [tehsil])]))
    assert found(index, "lam", "d", "t", levels=1) == ["b", "a"]
    assert found(index, "nayalam", "d", "t", levels=1) == ["a"]


def test_as_it_is_spelt_comes_before_as_it_sounds() -> None:
    names = [("a", "बस्सी", "Bassi"), ("b", "भासू", "Bhasu")]
    tehsil = Tehsil("t", "त", "T", [Village(*name) for name in names])
    index = PlaceIndex(Places("2026-11-01", [District("d", "द", "D", [tehsil])]))
    assert found(index, "भ", "d", "t", levels=1) == ["b", "a"]
    assert found(index, "b", "d", "t", levels=1) == ["a", "b"]


@pytest.mark.parametrize("typed", ["", " ", "्", ".", "xyzzy", "\n", ";", "a" * 4000])
def test_nothing_and_nonsense_find_nothing(index: PlaceIndex, typed: str) -> None:
    assert found(index, typed) == []
