"""A pack at 3 kB/s, with the real programs, which are killed; what else is said does not wait."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from firmware.content.handed import OUTCOME, PACK, PART, packs_folder
from firmware.contract.uplink import Outcome, Verb
from firmware.runtime.config import Config
from tests.firmware.content import district
from tests.firmware.uplink.fleet import FleetBroker, Receiver, Signer, section_of
from tests.firmware.uplink.pack_server import serving
from tests.firmware.uplink.process import start, write_config
from tests.firmware.uplink.signing import command, signed
from tests.firmware.uplink.stage import till_of

SLOW = 3000.0  # bytes a second


def installs(path: Path) -> subprocess.Popen[bytes]:
    """kiosk-content.service."""
    program = [sys.executable, "-m", "firmware.cli", "--config", str(path)]
    return subprocess.Popen([*program, "content", "install", "fleet"], stdin=subprocess.DEVNULL)


def asked(content: bytes, url: str) -> bytes:
    args: dict[str, str | int | bool] = {
        "url": url, "sha256": hashlib.sha256(content).hexdigest(), "length": len(content)
    }  # fmt: skip
    plain = command(Verb.CONTENT_PACK)
    return msgspec.json.encode(signed(msgspec.structs.replace(plain, args=args)))


@pytest.mark.usefixtures("bus")
async def test_rows_leave_while_it_comes_and_both_programs_are_killed(
    config: Config, fleet: FleetBroker, signer: Signer, tmp_path: Path
) -> None:
    till = till_of(config, rows=200)
    path = write_config(tmp_path / "kiosk/kiosk.toml", section_of(fleet, signer))
    packs, receiver = packs_folder(config.state_folder), Receiver(fleet)
    till.say()
    tasks = [asyncio.create_task(each) for each in (receiver.run(), till.bus.run())]
    processes = []
    try:
        async with serving(signer, district.pack(tmp_path / "district", 7)) as server:
            with path.open("a") as file:
                file.write(f'[content]\nkey = "{district.KEY.hex()}"\nca = "{signer.ca}"\n'
                           f'origins = ["{server.origin}"]\n')  # fmt: skip
            server.bytes_a_second = SLOW
            processes.append(start(path, tmp_path))
            await receiver.until(lambda: len(receiver.kept.rows) == 200)
            await receiver.send("down/command", asked(server.content, server.url))
            await receiver.until(lambda: (packs / PART).exists())
            await receiver.until(lambda: (packs / PART).stat().st_size > 3000)
            till.write(50)
            processes[0].send_signal(signal.SIGKILL)
            processes[0].wait()
            processes.append(start(path, tmp_path))
            await receiver.until(lambda: len(receiver.kept.rows) == 250)
            assert (packs / PART).exists(), "the rows did not wait for the pack"
            server.bytes_a_second = 0.0
            await receiver.until((packs / PACK).exists)
            assert len(server.asked) == 2 and server.asked[1] > 3000, "it went on"
            first = installs(path)
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert not (packs / OUTCOME).exists()
            processes.append(installs(path))
            await receiver.until(lambda: len(receiver.replies()) >= 2)
        assert [each.outcome for each in receiver.replies()] == [Outcome.ACCEPTED, Outcome.DONE]
        assert district.shelf(config.state_folder).index().current == 7
        await receiver.until(lambda: list(packs.iterdir()) == [])
    finally:
        for process in processes:
            process.kill()
            process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
