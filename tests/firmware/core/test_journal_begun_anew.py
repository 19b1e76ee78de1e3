"""Rows are missing: the kiosk says so, takes no money, and goes on when an operator has looked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from firmware.contract.command import ConfirmJournal
from firmware.contract.device import Outcome
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Attract, Closed, InsertCash, Services, Trouble
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.recovery import open_journal
from tests.firmware.core.world import CONFIG, World


class Mended(World):
    """A kiosk whose journal is opened as `kiosk-core` opens it."""

    def _boot(self) -> None:
        self.journal = open_journal(self.path, self.clock.now(), "1", "boot")
        self.core = Core(Book(self.journal, self.clock), CONFIG, self.catalogue)
        self.core.start(self.serial, self.visit, self.now)
        self._tell_states()

    def damage(self) -> None:
        """The power goes, and a page of the card with it."""
        self.journal.close()
        self.path.write_bytes(b"\0" * 4096)
        self.acceptors.end_leases()
        self.serial, self.visit = 0, None
        self._boot()

    def confirm(self) -> Outcome:
        row = self.journal.to_confirm
        return self.core.on_command(ConfirmJournal("S. Meena", row or 0)).outcome


@pytest.fixture
def world(tmp_path: Path) -> Mended:
    return Mended(tmp_path)


def test_no_cash_until_somebody_has_looked(world: Mended) -> None:
    world.go_to_cash()
    world.insert(500)
    world.run(5)
    world.press(Action.FINISH)
    AnchorKeeper(world.path).write(world.journal)
    world.damage()
    assert world.screen.data == Closed("closed.journal", "till.journal_unconfirmed")
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert world.tiles["bills"] == "tile.no_cash"
    world.press(Action.CHOOSE_SERVICE, "electricity")
    assert isinstance(world.screen.data, Services)
    assert world.journal.credited_paise == 50000  # brought forward: the note is in the box
    assert world.confirm() is Outcome.DONE
    world.press(Action.CANCEL)
    assert isinstance(world.screen.data, Attract)
    world.go_to_cash()
    world.insert(500)
    assert world.journal.credited_paise == world.acceptors.total_in == 100_000
    numbers = {job.split("/")[0] for job in world.printer.printed}
    world.run(5)
    assert len({job.split("/")[0] for job in world.printer.printed}) == len(numbers) + 1


def test_it_stays_closed_over_a_power_cut_and_open_after_the_confirmation(world: Mended) -> None:
    world.run(1)
    world.damage()
    world.power_cut()
    assert world.screen.data == Closed("closed.journal", "till.journal_unconfirmed")
    world.confirm()
    world.power_cut()
    assert isinstance(world.screen.data, Attract)


def test_only_what_was_looked_at_is_confirmed(world: Mended) -> None:
    world.damage()
    looked_at = world.journal.to_confirm
    assert looked_at is not None
    refused = world.core.on_command(ConfirmJournal("S. Meena", looked_at + 5))
    assert (refused.outcome, world.journal.is_confirmed) == (Outcome.REFUSED, False)
    length = world.journal.length
    for _ in range(2):  # a repeat does nothing twice
        said = world.core.on_command(ConfirmJournal("S. Meena", looked_at))
        assert said.outcome is Outcome.DONE
    assert world.journal.length == length + 1


def test_rows_missing_in_the_middle_of_a_payment_end_in_a_claim(world: Mended) -> None:
    """The note of the last rows is lost with them; the order that is left is settled, and no
    more is taken for it."""
    world.go_to_cash()
    world.insert(200)
    copy = world.path.with_name("copy.db")
    world.journal._db.execute(f"VACUUM INTO '{copy}'")
    world.insert(100)
    AnchorKeeper(world.path).write(world.journal)
    world.journal.close()
    copy.replace(world.path)
    world.acceptors.end_leases()
    world.serial, world.visit = 0, None
    world._boot()
    world.says_it_is_his()
    assert isinstance(world.screen.data, InsertCash)
    world.run(10)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe.paise == 20000
    assert world.journal.credited_paise == world.acceptors.total_in == 30000
    assert not world.acceptors.leases


def test_the_mouth_never_opens_before_the_confirmation(world: Mended) -> None:
    world.go_to_bill()
    world.core.floor.journal_is_confirmed = False
    world.press(Action.PAY)
    assert world.screen.data == Trouble("trouble.journal", ZERO, fault="till.journal_unconfirmed")
    assert not world.acceptors.leases


def test_a_payment_that_waited_for_the_back_end_is_booked_once_after_the_damage(
    world: Mended,
) -> None:
    """The answer of the back end was in the row that is lost (M7)."""
    world.go_to_cash()
    world.office.is_up = False
    world.insert(500)
    world.run(30)
    world.press(Action.FINISH)
    AnchorKeeper(world.path).write(world.journal)
    world.office.is_up = True
    world.run(15)
    assert world.journal.unposted_count == 0
    world.journal.close()
    with closing(sqlite3.connect(world.path)) as database:
        database.execute("DROP TRIGGER rows_are_never_changed")
        database.execute("UPDATE rows SET at = '' WHERE kind = 'OrderPosted'")
        database.commit()
    world.power_cut()
    assert not world.journal.is_confirmed
    assert world.journal.unposted_count == 1
    world.run(15)
    assert world.journal.unposted_count == 0
    assert list(world.office.payments.values()) == [rupees(500)]
    assert world.journal.credited_paise == world.acceptors.total_in == 50000
