"""The office is away: what it told before is told again, with its own date, and to nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.facts import FactLine, Facts, FetchFacts
from firmware.contract.gateway import Failed, GatewayReply, Problem, Question
from firmware.contract.money import rupees
from firmware.contract.options import FetchOptions, Option, Options
from firmware.gateway import kept
from firmware.gateway.kept import KEPT_FOR, Kept

ACCOUNT, NAME = "4812345678", "श्रीमती शान्ति देवी मीणा"
ASKED = FetchFacts("scheme", ACCOUNT)
TOLD = Facts([FactLine("family", {"hi": NAME, "en": "Shanti"})], "2026-11-22T10:00:00+05:30")
TOLD_AGAIN = replace(TOLD, is_kept=True)
PLANS = FetchOptions("prepaid", "plan", ["maru", "9000000417"])
PLAN = Option("p299", {"hi": "28 दिन", "en": "28 days"}, {}, rupees(299))
OPTIONS = Options([PLAN], "2026-11-22T10:00:00+05:30")
DOWN = Failed(Problem.BACK_END_DOWN, "refused")
NO = Failed(Problem.NO_SUCH_ACCOUNT, "HTTP 404: scheme knows no such account")
NOW = 1_795_000_000.0


class Office:
    """A gateway's memory, and how long ago each question was."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, NOW
        self.start()

    def start(self) -> None:
        self._kept = Kept(self.folder, {"scheme"})

    async def hears(self, request: Question, reply: GatewayReply) -> GatewayReply:
        return await self._kept.or_kept(request, reply, self.now)

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "kept").glob("*"))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(kept, "COST", {"n": 2, "r": 8, "p": 1})
    return Office(tmp_path)


@pytest.mark.parametrize(
    ("asked", "told", "again"),
    [(ASKED, TOLD, TOLD_AGAIN), (PLANS, OPTIONS, OPTIONS)],
    ids=["facts", "list"],
)
async def test_the_back_end_is_away_and_the_answer_of_last_week_is_told_with_its_date(
    office: Office, asked: Question, told: GatewayReply, again: GatewayReply
) -> None:
    assert await office.hears(asked, told) == told
    office.now += 7 * 86400
    office.start()
    assert await office.hears(asked, DOWN) == again


async def test_nothing_was_told_before(office: Office) -> None:
    assert await office.hears(ASKED, DOWN) == DOWN


@pytest.mark.parametrize(
    "other",
    [
        FetchFacts("scheme", "4812345679"),
        FetchFacts("scheme", ""),
        FetchOptions("scheme", ACCOUNT, []),
    ],
    ids=str,
)
async def test_another_question_opens_nothing(office: Office, other: Question) -> None:
    await office.hears(ASKED, TOLD)
    assert await office.hears(other, DOWN) == DOWN


async def test_answers_cannot_be_shifted_between_two_questions(office: Office) -> None:
    await office.hears(FetchOptions("prepaid", "plan", ["a", "b"]), OPTIONS)
    assert await office.hears(FetchOptions("prepaid", "plan", ["a-b"]), DOWN) == DOWN


async def test_facts_of_a_service_that_promises_no_cache_are_not_kept(office: Office) -> None:
    """Or a finger would be asked for, of a pensioner whom nobody can verify now."""
    asked = FetchFacts("life_certificate", "262600000417")
    assert await office.hears(asked, TOLD) == TOLD
    assert office.files == []
    assert await office.hears(asked, DOWN) == DOWN


async def test_a_thief_of_the_disk_reads_no_name_no_account_and_no_service(office: Office) -> None:
    await office.hears(ASKED, TOLD)
    await office.hears(PLANS, OPTIONS)
    assert len(office.files) == 2
    for path in office.folder.rglob("*"):
        found = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        for text in (ACCOUNT, NAME, "scheme", "prepaid", "maru", "9000000417", "as_of"):
            assert text.encode() not in found


async def test_another_kiosk_opens_nothing_though_it_knows_the_account(office: Office) -> None:
    await office.hears(ASKED, TOLD)
    (office.folder / "secret").write_bytes(bytes(32))
    assert await office.hears(ASKED, DOWN) == DOWN


async def test_the_office_knows_the_account_no_more(office: Office) -> None:
    await office.hears(ASKED, TOLD)
    assert await office.hears(ASKED, NO) == NO
    assert await office.hears(ASKED, DOWN) == DOWN


async def test_the_newest_answer_counts(office: Office) -> None:
    newer = Facts([FactLine("family", {"hi": "दो", "en": "Two"})], "2026-11-23T10:00:00+05:30")
    await office.hears(ASKED, TOLD)
    await office.hears(ASKED, newer)
    assert await office.hears(ASKED, DOWN) == replace(newer, is_kept=True)
    assert len(office.files) == 1


async def test_after_a_month_it_is_wiped_asked_for_or_not(office: Office) -> None:
    await office.hears(ASKED, TOLD)
    office.now += KEPT_FOR
    assert await office.hears(ASKED, DOWN) == TOLD_AGAIN
    office._kept.forget_old(office.now + 1)
    assert office.files == []


async def test_of_too_many_the_oldest_go(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_ANSWERS", 3)
    asked = [FetchFacts("scheme", str(each)) for each in range(5)]
    for each in asked:
        office.now += 60
        await office.hears(each, TOLD)
    told = [await office.hears(each, DOWN) for each in asked]
    assert told == [DOWN, DOWN, TOLD_AGAIN, TOLD_AGAIN, TOLD_AGAIN]
    assert len(office.files) == 3


async def test_an_answer_without_end_is_told_and_not_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.hears(PLANS, OPTIONS)
    monkeypatch.setattr(kept, "LARGEST", 100)
    assert await office.hears(PLANS, OPTIONS) == OPTIONS
    assert office.files == []


@pytest.mark.parametrize("length", [0, 5, 12, 40])
async def test_power_cut_while_an_answer_was_written(office: Office, length: int) -> None:
    await office.hears(ASKED, TOLD)
    os.truncate(office.files[0], length)
    assert await office.hears(ASKED, DOWN) == DOWN
    assert office.files == []
    assert await office.hears(ASKED, TOLD) == TOLD
    assert await office.hears(ASKED, DOWN) == TOLD_AGAIN


async def test_power_cut_while_the_secret_was_written(office: Office) -> None:
    await office.hears(ASKED, TOLD)
    os.truncate(office.folder / "secret", 7)
    assert await office.hears(ASKED, DOWN) == DOWN
    assert office.files == [], "nobody can open it any more"
    await office.hears(ASKED, TOLD)
    assert await office.hears(ASKED, DOWN) == TOLD_AGAIN


async def test_a_full_disk_stops_no_answer(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    (office.folder / "kept").write_text("a file where the folder should be")
    assert await office.hears(ASKED, TOLD) == TOLD
    assert await office.hears(ASKED, DOWN) == DOWN
    assert "answers are not kept" in caplog.text
    assert ACCOUNT not in caplog.text


def test_one_try_costs_a_thief_what_it_costs_the_kiosk() -> None:
    assert kept.COST["n"] * kept.COST["r"] * 128 >= 16 << 20  # bytes of memory
