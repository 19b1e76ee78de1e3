"""`kioskctl practice`: let whoever stands at the kiosk practise with play money, or end it.

Core grants a wish and cannot know whether it comes true: the desk may not be left, somebody may
come, the second machine may not start. So the screen is watched until it stands there.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass

import msgspec

from firmware.cli.asking import answered, asked, tell_core
from firmware.cli.parsing import add_by
from firmware.cli.snapshot import on_the_bus, technician_bus
from firmware.contract.command import StartPractice, StopPractice
from firmware.contract.device import Outcome, Reply
from firmware.contract.screen import Screen, ScreenData, Trouble
from firmware.contract.teach import Practice
from firmware.contract.topics import Topics
from firmware.core.teaching import ASKED_FOR, READY_WITHIN
from firmware.runtime.bus import Envelope
from firmware.runtime.config import Config

LOOK_EVERY = 0.25  # seconds
MORE = 3.0  # seconds that core's ticks and a slow board may add to either


@dataclass
class Beginning:
    """From the wish to the practice that stands there; `now` is monotonic seconds."""

    asked_at: float
    granted_at: float | None = None
    shown: ScreenData | None = None

    def hear(self, shown: ScreenData, now: float) -> None:
        """The screen of the kiosk itself."""
        self.shown = shown
        if isinstance(shown, Practice) and self.granted_at is None:
            self.granted_at = now

    def look(self, now: float) -> Reply | None:
        """What came of it; None while it is not known."""
        if isinstance(self.shown, Practice) and self.shown.is_ready:
            return Reply(Outcome.DONE, "practice is on")
        if self.granted_at is None:
            is_late = now - self.asked_at > ASKED_FOR + MORE
            why = f"nothing began: the kiosk showed no first screen within {ASKED_FOR:g} s"
            return Reply(Outcome.REFUSED, why) if is_late else None
        if not isinstance(self.shown, Practice):
            cause = self.shown.cause if isinstance(self.shown, Trouble) else "it was ended"
            return Reply(Outcome.REFUSED, f"practice ended before it was ready: {cause}")
        is_late = now - self.granted_at > READY_WITHIN + MORE
        return Reply(Outcome.REFUSED, "practice is not ready") if is_late else None


async def start(config: Config, options: argparse.Namespace) -> int:
    """0 when somebody can practise. Raises NoBus."""
    return answered(await _begun(config, StartPractice(options.by)), options)


async def stop(config: Config, options: argparse.Namespace) -> int:
    """0 when core does it. Raises NoBus."""
    return await tell_core(config, StopPractice(options.by), options)


async def _begun(config: Config, command: StartPractice) -> Reply | None:
    """None when core is silent. Raises NoBus."""
    topics, bus = Topics(config.kiosk.id), technician_bus(config)
    loop = asyncio.get_running_loop()
    beginning = Beginning(loop.time())

    def hear(envelope: Envelope) -> None:
        screen = msgspec.json.decode(envelope.payload, type=Screen)
        beginning.hear(screen.data, loop.time())

    bus.on(topics.screen_state, hear)
    bus.take_replies(topics.reply("technician"))
    async with on_the_bus(bus):
        answer = await asked(bus, topics, topics.core_command, command)
        if answer is not None and answer.outcome is Outcome.DONE:
            answer = None
            while answer is None:
                await asyncio.sleep(LOOK_EVERY)
                answer = beginning.look(loop.time())
        return answer


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`practice` and what can be done with it."""
    top = commands.add_parser("practice", help="play money, for whoever wants to learn")
    what = top.add_subparsers(dest="what", required=True)
    for name, run, words in (
        ("start", start, "begin, if nobody is at the kiosk; no money is taken meanwhile"),
        ("stop", stop, "the kiosk itself again, at once"),
    ):
        one = what.add_parser(name, help=words)
        one.set_defaults(run=run)
        add_by(one)
