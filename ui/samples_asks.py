"""Sample documents of what a service asks: part of samples.py."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.money import rupees
from firmware.contract.options import Option
from firmware.contract.screen import MOST_ROWS, Action, Choice, Number, ScreenData, Services, Tile

PROBLEMS = ("not_a_mobile", "not_a_date", "date_to_come", "not_a_year")
VILLAGES = ("खरेड़ा/Khareda", "थड़ोली/Thadoli", "दतोब/Datob", "पंवालिया/Panwaliya", "बस्सी/Bassi",
            "लाम्बा कलां/Lamba Kalan")  # fmt: skip


PAPERS = {
    "birth": "baby", "caste": "users-three", "death": "flower-lotus", "disability": "wheelchair",
    "domicile": "house", "marriage": "heart", "minority": "hands-praying",
    "police_character": "shield-check", "admit_card": "student",
}  # fmt: skip
OTHERS = {"postpaid": "device-mobile", "prepaid": "sim-card", "telephone": "phone",
          "jamabandi": "scroll", "naksha": "map-trifold", "girdawari": "grains",
          "aadhaar_paper": "identification-badge", "jan_aadhaar_paper": "users"}  # fmt: skip


def tiles(services: dict[str, str]) -> list[Tile]:
    return [Tile(name, icon) for name, icon in services.items()]


def pages_of(data: Choice) -> list[Action]:
    """What can be pressed beside the rows."""
    less = [Action.PREVIOUS_PAGE] if data.page > 1 else []
    more = [Action.NEXT_PAGE] if data.page < data.pages else []
    is_long = any(":" in option.id for option in data.options)  # parts of a list of places
    return [*less, *more, *([Action.SEARCH] if is_long else [])]


def villages() -> Choice:
    options = []
    for name in VILLAGES:
        hindi, english = name.split("/")
        options.append(Option(english.replace(" ", "").lower(), {"hi": hindi, "en": english}))
    return Choice("naksha", "naksha.ask.village", options, page=2, pages=3)


def parts() -> Choice:
    """Of a tehsil with more villages than anybody leafs through."""
    names = villages().options
    options = [
        Option(
            f"{at}:{at + 1}",
            {of: f"{first.words[of]} – {last.words[of]}" for of in ("hi", "en")},
        )
        for at, (first, last) in enumerate(zip(names, reversed(names), strict=True))
    ]
    return Choice("naksha", "naksha.ask.village", options)


def plans() -> Choice:
    by = {"hi": "सब कॉल और रोज 100 SMS", "en": "All calls and 100 SMS a day"}
    options = [
        Option(
            f"p{price}",
            {"hi": f"{days} दिन, रोज {data}", "en": f"{days} days, {data} a day"},
            by,
            rupees(price),
        )
        for price, days, data in (
            (99, 7, "1 GB"), (155, 24, "0.5 GB"), (239, 28, "1.5 GB"), (719, 84, "1.5 GB"),
            (899, 90, "2 GB"), (2999, 365, "2 GB"),
        )
    ]  # fmt: skip
    return Choice("prepaid", "prepaid.ask.plan", options[:MOST_ROWS], pages=2)


def operators() -> Choice:
    names = {"aravali": "अरावली मोबाइल/Aravali Mobile", "maru": "मरु टेलीकॉम/Maru Telecom"}
    options = [
        Option(name, dict(zip(("hi", "en"), words.split("/"), strict=True)))
        for name, words in names.items()
    ]
    return Choice("prepaid", "prepaid.ask.operator", options, chosen="maru")


def mobile(problem: str | None = None) -> Number:
    return Number("prepaid", "prepaid.ask.mobile", 10, "98290123", problem, groups=[5, 5])


def born(problem: str | None = None) -> Number:
    label = "admit_card.ask.born"
    return Number("admit_card", label, 8, "0508200", problem, groups=[2, 2, 4])


def khasra(typed: str = "123/4") -> Number:
    return Number("naksha", "naksha.ask.account", 10, typed, least=1, groups=[10], marks="/")


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        "2-services-papers": Services(tiles(PAPERS), "papers"),
        "2-services-others": Services(tiles(OTHERS), "records"),
        "3-ask-operator": operators(),
        "3-ask-plan": plans(),
        "3-ask-plan-old": replace(plans(), as_of="2026-11-19"),
        "3-ask-village": villages(),
        "3-ask-part": parts(),
        "3-ask-nothing": replace(villages(), problem="choice.nothing"),
        "3-ask-mobile": mobile(),
        "3-ask-born": born(),
        "3-ask-khasra": khasra(),
    }
