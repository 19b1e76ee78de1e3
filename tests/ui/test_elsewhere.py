"""A machine that does not work says where one does."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.money import ZERO
from firmware.contract.reading import HINDI, Language
from firmware.contract.screen import Trouble
from ui import samples
from ui.samples_teach import NEIGHBOURS
from ui.say import Say
from ui.screens.trouble.model import TroubleModel, model

BROKEN = Trouble("trouble.printer", ZERO, fault="receipt.link.lost")
NEAR = {each: " · ".join(place[each] for place in NEIGHBOURS) for each in ("hi", "en")}


def shown(language: Language, data: Trouble = BROKEN) -> TroubleModel:
    screen = replace(samples.screen(data, language), try_at=NEIGHBOURS)
    return model(data, screen, Say(language, "181"))


def test_a_trouble_that_is_the_machines_ends_with_where_else_to_go() -> None:
    assert shown("en").steps[-1] == f"You can also try at: {NEAR['en']}"
    assert NEAR["hi"] in shown(HINDI).steps[-1]
    assert shown("en").steps[-1] in shown("en").spoken_text


def test_a_trouble_without_neighbours_has_its_own_steps_alone() -> None:
    plain = model(BROKEN, samples.screen(BROKEN, "en"), Say("en", "181"))
    assert plain.steps == shown("en").steps[:-1]
