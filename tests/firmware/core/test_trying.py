"""A technician tries devices through core: never beside a citizen, and never with money."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.card import Arm
from firmware.contract.command import TryDevice
from firmware.contract.device import DeviceState, Kind, Light, Outcome, Print, Reply, Status
from firmware.contract.screen import Action
from firmware.core.lights import TRIED_FOR
from firmware.core.trying import READ_FOR
from firmware.documents.catalogue import words_of
from firmware.till.effects import Effect, Tell
from tests.firmware.core.world import World

ID = "0123456789abcdef" * 2
GUIDES = dict.fromkeys(("notes_guide", "coins_guide", "receipt_guide"), False)


class Fitted(World):
    """Also a panel that follows, with a tower lamp that core has no use for, and a card reader."""

    def __init__(self, folder: Path) -> None:
        self.lights = GUIDES | {"tower_lamp": False}
        self.told: list[Effect] = []
        super().__init__(folder)

    def _states(self) -> list[DeviceState]:
        others = [state for state in super()._states() if state.kind is not Kind.PANEL]
        panel = DeviceState(
            name="panel", kind=Kind.PANEL, family="panel", status=Status.READY, outputs=self.lights
        )
        card = DeviceState(name="card", kind=Kind.CARD, family="magnesafe", status=Status.READY)
        return [*others, panel, card]

    def carry_out(self, effect: Effect) -> None:
        self.told.append(effect)
        match effect:
            case Tell(command=Light(output=output, is_on=is_on)):
                self.lights = self.lights | {output: is_on}
            case _:
                super().carry_out(effect)

    def tries(self, device: str, output: str = "", is_on: bool = False) -> Reply:
        reply = self.core.on_command(TryDevice(ID, device, "S. Gurjar", output, is_on))
        self.settle()
        return reply


@pytest.fixture
def world(tmp_path: Path) -> Fitted:
    return Fitted(tmp_path)


def test_a_sample_is_printed_once_and_says_that_it_is_no_receipt(world: Fitted) -> None:
    assert world.tries("receipt") == world.tries("receipt") == Reply(Outcome.DONE)
    world.run(1)
    assert world.printer.printed == [ID]
    assert world.printer.untold == {}, "acknowledged, though no order knows it"
    (sent, *_) = [e.command for e in world.told if isinstance(e, Tell) and e.device == "receipt"]
    assert isinstance(sent, Print)
    texts = [getattr(line, "text", "") for line in sent.ticket.lines]
    for language in ("hi", "en"):
        assert words_of(language)("sample.no_receipt") in texts


def test_a_citizen_who_came_first_is_not_disturbed(world: Fitted) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    for device in ("receipt", "card"):
        assert world.tries(device).outcome is Outcome.REFUSED
    assert world.tries("panel", "coins_guide", is_on=True).outcome is Outcome.REFUSED
    world.run(1)
    assert world.printer.printed == []
    assert not any(world.lights.values())


@pytest.mark.parametrize("device", ["notes", "coins"])
def test_no_acceptor_is_opened_for_a_technician(world: Fitted, device: str) -> None:
    reply = world.tries(device)
    assert (reply.outcome, "takes money" in reply.detail) == (Outcome.REFUSED, True)
    world.run(1)
    assert world.acceptors.leases == {}


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.PVC, Kind.FINGER])
def test_what_cannot_be_tried_is_not_said_to_take_money(world: Fitted, kind: Kind) -> None:
    ready = DeviceState(name="x", kind=kind, family="any", status=Status.READY)
    world.core.on_device_state(ready, world.now)
    reply = world.tries("x")
    assert reply == Reply(Outcome.REFUSED, f"x: a {kind} device cannot be tried yet")


def test_a_printer_without_paper_is_not_asked(world: Fitted) -> None:
    world.printer.has_paper = False
    world.run(1)
    reply = world.tries("receipt")
    assert reply == Reply(
        Outcome.REFUSED, "receipt: expected a device that is free, it is out_of_service"
    )


def test_a_reader_is_armed_for_the_technician_alone(world: Fitted) -> None:
    assert world.tries("card").outcome is Outcome.DONE
    assert Tell("card", Arm(ID, READ_FOR)) in world.told


@pytest.mark.parametrize("output", ["coins_guide", "tower_lamp"])
def test_a_light_that_was_forgotten_goes_out(world: Fitted, output: str) -> None:
    """Core would put a guide out within a second; a try lasts until he has looked."""
    assert world.tries("panel", output, is_on=True).outcome is Outcome.DONE
    world.run(TRIED_FOR - 2)
    assert world.lights[output]
    world.run(4)
    assert not world.lights[output]


def test_a_citizen_comes_while_a_light_is_tried(world: Fitted) -> None:
    world.tries("panel", "receipt_guide", is_on=True)
    world.tries("panel", "tower_lamp", is_on=True)
    world.run(1)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.run(2)
    assert not any(world.lights.values())


def test_a_light_that_is_not_there_is_named_with_those_that_are(world: Fitted) -> None:
    reply = world.tries("panel", "guide", is_on=True)
    assert reply.outcome is Outcome.REFUSED
    assert "no light 'guide'" in reply.detail
    assert "tower_lamp" in reply.detail
