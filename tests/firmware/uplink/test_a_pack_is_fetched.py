"""`content_pack`: from an HTTPS server of the district to the shelf, whatever dies on the way."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import socket
import sys
import termios
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from firmware.content import handed
from firmware.contract.uplink import Outcome, Verb
from firmware.runtime.outer_sections import ContentSection
from firmware.uplink.download import narrow
from firmware.uplink.fetching import COMES_WITHIN, INSTALLED_WITHIN, Fetcher, State
from tests.firmware.content import district
from tests.firmware.uplink.fleet import Signer
from tests.firmware.uplink.pack_kiosk import Kiosk
from tests.firmware.uplink.pack_server import PackServer, serving
from tests.firmware.uplink.signing import command, signed


@pytest.fixture
async def server(signer: Signer, tmp_path: Path) -> AsyncIterator[PackServer]:
    async with serving(signer, district.pack(tmp_path / "district", 7)) as made:
        yield made


@pytest.fixture
async def kiosk(signer: Signer, server: PackServer, tmp_path: Path) -> AsyncIterator[Kiosk]:
    section = ContentSection(district.KEY.hex(), [server.origin], str(signer.ca))
    made = Kiosk(tmp_path / "kiosk", section)
    yield made
    made.kept.close()


async def test_the_line_is_cut_again_and_again_and_nothing_comes_twice(
    kiosk: Kiosk, server: PackServer
) -> None:
    server.cuts = [1000, 2000, 700]
    await kiosk.is_told(server)
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.ACCEPTED]
    await kiosk.until(State.HANDED)
    assert server.asked == [0, 1000, 3000, 3700]
    kiosk.installs()
    assert kiosk.in_force == 7
    await kiosk.looks()
    ((outcome, why),) = kiosk.replies()
    assert outcome is Outcome.DONE and why.startswith("content 7 is in force")
    assert list(kiosk.packs.iterdir()) == [], "nothing of it is left"


async def test_the_uplink_is_killed_half_way_and_goes_on(kiosk: Kiosk, server: PackServer) -> None:
    server.cuts = [4000]
    await kiosk.is_told(server)
    await kiosk.looks()
    kiosk.dies()
    await kiosk.until(State.HANDED)
    assert server.asked == [0, 4000]
    kiosk.dies()
    kiosk.installs()
    await kiosk.looks()
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.ACCEPTED, Outcome.DONE]


async def test_the_lights_go_out_between_the_last_reply_and_the_end_of_the_order(
    kiosk: Kiosk, server: PackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    kiosk.installs()
    with monkeypatch.context() as broken:
        broken.setattr(Fetcher, "_forget", lambda self: None)
        await kiosk.looks()
    kiosk.dies()
    assert kiosk.fetcher.state is State.IDLE and list(kiosk.packs.iterdir()) == []
    await kiosk.looks(3)
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.ACCEPTED, Outcome.DONE]


async def test_the_lights_go_out_before_the_order_is_on_disk(
    kiosk: Kiosk, server: PackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("firmware.uplink.fetching.write_durably", cut)
    with pytest.raises(KeyboardInterrupt):
        await kiosk.is_told(server)
    kiosk.dies()
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.UNKNOWN]
    assert server.asked == []


async def test_the_reader_of_pictures_is_killed_at_each_step(
    kiosk: Kiosk, server: PackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it has read, before it has said so, and before it took the file away."""
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    steps = ("firmware.content.handed._install", "firmware.content.handed._say",
             "firmware.content.handed.sync_folder")  # fmt: skip
    for at in steps:
        with monkeypatch.context() as power:
            power.setattr(at, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                kiosk.installs()
        kiosk.installs()
        (kiosk.packs / handed.PACK).write_bytes(server.content)  # as it lay before the next one
    await kiosk.looks()
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.ACCEPTED, Outcome.DONE]
    assert kiosk.in_force == 7


async def test_another_file_under_that_address_is_not_handed_over(
    kiosk: Kiosk, server: PackServer
) -> None:
    await kiosk.is_told(server, sha256="0" * 64)
    await kiosk.looks(5)
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.FAILED and why.startswith("expected SHA-256 0000000000000000...")
    assert server.asked == [0, 0], "once more from the beginning, and then it is said"
    assert list(kiosk.packs.iterdir()) == []


