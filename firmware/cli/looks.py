"""`kioskctl selftest` and `kioskctl uplink`: the kiosk by its own word, and who hears it."""

from __future__ import annotations

import argparse

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.retained import retained
from firmware.cli.snapshot import take
from firmware.contract.fleet import UplinkState
from firmware.contract.health import Presence
from firmware.contract.machine import Machine
from firmware.contract.topics import Topics
from firmware.contract.uplink import Link
from firmware.health.self_test import Heard, self_test
from firmware.runtime.config import Config


async def test(config: Config, options: argparse.Namespace) -> int:
    """0 where everything is good. Raises NoBus."""
    snapshot = await take(config)
    topics = Topics(config.kiosk.id)
    machine = await retained(config, topics.health_machine, Machine) or Machine()
    presence = {} if snapshot.uplink is None else _uplink(snapshot.uplink)
    checks = self_test(
        Heard(
            expected={name: section.kind for name, section in config.device.items()},
            devices=snapshot.devices,
            presences={**presence, **snapshot.presences},
            core=snapshot.core,
            gateway=snapshot.gateway,
            free_mib=int(machine.numbers.get("disk_free_mib", 0)),
            least_free_mib=config.limits.free_mib,
            clock_is_set=bool(machine.numbers.get("clock_is_set", 0)),
        )
    )
    rows = [("ok" if each.is_good else "NO", each.what, each.detail) for each in checks]
    show(options, checks, table((), rows))
    return Exit.WELL if all(each.is_good for each in checks) else Exit.NOT_WELL


def _uplink(state: UplinkState) -> dict[str, Presence]:
    """Its presence is not in the snapshot; its state says as much."""
    return {"uplink": Presence(is_alive=state.link != Link.OFFLINE or not state.is_configured)}


async def uplink(config: Config, options: argparse.Namespace) -> int:
    """0 where the fleet hears this kiosk. Raises NoBus."""
    state = await retained(config, Topics(config.kiosk.id).uplink_state, UplinkState)
    if state is None:
        return refuse("kiosk-uplink does not run", Exit.UNKNOWN)
    show(options, state, lines(state))
    return Exit.WELL if state.link != Link.OFFLINE else Exit.NOT_WELL


def lines(state: UplinkState) -> list[str]:
    """What is known of the link."""
    if not state.is_configured:
        return ["no fleet: [uplink] does not stand in kiosk.toml"]
    why = f": {state.code} {state.detail}".rstrip() if state.code else ""
    return [
        f"{state.link} since {state.since or '?'}, connection {state.connection}{why}",
        f"waiting: {state.events} events, {state.rows} rows of the journal",
        f"certificate until {state.certificate_ends or '?'}; settings {state.desired}",
    ]


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`selftest` and `uplink`."""
    one = commands.add_parser("selftest", help="the kiosk by its own word, without hands")
    one.set_defaults(run=test)
    two = commands.add_parser("uplink", help="does the fleet hear this kiosk, and if not, why")
    two.set_defaults(run=uplink)
