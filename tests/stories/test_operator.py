"""The operator on the whole kiosk: the box emptied and counted, the day closed, all on paper."""

from __future__ import annotations

from collections.abc import Callable

from firmware.contract.money import ZERO, rupees
from firmware.contract.network import HopName
from firmware.contract.screen import Action, Attract, Count, Desk, Pin, ScreenData
from firmware.core.daemon import journal_path
from firmware.demo.keys import DEMO_PIN
from firmware.journal.chain import only
from firmware.journal.desk_rows import BoxMoved, CollectionClosed, DayClosed
from firmware.journal.reading import read_kind
from firmware.runtime.sealing import seal
from tests.stories.kiosk import Kiosk, is_a, words


async def enters(kiosk: Kiosk) -> None:
    await kiosk.citizen.presses(Action.OPERATOR, until=is_a(Pin))
    shown = await kiosk.citizen.sees(Pin)
    await kiosk.citizen.presses(Action.ENTER, seal(DEMO_PIN, shown.key), until=is_a(Desk))


async def chooses(kiosk: Kiosk, task: str, title: str) -> Desk:
    """Press a task until that page is there."""
    await kiosk.citizen.presses(Action.CHOOSE_TASK, task, until=is_page(title))
    return await page(kiosk, title)


def is_page(title: str) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, Desk) and data.title == title


async def page(kiosk: Kiosk, title: str, says: str | None = None) -> Desk:
    await kiosk.waits(lambda: _shows(kiosk, title, says), f"{title} {says}")
    assert isinstance(kiosk.last, Desk)
    return kiosk.last


def _shows(kiosk: Kiosk, title: str, says: str | None) -> bool:
    data = kiosk.last
    return isinstance(data, Desk) and data.title == title and says in (None, data.says)


async def test_the_box_is_emptied_and_the_day_closed(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    await enters(kiosk)
    await chooses(kiosk, "money", "desk.group.money")
    await chooses(kiosk, "collect", "desk.collect")
    kiosk.bench.do("panel", "pull_cash_box")
    kiosk.bench.do("notes", "remove_cash_box")
    await page(kiosk, "desk.collect", "desk.box_is_out")
    kiosk.bench.do("notes", "empty_stacker")
    kiosk.bench.do("coins", "empty_box")
    kiosk.bench.do("notes", "replace_cash_box")
    kiosk.bench.do("panel", "push_cash_box")
    await page(kiosk, "desk.collect", "desk.box_is_back")
    await kiosk.citizen.presses(Action.CHOOSE_TASK, "emptied", until=is_a(Count))
    for what in ("desk.count_notes", "desk.count_coins"):
        await kiosk.citizen.waits_for(lambda data, what=what: data == Count(what), what)  # type: ignore[misc]
        kiosk.citizen.touch(Action.SKIP)
    result = await page(kiosk, "desk.collected", "desk.on_paper")
    await kiosk.citizen.presses(Action.BACK, until=is_page("desk.menu"))
    network = await chooses(kiosk, "network", "desk.group.network")
    assert [fact.label for fact in network.facts][:5] == [f"hop.{hop}" for hop in HopName]
    assert network.facts[4].mark == "ok", "the sandbox office answers"
    await kiosk.citizen.presses(Action.BACK, until=is_page("desk.menu"))
    await chooses(kiosk, "day", "desk.group.day")
    await chooses(kiosk, "report", "desk.report")
    await chooses(kiosk, "close_day", "desk.reported")
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    found = await kiosk.accounts()
    path = journal_path(kiosk.stage.config)
    (_, closed), *_ = reversed(list(only(read_kind(path, CollectionClosed), CollectionClosed)))
    assert closed.expected.amount >= rupees(470)
    assert found.collected == closed.total
    assert closed.office is not None
    assert closed.office.booked == closed.office.posted
    assert closed.office.unposted == ZERO
    assert {fact.label for fact in result.facts} >= {"desk.expected", "desk.booked"}
    moved = only(read_kind(path, BoxMoved), BoxMoved)
    assert {row.by for _, row in moved if row.device == "panel"} == {"Demo operator"}
    assert any(True for _ in only(read_kind(path, DayClosed), DayClosed))
    assert f"tdr-0417 C{closed.number}" in kiosk.codes_on_paper()
    papers = [words(ticket) for job, ticket in kiosk.printed.items() if " box/" in job]
    assert any("प्रति 1" in text for text in papers[-1])
