"""A citizen practises on the whole kiosk: to the receipt, with play money; nothing real moves."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import stat
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import aiomqtt
import pytest

from firmware.cli import practice
from firmware.contract.screen import Action, Attract, Done, InsertCash, Number, ScreenData
from firmware.contract.screen import Screen as Document
from firmware.contract.teach import Practice
from firmware.core.daemon import journal_path
from firmware.demo.citizen import StoryFailed
from firmware.demo.stage import Settings, Stage
from firmware.journal.journal import read_entries
from tests.stories.kiosk import Kiosk
from ui.practising import Practising
from ui.scene import Director

SETTINGS = Settings(speed=6, has_ui=False, has_practice=True, screen=30, cash=30, done=30)
K_NUMBER = "210344001725"
COUNTED = 4.0  # seconds in which a note is counted
PATIENCE = 20.0  # seconds for a loaded machine


class Learner:
    """The screen's own second link, and a finger on it."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.kiosk = kiosk
        run = kiosk.stage.config.run_folder
        self.practising = Practising(run, Director("181"), lambda: None)

    @property
    def screen(self) -> Document | None:
        link = self.practising._link
        return None if link is None else link.screen

    @property
    def data(self) -> ScreenData | None:
        return None if self.screen is None else self.screen.data

    async def sees(self, kind: type[ScreenData]) -> None:
        try:
            await self.kiosk.waits(lambda: isinstance(self.data, kind), kind.__name__, PATIENCE)
        except StoryFailed as failed:
            raise StoryFailed(f"{failed}; in practice: {self.data}") from None

    async def presses(self, action: Action, value: str = "") -> None:
        await self.kiosk.waits(
            lambda: self.screen is not None and action in self.screen.actions, action, PATIENCE
        )
        assert self.practising.press(action, value)

    async def pays(self, *rupees: int) -> None:
        """Each play note or coin until the screen has counted it."""
        for value in rupees:
            await self.kiosk.waits(self._slot_is_open, "an open slot", PATIENCE)
            before = self.inserted
            while self.inserted == before:  # the mouth may be shut for a moment: once more
                await self.kiosk.waits(self._slot_is_open, "an open slot", PATIENCE)
                self.practising.feed("coins" if value == 20 else "notes", value * 100)
                with contextlib.suppress(StoryFailed):
                    await self.kiosk.waits(partial(self._moved_from, before), "money", COUNTED)

    @property
    def inserted(self) -> int:
        """-1 when no money is asked for any more."""
        return self.data.inserted.paise if isinstance(self.data, InsertCash) else -1

    def _moved_from(self, before: int) -> bool:
        return self.inserted != before

    def _slot_is_open(self) -> bool:
        scene = self.practising.scene
        return scene is not None and scene.play is not None and bool(scene.play.pieces)


@pytest.fixture
async def learner(kiosk: Kiosk) -> AsyncIterator[Learner]:
    found = Learner(kiosk)
    async with asyncio.TaskGroup() as group:
        found.practising.group = group
        yield found
        found.practising.follow(False)


async def begins(kiosk: Kiosk, learner: Learner) -> None:
    asked = argparse.Namespace(by="S. Gurjar", json=False)
    task = asyncio.create_task(practice.start(kiosk.stage.config, asked))
    await kiosk.citizen.sees(Practice)
    assert not task.done(), "it was granted; it is not there yet"
    learner.practising.follow(True)
    assert await task == 0
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Practice) and data.is_ready, "practice", PATIENCE
    )


async def test_a_bill_is_practised_to_its_receipt_and_nothing_real_moves(
    kiosk: Kiosk, learner: Learner
) -> None:
    rows_before = len(list(read_entries(journal_path(kiosk.stage.config))))
    papers, money = kiosk.pictures(), kiosk.bench.look("notes")["in_box"]
    await begins(kiosk, learner)
    await learner.presses(Action.CHOOSE_LANGUAGE, "hi")
    await learner.presses(Action.CHOOSE_SERVICE, "electricity")
    await learner.sees(Number)
    assert learner.practising.scene is not None
    assert learner.practising.scene.play is not None
    await learner.presses(Action.ENTER, K_NUMBER)
    await learner.presses(Action.PAY)
    await learner.pays(200, 200, 50, 20)
    await learner.sees(Done)
    receipt = learner.practising.receipt()
    assert receipt is not None
    assert learner.practising.scene.play.receipt

    assert cannot_enter_the_real_bus(kiosk)
    assert not [lease for lease in kiosk.leases if lease.denominations]
    await kiosk.citizen.presses(Action.FINISH)
    await kiosk.citizen.sees(Attract)
    await kiosk.waits(lambda: not receipt.exists(), "nothing left of it")
    rows = list(read_entries(journal_path(kiosk.stage.config)))[rows_before:]
    told = [type(entry.row).__name__ for entry in rows]
    told = [kind for kind in told if kind != "CountersRead"]  # of the real acceptors, at a start
    assert told == ["PracticeBegan", "PracticeEnded"]
    assert (kiosk.pictures(), kiosk.bench.look("notes")["in_box"]) == (papers, money)


def cannot_enter_the_real_bus(kiosk: Kiosk) -> bool:
    """Not one of its passwords opens the other bus, whatever name is said with it."""
    secrets = kiosk.stage.config.run_folder / "practice" / "broker" / "credentials"
    words = {path.read_text().strip() for path in secrets.iterdir()}
    real = Path(kiosk.stage.config.bus.credentials)
    theirs = {path.read_text().strip() for path in real.iterdir()}
    return bool(words) and not words & theirs


async def test_a_stranger_knocks_at_the_real_bus(kiosk: Kiosk, learner: Learner) -> None:
    await begins(kiosk, learner)
    secret = kiosk.stage.config.run_folder / "practice" / "broker" / "credentials" / "core"
    client = aiomqtt.Client(
        hostname=kiosk.stage.config.bus.socket,
        port=1,
        transport="unix",
        protocol=aiomqtt.ProtocolVersion.V5,
        username="core",
        password=secret.read_text().strip(),
        identifier="stranger",
    )
    with pytest.raises(aiomqtt.MqttError):
        async with client:
            pass
    await kiosk.citizen.presses(Action.FINISH)


async def test_practice_is_killed_and_the_real_screen_is_back(
    kiosk: Kiosk, learner: Learner
) -> None:
    await begins(kiosk, learner)
    os.kill(kiosk.stage.pid("practice"), signal.SIGKILL)
    await kiosk.citizen.waits_for(
        lambda data: getattr(data, "cause", "") == "trouble.practice_lost", "the sentence"
    )
    await kiosk.citizen.presses(Action.FINISH)
    await kiosk.citizen.sees(Attract)


async def test_the_screen_dies_and_practice_with_it(kiosk: Kiosk, learner: Learner) -> None:
    await begins(kiosk, learner)
    learner.practising.follow(False)
    await kiosk.citizen.sees(Attract)


def test_the_password_of_the_screen_is_for_its_group_alone(stage: Stage) -> None:
    """Whoever else is on the machine has no business there."""
    from firmware.practice.machine import Machine

    folder = stage.folder / "aside"
    with Machine(folder) as machine:
        mode = stat.S_IMODE((Path(machine.config.bus.credentials) / "ui").stat().st_mode)
        others = stat.S_IMODE((Path(machine.config.bus.credentials) / "core").stat().st_mode)
    assert (mode, others) == (0o640, 0o600)
