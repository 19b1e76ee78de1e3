"""`kioskctl fleet desired`, `notice` and `pack`, to a kiosk's own uplink over a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from firmware.cli.fleet_command import read_key
from firmware.cli.fleet_words import read_desired, settings_of
from firmware.content import handed
from firmware.runtime.outer_sections import ContentSection
from firmware.uplink.commands import read_desired as proven_desired
from firmware.uplink.commands import read_notice as proven_notice
from tests.firmware.content import district
from tests.firmware.uplink.fleet import Signer
from tests.firmware.uplink.pack_server import serving
from tests.fleet.fleet import Site
from tests.fleet.servers import EXAMPLES
from tests.fleet.test_access_list import client
from tests.fleet.test_the_real_uplink import Kiosk, a_kiosk, run

DESIRED = """
health_every = 600
notice_until = 2026-11-30T18:00:00+05:30

[notice]
hi = "बुधवार को बंद"
en = "Closed on Wednesday"

[[neighbours]]
hi = "मालपुरा अस्पताल"
en = "Hospital, Malpura"

[[meetings]]
id = "review"
url = "https://meet.example.org/review"
starts = "2026-12-01T11:00:00+05:30"
ends = "2026-12-01T12:00:00+05:30"
hi = "समीक्षा"
en = "Review"
"""


@dataclass
class Office:
    kiosk: Kiosk
    folder: Path
    mine: list[str]

    async def does(self, *words: str) -> int:
        return await asyncio.to_thread(run, *words, *self.mine)

    def kept(self, name: str) -> bytes:
        """What the uplink has on its disk."""
        return (self.kiosk.kept.folder / name).read_bytes().partition(b"\n")[2]

    @property
    def keys(self) -> list[str]:
        return [bytes(read_key(self.folder / "command.key").verify_key).hex()]


@asynccontextmanager
async def office(folder: Path, content: ContentSection | None = None) -> AsyncIterator[Office]:
    """A real uplink, a broker with the access list of docs/fleet, an officer."""
    async with a_kiosk(folder, 3, content=content or ContentSection()) as kiosk:
        pem = kiosk.authority.make("office")
        link = folder / "link.toml"
        link.write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {kiosk.broker.port}\nclient = "office"\n'
            f'ca = "{kiosk.authority.ca}"\ncertificate = "{pem}"\n'
        )
        mine = ["--key", str(folder / "command.key"), "--config", str(link)]
        kiosk.authority.make("collector-a")
        site = Site(kiosk.broker.port, kiosk.authority.folder)
        listener = await client(site, "collector-a", "kiosk/v1/+/up/status")
        await kiosk.until(lambda: bool(listener.heard))  # a command waits for nobody
        yield Office(kiosk, folder, mine)


def test_the_example_of_the_docs_is_one() -> None:
    told = read_desired(EXAMPLES / "desired.toml")
    assert told.notice and told.neighbours and told.meetings and told.notice_until


async def test_settings_and_a_notice_reach_the_kiosk_signed_and_retained(folder: Path) -> None:
    (folder / "desired.toml").write_text(DESIRED, encoding="utf-8")
    async with office(folder) as here:
        path = str(folder / "desired.toml")
        assert await here.does("desired", path, "k1", "k2", "--number", "7") == 0
        words = ["--hi", "देर का शुल्क नहीं", "--en", "No late fee"]
        until = ["--until", "2026-11-30T18:00+05:30"]
        assert await here.does("notice", *words, *until, "--number", "8") == 0
        folder_of = here.kiosk.kept.folder
        await here.kiosk.until((folder_of / "notice.json").exists)
        await here.kiosk.until((folder_of / "desired.json").exists)
        told = proven_desired(here.kept("desired.json"), here.keys, "k1")
        assert told == settings_of(read_desired(folder / "desired.toml"), "k1", 7)
        notice = proven_notice(here.kept("notice.json"), here.keys)
        assert notice.words == {"hi": "देर का शुल्क नहीं", "en": "No late fee"}
        assert notice.until == "2026-11-30T12:30:00.000Z"
        assert await here.does("notice", "--end") == 0
        await here.kiosk.until(
            lambda: proven_notice(here.kept("notice.json"), here.keys).words == {}
        )


async def test_a_pack_is_ordered_fetched_installed_and_answered_twice(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signer = Signer.make(tmp_path / "web", "web")
    content = district.pack(tmp_path / "district", 7)
    (folder / "winter.content").write_bytes(content)
    async with serving(signer, content) as server:
        section = ContentSection(district.KEY.hex(), [server.origin], str(signer.ca))
        async with office(folder, section) as here:
            state = here.kiosk.config.state_folder
            shelf, packs = district.shelf(state), handed.packs_folder(state)
            installing = asyncio.create_task(_installs(packs, state))
            words = ["pack", str(folder / "winter.content"), "k1", "--url", server.url]
            assert await here.does(*words, "--wait", "8") == 0
            await installing
            assert shelf.look(date(2026, 11, 22)).manifest is not None
            said = capsys.readouterr().out
            assert "k1 content_pack: done: content 7 is in force" in said
            elsewhere = "https://elsewhere.example.org/7"
            assert await here.does(*words[:-1], elsewhere) == 1
            assert "refused: url: expected an address at" in capsys.readouterr().out
            server.cuts = [10] * 50
            assert await here.does(*words, "--wait", "1") == 2
            said = capsys.readouterr().out
            assert "accepted" in said and "how it ends is in the database" in said


async def _installs(packs: Path, state: Path) -> None:
    """kiosk-content.path and its service."""
    while handed.install_handed(district.shelf(state), packs) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("helth_every = 5", "did you mean `health_every`"),
        ("health_every = 5", ">= 60"),
        ('[notice]\nhi = "x"', "no en"),
        ('[[neighbours]]\nen = "x"', "no hi"),
        ("notice_until = 2026-11-30T18:00:00", "timezone"),
        (f'[notice]\nhi = "{"x" * 121}"\nen = "x"', "<= 120"),
        ('[[meetings]]\nid = "m"', "missing required field"),
    ],
)
def test_settings_that_a_kiosk_would_not_take_are_not_sent(
    tmp_path: Path, line: str, why: str
) -> None:
    path = tmp_path / "desired.toml"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=why) as found:
        read_desired(path)
    assert str(path) in str(found.value)


def test_a_notice_without_an_end_or_without_hindi_is_not_sent(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = folder / "k.key"
    assert run("key", "new", str(key)) == 0
    mine = ["--key", str(key), "--config", str(folder / "none.toml")]
    assert run("notice", "--hi", "x", "--en", "x", *mine) == 78
    assert run("notice", "--en", "x", "--until", "2026-11-30T18:00+05:30", *mine) == 78
    assert run("notice", "--hi", "x", "--en", "x", "--until", "2026-11-30", *mine) == 78
    assert run("notice", "--end", "--hi", "x", *mine) == 78
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4 and "--until: expected" in lines[0] and "no hi" in lines[1]
