"""`kiosk-meeting`: the browser of one meeting, from its order to its end. Not on the bus.

Started by systemd when core writes an order (hall.py), as a user of its own that can read no other
file of the kiosk. Ends with the order, with the meeting's time, with the browser, or by a signal;
whichever it is, no process and no file of the session is left, and the unit takes the order away.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from firmware.contract.meeting import Planned
from firmware.meeting.browser import Browser
from firmware.meeting.family import Family
from firmware.meeting.hall import clear, read_order, say_held
from firmware.meeting.launch import Launch, State
from firmware.runtime.clock import Clock, SystemClock
from firmware.runtime.daemon import LOG_FORMAT

log = logging.getLogger("meeting")

HALL = Path("/run/kiosk/meeting")
PROFILE = "profile"  # below the unit's own folder in RAM
LOOK_EVERY = 0.5  # seconds
EXIT_NO_ORDER = 1


class Launcher:
    """Holds one meeting. `hall` is the folder that core and this share."""

    def __init__(
        self, hall: Path, meeting: Planned, browser: Browser, handed: tuple[int, ...] = ()
    ) -> None:
        self._hall, self._meeting, self._browser, self._handed = hall, meeting, browser, handed
        self.is_told_to_end = False

    def hold(self, clock: Clock, wait: Callable[[float], None] = time.sleep) -> None:
        """Until it is over. Raises OSError where the browser cannot be started."""
        self._browser.prepare()
        path = os.environ.get("PATH", os.defpath)
        try:
            family = Family(
                self._browser.command(self._meeting.url),
                self._browser.environment(path),
                self._handed,
            )
            self._watch(family, clock, wait)
        finally:
            self._browser.wipe()
            clear(self._hall)

    def _watch(self, family: Family, clock: Clock, wait: Callable[[float], None]) -> None:
        launch = Launch(clock.monotonic())
        while launch.state is not State.OVER:
            wait(LOOK_EVERY)
            now = clock.monotonic()
            sign = launch.sign(family.is_alive(), self._may_go_on(clock.now()), now)
            if sign is not None:
                log.info("%s: %s", self._meeting.id, sign)
                self._enter(launch.follow(sign, now), family)
            elif launch.state is State.KILLING:
                family.tell(signal.SIGKILL)  # also who was born since

    def _enter(self, state: State, family: Family) -> None:
        match state:
            case State.HELD:
                self._say_held()
            case State.ENDING:
                family.tell(signal.SIGTERM)
            case State.KILLING:
                family.tell(signal.SIGKILL)
            case _:
                pass

    def _say_held(self) -> None:
        """On a full /run core does not hear it and ends the meeting, which is found out here."""
        try:
            say_held(self._hall)
        except OSError as error:
            log.error("%s: core cannot be told that it is held: %s", self._meeting.id, error)

    def _may_go_on(self, at: datetime) -> bool:
        order = read_order(self._hall)
        is_ordered = order is not None and order.id == self._meeting.id
        return is_ordered and at < self._meeting.ends_at and not self.is_told_to_end


def main() -> int:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    meeting = read_order(HALL)
    if meeting is None:
        log.error("no meeting is ordered in %s", HALL)
        return EXIT_NO_ORDER
    profile = Path(os.environ["RUNTIME_DIRECTORY"]) / PROFILE
    launcher = Launcher(HALL, meeting, Browser(profile))

    def end(*_: object) -> None:
        launcher.is_told_to_end = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    launcher.hold(SystemClock())
    return 0


if __name__ == "__main__":
    sys.exit(main())
