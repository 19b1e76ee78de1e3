"""Two dozen services on one screen frighten who reads little: first the kind, then the service."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.contract.screen import Action, Number, Services
from firmware.core.snapshot import Snapshot
from firmware.runtime.config import ConfigError, convert
from firmware.services.catalogue import Catalogue, Service, load_catalogue
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    return world


def shown(world: World) -> Services:
    assert isinstance(world.screen.data, Services)
    return world.screen.data


def names(world: World) -> list[str]:
    return list(world.tiles)


def test_a_kind_leads_to_its_services_and_back_to_the_kinds(world: World) -> None:
    kinds = names(world)
    assert "bills" in kinds and "electricity" not in kinds
    world.press(Action.CHOOSE_SERVICE, "bills")
    assert (shown(world).category, names(world)[0]) == ("bills", "electricity")
    world.press(Action.BACK)
    assert names(world) == kinds
    world.press(Action.CHOOSE_SERVICE, "bills")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert isinstance(world.screen.data, Number)
    world.press(Action.BACK)
    assert shown(world).category == "bills"  # a wrong touch is one step back, not two


def test_a_kind_of_one_service_is_that_one(world: World) -> None:
    del world.catalogue.services["grievance"]
    assert "life_certificate" in names(world) and "person" not in names(world)


def test_the_kind_on_the_screen_outlives_core(world: World) -> None:
    world.press(Action.CHOOSE_SERVICE, "bills")
    kept = Snapshot.of(world.core.flow.visit).encode()
    assert Snapshot.decode(kept).to_visit(0.0).category == "bills"


def test_a_kind_works_where_one_of_its_services_does(world: World) -> None:
    assert world.tiles["bills"] is None  # electricity; water is still to come
    assert world.tiles["cards"] == "tile.not_yet"  # here nobody knows the office's key


def test_a_service_of_a_kind_that_there_is_not_is_refused() -> None:
    whole = load_catalogue()
    lost = msgspec.structs.replace(whole.services["electricity"], category="bill")
    with pytest.raises(
        ValueError, match=r"electricity: expected a category of .*bills.*got 'bill'"
    ):
        Catalogue({"electricity": lost}, [], whole.categories)


def test_a_service_with_the_name_of_a_kind_could_never_be_chosen() -> None:
    whole = load_catalogue()
    hidden = msgspec.structs.replace(whole.services["electricity"], id="bills")
    with pytest.raises(ValueError, match=r"an id of its own.*bills"):
        Catalogue({"bills": hidden}, [], whole.categories)


def test_a_misspelt_word_of_a_service_names_the_nearest() -> None:
    document = msgspec.to_builtins(load_catalogue().services["electricity"])
    document["words"]["hi"]["nmae"] = document["words"]["hi"].pop("name")
    with pytest.raises(ConfigError, match="name"):
        convert(document, Service, where="electricity.toml")
