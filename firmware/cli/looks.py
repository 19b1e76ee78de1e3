"""`kioskctl selftest` and `kioskctl uplink`: the kiosk by its own word, and who hears it."""

from __future__ import annotations

import argparse
import sys

import msgspec

from firmware.cli.journal import EXIT_FAULT
from firmware.cli.retained import retained
from firmware.cli.snapshot import take
from firmware.contract.fleet import UplinkState
from firmware.contract.health import Presence
from firmware.contract.machine import Machine
from firmware.contract.topics import Topics
from firmware.contract.uplink import Link
from firmware.health.self_test import Check, Heard, self_test
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
    if options.json:
        print(msgspec.json.encode(checks).decode())
    else:
        print("\n".join(line_of(each) for each in checks))
    return 0 if all(each.is_good for each in checks) else EXIT_FAULT


def _uplink(state: UplinkState) -> dict[str, Presence]:
    """Its presence is not in the snapshot; its state says as much."""
    return {"uplink": Presence(is_alive=state.link != Link.OFFLINE or not state.is_configured)}


def line_of(check: Check) -> str:
    return f"{'ok ' if check.is_good else 'NO '} {check.what:<14} {check.detail}".rstrip()


async def uplink(config: Config, options: argparse.Namespace) -> int:
    """0 where the fleet hears this kiosk. Raises NoBus."""
    state = await retained(config, Topics(config.kiosk.id).uplink_state, UplinkState)
    if state is None:
        print("kioskctl: kiosk-uplink does not run", file=sys.stderr)
        return EXIT_FAULT
    if options.json:
        print(msgspec.json.encode(state).decode())
    else:
        print("\n".join(lines(state)))
    return 0 if state.link != Link.OFFLINE else EXIT_FAULT


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
    one.add_argument("--json", action="store_true", help="for programs")
    one.set_defaults(run=test)
    two = commands.add_parser("uplink", help="does the fleet hear this kiosk, and if not, why")
    two.add_argument("--json", action="store_true", help="for programs")
    two.set_defaults(run=uplink)