async def test_a_server_that_says_or_sends_more_than_was_signed(
    kiosk: Kiosk, server: PackServer
) -> None:
    await kiosk.is_told(server, 1, length=3000)
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert (outcome, why) == (
        Outcome.FAILED,
        f"expected 3000 bytes, the server has {len(server.content)}",
    )
    server.says_length = False
    server.content *= 50
    await kiosk.is_told(server, 2, length=3000)
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert (outcome, why) == (Outcome.FAILED, "expected 3000 bytes, the server sends more")


async def test_a_captive_portal_sends_us_elsewhere_and_nobody_goes_there(
    kiosk: Kiosk, server: PackServer, signer: Signer
) -> None:
    async with serving(signer, server.content) as other:
        server.status, server.location = "302 Found", other.url
        await kiosk.is_told(server)
        await kiosk.looks(3)
        assert other.asked == []
    (_, (outcome, why)) = kiosk.replies()
    assert (outcome, why) == (Outcome.FAILED, "HTTP 302: sent elsewhere, not followed")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/7",
        "https://localhost@elsewhere.example.org/7",
        "https://localhost/7",
        "http://localhost:{port}/7",
        "file:///etc/passwd",
    ],
)
async def test_an_address_that_kiosk_toml_does_not_name_is_not_even_dialled(
    kiosk: Kiosk, server: PackServer, url: str
) -> None:
    await kiosk.is_told(server, url=url.format(port=server.port))
    ((outcome, _),) = kiosk.replies()
    assert outcome is Outcome.REFUSED
    await kiosk.looks(2)
    assert server.asked == [] and kiosk.fetcher.state is State.IDLE


async def test_a_server_that_cannot_prove_who_it_is_gets_no_question(
    kiosk: Kiosk, server: PackServer, tmp_path: Path
) -> None:
    stranger = Signer.make(tmp_path / "stranger", "stranger")
    async with serving(stranger, server.content) as false:
        server.port = false.port
        kiosk.section = msgspec.structs.replace(kiosk.section, origins=[false.origin])
        kiosk.dies()
        await kiosk.is_told(server)
        await kiosk.looks(4)
        assert false.asked == [] and kiosk.fetcher.state is State.WAITING
        kiosk.clock.advance(COMES_WITHIN.total_seconds())
        await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.FAILED and "certificate" in why.lower()


async def test_a_pack_that_the_district_did_not_sign_is_not_shown(
    kiosk: Kiosk, server: PackServer, tmp_path: Path
) -> None:
    kiosk.shelf.install(district.pack(tmp_path / "before", 6))
    server.content = server.content.replace(b"Every service", b"Vote for me  ")
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    kiosk.installs()
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.REFUSED and why.startswith("the content in force stays: ")
    assert kiosk.in_force == 6


async def test_a_citizen_who_pays_is_not_disturbed(kiosk: Kiosk, server: PackServer) -> None:
    kiosk.money_is_inside = True
    await kiosk.is_told(server)
    await kiosk.looks(4)
    assert kiosk.fetcher.state is State.WHOLE and not (kiosk.packs / handed.PACK).exists()
    kiosk.money_is_inside = False
    await kiosk.looks()
    assert (kiosk.packs / handed.PACK).exists()


async def test_the_same_command_twice_and_another_pack_instead(
    kiosk: Kiosk, server: PackServer
) -> None:
    server.cuts = [100, 100]
    await kiosk.is_told(server, 1)
    await kiosk.looks()
    await kiosk.is_told(server, 1)
    assert [outcome for outcome, _ in kiosk.replies()] == [Outcome.ACCEPTED]
    await kiosk.is_told(server, 2)
    said = kiosk.replies()
    assert [outcome for outcome, _ in said] == [Outcome.FAILED, Outcome.ACCEPTED]
    await kiosk.until(State.HANDED)
    assert server.asked[:2] == [0, 100], "what came of the same pack is kept"
    await kiosk.is_told(server, 3)
    assert kiosk.replies()[0][0] is Outcome.REFUSED, "it is being installed"


async def test_a_server_that_is_ill_is_asked_again_and_one_without_the_file_is_not(
    kiosk: Kiosk, server: PackServer
) -> None:
    server.status = "503 Service Unavailable"
    await kiosk.is_told(server, 1)
    await kiosk.looks(3)
    assert len(server.asked) == 3 and len(kiosk.replies()) == 1
    server.status = "404 Not Found"
    await kiosk.looks()
    assert kiosk.replies() == [(Outcome.FAILED, "HTTP 404")]


