"""The fleet's topics as AsyncAPI: judged by its own parser, and enough to write a server from.

The server is a program in JavaScript that has read docs/fleet-asyncapi.yaml and nothing of ours.
"""

from __future__ import annotations

import msgspec
import pytest

from docs import asyncapi
from firmware.contract.uplink import Outcome
from firmware.runtime.config import Config
from tests.drivers.foreign import foreign_host
from tests.firmware.uplink.fleet import KIOSK, FleetBroker, Signer, section_of
from tests.firmware.uplink.signing import FLEET_KEY
from tests.firmware.uplink.stage import staged, till_of

ROWS = 150


def test_the_document_is_fresh() -> None:
    written = asyncapi.PAGE.read_text(encoding="utf-8")
    assert written == asyncapi.page(), "run: python -m docs.generate"


async def test_asyncapis_own_parser_finds_no_fault() -> None:
    async with foreign_host("asyncapi_check.js", str(asyncapi.PAGE)) as parser:
        told = await parser.says("diagnostics")
    assert [each for each in told["diagnostics"] if each["isError"]] == []
    assert sorted(told["operations"]) == sorted(each.name for each in asyncapi.CHANNELS)


@pytest.mark.usefixtures("bus")
async def test_a_server_written_from_the_document_keeps_and_acknowledges(
    config: Config, fleet: FleetBroker, signer: Signer
) -> None:
    till = till_of(config, rows=ROWS)
    section = section_of(fleet, signer)
    certificate, key = signer.client("collector")
    arguments = (
        str(asyncapi.PAGE), str(fleet.port), str(signer.ca), str(certificate), str(key), KIOSK,
        bytes(FLEET_KEY).hex(),
    )  # fmt: skip
    async with foreign_host("fleet_client.js", *arguments) as server:
        assert await server.says("listening") == 6
        async with staged(config, section, fleet, till) as stage:
            stage.receiver.keeps = lambda name: False  # the other one is the server here
            await stage.receiver.until(lambda: stage.kept.keeper.now.mark.seq == ROWS)
            reply = await server.says("reply")
    assert reply["outcome"] == Outcome.DONE
    checks = msgspec.json.decode(reply["answer"])
    assert {"notes", "clock", "disk", "journal"} <= {each["what"] for each in checks}
