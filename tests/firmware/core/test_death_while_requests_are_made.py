"""Core dies after any commit of a request or a verification: accepted whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.screen import Action
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.request_world import RequestWorld

LONG_ENOUGH = 300.0  # seconds: nobody answers, every patience is over, all is posted


class Kiosk(Mortal, RequestWorld):
    """With a reader of fingers."""


def a_complaint(world: Kiosk) -> None:
    world.complains()


def a_complaint_without_the_office(world: Kiosk) -> None:
    world.office.is_up = False
    world.complains()
    world.office.is_up = True
    world.run(15)


def a_complaint_without_paper(world: Kiosk) -> None:
    world.printer.has_paper = False
    world.complain()
    world.press(Action.SUBMIT)
    world.goes(12)


def a_verification(world: Kiosk) -> None:
    world.agree()
    world.puts()
    world.goes()


def a_wrong_finger_and_the_right_one(world: Kiosk) -> None:
    world.agree()
    world.puts("Shanti Bai")
    world.run(1)
    world.puts()
    world.goes()


def a_verification_whose_answers_are_lost(world: Kiosk) -> None:
    world.agree()
    world.swallows = 20
    world.puts()
    world.goes(30)
    world.swallows = 0
    world.run(15)


STORIES: dict[Callable[[Kiosk], None], set[str]] = {
    a_complaint: {"OrderPosted", "Printed"},
    a_complaint_without_the_office: {"OrderPosted", "Printed"},
    a_complaint_without_paper: {"OrderPosted", "ProofShown"},
    a_verification: {"OrderPosted", "Printed"},
    a_wrong_finger_and_the_right_one: {"PostRefused", "OrderPosted", "Printed"},
    a_verification_whose_answers_are_lost: {"OrderPosted", "Printed"},
}


def check(world: Kiosk) -> None:
    """Mended, and nobody there for a while."""
    world.office.is_up, world.swallows, world.printer.has_paper = True, 0, True
    is_at_rest(world, LONG_ENOUGH)
    world.check_requests()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_accepted_whole_or_not_at_all(
    story: Callable[[Kiosk], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies_after_each_commit(Kiosk, story, STORIES[story], check, tmp_path, monkeypatch, stride=1)