async def test_tries_are_apart_and_drawn_anew(kiosk: Kiosk, server: PackServer) -> None:
    """A fleet that waits for one server does not come back as one."""
    server.status = "503 Service Unavailable"
    await kiosk.is_told(server)
    at, now = [], 0.0
    while now < 3 * 3600:
        before = len(server.asked)
        await kiosk.fetcher.look()
        if len(server.asked) > before:
            at.append(now)
        now += 10.0
        kiosk.clock.advance(10.0)
    apart = [round(after - before) for before, after in pairwise(at)]
    assert 10 < len(at) < 60 and max(apart) <= 910 and len(set(apart[-5:])) > 2


async def test_a_disk_that_is_almost_full_takes_nothing(kiosk: Kiosk, server: PackServer) -> None:
    kiosk.has_room = False
    await kiosk.is_told(server)
    assert kiosk.replies() == [(Outcome.REFUSED, "the disk is almost full")]


async def test_nobody_installs_it(kiosk: Kiosk, server: PackServer) -> None:
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    kiosk.clock.advance(INSTALLED_WITHIN)
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.FAILED and "nobody said" in why
    assert kiosk.fetcher.state is State.IDLE


async def test_what_came_of_it_is_no_sentence(kiosk: Kiosk, server: PackServer) -> None:
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    (kiosk.packs / handed.OUTCOME).write_bytes(b"\0not json")
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.FAILED and "nobody knows what came of it" in why


def test_little_of_a_pack_stands_before_an_ack_on_a_slow_line() -> None:
    """The kernel would let the other side send 90 KB and more: half a minute at 3 kB/s, as long as
    a PUBACK is waited for, and then the line to the fleet would be taken for dead."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = narrow((socket.AF_INET, socket.SOCK_STREAM, 0, "", None))
        with made as kiosk:
            kiosk.connect(server.getsockname())
            web, _ = server.accept()
            with web:
                web.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        web.send(bytes(1024))
                waits = fcntl.ioctl(kiosk, termios.FIONREAD, bytes(4))
    assert 0 < int.from_bytes(waits, sys.byteorder) <= 12 * 1024


async def test_the_reader_of_pictures_was_broken_into_and_lays_a_link(
    kiosk: Kiosk, server: PackServer, tmp_path: Path
) -> None:
    """It could have the uplink read what is the uplink's alone, and tell the fleet of it."""
    await kiosk.is_told(server)
    await kiosk.until(State.HANDED)
    own = handed.Made(hashlib.sha256(server.content).hexdigest(), True, "a secret")
    (tmp_path / "own").write_bytes(msgspec.json.encode(own))
    (kiosk.packs / handed.OUTCOME).symlink_to(tmp_path / "own")
    await kiosk.looks()
    (_, (outcome, why)) = kiosk.replies()
    assert outcome is Outcome.FAILED and "secret" not in why


async def test_a_worn_place_of_the_card_under_the_part_is_no_end_of_the_uplink(
    kiosk: Kiosk, server: PackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The part is whole, and cannot be read: each start of the uplink found it so, and ended."""

    def worn(path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    await kiosk.is_told(server)
    with monkeypatch.context() as card:
        card.setattr("firmware.uplink.fetching.sha256_of", worn)
        await kiosk.looks()
    assert not kiosk.part.exists(), "it comes anew, to another place of the card"
    await kiosk.until(State.HANDED)
    assert server.asked == [0, 0]


async def test_an_office_that_names_no_zone_means_utc_here_too(
    kiosk: Kiosk, server: PackServer
) -> None:
    """Each other command of that time is done; this one was accepted, and too late at once."""
    asked = msgspec.structs.replace(
        command(Verb.CONTENT_PACK, at=kiosk.clock.now()),
        issued=f"{kiosk.clock.now():%Y-%m-%dT%H:%M:%S}",
        args={
            "url": server.url,
            "sha256": hashlib.sha256(server.content).hexdigest(),
            "length": len(server.content),
        },
    )
    await kiosk.obeying.obey(msgspec.json.encode(signed(asked)))
    await kiosk.until(State.HANDED)
